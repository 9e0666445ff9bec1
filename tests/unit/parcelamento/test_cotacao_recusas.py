"""What MP 189/2015 refuses, in its order, and when its windows open and close; each row cites the source."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

import pytest

from parcelamento.domain.cotacao import PedidoRecusado, consolidar, cotar
from parcelamento.domain.debito import Debito
from tests.unit.parcelamento.apoio_cotacao import MP_189, motivos, plano_de, um_debito, um_pedido
from tests.unit.parcelamento.calculo_independente import calcular, recusas

DIA = date(2015, 3, 10)
ANEXO = "Portaria 46/2015, Anexo III, "

# item of the source, changes to a debt that is accepted, taxpayer's regime, day, reason
RECUSAS: list[tuple[str, dict[str, Any], str, date, str | None]] = [
    ("item 25, a", {"natureza": "icms_st_retido"}, "normal", DIA, "icms_st_retido"),
    ("item 25, a", {"natureza": "icms_st_retido"}, "simples", DIA, "icms_st_retido"),
    ("item 25, c", {"natureza": "obrigacao_acessoria"}, "normal", DIA, "obrigacao_acessoria"),
    ("item 25, c", {"natureza": "obrigacao_acessoria"}, "simples", DIA, "obrigacao_acessoria"),
    ("item 25, b", {"natureza": "simples"}, "normal", DIA, "simples"),
    ("item 25, b", {"natureza": "simples"}, "simples", DIA, "simples"),
    ("item 25, b", {"natureza": "icms"}, "simples", DIA, "simples"),
    ("item 25, b (exceção)", {"natureza": "diferenca_aliquota"}, "simples", DIA, None),
    ("item 25, b (exceção)", {"natureza": "diferenca_aliquota"}, "normal", DIA, None),
    ("item 22", {"em_parcelamento": True}, "normal", DIA, "parcelamento_ativo"),
    ("item 14, I e II", {"fato_gerador": "2015-04"}, "normal", DIA, "fato_gerador_futuro"),
    ("item 14, I e II", {"fato_gerador": "2015-03"}, "normal", DIA, "fora_da_norma"),
    ("item 14, I e II", {"fato_gerador": "2015-01"}, "normal", DIA, "fora_da_norma"),
    ("item 14, II", {"fato_gerador": "2014-12"}, "normal", DIA, None),
    ("art. 2º", {"fato_gerador": "2014-05"}, "normal", date(2015, 2, 2), "fora_da_vigencia"),
    ("art. 2º", {"fato_gerador": "2014-10"}, "normal", date(2015, 2, 2), "fora_da_vigencia"),
    ("art. 2º", {"fato_gerador": "2014-05"}, "normal", date(2015, 2, 3), None),
    ("art. 2º", {"fato_gerador": "2014-10"}, "normal", date(2015, 2, 3), None),
    ("item 14, I", {"fato_gerador": "2014-07"}, "normal", date(2015, 5, 29), None),
    ("item 14, I", {"fato_gerador": "2014-07"}, "normal", date(2015, 5, 30), "fora_da_vigencia"),
    ("item 14, II", {"fato_gerador": "2014-08"}, "normal", date(2015, 5, 30), None),
    ("item 14, II", {"fato_gerador": "2014-12"}, "normal", date(2016, 2, 29), None),
    ("art. 1º", {"tributo": "IPVA", "natureza": "ipva"}, "normal", DIA, "tributo_fora_da_norma"),
    ("art. 1º", {"tributo": "ITCD", "natureza": "itcd"}, "normal", DIA, "tributo_fora_da_norma"),
    # precedence: the first that fits, in the order of the list
    ("art. 1º", {"tributo": "IPVA", "natureza": "icms_st_retido"}, "simples", DIA, "tributo_fora_da_norma"),
    ("item 25, a", {"natureza": "icms_st_retido", "em_parcelamento": True}, "simples", DIA, "icms_st_retido"),
    ("item 25, c", {"natureza": "obrigacao_acessoria", "fato_gerador": "2015-04"}, "normal", DIA, "obrigacao_acessoria"),
    ("item 25, b", {"em_parcelamento": True, "fato_gerador": "2015-01"}, "simples", DIA, "simples"),
    ("item 22", {"em_parcelamento": True, "fato_gerador": "2015-04"}, "normal", DIA, "parcelamento_ativo"),
    ("item 22", {"em_parcelamento": True, "natureza": "diferenca_aliquota"}, "simples", date(2015, 2, 2), "parcelamento_ativo"),
    ("item 14, I e II", {"fato_gerador": "2015-03"}, "normal", date(2015, 2, 2), "fato_gerador_futuro"),
    ("item 14, I e II", {"fato_gerador": "2015-01"}, "normal", date(2015, 2, 2), "fora_da_norma"),
    ("item 14, I e II", {"fato_gerador": "2015-05"}, "normal", date(2015, 5, 30), "fora_da_norma"),
]


@pytest.mark.parametrize(("item", "mudancas", "regime", "dia", "motivo"), RECUSAS)
def test_recusa_com_o_item_da_fonte(item: str, mudancas: dict[str, Any], regime: Any, dia: date, motivo: str | None) -> None:
    pedido = um_pedido(_com(mudancas), data=dia, regime=regime)
    cotacao = cotar(pedido, MP_189)
    segunda = recusas(pedido)
    if motivo is None:
        assert cotacao.recusados == ()
        assert segunda == {}
        assert cotacao.planos
        return
    (recusado,) = cotacao.recusados
    assert (recusado.debito, recusado.motivo) == ("D1", motivo)
    assert recusado.fundamento == (f"Portaria 46/2015, {item}" if item.startswith("art.") else f"{ANEXO}{item}")
    assert segunda == {"D1": (motivo, item)}


def _com(mudancas: dict[str, Any]) -> Debito:
    fato = mudancas.get("fato_gerador", "2014-05")
    return um_debito(fato, **{campo: valor for campo, valor in mudancas.items() if campo != "fato_gerador"})


def test_todos_recusados_deixam_os_sessenta_sem_debitos() -> None:
    cotacao = cotar(um_pedido(um_debito(natureza="simples"), um_debito("2015-01"), multa_reduzida_20=True), MP_189)
    assert cotacao.planos == ()
    assert motivos(cotacao) == dict.fromkeys(range(1, 61), "sem_debitos")
    assert [r.motivo for r in cotacao.recusados] == ["simples", "fora_da_norma"]


def test_o_recusado_fica_fora_da_conta_e_os_outros_seguem() -> None:
    sozinho = um_pedido(um_debito())
    junto = um_pedido(um_debito(), um_debito(natureza="icms_st_retido"), um_debito("2015-01"))
    assert cotar(junto, MP_189).planos == cotar(sozinho, MP_189).planos
    assert [r.debito for r in cotar(junto, MP_189).recusados] == ["D2", "D3"]


def test_depois_de_29_05_2015_o_plano_misto_perde_os_debitos_do_regime_i() -> None:
    debitos = (um_debito("2014-07"), um_debito("2014-08"))
    assert plano_de(um_pedido(*debitos, data=date(2015, 5, 29)), 12).regime == "misto"
    depois = cotar(um_pedido(*debitos, data=date(2015, 5, 30)), MP_189)
    assert [r.debito for r in depois.recusados] == ["D1"]
    assert {p.regime for p in depois.planos} == {"II"}


# Portaria 46/2015, Anexo III, item 20: days from ciência to the quote, the first due date counted from the quote
@pytest.mark.parametrize(("dias", "primeiro"), [(0, 5), (10, 5), (24, 5), (25, 5), (26, 4), (27, 3), (28, 2), (29, 1), (30, 0)])
def test_primeiro_vencimento_nao_passa_do_trigesimo_dia_da_ciencia(dias: int, primeiro: int) -> None:
    ciencia = DIA - timedelta(days=dias)
    pedido = um_pedido(um_debito("2014-10", lancado_em=ciencia, ciencia_em=ciencia), multa_reduzida_20=True)
    plano = plano_de(pedido, 6)
    assert plano.vencimentos[0] == DIA + timedelta(days=primeiro)
    esperado = calcular(pedido, 6)
    assert not isinstance(esperado, str)
    assert list(plano.vencimentos) == esperado.vencimentos
    assert plano_de(replace(pedido, multa_reduzida_20=False), 6).vencimentos[0] == DIA + timedelta(days=5)


def test_vale_o_prazo_do_primeiro_dos_debitos_com_a_multa_reduzida() -> None:
    cedo = um_debito("2014-09", lancado_em=date(2015, 2, 9), ciencia_em=date(2015, 2, 10))
    tarde = um_debito("2014-10", lancado_em=date(2015, 3, 1), ciencia_em=date(2015, 3, 5))
    de_fora = um_debito("2014-05", lancado_em=date(2015, 2, 8), ciencia_em=date(2015, 2, 8))
    assert plano_de(um_pedido(cedo, tarde, de_fora, multa_reduzida_20=True), 6).vencimentos[0] == date(2015, 3, 12)
    assert plano_de(um_pedido(tarde, de_fora, multa_reduzida_20=True), 6).vencimentos[0] == date(2015, 3, 15)


def test_primeiro_vencimento_nunca_vem_antes_da_cotacao() -> None:
    """A notice dated before the assessment is a slip of the record: it must not make a plan that is born late."""
    debito = um_debito("2014-10", lancado_em=date(2015, 3, 1), ciencia_em=date(2015, 1, 20))
    assert plano_de(um_pedido(debito, multa_reduzida_20=True), 6).vencimentos[:2] == (DIA, date(2015, 4, 10))


# items 11, 23 and 24: who may ask for the reduced fine
@pytest.mark.parametrize(
    ("item", "mudancas", "cabe"),
    [
        ("item 11, último dia do prazo", {"lancado_em": date(2015, 2, 8), "ciencia_em": date(2015, 2, 12)}, True),
        ("item 11, um dia depois", {"lancado_em": date(2015, 2, 7), "ciencia_em": date(2015, 2, 12)}, False),
        ("item 11, pela ciência", {"ciencia_em": date(2015, 2, 8)}, True),
        ("item 11, pela ciência, um dia depois", {"ciencia_em": date(2015, 2, 7)}, False),
        ("item 24, NL sem ciência", {}, True),
        ("item 24, saldo declarado sem ciência", {"conta": 1}, True),
        ("item 24, saldo declarado sem ciência", {"conta": 2}, True),
        ("item 11, conta 12", {"conta": 12, "ciencia_em": date(2015, 3, 1)}, False),
        ("item 11, sem conta", {"conta": None, "ciencia_em": date(2015, 3, 1)}, False),
        ("item 11, regime I", {"fato_gerador": "2014-07", "ciencia_em": date(2015, 3, 1)}, False),
        ("item 11, primeiro mês", {"fato_gerador": "2014-08", "ciencia_em": date(2015, 3, 1)}, True),
    ],
)
def test_multa_reduzida_so_para_debito_com_direito(item: str, mudancas: dict[str, Any], cabe: bool) -> None:
    pedido = um_pedido(_com({"fato_gerador": "2014-10", **mudancas}), multa_reduzida_20=True)
    if cabe:
        plano = plano_de(pedido, 10)
        assert plano.entrada == floor(Fraction(plano.total, 5) + Fraction(1, 2))
        return
    with pytest.raises(PedidoRecusado) as erro:
        cotar(pedido, MP_189)
    assert (erro.value.codigo, erro.value.campo) == ("multa_reduzida_sem_debito", "multa_reduzida_20")
    assert "itens 11, 12 e 20" in erro.value.motivo


# item 20: the others on the same day of the following months, or the month's last day
@pytest.mark.parametrize(
    ("data", "esperados"),
    [
        (date(2015, 3, 10), [date(2015, 3, 15), date(2015, 4, 15), date(2015, 5, 15)]),
        (date(2015, 3, 26), [date(2015, 3, 31), date(2015, 4, 30), date(2015, 5, 31)]),
        (date(2015, 3, 27), [date(2015, 4, 1), date(2015, 5, 1), date(2015, 6, 1)]),
        (date(2015, 12, 26), [date(2015, 12, 31), date(2016, 1, 31), date(2016, 2, 29), date(2016, 3, 31)]),
        (date(2016, 12, 25), [date(2016, 12, 30), date(2017, 1, 30), date(2017, 2, 28), date(2017, 3, 30)]),
        # a Saturday stays: it is paid without charge on the next business day
        (date(2015, 5, 25), [date(2015, 5, 30), date(2015, 6, 30)]),
    ],
)
def test_vencimentos_no_mesmo_dia_dos_meses_seguintes(data: date, esperados: list[date]) -> None:
    vencimentos = plano_de(um_pedido(um_debito("2014-10"), data=data), 12).vencimentos
    assert list(vencimentos[: len(esperados)]) == esperados


def test_validade_ate_o_fim_do_dia_da_cotacao() -> None:
    assert cotar(um_pedido(um_debito()), MP_189).valida_ate == DIA


@pytest.mark.parametrize(
    ("mudancas", "codigo", "campo"),
    [
        ({"debitos": ()}, "entrada_invalida", "debitos"),
        ({"debitos": (um_debito(), um_debito())}, "debito_repetido", "debitos[0].debito"),
        ({"debitos": (um_debito(principal=-1),)}, "entrada_invalida", "debitos[0].principal"),
        ({"debitos": (um_debito(multa=-1),)}, "entrada_invalida", "debitos[0].multa"),
        ({"debitos": (um_debito(juros=-1),)}, "entrada_invalida", "debitos[0].juros"),
    ],
)
def test_pedido_que_nenhuma_norma_responde(mudancas: dict[str, Any], codigo: str, campo: str) -> None:
    with pytest.raises(PedidoRecusado) as erro:
        cotar(replace(um_pedido(um_debito()), **mudancas), MP_189)
    assert (erro.value.codigo, erro.value.campo) == (codigo, campo)


@pytest.mark.parametrize("honorarios", ["1.01", "-0.01", "NaN", "Infinity"])
def test_honorarios_fora_de_zero_a_um(honorarios: str) -> None:
    with pytest.raises(PedidoRecusado) as erro:
        cotar(um_pedido(um_debito(), honorarios=honorarios), MP_189)
    assert erro.value.campo == "honorarios_pge"


@pytest.mark.parametrize(
    ("parcelas", "motivo"), [(1, "percentual_nao_definido"), (61, "acima_do_maximo"), (0, "acima_do_maximo")]
)
def test_consolidar_recusa_o_plano_que_nao_ha(parcelas: int, motivo: str) -> None:
    with pytest.raises(PedidoRecusado) as erro:
        consolidar(um_pedido(um_debito()), MP_189, parcelas)
    assert erro.value.codigo == "parcelas_indisponiveis"
    assert motivo in erro.value.motivo


def test_consolidar_sem_debito_aceito() -> None:
    with pytest.raises(PedidoRecusado) as erro:
        consolidar(um_pedido(um_debito(natureza="simples")), MP_189, 2)
    assert "sem_debitos" in erro.value.motivo
