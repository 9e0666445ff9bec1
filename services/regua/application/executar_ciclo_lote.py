"""What a ciclo writes, from what it decided: one frame for each table, and the events in their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from kernel.domain.calendario import JanelaDeContato
from regua.application.decidir import Decididos
from regua.application.executar_ciclo_eventos import (
    Remetente,
    classificadas,
    emitidos,
    iso,
    regularizadas,
    retidos,
    tarefas,
)
from regua.application.ports_ciclo import CicloGuardado, Lote
from regua.domain.canais import turno
from regua.domain.identidade import codigo, ids
from regua.domain.politica import Politica


@dataclass(frozen=True, slots=True)
class Feitio:
    """What the rows of one ciclo share."""

    ciclo: CicloGuardado
    politica: Politica
    agora: datetime
    janela: JanelaDeContato

    @property
    def data(self) -> date:
        return self.ciclo.data


def compor(decididos: Decididos, f: Feitio) -> Lote:
    """Everything that the ciclo leaves behind. The events of one contribuinte keep this order: regularised, classified,
    emitted or retained, tasks."""
    r = Remetente(str(f.ciclo.ciclo), f.politica.versao, f.ciclo.campanha, f.agora, f.ciclo.traceparent)
    quadro = _com_ids(decididos.avaliados, f)
    acionados = quadro.filter(pl.col("resultado") == "acionado")
    controlados = quadro.filter(pl.col("resultado") == "retido")
    pedidas = _tarefas(acionados, f)
    return Lote(
        ciclo=f.ciclo.ciclo,
        politica=f.politica.versao,
        agora=f.agora,
        decisoes=_decisoes(quadro, f),
        casos_novos=_casos_novos(decididos.casos, quadro, f),
        casos_mudados=_casos_mudados(quadro, f),
        casos_fechados=decididos.fechados.select("caso", "contribuinte"),
        acionamentos=pl.concat([_acionamentos(acionados, f), _acionamentos(controlados, f)]),
        emissoes=_emissoes(acionados, f),
        tarefas=pedidas.select("tarefa", "contribuinte", "motivo", "caso", "acionamento", "rigidez", solicitada_em=_agora(f)),
        aprovacoes=_aprovacoes(quadro, f),
        sorteios=_sorteios(quadro, f),
        eventos=(
            regularizadas(decididos.fechados, r, f.data.isoformat()),
            classificadas(quadro.filter(_mudou()), r),
            emitidos(acionados, r),
            retidos(controlados, r),
            tarefas(pedidas, r),
        ),
        pessoas=decididos.casos.select("contribuinte", "pessoa"),
    )


def _agora(f: Feitio) -> pl.Expr:
    return pl.lit(iso(f.agora))


def _com_ids(avaliados: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    """Adds acionamento, codigo, modelo, nao_antes and valido_ate where a contact goes out or is retained."""
    quadro = avaliados.filter(pl.col("resultado") != "suprimido")
    nomes = quadro.select(pl.format("{}|{}", "etapa", "tentativa")).to_series().to_list()
    acionamentos = ids(quadro["caso"].to_list(), nomes)
    feitos = quadro.select("caso").with_columns(
        pl.Series("acionamento", acionamentos, dtype=pl.String),
        pl.Series("codigo", [codigo(a) for a in acionamentos], dtype=pl.String),
    )
    return (
        avaliados.join(feitos, on="caso", how="left", maintain_order="left")
        .join(_turnos(quadro, f), on=["rigidez", "canal"], how="left", maintain_order="left")
        .with_columns(modelo=pl.format("{}_r{}", pl.col("hipotese").str.to_lowercase(), "rigidez"))
    )


def _turnos(quadro: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    pares = quadro.select("rigidez", "canal").unique(maintain_order=True)
    turnos = [
        turno(f.politica, rigidez=rigidez, canal=canal, ordem=1, agora=f.agora, janela=f.janela)
        for rigidez, canal in pares.iter_rows()
    ]
    return pares.with_columns(
        pl.Series("nao_antes", [iso(t.nao_antes) for t in turnos], dtype=pl.String),
        pl.Series("valido_ate", [iso(t.valido_ate) for t in turnos], dtype=pl.String),
    )


def _mudou() -> pl.Expr:
    return (
        pl.col("hipotese").ne_missing(pl.col("hipotese_anterior"))
        | pl.col("etapa").ne_missing(pl.col("etapa_classificada"))
        | pl.col("rigidez").ne_missing(pl.col("rigidez_anterior"))
    )


def _decisoes(quadro: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    return quadro.select(
        pl.lit(str(f.ciclo.ciclo)).alias("ciclo"),
        "caso",
        "contribuinte",
        "tributo",
        "resultado",
        "motivo",
        "hipotese",
        "etapa",
        "reincidencia",
        "rigidez",
        "insumos",
        _hexadecimal("resumo"),
        "acionamento",
    )


def _hexadecimal(coluna: str) -> pl.Expr:
    """A bytea as COPY reads it."""
    return pl.concat_str(pl.lit("\\x"), coluna).alias(coluna)


def _situacao(f: Feitio) -> list[pl.Expr]:
    """The caso's own columns after this ciclo; a retained contact consumes the rung as if delivered today."""
    retido = pl.col("resultado").eq_missing("retido")
    return [
        pl.when(retido).then("etapa").otherwise("etapa_consumida").alias("etapa"),
        pl.when(retido).then(pl.lit(f.data)).otherwise("etapa_em").alias("etapa_em"),
        pl.col("hipotese"),
        pl.col("reincidencia"),
        pl.col("rigidez"),
        pl.col("etapa").alias("etapa_classificada"),
    ]


def _casos_novos(casos: pl.DataFrame, quadro: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    """All that are seen for the first time, those outside the campaign's segment too: they are opened, and not classified."""
    decididos = quadro.select("caso", "resultado", "hipotese", "rigidez", "etapa")
    return (
        casos.filter("novo")
        .select("caso", "contribuinte", "pessoa", "tributo", "n", "reincidencia", "etapa_consumida", "etapa_em")
        .join(decididos, on="caso", how="left", maintain_order="left")
        .select("caso", "contribuinte", "pessoa", "tributo", "n", pl.lit(f.data).alias("aberto_em"), *_situacao(f))
    )


def _casos_mudados(quadro: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    diferente = _mudou() | pl.col("reincidencia").ne_missing(pl.col("reincidencia_anterior"))
    retido = pl.col("resultado") == "retido"
    return quadro.filter(~pl.col("novo") & (diferente | retido)).select(
        "caso", "contribuinte", *_situacao(f), retido.alias("retido")
    )


def _acionamentos(quadro: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    retido = pl.col("resultado") == "retido"
    return quadro.select(
        "acionamento",
        "caso",
        "contribuinte",
        "pessoa",
        "tributo",
        "etapa",
        "tentativa",
        "hipotese",
        "reincidencia",
        "rigidez",
        pl.lit(f.ciclo.campanha).alias("campanha"),
        pl.lit(str(f.ciclo.ciclo)).alias("ciclo"),
        pl.lit(f.politica.versao).alias("politica"),
        _hexadecimal("resumo").alias("decisao"),
        "codigo",
        "idioma",
        pl.when(retido).then(pl.lit("retido")).otherwise(pl.lit("emitido")).alias("estado"),
        pl.concat_str(pl.lit("{"), pl.col("canais").list.join(","), pl.lit("}")).alias("canais"),
        pl.lit(1).alias("ordem"),
        retido.alias("consumido"),
        _agora(f).alias("emitido_em"),
        pl.when(retido).then(_agora(f)).alias("encerrado_em"),
        pl.lit(f.ciclo.traceparent, dtype=pl.String).alias("traceparent"),
    )


def _emissoes(acionados: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    return acionados.select(
        "acionamento",
        "canal",
        pl.lit(1).alias("ordem"),
        "pessoa",
        pl.lit(f.data).alias("data"),
        _agora(f).alias("emitido_em"),
        "valido_ate",
    )


def _tarefas(acionados: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    motivos = {n.rigidez: n.tarefa for n in f.politica.niveis if n.tarefa is not None}
    quadro = acionados.filter(pl.col("rigidez").is_in(list(motivos))).drop("motivo")
    acionamentos = quadro["acionamento"].to_list()
    return quadro.with_columns(
        pl.Series("tarefa", ids(acionamentos, ["tarefa"] * len(acionamentos)), dtype=pl.String),
        motivo=pl.col("rigidez").replace_strict(motivos, default=None, return_dtype=pl.String),
    )


def _aprovacoes(quadro: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    pedidas = quadro.filter((pl.col("motivo") == "aguardando_aprovacao") & pl.col("aprovacao").is_null())
    nomes = pedidas.select(pl.format("aprovacao|{}", "etapa")).to_series().to_list()
    return pedidas.select(
        pl.Series("aprovacao", ids(pedidas["caso"].to_list(), nomes), dtype=pl.String),
        pl.lit(f"rigidez_{len(f.politica.niveis)}").alias("tipo"),
        pl.format("{}:{}", "caso", "etapa").alias("objeto"),
        "contribuinte",
        pl.lit("regua").alias("autor"),
        pl.lit("pendente").alias("estado"),
        _agora(f).alias("criada_em"),
    )


def _sorteios(quadro: pl.DataFrame, f: Feitio) -> pl.DataFrame:
    return quadro.filter("sorteada").select(
        pl.lit(f.ciclo.campanha).alias("campanha"), "pessoa", "controle", _agora(f).alias("sorteado_em")
    )
