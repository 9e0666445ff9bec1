"""A ciclo's events, a frame at a time: the envelope and data of hundreds of thousands without a Python object for each.

The contract tests hold these bytes against the classes of `schemas`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from regua.domain.identidade import ids


@dataclass(frozen=True, slots=True)
class Remetente:
    """What all events of one ciclo share."""

    ciclo: str
    politica: str
    campanha: str
    agora: datetime
    traceparent: str | None


def iso(instante: datetime) -> str:
    """An instant as events carry it: UTC with a Z."""
    return instante.astimezone(UTC).isoformat().replace("+00:00", "Z")


def classificadas(quadro: pl.DataFrame, r: Remetente) -> pl.DataFrame:
    """`divida.classificada` of each row: a frame of topico, chave, valor."""
    dados = pl.struct(
        "contribuinte",
        "caso",
        "tributo",
        pl.col("data").cast(pl.String),
        "hipotese",
        "etapa",
        "reincidencia",
        "rigidez",
        politica=pl.lit(r.politica),
        decisao="resumo",
    )
    return _eventos(quadro, r, "cobranca.divida.classificada.v1", pl.lit("cobranca-divida"), dados)


def regularizadas(fechados: pl.DataFrame, r: Remetente, data: str) -> pl.DataFrame:
    """`divida.regularizada` of each closed caso."""
    dados = pl.struct("contribuinte", "caso", "tributo", data=pl.lit(data))
    return _eventos(fechados, r, "cobranca.divida.regularizada.v1", pl.lit("cobranca-divida"), dados)


def emitidos(acionados: pl.DataFrame, r: Remetente) -> pl.DataFrame:
    """`acionamento.emitido` for the first channel of each."""
    dados = pl.struct(
        "contribuinte",
        "acionamento",
        "canal",
        "caso",
        "tributo",
        "hipotese",
        "etapa",
        "tentativa",
        "reincidencia",
        "rigidez",
        "modelo",
        "idioma",
        "codigo",
        "nao_antes",
        "valido_ate",
        ordem=pl.lit(1),
        campanha=pl.lit(r.campanha),
        ciclo=pl.lit(r.ciclo),
        politica=pl.lit(r.politica),
        decisao="resumo",
        emitido_em=pl.lit(iso(r.agora)),
    )
    topico = pl.concat_str(pl.lit("cobranca-acionamento-"), "canal")
    return _eventos(acionados, r, "cobranca.acionamento.emitido.v1", topico, dados)


def retidos(quadro: pl.DataFrame, r: Remetente) -> pl.DataFrame:
    """`acionamento.retido` of each."""
    dados = pl.struct(
        "contribuinte",
        "acionamento",
        "caso",
        "tributo",
        "hipotese",
        "etapa",
        "reincidencia",
        "rigidez",
        campanha=pl.lit(r.campanha),
        ciclo=pl.lit(r.ciclo),
        politica=pl.lit(r.politica),
        decisao="resumo",
        retido_em=pl.lit(iso(r.agora)),
    )
    return _eventos(quadro, r, "cobranca.acionamento.retido.v1", pl.lit("cobranca-acionamento-retido"), dados)


def tarefas(quadro: pl.DataFrame, r: Remetente) -> pl.DataFrame:
    """`tarefa.solicitada` of each."""
    dados = pl.struct(
        "contribuinte",
        "tarefa",
        "motivo",
        "caso",
        "acionamento",
        "tributo",
        "rigidez",
        solicitada_em=pl.lit(iso(r.agora)),
    )
    return _eventos(quadro, r, "cobranca.tarefa.solicitada.v1", pl.lit("cobranca-tarefa"), dados)


def _eventos(quadro: pl.DataFrame, r: Remetente, tipo: str, topico: pl.Expr, dados: pl.Expr) -> pl.DataFrame:
    """Envelopes in the order of the rows. The id is uuid5(ciclo, tipo:caso): the same ciclo again makes the same events."""
    nomes = quadro.select(pl.concat_str(pl.lit(f"{tipo}:"), "caso")).to_series().to_list()
    envelope = {
        "specversion": pl.lit("1.0"),
        "source": pl.lit("/regua"),
        "type": pl.lit(tipo),
        "subject": pl.col("contribuinte"),
        "partitionkey": pl.col("contribuinte"),
        "time": pl.lit(iso(r.agora)),
        "datacontenttype": pl.lit("application/json"),
        "data": dados,
    }
    if r.traceparent is not None:
        envelope["traceparent"] = pl.lit(r.traceparent)
    return quadro.with_columns(pl.Series("id", ids([r.ciclo] * len(nomes), nomes), dtype=pl.String)).select(
        topico.alias("topico"),
        chave="contribuinte",
        valor=pl.struct("id", *(campo.alias(nome) for nome, campo in envelope.items())).struct.json_encode(),
    )
