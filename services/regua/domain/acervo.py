"""What a decision reads: one columnar frame for each kind of record, and the keys that make joining them cheap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

TRIBUTOS: Final = ("ICMS", "IPVA", "ITCD")
SITUACOES_DE_DEBITO: Final = ("aberto", "suspenso", "parcelado", "pago", "ajuizado")

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
    "tributo": pl.Enum(TRIBUTOS),
    "competencia": pl.Int32(),
    "vencimento": pl.Date(),
    "total": pl.Int64(),
    "situacao": pl.Enum(SITUACOES_DE_DEBITO),
}
DECLARACOES: Final[Mapping[str, pl.DataType]] = {
    "contribuinte": pl.String(),
    "tributo": pl.Enum(TRIBUTOS),
    "competencia": pl.Int32(),
    "prazo": pl.Date(),
    "entregue_em": pl.Date(),
    "valor_declarado": pl.Int64(),
    "notas_emitidas": pl.Int32(),
}
PAGAMENTOS: Final[Mapping[str, pl.DataType]] = {
    "debito": pl.String(),
    "contribuinte": pl.String(),
    "tributo": pl.Enum(TRIBUTOS),
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
    """The records that facts come from. Money in cents, days local.

    `debitos`, `declaracoes` and `pagamentos` have been through `codificar` with these `contribuintes`, and the payments
    through `ligar` with these `debitos`: both keep their order from then on, and the debts' ids are not needed any more.

    `lembretes`: acionamentos with the local days of emission and of the first `entregue` or `lido`. `suspensoes`: all of
    them; `ativa` is false once one was ended. One row a contribuinte in
    `contribuintes`, one a debt in `debitos`, one a (contribuinte, tributo, competência) in `declaracoes`.
    """

    contribuintes: pl.DataFrame
    debitos: pl.DataFrame
    declaracoes: pl.DataFrame
    pagamentos: pl.DataFrame
    lembretes: pl.DataFrame
    suspensoes: pl.DataFrame


def codificar(frame: pl.DataFrame, contribuintes: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `c`, the key of (contribuinte, tributo, competência as its month index), in place of the three.

    Rows of unknown contribuintes are dropped. The keys hold for these `contribuintes` in this order.
    """
    linhas = contribuintes.select("contribuinte").with_row_index("linha")
    chave = pl.col("linha").cast(pl.Int64) * _TRIBUTOS_POR_LINHA + pl.col("tributo").to_physical()
    return (
        frame.join(linhas, on="contribuinte", how="inner")
        .with_columns(c=chave * _MESES_POR_CHAVE + pl.col("competencia"))
        .drop("contribuinte", "tributo", "competencia", "linha")
    )


def ligar(pagamentos: pl.DataFrame, debitos: pl.DataFrame) -> pl.DataFrame:
    """`pagamentos` with the row (`n`) and `vencimento` of the debt that each names, in place of its id.

    Null where there is no such debt; `em_branco`: none was named.
    """
    # an inner join hashes the smaller side: a part of the payments, never all the debts
    numerados = pagamentos.with_row_index("k")
    achados = numerados.select("k", "debito").join(
        debitos.with_row_index("n").select("debito", "n", "vencimento"), on="debito", how="inner"
    )
    return numerados.join(achados.drop("debito"), on="k", how="left").select(
        "c", "pago_em", "valor", "n", "vencimento", em_branco=pl.col("debito").is_null()
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
