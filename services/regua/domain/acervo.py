"""What a decision reads: one columnar frame for each kind of record, and the keys that make joining them cheap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

TRIBUTOS: Final = ("ICMS", "IPVA", "ITCD")

# A competência's key packs contribuinte (row), tributo and month: consecutive months differ by one.
_TRIBUTOS_POR_LINHA: Final = 8
_MESES_POR_CHAVE: Final = 1 << 16

CONTRIBUINTES: Final[Mapping[str, pl.DataType]] = {
    "contribuinte": pl.String(),
    "pessoa": pl.String(),
    "natureza": pl.String(),
    "regime": pl.String(),
    "municipio": pl.String(),
}
DEBITOS: Final[Mapping[str, pl.DataType]] = {
    "debito": pl.String(),
    "contribuinte": pl.String(),
    "tributo": pl.String(),
    "competencia": pl.Int32(),
    "vencimento": pl.Date(),
    "total": pl.Int64(),
    "situacao": pl.String(),
}
DECLARACOES: Final[Mapping[str, pl.DataType]] = {
    "contribuinte": pl.String(),
    "tributo": pl.String(),
    "competencia": pl.Int32(),
    "prazo": pl.Date(),
    "entregue_em": pl.Date(),
    "valor_declarado": pl.Int64(),
    "notas_emitidas": pl.Int32(),
}
PAGAMENTOS: Final[Mapping[str, pl.DataType]] = {
    "debito": pl.String(),
    "contribuinte": pl.String(),
    "tributo": pl.String(),
    "competencia": pl.Int32(),
    "pago_em": pl.Date(),
    "valor": pl.Int64(),
}
LEMBRETES: Final[Mapping[str, pl.DataType]] = {
    "pessoa": pl.String(),
    "emitido": pl.Date(),
    "entregue": pl.Date(),
}
SUSPENSOES: Final[Mapping[str, pl.DataType]] = {
    "contribuinte": pl.String(),
    "motivo": pl.String(),
    "desde": pl.Date(),
    "ate": pl.Date(),
    "ativa": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class Base:
    """The records that facts come from. Money in cents, a competência as its month index, days local.

    `lembretes`: acionamentos with the local days of emission and of the first `entregue` or `lido`. `suspensoes`: all of
    them; `ativa` is false once one was ended. `pagamentos.debito` is null where it was blank. One row a contribuinte in
    `contribuintes`, one a debt in `debitos`, one a (contribuinte, tributo, competência) in `declaracoes`.
    """

    contribuintes: pl.DataFrame
    debitos: pl.DataFrame
    declaracoes: pl.DataFrame
    pagamentos: pl.DataFrame
    lembretes: pl.DataFrame
    suspensoes: pl.DataFrame


def codificar(frame: pl.DataFrame, contribuintes: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `c`, the key of (contribuinte, tributo, competência), in place of the three; unknown ones are dropped."""
    linhas = contribuintes.select("contribuinte").with_row_index("linha")
    tributo = pl.col("tributo").replace_strict(list(TRIBUTOS), range(len(TRIBUTOS)), return_dtype=pl.Int64)
    chave = pl.col("linha").cast(pl.Int64) * _TRIBUTOS_POR_LINHA + tributo
    return (
        frame.join(linhas, on="contribuinte", how="inner")
        .with_columns(c=chave * _MESES_POR_CHAVE + pl.col("competencia"))
        .drop("contribuinte", "tributo", "competencia", "linha")
    )


def chave(de: str = "c") -> pl.Expr:
    """The caso's key (contribuinte × tributo) of a competência's key."""
    return (pl.col(de) // _MESES_POR_CHAVE).alias("chave")


def competencia(de: str = "c") -> pl.Expr:
    """The month index of a competência's key."""
    return pl.col(de) % _MESES_POR_CHAVE


def linha() -> pl.Expr:
    """The contribuinte's row of `chave`."""
    return (pl.col("chave") // _TRIBUTOS_POR_LINHA).alias("linha")


def tributo() -> pl.Expr:
    """The tributo of `chave`."""
    codigo = pl.col("chave") % _TRIBUTOS_POR_LINHA
    return codigo.replace_strict(range(len(TRIBUTOS)), list(TRIBUTOS), return_dtype=pl.String).alias("tributo")


def mes(dia: date) -> int:
    """The month index of a day."""
    return dia.year * 12 + dia.month - 1
