"""The facts of every caso, computed for the whole base at once; a single taxpayer is a small base."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from regua.domain.acervo import Base, chave, competencia, linha, mes, tributo
from regua.domain.fatos_pessoa import lembretes_ignorados, sem_condicoes
from regua.domain.politica import Definicoes
from regua.domain.registros import Registros, julgar, por_caso

_ULTIMAS: Final = 3
_ANTERIORES: Final = 9
_MINIMO_DE_DECLARACOES: Final = 6

FATOS_DO_CASO: Final = (
    "periodos_nao_pagos",
    "periodos_consecutivos",
    "omissoes",
    "omissoes_com_movimento",
    "divergencias",
    "lembretes_ignorados",
    "valor_aberto",
    "dias_atraso",
    "queda_receita_num",
    "queda_receita_den",
    "sem_condicoes",
    "reincidencia",
)
_CONTAGENS: Final = tuple(n for n in FATOS_DO_CASO if n not in {"reincidencia", "queda_receita_den", "sem_condicoes"})
# debts of the caso in non-conformity, and what stops each: a debt is in the first that fits
SITUACOES: Final = ("debitos_em_aberto", "debitos_prescritos", "debitos_ajuizados", "debitos_suspensos", "debitos_parcelados")


def apurar(base: Base, data: date, d: Definicoes) -> pl.DataFrame:
    """One row a caso: contribuinte, pessoa, tributo, `desde`, FATOS_DO_CASO and SITUACOES.

    Money in cents; `queda_receita` is the exact fraction num ÷ den. Only what is dated up to `data` counts.
    """
    registros = julgar(base, data, d)
    casos = _inconformidades(registros, data)
    chaves = casos.select("chave").lazy()
    periodos = por_caso(registros.debitos.filter(pl.col("em_aberto"))).join(chaves, on="chave", how="semi").collect()
    partes = (
        _periodos_nao_pagos(periodos, data, d),
        _periodos_consecutivos(periodos),
        _reincidencia(_competencias_de_episodio(registros, chaves), data, d),
        _queda_receita(registros, chaves),
    )
    frame = casos.lazy()
    for parte in partes:
        frame = frame.join(parte, on="chave", how="left")
    com_pessoa = frame.with_columns(linha(), tributo()).collect()
    return _do_contribuinte(com_pessoa, base, registros, data, d)


def _inconformidades(r: Registros, data: date) -> pl.DataFrame:
    """What makes a caso: debts with saldo past due, and omissions and divergências inside the janela."""
    partes = [_debitos_inconformes(r), _omissoes(r), _divergencias(r)]
    juntas = (
        pl.concat(partes, how="diagonal")
        .group_by("chave")
        .agg(pl.col("desde").min(), pl.exclude("chave", "desde").sum())
        .with_columns(dias_atraso=(pl.lit(data) - pl.col("desde")).dt.total_days().clip(0))
    )
    return juntas.collect()


def _debitos_inconformes(r: Registros) -> pl.LazyFrame:
    situacao = pl.col("situacao")
    barrado = ~pl.col("prescrito")
    return (
        por_caso(r.debitos.filter(pl.col("inconforme")))
        .group_by("chave")
        .agg(
            desde=pl.col("vencimento").min(),
            debitos_em_aberto=pl.col("em_aberto").sum().cast(pl.Int64),
            debitos_prescritos=pl.col("prescrito").sum().cast(pl.Int64),
            debitos_ajuizados=(barrado & (situacao == "ajuizado")).sum().cast(pl.Int64),
            debitos_suspensos=(barrado & (situacao == "suspenso")).sum().cast(pl.Int64),
            debitos_parcelados=(barrado & (situacao == "parcelado")).sum().cast(pl.Int64),
        )
    )


def _omissoes(r: Registros) -> pl.LazyFrame:
    return (
        por_caso(r.omissoes.filter(pl.col("na_janela")))
        .group_by("chave")
        .agg(
            desde=pl.col("prazo").min(),
            omissoes=pl.len().cast(pl.Int64),
            omissoes_com_movimento=(pl.col("notas_emitidas") > 0).sum().cast(pl.Int64),
        )
    )


def _divergencias(r: Registros) -> pl.LazyFrame:
    return (
        por_caso(r.divergencias.filter(pl.col("na_janela")))
        .group_by("chave")
        .agg(desde=pl.col("desde").min(), divergencias=pl.len().cast(pl.Int64))
    )


def _periodos_nao_pagos(periodos: pl.DataFrame, data: date, d: Definicoes) -> pl.LazyFrame:
    na_janela = competencia().is_between(mes(data) - d.janela_meses, mes(data) - 1)
    return periodos.lazy().filter(na_janela).group_by("chave").agg(periodos_nao_pagos=pl.col("c").n_unique().cast(pl.Int64))


def _sequencias(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Maximal runs of consecutive competências: `chave`, `ultima` (its key), `tamanho`."""
    return (
        frame.select(pl.col("c").unique().sort())
        .with_columns(sequencia=(pl.col("c").diff() != 1).fill_null(value=True).cum_sum())
        .group_by("sequencia")
        .agg(ultima=pl.col("c").max(), tamanho=pl.len().cast(pl.Int64))
        .select(chave("ultima"), "ultima", "tamanho")
    )


def _periodos_consecutivos(periodos: pl.DataFrame) -> pl.LazyFrame:
    return (
        _sequencias(periodos.lazy())
        .group_by("chave")
        .agg(periodos_consecutivos=pl.col("tamanho").get(pl.col("ultima").arg_max()))
    )


def _competencias_de_episodio(r: Registros, chaves: pl.LazyFrame) -> pl.LazyFrame:
    devidas = r.debitos.filter(pl.col("tardio") | pl.col("em_aberto"))
    todas = pl.concat([f.select("c") for f in (devidas, r.omissoes, r.divergencias)])
    return por_caso(todas).join(chaves, on="chave", how="semi")


def _reincidencia(competencias: pl.LazyFrame, data: date, d: Definicoes) -> pl.LazyFrame:
    """1 + the episódios before the latest one that ended in the months that count."""
    recente = competencia("ultima") >= mes(data) - d.reincidencia_meses
    anterior = pl.col("ultima") < pl.col("ultima").max()
    return _sequencias(competencias).group_by("chave").agg(reincidencia=1 + (recente & anterior).sum().cast(pl.Int64))


def _queda_receita(r: Registros, chaves: pl.LazyFrame) -> pl.LazyFrame:
    """1 − (mean of the last 3) ÷ (mean of up to 9 before), as num ÷ den: (3·E − k·U) ÷ (3·E) for sums U of 3 and E of k."""
    valor = pl.col("valor_declarado")
    k = (pl.len().cast(pl.Int64) - _ULTIMAS).clip(upper_bound=_ANTERIORES)
    somas = (
        por_caso(r.entregues)
        .join(chaves, on="chave", how="semi")
        .sort("c", descending=True)
        .group_by("chave", maintain_order=True)
        .agg(n=pl.len(), k=k, ultimas=valor.head(_ULTIMAS).sum(), antes=valor.slice(_ULTIMAS, _ANTERIORES).sum())
    )
    vale = (pl.col("n") >= _MINIMO_DE_DECLARACOES) & (pl.col("antes") > 0)
    return somas.filter(vale).select(
        "chave",
        queda_receita_num=_ULTIMAS * pl.col("antes") - pl.col("k") * pl.col("ultimas"),
        queda_receita_den=_ULTIMAS * pl.col("antes"),
    )


def _do_contribuinte(casos: pl.DataFrame, base: Base, r: Registros, data: date, d: Definicoes) -> pl.DataFrame:
    """Adds who it is and what is the person's or the contribuinte's, and puts zeros where nothing was found."""
    linhas = casos["linha"].unique()
    abertos = (
        por_caso(r.debitos.filter(pl.col("em_aberto")))
        .with_columns(linha())
        .group_by("linha")
        .agg(valor_aberto=pl.col("saldo").sum())
    )
    pessoas = base.contribuintes.lazy().with_row_index("linha").with_columns(pl.col("linha").cast(pl.Int64))
    zeros = [pl.col(n).fill_null(0) for n in (*SITUACOES, *_CONTAGENS)]
    return (
        casos.lazy()
        .join(abertos, on="linha", how="left")
        .join(pessoas.filter(pl.col("linha").is_in(linhas.implode())), on="linha", how="left")
        .join(lembretes_ignorados(base, r, data, d).lazy(), on="pessoa", how="left")
        .join(sem_condicoes(base, data, d).lazy(), on="pessoa", how="left")
        .with_columns(
            *zeros,
            pl.col("reincidencia", "queda_receita_den").fill_null(1),
            pl.col("sem_condicoes").fill_null(value=False),
        )
        .select("contribuinte", "pessoa", "tributo", "natureza", "regime", "municipio", "desde", *FATOS_DO_CASO, *SITUACOES)
        .collect()
    )
