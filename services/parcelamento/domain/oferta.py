"""The three plans of a quote that fit best: to pay least, to pay least a month, and between the two."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from parcelamento.domain.cotacao import Cotacao, PlanoProposto

Rotulo = Literal["menor_total", "intermediario", "menor_parcela"]


class Oferta(NamedTuple):
    """A plan out of the quote and what it saves, in cents, against the same debts without reduction."""

    rotulo: Rotulo
    plano: PlanoProposto
    economia: int


def tres_melhores(cotacao: Cotacao) -> list[Oferta]:
    """The offers, from the shortest plan to the longest; fewer where they are the same plan, none where there is no plan.

    `menor_total` is the shortest of the plans that cost least. `menor_parcela` has the least monthly installment (the entry
    apart); of equal ones, the cheapest, then the shortest. `intermediario` lies between the two in number of installments:
    the one with the least sum of two shares, how far its total and how far its first payment stand between the lowest and
    the highest of the quote; of equal ones, the shortest.
    """
    planos = cotacao.planos
    if not planos:
        return []
    barato = min(planos, key=lambda p: (p.total, p.parcelas))
    leve = min(planos, key=lambda p: (mensalidade(p), p.total, p.parcelas))
    escolhidos: dict[int, Oferta] = {barato.parcelas: _oferta("menor_total", barato)}
    escolhidos.setdefault(leve.parcelas, _oferta("menor_parcela", leve))
    menor, maior = sorted((barato.parcelas, leve.parcelas))
    entre = [plano for plano in planos if menor < plano.parcelas < maior]
    if entre:
        totais, primeiras = _limites([p.total for p in planos]), _limites([p.valores[0] for p in planos])
        meio = min(entre, key=lambda p: (_posicao(p.total, totais) + _posicao(p.valores[0], primeiras), p.parcelas))
        escolhidos[meio.parcelas] = _oferta("intermediario", meio)
    return [escolhidos[parcelas] for parcelas in sorted(escolhidos)]


def mensalidade(plano: PlanoProposto) -> int:
    """The most that is paid in a month once the first installment is paid, in cents; of a single payment, all of it."""
    return max(plano.valores[1:], default=plano.total)


def _oferta(rotulo: Rotulo, plano: PlanoProposto) -> Oferta:
    return Oferta(rotulo, plano, plano.desconto)


def _limites(valores: Sequence[int]) -> tuple[int, int]:
    return min(valores), max(valores)


def _posicao(valor: int, limites: tuple[int, int]) -> Fraction:
    """Where `valor` stands from the lowest (0) to the highest (1)."""
    menor, maior = limites
    return Fraction(valor - menor, maior - menor) if maior > menor else Fraction(0)
