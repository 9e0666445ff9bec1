"""The three plans that fit best: least total, least installment, and one between."""

from __future__ import annotations

from parcelamento.domain.cotacao import cotar
from parcelamento.domain.oferta import mensalidade, tres_melhores
from tests.unit.parcelamento.apoio_cotacao import MP_189, NORMAS, um_debito, um_pedido


def _ofertas(*args: object, **outros: object) -> list[tuple[str, int, int]]:
    cotacao = cotar(um_pedido(*args, **outros), MP_189)  # type: ignore[arg-type]
    return [(o.rotulo, o.plano.parcelas, o.economia) for o in tres_melhores(cotacao)]


def test_menor_total_intermediario_e_menor_parcela_com_o_que_poupam() -> None:
    # 84,000.05 unreduced; 62,400.01 in 2, 66,000.01 in 12, 74,400.03 in 60
    assert _ofertas(um_debito()) == [
        ("menor_total", 2, 21_600_04),
        ("intermediario", 12, 18_000_04),
        ("menor_parcela", 60, 9_600_02),
    ]


def test_sem_reducao_o_menor_total_e_o_mais_curto() -> None:
    rotulos = _ofertas(um_debito("2014-10"))
    # with equal totals the middle is the one that begins with the least payment: 36, the last without entry
    assert rotulos == [("menor_total", 2, 0), ("intermediario", 36, 0), ("menor_parcela", 60, 0)]


def test_um_so_plano_e_uma_so_oferta() -> None:
    assert _ofertas(um_debito("2014-10", 1_000_00, 0, 0)) == [("menor_total", 2, 0)]


def test_dois_planos_sao_duas_ofertas() -> None:
    assert _ofertas(um_debito("2014-10", 1_500_00, 0, 0)) == [("menor_total", 2, 0), ("menor_parcela", 3, 0)]


def test_sem_planos_nao_ha_oferta() -> None:
    assert _ofertas(um_debito(natureza="simples")) == []


def test_a_entrada_nao_conta_na_mensalidade() -> None:
    planos = {p.parcelas: p for p in cotar(um_pedido(um_debito()), MP_189).planos}
    assert mensalidade(planos[60]) == 1_134_92
    assert mensalidade(planos[2]) == 31_200_00


def test_pagamento_unico_entra_na_escolha() -> None:
    pedido = um_pedido(um_debito("2017-06"), data=NORMAS["ma-mp-245-2017"].vigencia_de)
    cotacao = cotar(pedido, NORMAS["ma-mp-245-2017"])
    assert mensalidade(cotacao.planos[0]) == 60_000_00
    assert next((o.rotulo, o.plano.parcelas, o.economia) for o in tres_melhores(cotacao)) == ("menor_total", 1, 24_000_05)
