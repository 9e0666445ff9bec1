"""What a campaign changed, with how sure one may be of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

CONFIANCA: Final = 0.95


@dataclass(frozen=True, slots=True)
class Grupo:
    """Persons of a group, and how many of them paid."""

    pessoas: int
    pagaram: int

    @property
    def parte(self) -> float:
        return self.pagaram / self.pessoas if self.pessoas else 0.0


@dataclass(frozen=True, slots=True)
class Efeito:
    """The difference of shares (contacted − retained) and its interval; all None where a group is empty."""

    diferenca: float | None
    minimo: float | None
    maximo: float | None


def efeito(contatados: Grupo, retidos: Grupo, *, confianca: float = CONFIANCA) -> Efeito:
    """Newcombe's hybrid score interval for the difference of two independent shares (Statistics in Medicine 17, 1998,
    method 10): Wilson's limits of each, combined."""
    if not contatados.pessoas or not retidos.pessoas:
        return Efeito(None, None, None)
    z = NormalDist().inv_cdf(1 - (1 - confianca) / 2)
    (p1, l1, u1), (p2, l2, u2) = _wilson(contatados, z), _wilson(retidos, z)
    d = p1 - p2
    return Efeito(d, d - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), d + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2))


def _wilson(g: Grupo, z: float) -> tuple[float, float, float]:
    n, p = g.pessoas, g.parte
    centro, raio = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    fator = 1 + z * z / n
    return p, max(0.0, (centro - raio) / fator), min(1.0, (centro + raio) / fator)
