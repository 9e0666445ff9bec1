"""The words of documents and terms follow the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from parcelamento.domain.documento_texto import (
    brl,
    clausula_de_imputacao,
    clausulas,
    clausulas_de_perda,
    dia,
    enumerar,
    instrucoes,
    numero,
    por_cento,
    titulo,
)
from tests.unit.parcelamento.apoio_documento import REGRA, um_documento, um_termo


def test_valores_e_dias_como_se_le_no_brasil() -> None:
    assert (brl(123456789), numero(123456789), brl(5)) == ("R$ 1.234.567,89", "1.234.567,89", "R$ 0,05")
    assert dia(date(2026, 2, 3)) == "03/02/2026"


@pytest.mark.parametrize(("itens", "texto"), [([], ""), (["a"], "a"), (["a", "b"], "a e b"), (["a", "b", "c"], "a, b e c")])
def test_enumerar(itens: list[str], texto: str) -> None:
    assert enumerar(itens) == texto


def test_titulos() -> None:
    assert titulo(um_documento()) == "Parcela 3 de 60 do parcelamento"
    assert titulo(um_documento(tipo="quitacao")) == "Quitação do saldo do parcelamento"
    assert titulo(um_documento(tipo="cota_unica")) == "Pagamento em cota única"


def test_vencimento_em_sabado_diz_ate_quando_nao_ha_acrescimo() -> None:
    texto = " ".join(instrucoes(um_documento(vencimento=date(2026, 12, 26), pagavel_ate=date(2026, 12, 28))))
    assert "26/12/2026, cai em dia sem expediente bancário" in texto
    assert "até 28/12/2026, segunda-feira, não há acréscimo" in texto
    assert "Depois de 28/12/2026 este documento não vale" in texto


def test_vencimento_em_dia_util() -> None:
    assert "O último dia é 30/12/2026, quarta-feira." in instrucoes(um_documento())[0]


def test_sem_pix_nao_se_fala_em_pix() -> None:
    assert "Pix" in instrucoes(um_documento())[0]
    assert not any("Pix" in texto for texto in instrucoes(um_documento(pix=None)))


@pytest.mark.parametrize(
    ("mudanca", "sentenca"),
    [
        ({}, "O acordo perde o efeito se a primeira parcela não for paga até o vencimento."),
        ({"tolerancia_entrada_dias": 1}, "não for paga até 1 dia depois do vencimento."),
        ({"tolerancia_entrada_dias": 5}, "não for paga até 5 dias depois do vencimento."),
        ({}, "cancelado com 3 parcelas, seguidas ou não, vencidas e não pagas."),
        ({"consecutivas": True}, "cancelado com 3 parcelas, seguidas, vencidas e não pagas."),
        ({"parcelas_em_atraso": 1}, "cancelado se uma parcela ficar vencida e não paga."),
        ({}, "se uma parcela chegar a 90 dias de atraso."),
        ({}, "as reduções deixam de valer"),
        ({"perde_reducao": False}, "com as reduções já concedidas"),
    ],
)
def test_o_que_faz_perder_o_parcelamento(mudanca: dict[str, object], sentenca: str) -> None:
    assert sentenca in " ".join(clausulas_de_perda(replace(REGRA, **mudanca)))  # type: ignore[arg-type]


def test_regra_que_nao_existe_nao_vira_sentenca() -> None:
    texto = " ".join(clausulas_de_perda(replace(REGRA, parcelas_em_atraso=None, dias_de_atraso=None)))
    assert "None" not in texto
    assert "vencidas" not in texto
    assert "atraso" not in texto


def test_ordem_de_imputacao() -> None:
    """Portaria 46/2015, Anexo III, item 22."""
    assert clausula_de_imputacao(("multa", "juros", "principal")).endswith("nesta ordem: multa, juros e principal.")
    assert clausula_de_imputacao(("honorarios", "principal")).endswith("nesta ordem: honorários e principal.")


def test_nada_muda_antes_da_primeira_parcela() -> None:
    """Portaria 46/2015, Anexo III, item 21."""
    assert any("só muda depois de paga a primeira parcela" in clausula for clausula in clausulas(um_termo()))


def test_juros_de_parcelamento() -> None:
    assert "As parcelas não têm juros de parcelamento." in clausulas(um_termo())
    assert "As parcelas têm juros de parcelamento de 1% ao mês." in clausulas(um_termo(juros_mensal="1% ao mês"))


@pytest.mark.parametrize(
    ("fracao", "escrito"), [("0.90", "90%"), ("0.975", "97,5%"), ("1.00", "100%"), ("0.0125", "1,25%"), ("0.10", "10%")]
)
def test_a_reducao_da_lei_nao_se_arredonda(fracao: str, escrito: str) -> None:
    assert por_cento(Decimal(fracao)) == escrito
