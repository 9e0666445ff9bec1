"""The page as a taxpayer, a scanner and a screen reader get it."""

from __future__ import annotations

from datetime import date

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcelamento.adapters.outbound.pdf_documento import desenhar_documento
from parcelamento.domain import brcode
from parcelamento.domain.documento import DocumentoImpresso
from parcelamento.domain.documento_texto import aviso_de_sem_efeito
from parcelamento.domain.febraban import NOSSO_NUMERO_MAXIMO, VALOR_MAXIMO, formatar_linha, ler_barras
from tests.unit.parcelamento.apoio_documento import (
    arvore,
    codigos,
    norma,
    paginas,
    papeis,
    textos_marcados,
    um_documento,
    um_item,
)

LOCATION = "pix.example.com/qr/v2/cobv/9d36b84fc70b478fb95c12729b90ca25"


def muitos(quantos: int) -> tuple:  # type: ignore[type-arg]
    return tuple(um_item(debito=f"NL-2014-{i:05d}", principal=100000 + i) for i in range(quantos))


DOCUMENTOS = {
    "parcela": um_documento(),
    "parcela atrasada, segunda via": um_documento(encargos=1050, vencimento_original=date(2026, 11, 26), segunda_via=True),
    "quitacao": um_documento(tipo="quitacao", parcelamento="5b0c1f0e-7c40-5a4e-9d7f-0f4b8c0d1e2a"),
    "cota unica, Alagoas, doze débitos": um_documento(uf="AL", tipo="cota_unica", itens=muitos(12), reducao=5000),
    "quinhentos débitos": um_documento(tipo="cota_unica", itens=muitos(500)),
    "pix dinâmico": um_documento(pix=brcode.dinamico(LOCATION, "SEFAZ MARANHAO", "SAO LUIS")),
    "pix mais longo": um_documento(pix=brcode.dinamico("a/" + "b" * 75, "N" * 25, "C" * 15)),
    "maior valor": um_documento(itens=(um_item(principal=VALOR_MAXIMO, multa=0, juros=0, honorarios=0),)),
}


@pytest.mark.parametrize("caso", DOCUMENTOS)
def test_leitor_le_da_pagina_o_que_foi_pedido(caso: str) -> None:
    d = DOCUMENTOS[caso]
    lidos = codigos(desenhar_documento(d))
    assert lidos == {"ITF": d.barras.codigo, "QR Code": d.pix}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    valor=st.integers(1, VALOR_MAXIMO),
    numero=st.integers(0, NOSSO_NUMERO_MAXIMO),
    vencimento=st.dates(date(2015, 1, 1), date(2060, 1, 1)),
)
def test_leitor_le_qualquer_documento(valor: int, numero: int, vencimento: date) -> None:
    item = um_item(principal=valor, multa=0, juros=0, honorarios=0)
    d = um_documento(itens=(item,), numero=numero, vencimento=vencimento, emitido_em=vencimento)
    lidos = codigos(desenhar_documento(d))
    das_barras, do_pix = ler_barras(lidos["ITF"]), brcode.ler(lidos["QR Code"])
    assert (das_barras.valor, das_barras.vencimento, das_barras.nosso_numero) == (valor, vencimento, numero)
    assert do_pix["valor"] == valor


def test_impressao_ruim_ainda_se_le() -> None:
    assert codigos(desenhar_documento(um_documento()), pontos_por_polegada=150)["ITF"] == um_documento().barras.codigo


@pytest.mark.parametrize("caso", DOCUMENTOS)
def test_texto_traz_valor_vencimento_e_linha(caso: str) -> None:
    d = DOCUMENTOS[caso]
    texto = paginas(desenhar_documento(d))[0]
    assert formatar_linha(d.barras.linha) in texto
    assert f"{d.vencimento:%d/%m/%Y}" in texto
    assert f"R$ {d.valor / 100:,.2f}".translate(str.maketrans(",.", ".,")) in texto
    assert d.norma.rotulo in texto
    assert d.contribuinte in texto
    assert "".join((d.pix or "").split()) in "".join(texto.split())


def test_segunda_via_e_dita() -> None:
    assert "2ª VIA" not in paginas(desenhar_documento(um_documento()))[0]
    assert "2ª VIA" in paginas(desenhar_documento(um_documento(segunda_via=True)))[0]


def test_componentes_e_acrescimos() -> None:
    d = um_documento(encargos=1050, reducao=90000, vencimento_original=date(2026, 11, 26))
    texto = paginas(desenhar_documento(d))[0]
    for esperado in ("1.000,00", "200,00", "34,56", "12,34", "1.246,90", "R$ 10,50", "R$ 900,00", "26/11/2026", "104"):
        assert esperado in texto


def test_sem_pix_ha_so_codigo_de_barras() -> None:
    pdf = desenhar_documento(um_documento(pix=None))
    assert list(codigos(pdf)) == ["ITF"]
    assert "Pix" not in paginas(pdf)[0]


def test_documento_sem_cpf_ou_cnpj_diz_isso() -> None:
    assert "não informado" in paginas(desenhar_documento(um_documento(documento_mascarado=None)))[0]


def test_quinhentos_debitos_vao_para_as_paginas_seguintes_com_cabecalho_e_soma() -> None:
    d = um_documento(tipo="cota_unica", itens=muitos(500))
    textos = paginas(desenhar_documento(d))
    assert len(textos) > 5
    assert "500 débitos, relacionados a partir da página 2" in textos[0]
    assert "NL-2014-" not in textos[0]
    for i in range(500):
        assert sum(f"NL-2014-{i:05d}" in texto for texto in textos) == 1
    assert all("Principal (R$)" in texto for texto in textos)
    assert "624.697,50" in textos[-1]


@pytest.mark.parametrize("quantos", range(1, 25))
def test_a_relacao_nunca_invade_a_ficha_de_pagamento(quantos: int) -> None:
    """What is above the cut is read before what is below it, however many debts there are."""
    d = um_documento(itens=muitos(quantos), encargos=1, reducao=1, vencimento=date(2026, 12, 26), pagavel_ate=date(2026, 12, 28))
    pagina = pypdfium2.PdfDocument(desenhar_documento(d))[0]
    texto = pagina.get_textpage()
    ultima_instrucao = texto.search(norma("MA").mensagens["parcela"][-1][:40]).get_next()
    corte = texto.search("corte aqui").get_next()
    assert ultima_instrucao is not None
    assert corte is not None
    assert texto.get_charbox(ultima_instrucao[0])[1] > texto.get_charbox(corte[0])[3]


def test_valores_e_nomes_longos_nao_saem_da_pagina() -> None:
    grande = um_item(
        debito="W" * 40, referencia="saldo do parcelamento", principal=VALOR_MAXIMO - 3, multa=1, juros=1, honorarios=1
    )
    pagina = pypdfium2.PdfDocument(desenhar_documento(um_documento(itens=(grande,), contribuinte="W" * 40)))[0]
    texto = pagina.get_textpage()
    esquerda, direita = 15 / 25.4 * 72 - 1, (210 - 15) / 25.4 * 72 + 1
    for i in range(texto.count_chars()):
        e, _, d, _ = texto.get_charbox(i)
        assert esquerda <= e <= d <= direita


def test_texto_longo_fica_na_sua_coluna() -> None:
    pagina = pypdfium2.PdfDocument(desenhar_documento(um_documento(itens=(um_item(debito="W" * 40),))))[0]
    texto = pagina.get_textpage()
    larguras = [texto.get_charbox(i)[2] for i in range(texto.count_chars()) if texto.get_text_range(i, 1) == "W"]
    assert len(larguras) == 40
    assert max(larguras) <= (15 + 35) / 25.4 * 72


@pytest.mark.parametrize("texto", ["日本", "a\x00b", "linha\nquebrada", "🙂"])
def test_texto_que_a_fonte_nao_tem_nao_impede_a_emissao(texto: str) -> None:
    assert "CT-00012345" in paginas(desenhar_documento(um_documento(itens=(um_item(debito=texto),))))[0]


@pytest.mark.parametrize("caso", ["parcela", "quinhentos débitos"])
def test_mesma_entrada_mesmos_bytes(caso: str) -> None:
    assert desenhar_documento(DOCUMENTOS[caso]) == desenhar_documento(DOCUMENTOS[caso])


def test_titulo_lingua_e_data_do_arquivo() -> None:
    pdf = desenhar_documento(um_documento())
    metadados = pypdfium2.PdfDocument(pdf).get_metadata_dict()
    assert metadados["Title"] == "DARE nº 12345 - Parcela 3 de 60 do parcelamento"
    assert metadados["Author"] == "Secretaria de Estado da Fazenda - Estado do Maranhão"
    assert metadados["CreationDate"] == "D:20261220"
    assert b"(pt-BR)" in pdf
    assert pypdfium2.PdfDocument(pdf).is_tagged()


def test_quem_ouve_a_pagina_tem_titulos_tabela_e_figuras_descritas() -> None:
    raiz = arvore(desenhar_documento(um_documento()))
    nos = list(raiz.todos())
    assert [n.papel for n in nos].count("H1") == 1
    assert [n.papel for n in nos].count("TH") == 9
    assert [n.papel for n in nos].count("TD") == 9
    figuras = [n.alt for n in nos if n.papel == "Figure"]
    assert len(figuras) == 2
    assert figuras[0].startswith("QR Code do Pix")
    assert figuras[1].startswith("Código de barras")
    assert papeis(raiz).index("H1") < papeis(raiz).index("Table") < papeis(raiz).index("L") < papeis(raiz).index("Figure")


def test_cada_folha_da_arvore_aponta_o_seu_texto() -> None:
    pdf = desenhar_documento(um_documento())
    textos = textos_marcados(pdf)
    folhas = [no for no in arvore(pdf).todos() if no.marca >= 0]
    assert len({no.marca for no in folhas}) == len(folhas)
    cabecalhos = [textos[no.marca] for no in folhas if no.papel == "TH"]
    celulas = [textos[no.marca] for no in folhas if no.papel == "TD"]
    assert (cabecalhos[0], cabecalhos[-1]) == ("Débito", "Total (R$)")
    assert (celulas[0], celulas[-1]) == ("NL-2014-0001", "1.246,90")
    assert {textos[no.marca] for no in folhas if no.papel == "H2"} >= {"Como pagar", "Pague com Pix"}
    com_texto = {no.marca for no in folhas if no.papel != "Figure"}
    assert set(textos) - {-1} == com_texto
    assert "corte aqui" in textos[-1]


def test_arvore_de_cada_pagina_tem_as_suas_celulas() -> None:
    pdf = desenhar_documento(DOCUMENTOS["quinhentos débitos"])
    total = sum(papeis(arvore(pdf, i)).count("TD") for i in range(len(paginas(pdf))))
    assert total >= 9 * 501


def test_ordem_de_leitura() -> None:
    d: DocumentoImpresso = um_documento(segunda_via=True)
    texto = paginas(desenhar_documento(d))[0]
    ordem = [
        "ESTADO DO MARANHÃO",
        "DARE",
        "Parcela 3 de 60",
        "Pague até",
        "Valor a pagar",
        "Débito",
        "Como pagar",
        "Pague com Pix",
    ]
    posicoes = [texto.index(trecho) for trecho in (*ordem, formatar_linha(d.barras.linha))]
    assert posicoes == sorted(posicoes)


@pytest.mark.parametrize("situacao", ["pago", "substituido", "cancelado", "emitido"])
def test_papel_que_ja_nao_vale_nao_tem_com_que_pagar(situacao: str) -> None:
    aviso = aviso_de_sem_efeito(situacao, pagavel_ate=date(2026, 12, 30), hoje=date(2026, 12, 31))
    assert aviso is not None
    pdf = desenhar_documento(um_documento(aviso=aviso))
    assert codigos(pdf) == {}
    [pagina] = paginas(pdf)
    assert "NÃO PAGUE" in pagina
    assert aviso in " ".join(pagina.split())
    assert um_documento().barras.linha[:11] not in pagina
    for palavra in ("Pague com", "Como pagar", "Valor a pagar"):
        assert palavra not in pagina


def test_em_vigor_ate_o_ultimo_dia() -> None:
    assert aviso_de_sem_efeito("emitido", pagavel_ate=date(2026, 12, 30), hoje=date(2026, 12, 30)) is None
