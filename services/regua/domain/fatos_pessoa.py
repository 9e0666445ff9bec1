"""The facts that belong to a person, over all their registrations: reminders ignored, and being unable to pay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl

from regua.domain.acervo import Base, chave, linha
from regua.domain.politica import Definicoes
from regua.domain.registros import Registros

# what a person does about a reminder, besides paying: a plan, a contestation, a promise
RESPOSTAS: Final = ("parcelamento", "contesta", "promessa")
# what says that the person cannot pay now: their word, or a plan asked for
SEM_CONDICOES: Final = ("sem_condicoes", "parcelamento")


def lembretes_ignorados(base: Base, registros: Registros, data: date, d: Definicoes) -> pl.DataFrame:
    """By pessoa: reminders of the last months, delivered long enough ago, with nothing done in the days after."""
    prazo = timedelta(days=d.lembrete_dias)
    valem = base.lembretes.filter(
        (pl.col("entregue") <= data - prazo) & (pl.col("emitido") >= menos_meses(data, d.lembrete_meses))
    )
    respostas = _respostas(base, registros, valem.select("pessoa").unique(), data)
    # the first response from the day of delivery on, if any
    com_resposta = valem.sort("entregue").join_asof(
        respostas.sort("dia"),
        left_on="entregue",
        right_on="dia",
        by="pessoa",
        strategy="forward",
        coalesce=False,
        check_sortedness=False,
    )
    sem_resposta = pl.col("dia").is_null() | (pl.col("dia") > pl.col("entregue") + prazo)
    return com_resposta.filter(sem_resposta).group_by("pessoa").agg(lembretes_ignorados=pl.len().cast(pl.Int64))


def _respostas(base: Base, registros: Registros, pessoas: pl.DataFrame, data: date) -> pl.DataFrame:
    deles = (
        base.contribuintes.with_row_index("linha")
        .select("contribuinte", "pessoa", pl.col("linha").cast(pl.Int64))
        .join(pessoas, on="pessoa", how="semi")
    )
    pagos = (
        registros.pagamentos.lazy()
        .with_columns(chave())
        .with_columns(linha())
        .join(deles.lazy(), on="linha")
        .select("pessoa", dia="pago_em")
    )
    ditos = (
        base.suspensoes.lazy()
        .filter(pl.col("motivo").is_in(RESPOSTAS) & (pl.col("desde") <= data))
        .join(deles.lazy(), on="contribuinte")
        .select("pessoa", dia="desde")
    )
    return pl.concat([pagos, ditos]).unique().collect()


def sem_condicoes(base: Base, data: date, d: Definicoes) -> pl.DataFrame:
    """The pessoas who asked for a plan or said that they cannot pay in the last days that count."""
    recentes = pl.col("desde").is_between(data - timedelta(days=d.sem_condicoes_dias), data)
    return (
        base.suspensoes.filter(pl.col("motivo").is_in(SEM_CONDICOES) & recentes)
        .join(base.contribuintes.select("contribuinte", "pessoa"), on="contribuinte")
        .select("pessoa", sem_condicoes=pl.lit(value=True))
        .unique()
    )


def menos_meses(data: date, meses: int) -> date:
    """The same day `meses` months before; the last one of a month that has no such day."""
    indice = data.year * 12 + data.month - 1 - meses
    ano, mes = divmod(indice, 12)
    ultimo = (date(ano + (mes + 1) // 12, (mes + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(ano, mes + 1, min(data.day, ultimo))
