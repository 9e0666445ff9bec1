"""Shares an amount in proportion to others, to the cent."""

from __future__ import annotations

from collections.abc import Sequence


def ratear(valor: int, pesos: Sequence[int]) -> tuple[int, ...]:
    """`valor` cents in parts as `pesos` stand to each other; the parts add up to it and equal `pesos` where these do.

    Each part is cut to whole cents, and the cents left over go one each to those that lost most by that, the first ones
    where they lost the same. Weights that are all zero count as equal. Raises ValueError for anything negative, or no weight.
    """
    if valor < 0 or not pesos or min(pesos) < 0:
        raise ValueError("an amount of zero or more is shared by weights of zero or more")
    soma = sum(pesos)
    if not soma:
        pesos, soma = [1] * len(pesos), len(pesos)
    partes, restos = zip(*(divmod(valor * peso, soma) for peso in pesos), strict=True)
    sobra = valor - sum(partes)
    ganham = set(sorted(range(len(pesos)), key=lambda i: -restos[i])[:sobra])
    return tuple(parte + (i in ganham) for i, parte in enumerate(partes))
