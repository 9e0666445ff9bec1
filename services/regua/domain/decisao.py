"""The decision on every caso of a day: class, rung, firmness, and whether it goes out; the same code for one caso again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from regua.domain import insumos
from regua.domain.canais import anexar_canais
from regua.domain.etapa import situar
from regua.domain.hipotese import hipotese
from regua.domain.limites import (
    motivo,
    motivo_antes_do_sorteio,
    motivo_do_caso,
    orcar,
    preterir,
    resultado,
)
from regua.domain.politica import CANAIS, Politica

Sorteio = Callable[[list[str]], list[bool]]
"""From pessoas to whether each is in the control group."""


@dataclass(frozen=True, slots=True)
class Contexto:
    """What all casos of one ciclo share. `restante_micros`: what is left of the campaign's budget; None: no limit."""

    data: date
    campanha: str
    janela_aberta: bool
    restante_micros: int | None = None


@dataclass(frozen=True, slots=True)
class Reexecucao:
    """A stored decision executed again from its inputs alone."""

    resultado: str
    motivo: str | None
    hipotese: str
    etapa: int
    reincidencia: int
    rigidez: int
    insumos: str
    resumo: str


def avaliar(casos: pl.DataFrame, politica: Politica, data: date) -> pl.DataFrame:
    """Adds what the policy says of each caso by itself: hipotese, devida, etapa, rigidez, canais, recusados."""
    return anexar_canais(situar(casos.with_columns(hipotese(politica)), politica, data), politica)


def decidir(casos: pl.DataFrame, politica: Politica, contexto: Contexto, sortear: Sorteio) -> pl.DataFrame:
    """Decides every avaliado: adds resultado, motivo, insumos (canonical JSON) and resumo (its SHA-256, hexadecimal).

    `casos` come from `avaliar`, with `pessoa` and the state columns of `insumos.ESQUEMA` but those decided here: preterido,
    janela_aberta, controle (null where never drawn), cabe_no_orcamento. `sorteada` says for whom the draw was made now.
    """
    quadro = casos.with_columns(
        motivo_do_caso(politica),
        data=pl.lit(contexto.data),
        campanha=pl.lit(contexto.campanha),
        janela_aberta=pl.lit(contexto.janela_aberta),
        politica_versao=pl.lit(politica.versao),
        politica_resumo=pl.lit(politica.resumo),
        custo_micros=_custo(politica),
    )
    quadro = preterir(quadro).with_columns(motivo_antes_do_sorteio(politica))
    quadro = orcar(_sortear(quadro, sortear), contexto.restante_micros)
    quadro = quadro.with_columns(motivo(politica)).with_columns(resultado())
    textos = insumos.escrever(quadro)
    return quadro.with_columns(textos, pl.Series("resumo", insumos.resumir(textos), dtype=pl.String))


def _custo(politica: Politica) -> pl.Expr:
    primeiro = pl.col("canais").list.first()
    return primeiro.replace_strict({c: politica.custos.de(c) for c in CANAIS}, default=0, return_dtype=pl.Int64)


def _sortear(quadro: pl.DataFrame, sortear: Sorteio) -> pl.DataFrame:
    """Draws for those who would go out for the first time; a draw made before is kept."""
    novo = pl.col("motivo").is_null() & pl.col("controle").is_null()
    pessoas = quadro.filter(novo)["pessoa"]
    sorteadas = pl.DataFrame(
        {"pessoa": pessoas, "sorteado": sortear(pessoas.to_list())}, schema={"pessoa": pl.String, "sorteado": pl.Boolean}
    )
    return (
        quadro.with_columns(sorteada=novo)
        .join(sorteadas, on="pessoa", how="left", maintain_order="left")
        .with_columns(
            # the draw counts where it decides; elsewhere it would put into the inputs what nobody looked at
            controle=pl.col("motivo").is_null() & pl.coalesce("controle", "sorteado").fill_null(value=False)
        )
        .drop("sorteado")
    )


def reexecutar(guardados: str, politica: Politica) -> Reexecucao:
    """Executes a decision again from its stored inputs. Raises ValueError where they are not inputs of `politica`."""
    quadro = insumos.ler(guardados)
    if quadro.item(0, "politica_resumo") != politica.resumo:
        raise ValueError("these inputs were decided under another policy")
    data = date.fromisoformat(quadro.item(0, "data"))
    quadro = avaliar(quadro, politica, data).with_columns(motivo(politica)).with_columns(resultado())
    textos = insumos.escrever(quadro)
    linha = quadro.row(0, named=True)
    return Reexecucao(
        **{n: linha[n] for n in ("resultado", "motivo", "hipotese", "etapa", "reincidencia", "rigidez")},
        insumos=textos.item(),
        resumo=insumos.resumir(textos)[0],
    )
