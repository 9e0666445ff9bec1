"""Splitting a plan's total into installments: the entry, the parts, the interest on them and the days they fall due."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from kernel.domain.datas import mes_de
from parcelamento.domain.reparticao import proporcao, repartir


class Divisao(NamedTuple):
    """`entrada` is the first installment where the norm asks for one, else zero; `valores` has all of them."""

    entrada: int
    valores: tuple[int, ...]


def dividir(total: int, parcelas: int, entrada_minima: int | None) -> Divisao:
    """`total` cents in `parcelas` installments, the first of them not less than `entrada_minima` (None: none is asked for).

    The entry is a minimum: where the first of equal parts reaches it, the parts are equal.
    """
    iguais = repartir(total, parcelas)
    if entrada_minima is None:
        return Divisao(0, iguais)
    if iguais[0] >= entrada_minima:
        return Divisao(iguais[0], iguais)
    return Divisao(entrada_minima, (entrada_minima, *repartir(total - entrada_minima, parcelas - 1)))


def juros_das_parcelas(valores: Sequence[int], juros_mensal: Decimal) -> tuple[int, ...]:
    """Simple interest of each installment, in cents: the k-th after the first bears k months of it."""
    numerador, denominador = juros_mensal.as_integer_ratio()
    return tuple(proporcao(valor, numerador * meses, denominador) for meses, valor in enumerate(valores))


def vencimentos(primeiro: date, parcelas: int) -> tuple[date, ...]:
    """The first due date and the same day of the following months, or the month's last day."""
    mes = mes_de(primeiro)
    return (primeiro, *(_no_dia(primeiro.day, mes.seguinte(k).ano, mes.seguinte(k).mes) for k in range(1, parcelas)))


def _no_dia(dia: int, ano: int, mes: int) -> date:
    return date(ano, mes, min(dia, monthrange(ano, mes)[1]))
