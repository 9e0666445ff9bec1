"""Where each caso and person stand in the régua on a day: what is joined to the facts before deciding."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import polars as pl

from regua.domain.acervo import Base
from regua.domain.identidade import PROJETO, ids
from regua.domain.politica import CANAIS, Politica

ABERTOS: Final = {
    "caso": pl.String(),
    "contribuinte": pl.String(),
    "tributo": pl.String(),
    "n": pl.Int32(),
    "etapa_consumida": pl.Int16(),
    "etapa_em": pl.Date(),
    "teto_rigidez": pl.Int16(),
    "hipotese_anterior": pl.String(),
    "reincidencia_anterior": pl.Int32(),
    "rigidez_anterior": pl.Int16(),
    "etapa_classificada": pl.Int16(),
}
FECHADOS: Final = {"contribuinte": pl.String(), "tributo": pl.String(), "n_anterior": pl.Int32()}
DEGRAUS: Final = {"caso": pl.String(), "etapa": pl.Int16(), "tentativas": pl.Int64(), "ocupado": pl.Boolean()}
CONTATOS: Final = {
    "contribuinte": pl.String(),
    "canal": pl.Enum(CANAIS),
    "situacao": pl.Enum(("valido", "invalido", "ausente", "optou_sair")),
    "idioma": pl.Categorical(),
    "conversa_ate": pl.Datetime("us", "UTC"),
}
EMISSOES: Final = {"pessoa": pl.String(), "dia": pl.Date()}
APROVACOES: Final = {"objeto": pl.String(), "aprovacao": pl.String()}
SORTEADOS: Final = {"pessoa": pl.String(), "controle": pl.Boolean()}

IDIOMA_PADRAO: Final = "pt-BR"


@dataclass(frozen=True, slots=True)
class Estado:
    """The régua's own records. `abertos`: open casos; `fechados`: highest `n` of each closed one; `degraus`: acionamentos
    of open casos by rung; `emissoes`: not cancelled, by local day; `aprovacoes` by `caso:etapa`; `sorteados` of the
    campaign; `gasto_micros`: what the campaign spent and committed."""

    abertos: pl.DataFrame
    fechados: pl.DataFrame
    degraus: pl.DataFrame
    contatos: pl.DataFrame
    emissoes: pl.DataFrame
    aprovacoes: pl.DataFrame
    sorteados: pl.DataFrame
    gasto_micros: int = 0


def situar_casos(
    fatos: pl.DataFrame, base: Base, estado: Estado, *, politica: Politica, data: date, agora: datetime, canais: Collection[str]
) -> pl.DataFrame:
    """Joins to `fatos` the columns of `insumos.ESQUEMA` that are known before deciding, `n`, `novo` and what was announced.

    `canais`: those that may be used at all. New casos get their id here.
    """
    casos = _com_caso(fatos, estado)
    casos = _com_degraus(casos, estado)
    casos = _com_suspensoes(casos, base, data)
    casos = _com_alcance(casos, base, estado, agora, canais)
    return _com_contatos_feitos(casos, estado, politica, data).join(
        estado.sorteados, on="pessoa", how="left", maintain_order="left"
    )


def _com_caso(fatos: pl.DataFrame, estado: Estado) -> pl.DataFrame:
    chaves = ["contribuinte", "tributo"]
    casos = (
        fatos.lazy()
        .join(estado.abertos.lazy(), on=chaves, how="left")
        .join(estado.fechados.lazy(), on=chaves, how="left")
        .with_columns(
            novo=pl.col("caso").is_null(),
            n=pl.coalesce("n", pl.col("n_anterior").fill_null(0) + 1),
            etapa_consumida=pl.col("etapa_consumida").fill_null(0).cast(pl.Int64),
            teto_rigidez=pl.col("teto_rigidez").fill_null(5).cast(pl.Int64),
        )
        .drop("n_anterior")
        .sort("contribuinte", "tributo")
        .collect()
    )
    novos = casos.filter("novo").select("contribuinte", "tributo", nome=pl.format("{}|{}|{}", "contribuinte", "tributo", "n"))
    nomes = novos["nome"].to_list()
    feitos = novos.drop("nome").with_columns(pl.Series("id_novo", ids([PROJETO.hex] * len(nomes), nomes), dtype=pl.String))
    return (
        casos.join(feitos, on=chaves, how="left", maintain_order="left")
        .with_columns(caso=pl.coalesce("caso", "id_novo"))
        .drop("id_novo")
    )


def _com_degraus(casos: pl.DataFrame, estado: Estado) -> pl.DataFrame:
    consumidas = casos.select("caso", "etapa_consumida")
    adiante = estado.degraus.join(consumidas, on="caso").filter(pl.col("etapa") > pl.col("etapa_consumida"))
    por_caso = adiante.group_by("caso").agg(
        andamento=pl.col("etapa").filter("ocupado").max().cast(pl.Int64),
        tentativa=1 + pl.col("tentativas").filter(pl.col("etapa") == pl.col("etapa_consumida") + 1).sum().cast(pl.Int64),
    )
    return casos.join(por_caso, on="caso", how="left", maintain_order="left").with_columns(pl.col("tentativa").fill_null(1))


def _com_suspensoes(casos: pl.DataFrame, base: Base, data: date) -> pl.DataFrame:
    vale = pl.col("ativa") & (pl.col("desde") <= data) & (pl.col("ate").is_null() | (pl.col("ate") >= data))
    promessa = pl.col("motivo") == "promessa"
    por_contribuinte = (
        base.suspensoes.filter(vale).group_by("contribuinte").agg(promessa=promessa.any(), suspenso=(~promessa).any())
    )
    return casos.join(por_contribuinte, on="contribuinte", how="left", maintain_order="left").with_columns(
        pl.col("promessa", "suspenso").fill_null(value=False)
    )


def _com_alcance(casos: pl.DataFrame, base: Base, estado: Estado, agora: datetime, canais: Collection[str]) -> pl.DataFrame:
    """Which channels reach the contribuinte; an opt-out counts over all registrations of the person."""
    usaveis = estado.contatos.lazy().filter(pl.col("canal").is_in(list(canais)))
    deles = usaveis.join(casos.lazy().select("contribuinte").unique(), on="contribuinte", how="semi")
    alcance = deles.group_by("contribuinte").agg(
        *(((pl.col("canal") == c) & (pl.col("situacao") == "valido")).any().alias(f"alcance_{c}") for c in CANAIS),
        conversa_aberta=(pl.col("conversa_ate") > agora.astimezone(UTC)).fill_null(value=False).any(),
    )
    optaram = (
        usaveis.filter(pl.col("situacao") == "optou_sair")
        .join(base.contribuintes.lazy().select("contribuinte", "pessoa"), on="contribuinte")
        .group_by("pessoa")
        .agg((pl.col("canal") == c).any().alias(f"optou_{c}") for c in CANAIS)
    )
    nomes = [f"{prefixo}_{c}" for prefixo in ("alcance", "optou") for c in CANAIS]
    return (
        casos.lazy()
        .join(alcance, on="contribuinte", how="left", maintain_order="left")
        .join(optaram, on="pessoa", how="left", maintain_order="left")
        .with_columns(pl.col(*nomes, "conversa_aberta").fill_null(value=False))
        .with_columns(pl.col(f"alcance_{c}") & ~pl.col(f"optou_{c}") for c in CANAIS)
        .collect()
    )


def _com_contatos_feitos(casos: pl.DataFrame, estado: Estado, politica: Politica, data: date) -> pl.DataFrame:
    """A fallback goes out on the day of its person's contact or makes another one: days are counted, not messages."""
    inicio = data - timedelta(days=politica.limites.janela_dias - 1)
    feitos = (
        estado.emissoes.filter(pl.col("dia").is_between(inicio, data))
        .unique()
        .group_by("pessoa")
        .agg(
            contatos_hoje=(pl.col("dia") == data).sum().cast(pl.Int64),
            contatos_na_janela=pl.len().cast(pl.Int64),
        )
    )
    return casos.join(feitos, on="pessoa", how="left", maintain_order="left").with_columns(
        pl.col("contatos_hoje", "contatos_na_janela").fill_null(0)
    )


def anexar_aprovacoes(casos: pl.DataFrame, estado: Estado) -> pl.DataFrame:
    """Adds `aprovacao` (pendente, aprovada, recusada; null: never asked) of the caso's rung. After `decisao.avaliar`."""
    return (
        casos.with_columns(objeto=pl.format("{}:{}", "caso", "etapa"))
        .join(estado.aprovacoes, on="objeto", how="left", maintain_order="left")
        .drop("objeto")
    )


def anexar_idioma(casos: pl.DataFrame, estado: Estado) -> pl.DataFrame:
    """Adds `canal` (the first that reaches the taxpayer; null: none) and its `idioma`."""
    idiomas = estado.contatos.select("contribuinte", pl.col("canal", "idioma").cast(pl.String))
    return (
        casos.with_columns(canal=pl.col("canais").list.first())
        .join(idiomas, on=["contribuinte", "canal"], how="left", maintain_order="left")
        .with_columns(pl.col("idioma").fill_null(IDIOMA_PADRAO))
    )


def regularizados(fatos: pl.DataFrame, estado: Estado) -> pl.DataFrame:
    """Open casos of which nothing is left: caso, contribuinte, tributo."""
    chaves = ["contribuinte", "tributo"]
    return estado.abertos.join(fatos.select(chaves), on=chaves, how="anti").select("caso", *chaves)
