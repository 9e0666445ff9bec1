"""Money in whole cents: rounding half up and splitting a total, the same everywhere in the room."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate


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


def ratear(total: int, pesos: Sequence[int]) -> tuple[int, ...]:
    """`total` cents in proportion to `pesos`, adding up to it; each part is within a cent of its exact share.

    Where all weights are zero, the parts are equal (as `repartir`). Raises ValueError where there is no weight.
    """
    soma = sum(pesos)
    if not soma:
        return repartir(total, len(pesos))
    # rounding what has been handed out so far, not each part, keeps the sum exact
    marcos = [proporcao(total, acumulado, soma) for acumulado in accumulate(pesos)]
    return tuple(ate - de for de, ate in zip([0, *marcos], marcos, strict=False))
