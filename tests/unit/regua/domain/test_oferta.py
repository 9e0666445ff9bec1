"""Open debts as a quote request: what is still owed, under which nature, in the words of parcelamento."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelamento.adapters.inbound.api_cotacoes import PedidoDeCotacao
from regua.domain.oferta import DebitoAberto, Devedor, pedido_de_oferta, restante
from tests.support.regua_base import mes

HOJE = date(2026, 3, 16)
DEBITO = DebitoAberto(
    debito="D1",
    tributo="ICMS",
    agencia="",
    conta=None,
    natureza=None,
    competencia=mes("2026-01"),
    fato_gerador=None,
    lancado_em=None,
    ciencia_em=None,
    inscrito_em=None,
    principal=100_00,
    multa=20_00,
    juros=3_50,
    pago=0,
)
centavos = st.integers(0, 10**11)


def pedido(debito: DebitoAberto = DEBITO, regime: str = "normal", receita: int | None = None) -> dict[str, Any]:
    return pedido_de_oferta(Devedor("C1", regime, receita), [debito], norma="al-icms-ordinario", data=HOJE)


def test_pedido_minimo() -> None:
    assert pedido() == {
        "norma": "al-icms-ordinario",
        "contribuinte": {"id": "C1", "regime": "normal"},
        "data": "2026-03-16",
        "debitos": [
            {
                "debito": "D1",
                "tributo": "ICMS",
                "natureza": "icms",
                "fato_gerador": "2026-01",
                "divida_ativa": False,
                "principal": "100.00",
                "multa": "20.00",
                "juros": "3.50",
            }
        ],
    }


def test_pedido_completo_serve_ao_parcelamento() -> None:
    cheio = replace(
        DEBITO,
        agencia="Maceió",
        conta=12,
        natureza="diferenca_aliquota",
        fato_gerador=mes("2025-12"),
        lancado_em=date(2026, 1, 20),
        ciencia_em=date(2026, 2, 1),
        inscrito_em=date(2026, 3, 1),
    )
    lido = PedidoDeCotacao.model_validate(pedido(cheio, "simples", 120_000_00))
    assert lido.contribuinte.receita_bruta_ano_anterior == 120_000_00
    (d,) = lido.debitos
    assert (d.agencia, d.conta, d.natureza, d.fato_gerador, d.divida_ativa) == (
        *("Maceió", 12, "diferenca_aliquota"),
        *("2025-12", True),
    )
    assert (d.lancado_em, d.ciencia_em) == (date(2026, 1, 20), date(2026, 2, 1))


@pytest.mark.parametrize(
    ("regime", "tributo", "natureza", "esperado"),
    [
        ("normal", "ICMS", None, ("normal", "icms")),
        ("nenhum", "ICMS", None, ("normal", "icms")),
        ("simples", "ICMS", None, ("simples", "simples")),
        ("mei", "ICMS", None, ("simples", "simples")),
        ("simples", "ICMS", "icms_st_retido", ("simples", "icms_st_retido")),
        ("nenhum", "IPVA", None, ("normal", "ipva")),
        ("nenhum", "IPVA", "icms", ("normal", "ipva")),
        ("nenhum", "ITCD", None, ("normal", "itcd")),
    ],
)
def test_regime_e_natureza(regime: str, tributo: str, natureza: str | None, esperado: tuple[str, str]) -> None:
    corpo = pedido(replace(DEBITO, tributo=tributo, natureza=natureza), regime)
    PedidoDeCotacao.model_validate(corpo)
    assert (corpo["contribuinte"]["regime"], corpo["debitos"][0]["natureza"]) == esperado


def test_conta_que_a_cotacao_nao_conhece_fica_de_fora() -> None:
    assert "conta" not in pedido(replace(DEBITO, conta=1317))["debitos"][0]


@pytest.mark.parametrize(
    ("pago", "esperado"),
    [
        (0, (100_00, 20_00, 3_50)),
        (20_00, (100_00, 0, 3_50)),
        (22_00, (100_00, 0, 1_50)),
        (23_50, (100_00, 0, 0)),
        (63_50, (60_00, 0, 0)),
        (123_50, (0, 0, 0)),
        (200_00, (0, 0, 0)),
    ],
)
def test_pagamento_parcial_vai_a_multa_juros_e_principal(pago: int, esperado: tuple[int, int, int]) -> None:
    assert restante(replace(DEBITO, pago=pago)) == esperado


@given(principal=centavos, multa=centavos, juros=centavos, pago=centavos)
def test_o_que_resta_soma_o_saldo(principal: int, multa: int, juros: int, pago: int) -> None:
    sobra = restante(replace(DEBITO, principal=principal, multa=multa, juros=juros, pago=pago))
    assert sum(sobra) == max(0, principal + multa + juros - pago)
    assert all(0 <= x <= y for x, y in zip(sobra, (principal, multa, juros), strict=True))
