"""Money in whole cents: rounding half up and splitting a total, the same everywhere in the room."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def meia_acima(valor: Decimal) -> int:
    """`valor`, an amount of cents with its fraction, as whole cents: half a cent goes up (away from zero)."""
    return int(valor.to_integral_value(rounding=ROUND_HALF_UP))


def fracao(centavos: int, taxa: Decimal) -> int:
    """`centavos` × `taxa` in whole cents, half up, worked out exactly whatever the number of digits. Neither is negative."""
    numerador, denominador = taxa.as_integer_ratio()
    return proporcao(centavos, numerador, denominador)


def proporcao(centavos: int, numerador: int, denominador: int) -> int:
    """`centavos` × `numerador` ÷ `denominador` in whole cents, half up. None is negative and `denominador` is not zero."""
    return (2 * centavos * numerador + denominador) // (2 * denominador)


def repartir(total: int, n: int) -> tuple[int, ...]:
    """`total` cents in `n` parts that add up to it; the cents left over go one each to the first parts.

    Raises ValueError for fewer than one part or a negative total.
    """
    if n < 1 or total < 0:
        raise ValueError("a total of zero or more is split into one part or more")
    parte, sobra = divmod(total, n)
    return (parte + 1,) * sobra + (parte,) * (n - sobra)


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
