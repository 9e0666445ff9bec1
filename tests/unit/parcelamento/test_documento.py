"""Documents and terms as values: what disagrees with itself, or shows too much, is refused."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from parcelamento.domain.documento_norma import NormaDeDocumentosInvalida, ler_norma_de_documentos
from parcelamento.domain.febraban import compor_barras
from parcelamento.normas.documentos import documentos_de_fabrica
from tests.unit.parcelamento.apoio_documento import norma, um_debito, um_documento, um_item, um_termo


def test_alagoas_emite_dar_e_maranhao_dare() -> None:
    assert (norma("AL").rotulo, norma("MA").rotulo) == ("DAR", "DARE")
    assert norma("MA").nome == "Documento de Arrecadação de Receitas Estaduais"


@pytest.mark.parametrize(
    ("tributo", "parcelado", "divida_ativa", "codigo"),
    [
        ("ICMS", False, False, "101"),
        ("ICMS", True, False, "104"),
        ("ICMS", False, True, "107"),
        ("ICMS", True, True, "108"),
        ("IPVA", False, False, "106"),
        ("IPVA", True, False, "113"),
        ("IPVA", False, True, "117"),
        ("IPVA", True, True, None),
        ("HONORARIOS", False, True, "405"),
        ("TAXA", False, False, None),
    ],
)
def test_codigo_de_receita_do_maranhao(tributo: str, parcelado: bool, divida_ativa: bool, codigo: str | None) -> None:
    assert norma("MA").receita(tributo, parcelado=parcelado, divida_ativa=divida_ativa) == codigo


def test_o_que_nao_foi_verificado_esta_dito() -> None:
    for uf in ("AL", "MA"):
        campos = {nota.campo for nota in ler_norma_de_documentos(uf, documentos_de_fabrica()[uf]).nao_verificados}
        assert {"empresa", "identificador", "recebedor", "recebedor.chave_pix", "receitas"} <= campos
        assert norma(uf).empresa == "0000"


def mudado(caminho: str, valor: Any) -> dict[str, Any]:
    documento = copy.deepcopy(dict(documentos_de_fabrica()["MA"]))
    alvo: Any = documento
    *partes, ultima = caminho.split(".")
    for parte in partes:
        alvo = alvo[int(parte) if parte.isdigit() else parte]
    alvo[ultima] = valor
    return documento


@pytest.mark.parametrize(
    ("caminho", "valor", "campo"),
    [
        ("estado", "", "estado"),
        ("orgao", None, "orgao"),
        ("rotulo", "GNRE", "rotulo"),
        ("empresa", "12ABC345", "empresa"),
        ("empresa", "12200192", "empresa"),
        ("empresa", 1234, "empresa"),
        ("identificador", 7, "identificador"),
        ("identificador", True, "identificador"),
        ("identificador", "6", "identificador"),
        ("recebedor", None, "recebedor"),
        ("recebedor.nome", " ", "recebedor"),
        ("recebedor.cidade", "日本", "recebedor.cidade"),
        ("recebedor.chave_pix", "com espaço", "recebedor.chave_pix"),
        ("recebedor.chave_pix", 12200192000169, "recebedor.chave_pix"),
        ("receitas", {}, "receitas"),
        ("receitas.2.codigo", "10A", "receitas[2]"),
        ("receitas.0.parcelado", "não", "receitas[0]"),
        ("mensagens.quitacao", None, "mensagens.quitacao"),
        ("mensagens.parcela", [1], "mensagens.parcela"),
        ("nao_verificados", ["empresa"], "nao_verificados"),
    ],
)
def test_norma_recusada_com_o_campo(caminho: str, valor: object, campo: str) -> None:
    with pytest.raises(NormaDeDocumentosInvalida) as erro:
        ler_norma_de_documentos("MA", mudado(caminho, valor))
    assert [errado for errado, _ in erro.value.campos] == [campo]


def test_norma_vazia_diz_tudo_o_que_falta() -> None:
    with pytest.raises(NormaDeDocumentosInvalida) as erro:
        ler_norma_de_documentos("AL", {})
    assert {"estado", "rotulo", "empresa", "recebedor", "mensagens.parcela", "receitas"} <= {
        campo for campo, _ in erro.value.campos
    }


@pytest.mark.parametrize("mascarado", [None, "**.222.333/****-**", "***.982.247-**", "**.ABC.345/****-**"])
def test_documento_mascarado_e_aceito(mascarado: str | None) -> None:
    assert um_documento(documento_mascarado=mascarado).documento_mascarado == mascarado
    assert um_termo(documento_mascarado=mascarado).documento_mascarado == mascarado


@pytest.mark.parametrize("inteiro", ["12.ABC.345/01DE-35", "12ABC34501DE35", "52998224725", "529.982.247-25", "*2998224725", ""])
def test_documento_inteiro_nunca_e_impresso(inteiro: str) -> None:
    with pytest.raises(ValueError, match="masked"):
        um_documento(documento_mascarado=inteiro)
    with pytest.raises(ValueError, match="masked"):
        um_termo(documento_mascarado=inteiro)


@pytest.mark.parametrize(
    ("campos", "motivo"),
    [
        ({"valor": 1}, "add up"),
        ({"itens": ()}, "value"),
        ({"encargos": 10, "valor": um_item().total}, "add up"),
        ({"barras": compor_barras(um_item().total + 1, date(2026, 12, 30), 12345, "0000")}, "bars"),
        ({"barras": compor_barras(um_item().total, date(2026, 12, 31), 12345, "0000")}, "bars"),
        ({"barras": compor_barras(um_item().total, date(2026, 12, 30), 12346, "0000")}, "bars"),
        ({"pagavel_ate": date(2026, 12, 29)}, "brought forward"),
        ({"parcela": None}, "which one"),
        ({"tipo": "quitacao", "parcela": 1, "parcelas": 2}, "which one"),
    ],
)
def test_documento_que_se_contradiz_e_recusado(campos: dict[str, Any], motivo: str) -> None:
    with pytest.raises(ValueError, match=motivo):
        um_documento(**campos)


@pytest.mark.parametrize(
    ("campos", "motivo"),
    [
        ({"parcelas": ()}, "installments"),
        ({"parcelas": um_termo(quantas=3).parcelas[:2]}, "installments"),
        ({"total": 1}, "installments"),
        ({"debitos": (um_debito(), um_debito()), "total": um_debito().total, "parcelas": um_termo().parcelas}, "debts"),
        ({"total_sem_reducao": um_debito().total - 1}, "negative"),
        ({"resumo": "0" * 63}, "hash"),
        ({"resumo": "Z" * 64}, "hash"),
    ],
)
def test_termo_que_se_contradiz_e_recusado(campos: dict[str, Any], motivo: str) -> None:
    with pytest.raises(ValueError, match=motivo):
        um_termo(**campos)


def test_desconto_do_termo() -> None:
    assert um_termo().desconto == 27000 + 4500
