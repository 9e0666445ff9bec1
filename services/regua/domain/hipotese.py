"""Why a debt is unpaid: the policy's criteria as columnar expressions, the same for the whole base and for one taxpayer."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from regua.domain.politica import FATOS, Algum, Condicao, Criterio, Politica, Todos


def hipotese(politica: Politica) -> pl.Expr:
    """The first hypothesis of the policy whose criterion holds, as column `hipotese`."""
    return pl.coalesce([pl.when(expressao(regra.criterio)).then(pl.lit(regra.hipotese)) for regra in politica.regras]).alias(
        "hipotese"
    )


def expressao(criterio: Criterio) -> pl.Expr:
    """The criterion over the fact columns; never null."""
    match criterio:
        case Condicao():
            return _condicao(criterio)
        case Todos(de):
            return pl.all_horizontal([expressao(c) for c in de]) if de else pl.lit(value=True)
        case Algum(de):
            return pl.any_horizontal([expressao(c) for c in de])


def _condicao(c: Condicao) -> pl.Expr:
    tipo = FATOS[c.fato][0]
    if tipo == "sim_nao":
        return pl.col(c.fato)
    if tipo == "razao":
        # cross-multiplied in whole numbers: floats would decide a share of exactly 0.30 by chance
        num, den = (pl.col(f"{c.fato}_{parte}").cast(pl.Int128) for parte in ("num", "den"))
        return num * c.minimo.denominator >= den * c.minimo.numerator
    return pl.col(c.fato) >= int(c.minimo)


def condicoes(criterio: Criterio) -> Iterator[Condicao]:
    """Its conditions, in the order in which they are written."""
    match criterio:
        case Condicao():
            yield criterio
        case Todos(de) | Algum(de):
            for parte in de:
                yield from condicoes(parte)
