"""What is told of a plan that is not paid: each thing once, on its date, whenever one looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelamento.domain.acompanhamento import acompanhar, perda, proximo_prazo
from parcelamento.domain.plano import Cancelado, EmRisco, Evento, ParcelaVencida, Plano
from tests.support.parcelamento_planos import (
    CALENDARIO,
    FEITO,
    pagamentos,
    pagar,
    planos,
    sem_mora,
    um_plano,
    uma_regra,
)

_SEIS: Final = (10000,) * 6
_NUNCA: Final = date(2020, 1, 1)
_UM_DIA: Final = timedelta(days=1)


def _dia(mes: int, dia: int) -> date:
    return date(2015, mes, dia)


def _vencida(numero: int, desde: date) -> ParcelaVencida:
    return ParcelaVencida(numero, _dia(numero + 2, 15), desde)


_V1: Final = _vencida(1, _dia(3, 17))
_V2: Final = _vencida(2, _dia(4, 16))
_V3: Final = _vencida(3, _dia(5, 16))
_V4: Final = _vencida(4, _dia(6, 16))
_V5: Final = _vencida(5, _dia(7, 16))
# the 15th is a Saturday
_V6: Final = _vencida(6, _dia(8, 18))

# Six installments on the 15th from March on. The installments paid on 03-12; what differs in the rule; all that is ever told.
CASOS: Final[list[tuple[str, tuple[int, ...], dict[str, Any], list[Evento]]]] = [
    ("the entry, due on a Sunday", (), {}, [_V1, Cancelado("entrada_nao_paga", _dia(3, 17))]),
    (
        "the entry, waited for ten days",
        (),
        {"tolerancia_entrada_dias": 10, "aviso_dias": 4},
        [_V1, EmRisco(_dia(3, 27), _dia(3, 23)), Cancelado("entrada_nao_paga", _dia(3, 27))],
    ),
    (
        "until the entry is paid, its rule alone",
        (),
        {"tolerancia_entrada_dias": 40, "parcelas_em_atraso": 1, "dias_de_atraso": 2, "aviso_dias": 1},
        [_V1, _V2, EmRisco(_dia(4, 26), _dia(4, 25)), Cancelado("entrada_nao_paga", _dia(4, 26))],
    ),
    (
        "three in all",
        (1,),
        {},
        [_V2, _V3, EmRisco(_dia(6, 16), _dia(6, 1)), _V4, Cancelado("parcelas_em_atraso", _dia(6, 16))],
    ),
    (
        "three in all and 62 days on one day: the former is the reason",
        (1,),
        {"dias_de_atraso": 62},
        [_V2, _V3, EmRisco(_dia(6, 16), _dia(6, 1)), _V4, Cancelado("parcelas_em_atraso", _dia(6, 16))],
    ),
    (
        "three in all, not in a row",
        (1, 3),
        {"dias_de_atraso": None},
        [_V2, _V4, EmRisco(_dia(7, 16), _dia(7, 1)), _V5, Cancelado("parcelas_em_atraso", _dia(7, 16))],
    ),
    (
        "three in a row, broken by the fourth",
        (1, 4),
        {"consecutivas": True, "dias_de_atraso": None},
        [_V2, _V3, _V5, _V6],
    ),
    (
        "two in a row, but ninety days come first",
        (1, 3),
        {"consecutivas": True, "parcelas_em_atraso": 2},
        [_V2, _V4, EmRisco(_dia(7, 14), _dia(6, 29)), Cancelado("dias_de_atraso", _dia(7, 14))],
    ),
    (
        "thirty days",
        (1,),
        {"dias_de_atraso": 30, "aviso_dias": 5},
        [_V2, EmRisco(_dia(5, 15), _dia(5, 10)), Cancelado("dias_de_atraso", _dia(5, 15))],
    ),
    (
        "thirty days, from the next business day on",
        (1, 2, 3, 4, 5),
        {"dias_de_atraso": 30, "aviso_dias": 5},
        [_V6, EmRisco(_dia(9, 16), _dia(9, 11)), Cancelado("dias_de_atraso", _dia(9, 16))],
    ),
    (
        "notice longer than the delay: from the first day on",
        (1,),
        {"dias_de_atraso": 10, "aviso_dias": 60},
        [_V2, EmRisco(_dia(4, 25), _dia(4, 16)), Cancelado("dias_de_atraso", _dia(4, 25))],
    ),
    ("one loses it: no day for a notice", (1,), {"parcelas_em_atraso": 1}, [_V2, Cancelado("parcelas_em_atraso", _dia(4, 16))]),
    ("fewer left than the rule asks for", (1, 2, 3, 4), {"dias_de_atraso": None}, [_V5, _V6]),
    ("no rule loses it", (1, 2, 3, 4), {"parcelas_em_atraso": None, "dias_de_atraso": None}, [_V5, _V6]),
    ("no notice asked for", (1, 2, 3), {"aviso_dias": 0}, [_V4, _V5, _V6, Cancelado("parcelas_em_atraso", _dia(8, 18))]),
    ("all is paid", (1, 2, 3, 4, 5, 6), {}, []),
]


def _plano(pagas: tuple[int, ...], **regra: Any) -> Plano:
    return pagar(um_plano(_SEIS, regra=uma_regra(**regra)), *((n, _dia(3, 12), 10000) for n in pagas))


@pytest.mark.parametrize(("pagas", "regra", "esperados"), [c[1:] for c in CASOS], ids=[c[0] for c in CASOS])
def test_o_que_se_diz_de_um_plano(pagas: tuple[int, ...], regra: dict[str, Any], esperados: list[Evento]) -> None:
    depois, eventos = acompanhar(_plano(pagas, **regra), _NUNCA, CALENDARIO)
    assert list(eventos) == esperados
    assert (depois.situacao == "cancelado") == any(isinstance(e, Cancelado) for e in esperados)


def test_uma_parte_paga_nao_tira_a_parcela_do_atraso() -> None:
    plano = pagar(_plano((1,)), (2, _dia(4, 1), 9999))
    assert acompanhar(plano, _dia(4, 16), CALENDARIO)[1] == (_V2,)


def test_o_risco_e_dito_outra_vez_quando_a_data_da_perda_muda() -> None:
    plano, antes = acompanhar(_plano((1,)), _dia(6, 1), CALENDARIO)
    assert antes == (_V2, _V3, EmRisco(_dia(6, 16), _dia(6, 1)))
    assert acompanhar(plano, _dia(6, 10), CALENDARIO) == (plano, ())
    plano = pagar(plano, (2, _dia(6, 10), 10000), mora=sem_mora)
    # one fewer: the loss waits for the fifth
    assert acompanhar(plano, _NUNCA, CALENDARIO)[1] == (
        _V4,
        EmRisco(_dia(7, 16), _dia(7, 1)),
        _V5,
        Cancelado("parcelas_em_atraso", _dia(7, 16)),
    )


def test_paga_a_parcela_atrasada_o_plano_segue_sem_risco() -> None:
    plano, _ = acompanhar(_plano((1,)), _dia(5, 10), CALENDARIO)
    plano = pagar(plano, (2, _dia(5, 10), 10000), mora=sem_mora)
    assert acompanhar(plano, _dia(5, 15), CALENDARIO) == (plano, ())
    assert proximo_prazo(plano, CALENDARIO) == _dia(5, 16)


def test_de_um_plano_cancelado_ou_quitado_nada_se_diz() -> None:
    cancelado = replace(_plano((1,)), situacao="cancelado")
    for plano in (cancelado, _plano((1, 2, 3, 4, 5, 6))):
        assert acompanhar(plano, _NUNCA, CALENDARIO) == (plano, ())
        assert proximo_prazo(plano, CALENDARIO) is None
        assert perda(plano, CALENDARIO) is None


def _perda_dia_a_dia(plano: Plano, ate: date) -> Cancelado | None:
    """The loss by walking through the days: what is overdue on each, and whether the rule bears it."""
    regra = plano.cancelamento
    dia = FEITO
    while dia <= ate:
        atrasos = {p.numero: _dias_de_atraso(p.vencimento, dia) for p in plano.parcelas if p.pago < p.valor}
        vencidas = {numero for numero, dias in atrasos.items() if dias > 0}
        if plano.situacao == "aguardando_entrada":
            if atrasos.get(1, 0) > regra.tolerancia_entrada_dias:
                return Cancelado("entrada_nao_paga", dia)
        elif regra.parcelas_em_atraso is not None and _bastam(vencidas, regra.parcelas_em_atraso, regra.consecutivas):
            return Cancelado("parcelas_em_atraso", dia)
        elif regra.dias_de_atraso is not None and max(atrasos.values()) >= regra.dias_de_atraso:
            return Cancelado("dias_de_atraso", dia)
        dia += _UM_DIA
    return None


def _dias_de_atraso(vencimento: date, dia: date) -> int:
    while not CALENDARIO.dia_util(vencimento):
        vencimento += _UM_DIA
    return (dia - vencimento).days


def _bastam(vencidas: set[int], quantas: int, em_sequencia: bool) -> bool:
    if not em_sequencia:
        return len(vencidas) >= quantas
    return any(all(n + i in vencidas for i in range(quantas)) for n in vencidas)


@settings(deadline=None)
@given(st.data(), planos())
def test_a_perda_e_a_de_quem_olha_dia_a_dia(dados: st.DataObject, plano: Plano) -> None:
    plano = pagar(plano, *dados.draw(pagamentos(plano)), mora=sem_mora)
    if not plano.em_curso:
        return
    fim = plano.parcelas[-1].vencimento + timedelta(days=130)
    assert perda(plano, CALENDARIO) == _perda_dia_a_dia(plano, fim)


@settings(deadline=None)
@given(st.data(), planos())
def test_olhar_todo_dia_ou_uma_so_vez_diz_o_mesmo(dados: st.DataObject, plano: Plano) -> None:
    plano = pagar(plano, *dados.draw(pagamentos(plano)), mora=sem_mora)
    hoje = dados.draw(st.dates(FEITO, plano.parcelas[-1].vencimento + timedelta(days=130)))
    de_uma_vez = acompanhar(plano, hoje, CALENDARIO)
    aos_poucos, ditos = plano, list[Evento]()
    for passo in sorted(dados.draw(st.sets(st.integers(0, (hoje - FEITO).days), max_size=20))):
        aos_poucos, eventos = acompanhar(aos_poucos, FEITO + timedelta(days=passo), CALENDARIO)
        ditos += eventos
    aos_poucos, eventos = acompanhar(aos_poucos, hoje, CALENDARIO)
    assert (aos_poucos, (*ditos, *eventos)) == de_uma_vez
    assert acompanhar(aos_poucos, hoje, CALENDARIO) == (aos_poucos, ())


@settings(deadline=None)
@given(st.data(), planos())
def test_nada_e_dito_duas_vezes_nem_fora_de_ordem(dados: st.DataObject, plano: Plano) -> None:
    lista = sorted(dados.draw(pagamentos(plano)), key=lambda p: p[1])
    ditos = list[Evento]()
    for parcela, dia, valor in lista:
        plano, eventos = acompanhar(plano, dia, CALENDARIO)
        ditos += eventos
        plano = pagar(plano, (parcela, dia, valor), mora=sem_mora)
    plano, eventos = acompanhar(plano, _NUNCA, CALENDARIO)
    assert [e.data for e in eventos] == sorted(e.data for e in eventos)
    ditos += eventos
    vencidas = [e.numero for e in ditos if isinstance(e, ParcelaVencida)]
    assert len(vencidas) == len(set(vencidas))
    assert sum(isinstance(e, Cancelado) for e in ditos) == (plano.situacao == "cancelado")
    riscos = [e for e in ditos if isinstance(e, EmRisco)]
    assert all(a.perda_em != b.perda_em for a, b in pairwise(riscos))
    assert all(e.data < e.perda_em for e in riscos)


@settings(deadline=None)
@given(st.data(), planos())
def test_o_proximo_prazo_e_o_primeiro_dia_em_que_se_diz_algo(dados: st.DataObject, plano: Plano) -> None:
    plano = pagar(plano, *dados.draw(pagamentos(plano)), mora=sem_mora)
    plano, _ = acompanhar(plano, dados.draw(st.dates(FEITO, plano.parcelas[-1].vencimento)), CALENDARIO)
    prazo = proximo_prazo(plano, CALENDARIO)
    if prazo is None:
        assert acompanhar(plano, _NUNCA, CALENDARIO) == (plano, ())
        return
    assert acompanhar(plano, prazo - _UM_DIA, CALENDARIO) == (plano, ())
    assert acompanhar(plano, prazo, CALENDARIO)[1]


@settings(deadline=None)
@given(planos())
def test_sem_a_entrada_paga_o_plano_nunca_fica_ativo(plano: Plano) -> None:
    depois, eventos = acompanhar(plano, _NUNCA, CALENDARIO)
    assert depois.situacao == "cancelado"
    assert isinstance(eventos[-1], Cancelado)
    assert eventos[-1].motivo == "entrada_nao_paga"
