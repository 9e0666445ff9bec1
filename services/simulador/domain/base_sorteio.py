"""Repeatable draws for the synthetic base: every block has its own generator, so that blocks do not depend on each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

QUANTIS = 1024
BASE_PONTOS = 10_000


def gerador(semente: int, *partes: str | int) -> Random:
    """The generator of one part of the base. Seeded by text: SHA-512 inside, so it never depends on PYTHONHASHSEED."""
    chave = ":".join(str(parte) for parte in (semente, *partes))
    return Random(chave)  # noqa: S311 - synthetic data must be repeatable, not secret


def tabela_lognormal(mediana_centavos: int, sigma: float) -> tuple[int, ...]:
    """1,024 equally likely amounts, in cents, of a log-normal; a table lookup costs a tenth of a draw."""
    normal = NormalDist()
    pontos = ((i + 0.5) / QUANTIS for i in range(QUANTIS))
    return tuple(round(mediana_centavos * math.exp(sigma * normal.inv_cdf(p))) for p in pontos)


def cotas(partes: Mapping[T, int], total: int) -> dict[T, int]:
    """Shares in basis points → whole counts that differ from the exact share by less than one, by largest remainder."""
    inteiros = {chave: total * parte // BASE_PONTOS for chave, parte in partes.items()}
    falta = total * sum(partes.values()) // BASE_PONTOS - sum(inteiros.values())
    por_resto = sorted(partes, key=lambda chave: -(total * partes[chave] % BASE_PONTOS))
    for chave in por_resto[:falta]:
        inteiros[chave] += 1
    return inteiros


def taxas_por_competencia(sorteio: Random, media: float, desvio_relativo: float, quantas: int) -> list[float]:
    """`quantas` monthly rates whose mean is exactly `media` and whose deviation is exactly `media × desvio_relativo`."""
    brutas = [sorteio.gauss(0.0, 1.0) for _ in range(quantas)]
    centro = sum(brutas) / quantas
    desvio = math.sqrt(sum((x - centro) ** 2 for x in brutas) / quantas)
    return [max(0.0, media * (1 + desvio_relativo * (x - centro) / desvio)) for x in brutas]


def reais(centavos: int) -> str:
    """Cents → `1234,56`."""
    return f"{centavos // 100},{centavos % 100:02d}"
