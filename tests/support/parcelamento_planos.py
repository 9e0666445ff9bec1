"""Plans for tests: builders, rates of late charges, and Hypothesis strategies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st

from kernel.domain.calendario import Calendario
from parcelamento.domain.norma import RegraDeCancelamento
from parcelamento.domain.pagamento import Mora, Recebido, receber
from parcelamento.domain.plano import Item, Plano, formalizar

CALENDARIO: Final = Calendario.bancario("MA")
FEITO: Final = date(2015, 3, 10)
# a Sunday, then a Wednesday, a Friday, a Monday, a Wednesday, a Saturday
VENCIMENTOS: Final = tuple(date(2015, mes, 15) for mes in range(3, 9))
ORDEM: Final = ("multa", "juros", "principal")
_PAGAMENTO: Final = UUID(int=7)


def uma_regra(**diferencas: Any) -> RegraDeCancelamento:
    """Three installments or 90 days lose the plan, with 15 days' notice; the entry is not waited for."""
    campos = {
        "parcelas_em_atraso": 3,
        "consecutivas": False,
        "dias_de_atraso": 90,
        "aviso_dias": 15,
        "tolerancia_entrada_dias": 0,
        "perde_reducao": True,
    }
    return RegraDeCancelamento(**{**campos, **diferencas})


def um_item(debito: str = "D1", **diferencas: int) -> Item:
    """Of 300.00 that the plan collects: 200.00 of principal, 60.00 of 80.00 of fine, 40.00 of 50.00 of interest."""
    campos = {"principal": 20000, "multa": 8000, "juros": 5000, "multa_reduzida": 6000, "juros_reduzidos": 4000, "honorarios": 0}
    return Item(debito, "I", **{**campos, **diferencas})


def um_plano(
    valores: Sequence[int] = (10000, 10000, 10000),
    *,
    vencimentos: Sequence[date] | None = None,
    itens: tuple[Item, ...] | None = None,
    regra: RegraDeCancelamento | None = None,
    imputacao: tuple[str, ...] = ORDEM,
) -> Plano:
    """A plan of 2015-03-10, due on the 15th of each month from that one on, waiting for its entry."""
    return formalizar(
        plano=UUID(int=1),
        contribuinte="c-1",
        data=FEITO,
        valores=valores,
        vencimentos=vencimentos or VENCIMENTOS[: len(valores)],
        itens=itens if itens is not None else (um_item(),),
        cancelamento=regra or uma_regra(),
        imputacao=imputacao,
    )


def um_recebido(parcela: int | None, pago_em: date, valor: int) -> Recebido:
    return Recebido(_PAGAMENTO, parcela, pago_em, valor)


def sem_mora(vencimento: date, pago_em: date) -> Decimal:
    return Decimal(0)


def dois_por_mil_ao_dia(vencimento: date, pago_em: date) -> Decimal:
    return Decimal("0.002") * (pago_em - vencimento).days


def pagar(plano: Plano, *pagamentos: tuple[int | None, date, int], mora: Mora = dois_por_mil_ao_dia) -> Plano:
    """The plan after payments of (installment, day, value)."""
    for pagamento in pagamentos:
        plano = receber(plano, um_recebido(*pagamento), mora, CALENDARIO).plano
    return plano


DIAS: Final = st.dates(FEITO, FEITO + timedelta(days=900))
MORAS: Final[st.SearchStrategy[Mora]] = st.sampled_from([sem_mora, dois_por_mil_ao_dia, lambda v, p: Decimal("0.333")])


def _vencimentos(intervalos: Sequence[int]) -> tuple[date, ...]:
    dias = [FEITO + timedelta(days=intervalos[0])]
    for intervalo in intervalos[1:]:
        dias.append(dias[-1] + timedelta(days=intervalo))
    return tuple(dias)


@st.composite
def regras(sorteio: st.DrawFn) -> RegraDeCancelamento:
    return RegraDeCancelamento(
        parcelas_em_atraso=sorteio(st.none() | st.integers(1, 4)),
        consecutivas=sorteio(st.booleans()),
        dias_de_atraso=sorteio(st.none() | st.integers(1, 120)),
        aviso_dias=sorteio(st.integers(0, 60)),
        tolerancia_entrada_dias=sorteio(st.integers(0, 40)),
        perde_reducao=sorteio(st.booleans()),
    )


@st.composite
def planos(sorteio: st.DrawFn, maximo: int = 8) -> Plano:
    """New plans of any size, with due dates at any distance, two on one day included."""
    valores = sorteio(st.lists(st.integers(1, 200_000), min_size=1, max_size=maximo))
    intervalos = sorteio(st.lists(st.integers(0, 45), min_size=len(valores), max_size=len(valores)))
    return um_plano(valores, vencimentos=_vencimentos(intervalos), regra=sorteio(regras()))


@st.composite
def pagamentos(sorteio: st.DrawFn, plano: Plano, minimo: int = 0) -> list[tuple[int | None, date, int]]:
    """Payments of any installment, any day (not in order) and any value."""
    numero = st.none() | st.integers(1, len(plano.parcelas))
    total = sum(p.valor for p in plano.parcelas)
    return sorteio(st.lists(st.tuples(numero, DIAS, st.integers(1, total + 1)), min_size=minimo, max_size=12))
