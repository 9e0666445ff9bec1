"""Where a caso stands on the ladder: which rung is due, and how firm it is. Never skipped, never repeated."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from regua.domain.politica import ETAPAS, REINCIDENCIAS, Politica


def situar(casos: pl.DataFrame, politica: Politica, data: date) -> pl.DataFrame:
    """Adds `devida` (a rung may be climbed today), `etapa` (that one, or the one where the caso rests) and `rigidez`.

    Reads `etapa_consumida` (0: none), `etapa_em` (the day on which it was delivered or exhausted; null: still under way),
    `andamento` (a rung emitted or over, and not yet consumed; null: none), `dias_atraso`, `reincidencia`, `teto_rigidez`.
    """
    consumida, descanso = pl.col("etapa_consumida"), pl.max_horizontal("etapa_consumida", "andamento", pl.lit(1))
    proxima = consumida + 1
    return (
        casos.with_columns(devida=_devida(politica, data))
        .with_columns(etapa=pl.when("devida").then(proxima).otherwise(descanso).cast(pl.Int64))
        .with_columns(rigidez=_rigidez(politica))
    )


def _devida(politica: Politica, data: date) -> pl.Expr:
    consumida = pl.col("etapa_consumida")
    atraso = {e.etapa - 1: e.dias_de_atraso for e in politica.etapas}
    espera = {e.etapa - 1: e.dias_apos_anterior for e in politica.etapas}
    passados = (pl.lit(data) - pl.col("etapa_em")).dt.total_days()
    descansou = (consumida == 0) | (passados >= _tabela(consumida, espera)).fill_null(value=False)
    atrasou = (pl.col("dias_atraso") >= _tabela(consumida, atraso)).fill_null(value=False)
    return (consumida < ETAPAS) & pl.col("andamento").is_null() & atrasou & descansou


def _tabela(coluna: pl.Expr, valores: dict[int, int]) -> pl.Expr:
    return coluna.cast(pl.Int64).replace_strict(valores, default=None, return_dtype=pl.Int64)


def _rigidez(politica: Politica) -> pl.Expr:
    casas = {e * 10 + r: politica.rigidez(e, r) for e in range(1, ETAPAS + 1) for r in range(1, REINCIDENCIAS + 1)}
    casa = pl.col("etapa") * 10 + pl.col("reincidencia").clip(upper_bound=REINCIDENCIAS)
    return pl.min_horizontal(_tabela(casa, casas), pl.col("teto_rigidez").cast(pl.Int64))


def proximo_passo(
    politica: Politica, *, desde: date, etapa_consumida: int, etapa_em: date | None, em_andamento: bool
) -> tuple[int, date] | None:
    """The next rung and its earliest day; None while one is under way, and after the last.

    `desde` is the day that `dias_atraso` counts from.
    """
    if em_andamento or etapa_consumida >= ETAPAS or (etapa_consumida > 0 and etapa_em is None):
        return None
    etapa = politica.etapas[etapa_consumida]
    dia = desde + timedelta(days=etapa.dias_de_atraso)
    if etapa_em is not None:
        dia = max(dia, etapa_em + timedelta(days=etapa.dias_apos_anterior))
    return etapa.etapa, dia
