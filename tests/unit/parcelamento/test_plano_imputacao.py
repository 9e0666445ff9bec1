"""A lost plan's payments pay fine, then interest, then principal; the rest goes back to the debts, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.domain.datas import Competencia
from parcelamento.domain.acompanhamento import acompanhar
from parcelamento.domain.debito import Debito
from parcelamento.domain.imputacao import SaldoDoDebito, cancelar, debitos_do_saldo, imputar
from parcelamento.domain.norma import Lancamento
from parcelamento.domain.plano import Cancelado, Item, Plano
from parcelamento.domain.reparticao import repartir
from parcelamento.errors import EstadoNaoPermite
from tests.support.parcelamento_planos import CALENDARIO, FEITO, ORDEM, pagar, sem_mora, um_item, um_plano, uma_regra

HOJE: Final = date(2015, 9, 1)
_DOIS: Final = (um_item("D1"), um_item("D2"))
_COM_TAXA: Final = (um_item("D1", honorarios=3000),)


def _pago(itens: tuple[Item, ...], valor: int, *, perde_reducao: bool = True, imputacao: tuple[str, ...] = ORDEM) -> Plano:
    total = sum(item.total for item in itens)
    plano = um_plano(repartir(total, 3), itens=itens, regra=uma_regra(perde_reducao=perde_reducao), imputacao=imputacao)
    return pagar(plano, (None, date(2015, 3, 12), valor)) if valor else plano


# Each debt: principal 200.00, fine 80.00 (60.00 reduced), interest 50.00 (40.00 reduced).
# Debts; paid; reduction lost; order; balances of (principal, fine, interest, fee), worked out by hand.
CASOS: Final[list[tuple[str, tuple[Item, ...], int, bool, tuple[str, ...], list[tuple[int, int, int, int]]]]] = [
    ("nothing paid, unreduced", (um_item(),), 0, True, ORDEM, [(20000, 8000, 5000, 0)]),
    ("nothing paid, reduced", (um_item(),), 0, False, ORDEM, [(20000, 6000, 4000, 0)]),
    ("part of the fine", (um_item(),), 7999, True, ORDEM, [(20000, 1, 5000, 0)]),
    ("the fine", (um_item(),), 8000, True, ORDEM, [(20000, 0, 5000, 0)]),
    ("into the interest", (um_item(),), 8001, True, ORDEM, [(20000, 0, 4999, 0)]),
    ("into the principal", (um_item(),), 13001, True, ORDEM, [(19999, 0, 0, 0)]),
    ("into the principal, reduced", (um_item(),), 13001, False, ORDEM, [(16999, 0, 0, 0)]),
    ("all but a cent of the plan, unreduced", (um_item(),), 29999, True, ORDEM, [(3001, 0, 0, 0)]),
    ("all but a cent of the plan, reduced", (um_item(),), 29999, False, ORDEM, [(1, 0, 0, 0)]),
    ("the norm's own order", (um_item(),), 21000, True, ("principal", "juros", "multa"), [(0, 8000, 4000, 0)]),
    ("the first one's fine first", _DOIS, 9000, True, ORDEM, [(20000, 0, 5000, 0), (20000, 7000, 5000, 0)]),
    ("both fines before any interest", _DOIS, 17000, True, ORDEM, [(20000, 0, 4000, 0), (20000, 0, 5000, 0)]),
    ("both interests before any principal", _DOIS, 27000, True, ORDEM, [(19000, 0, 0, 0), (20000, 0, 0, 0)]),
    ("the fee last", _COM_TAXA, 32000, False, ORDEM, [(0, 0, 0, 1000)]),
    ("the fee where the norm puts it", _COM_TAXA, 4000, True, ("honorarios", *ORDEM), [(20000, 7000, 5000, 0)]),
    ("kinds that the order leaves out", _COM_TAXA, 14000, True, ("juros",), [(19000, 0, 0, 3000)]),
]


@pytest.mark.parametrize(
    ("itens", "pago", "perde_reducao", "imputacao", "esperados"), [c[1:] for c in CASOS], ids=[c[0] for c in CASOS]
)
def test_o_que_volta_a_cada_debito(
    itens: tuple[Item, ...],
    pago: int,
    *,
    perde_reducao: bool,
    imputacao: tuple[str, ...],
    esperados: list[tuple[int, int, int, int]],
) -> None:
    feito = cancelar(_pago(itens, pago, perde_reducao=perde_reducao, imputacao=imputacao), HOJE, "parcelas_em_atraso")
    nomes = ("principal", "multa", "juros", "honorarios")
    assert feito.saldos == tuple(
        SaldoDoDebito(item.debito, **dict(zip(nomes, partes, strict=True))) for item, partes in zip(itens, esperados, strict=True)
    )
    assert feito.sobra == 0
    assert (feito.plano.situacao, feito.eventos) == ("cancelado", (Cancelado("parcelas_em_atraso", HOJE),))


def test_os_encargos_da_demora_nao_pagam_o_debito() -> None:
    plano = pagar(um_plano(), (1, date(2015, 3, 17), 10040))
    assert imputar(plano).saldos == (SaldoDoDebito("D1", 20000, 0, 3000, 0),)


def test_o_que_se_pagou_alem_do_debito_nao_some() -> None:
    # installments with interest of their own: 2 × 200.00 for a debt of 300.00
    plano = pagar(um_plano((20000, 20000), regra=uma_regra(perde_reducao=False)), (None, date(2015, 3, 12), 31000))
    feita = imputar(plano)
    assert (sum(s.total for s in feita.saldos), feita.sobra) == (0, 1000)


@pytest.mark.parametrize("situacao", ["quitado", "cancelado"])
def test_o_que_acabou_nao_se_cancela(situacao: Any) -> None:
    with pytest.raises(EstadoNaoPermite, match=situacao):
        cancelar(replace(um_plano(), situacao=situacao), HOJE, "operador")


def test_o_plano_perdido_no_acompanhamento_da_os_mesmos_saldos() -> None:
    plano = _pago((um_item(),), 12000)
    perdido, eventos = acompanhar(plano, date(2020, 1, 1), CALENDARIO)
    assert eventos[-1] == Cancelado("dias_de_atraso", date(2015, 7, 14))
    assert perdido.situacao == "cancelado"
    assert imputar(perdido).saldos == cancelar(plano, HOJE, "operador").saldos


@st.composite
def _itens(sorteio: st.DrawFn) -> tuple[Item, ...]:
    itens = []
    for numero in range(sorteio(st.integers(1, 5))):
        principal, multa, juros, honorarios = (sorteio(st.integers(0, 10**6)) for _ in range(4))
        reduzidas = {"multa_reduzida": sorteio(st.integers(0, multa)), "juros_reduzidos": sorteio(st.integers(0, juros))}
        itens.append(Item(f"D{numero}", "I", principal + 1, multa, juros, **reduzidas, honorarios=honorarios))
    return tuple(itens)


@settings(deadline=None)
@given(_itens(), st.booleans(), st.permutations([*ORDEM, "honorarios"]), st.data())
def test_pago_mais_saldos_e_o_que_se_devia(
    itens: tuple[Item, ...], perde_reducao: bool, ordem: list[str], dados: st.DataObject
) -> None:
    total = sum(item.total for item in itens)
    pago = dados.draw(st.integers(0, total - 1))
    plano = um_plano((total,), itens=itens, regra=uma_regra(perde_reducao=perde_reducao), imputacao=tuple(ordem))
    plano = pagar(plano, (None, FEITO, pago), mora=sem_mora) if pago else plano
    feito = cancelar(plano, HOJE, "operador")
    devido = {
        "principal": [i.principal for i in itens],
        "multa": [i.multa if perde_reducao else i.multa_reduzida for i in itens],
        "juros": [i.juros if perde_reducao else i.juros_reduzidos for i in itens],
        "honorarios": [i.honorarios for i in itens],
    }
    assert pago + sum(s.total for s in feito.saldos) == sum(sum(v) for v in devido.values())
    assert feito.sobra == 0
    # along the order, kind by kind and debt by debt, nothing is paid after something that is not paid whole
    fila = [(devido[parte][i], getattr(saldo, parte)) for parte in ordem for i, saldo in enumerate(feito.saldos)]
    assert all(0 <= saldo <= devida for devida, saldo in fila)
    inteiras = [saldo == 0 for devida, saldo in fila if devida]
    intactas = [saldo == devida for devida, saldo in fila if devida]
    primeira = inteiras.index(False)
    assert not any(inteiras[primeira:])
    assert all(intactas[primeira + 1 :])


_LANCAMENTO: Final = Lancamento(frozenset({1, 2}), Decimal("0.30"), frozenset({1, 2, 3}), "item 23")


def _debito(conta: int | None, ciencia_em: date | None = None) -> Debito:
    return Debito(
        debito="D1",
        tributo="ICMS",
        agencia="A1",
        conta=conta,
        natureza="icms",
        fato_gerador=Competencia.de_ano_mes(2014, 5),
        lancado_em=None,
        ciencia_em=ciencia_em,
        divida_ativa=False,
        principal=20000,
        multa=2000,
        juros=5000,
    )


@pytest.mark.parametrize(
    ("conta", "ciencia", "conta_depois", "lancado_depois", "ciencia_depois"),
    [
        # a declared balance was assessed with its 30% when the plan was made: not twice
        (1, None, 3, FEITO, FEITO),
        (2, date(2015, 2, 1), 3, FEITO, date(2015, 2, 1)),
        (3, None, 3, None, FEITO),
        (3, date(2015, 2, 1), 3, None, date(2015, 2, 1)),
        (12, None, 12, None, None),
        (None, None, None, None, None),
    ],
)
def test_o_saldo_volta_como_debito_para_um_novo_plano(
    *, conta: int | None, ciencia: date | None, conta_depois: int | None, lancado_depois: date | None, ciencia_depois: date | None
) -> None:
    saldos = imputar(_pago((um_item(),), 9000)).saldos
    (volta,) = debitos_do_saldo([_debito(conta, ciencia)], saldos, lancamento=_LANCAMENTO, plano_de=FEITO)
    assert (volta.conta, volta.lancado_em, volta.ciencia_em) == (conta_depois, lancado_depois, ciencia_depois)
    assert (volta.principal, volta.multa, volta.juros) == (20000, 0, 4000)
    assert (volta.debito, volta.fato_gerador, volta.em_parcelamento) == ("D1", Competencia.de_ano_mes(2014, 5), False)


def test_debito_pago_ou_de_outro_plano_nao_volta() -> None:
    debitos = [_debito(3), replace(_debito(3), debito="D2"), replace(_debito(3), debito="D3")]
    saldos = [SaldoDoDebito("D1", 0, 0, 0, 700), SaldoDoDebito("D2", 1, 0, 0, 0)]
    assert [d.debito for d in debitos_do_saldo(debitos, saldos, lancamento=None, plano_de=FEITO)] == ["D2"]
