"""The agreement term as it is handed out."""

from __future__ import annotations

import pypdfium2
import pytest

from parcelamento.adapters.outbound.pdf_termo import desenhar_termo
from parcelamento.domain.documento_texto import clausulas, numero
from tests.unit.parcelamento.apoio_documento import PLANO, arvore, paginas, papeis, um_debito, um_termo


def corrido(pdf: bytes) -> str:
    return " ".join(" ".join(paginas(pdf)).split())


def test_termo_diz_partes_debitos_parcelas_reducoes_e_condicoes() -> None:
    t = um_termo()
    texto = corrido(desenhar_termo(t))
    for esperado in (
        "Termo de Acordo de Parcelamento",
        "Estado do Maranhão, por sua Secretaria de Estado da Fazenda",
        "CT-00012345",
        "***.982.247-**",
        PLANO,
        "NL-2014-0001",
        "Portaria 46/2015, Anexo III, item 14, I, a",
        "Aceite registrado em 10/03/2015 às 09:05",
        t.resumo,
        t.cotacao,
        "R$ 1.350,00",
        "R$ 315,00",
        "R$ 1.035,00",
    ):
        assert esperado in texto
    for parcela in t.parcelas:
        assert f"{parcela.numero} de 2 {parcela.vencimento:%d/%m/%Y}" in texto
        assert numero(parcela.valor) in texto
    for clausula in clausulas(t):
        assert clausula in texto


def test_sem_aceite_ha_lugar_para_assinar() -> None:
    texto = corrido(desenhar_termo(um_termo(aceite=None)))
    assert "Assinatura: Contribuinte ou representante" in texto
    assert "Aceite registrado" not in texto


def test_sem_reducao_o_termo_diz_que_nao_ha() -> None:
    debito = um_debito(multa_reduzida=30000, juros_reduzidos=5000)
    assert "Este acordo não tem reduções." in corrido(desenhar_termo(um_termo(debitos=(debito,), reducoes=())))


def test_sessenta_parcelas_e_quinhentos_debitos_em_paginas() -> None:
    debitos = tuple(um_debito(debito=f"NL-{i:05d}") for i in range(500))
    t = um_termo(debitos=debitos, quantas=60)
    textos = paginas(desenhar_termo(t))
    assert 9 <= len(textos) <= 12
    for i in range(500):
        assert sum(f"NL-{i:05d}" in texto for texto in textos) == 1
    for i in range(1, 61):
        assert sum(f"{i} de 60 " in f" {texto} ".replace("\r\n", " ") for texto in textos) >= 1
    assert all(f"Página {i}" in texto for i, texto in enumerate(textos, start=1))


@pytest.mark.parametrize("quantas", range(1, 61))
def test_o_fim_do_termo_nao_se_parte_entre_paginas(quantas: int) -> None:
    for aceite, marca in ((None, "Assinatura: Contribuinte"), (um_termo().aceite, "Aceite registrado")):
        t = um_termo(debitos=tuple(um_debito(principal=10**6) for _ in range(10)), quantas=quantas, aceite=aceite)
        textos = paginas(desenhar_termo(t))
        do_aceite = next(texto for texto in textos if marca in texto)
        assert "Aceite\r\n" in do_aceite
        assert "Conferência" in textos[-1]
        assert t.resumo in textos[-1]


def test_nada_e_escrito_fora_das_margens() -> None:
    t = um_termo(debitos=tuple(um_debito(debito="W" * 40) for _ in range(60)), quantas=40, aceite=None)
    for pagina in pypdfium2.PdfDocument(desenhar_termo(t)):
        texto = pagina.get_textpage()
        for i in range(texto.count_chars()):
            esquerda, baixo, direita, alto = texto.get_charbox(i)
            assert 41 <= esquerda <= direita <= 554
            assert 14 <= baixo <= alto <= 842 - 30


def test_termo_e_reproduzivel_e_tem_lingua_e_titulo() -> None:
    pdf = desenhar_termo(um_termo())
    assert pdf == desenhar_termo(um_termo())
    assert b"(pt-BR)" in pdf
    metadados = pypdfium2.PdfDocument(pdf).get_metadata_dict()
    assert metadados["Title"] == f"Termo de Acordo de Parcelamento - {PLANO}"
    assert metadados["CreationDate"] == "D:20150310"


def test_quem_ouve_o_termo_tem_titulos_tabelas_e_listas() -> None:
    achados = papeis(arvore(desenhar_termo(um_termo())))
    assert achados.count("H1") == 1
    assert achados.count("H2") >= 5
    assert achados.count("Table") == 2
    assert achados.count("TH") == 10 + 4
    assert achados.count("LI") >= 10
