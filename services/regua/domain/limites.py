"""What holds a contact back, one reason at a time, in the order in which a person would be told."""

from __future__ import annotations

from typing import Final

import polars as pl

from regua.domain.politica import Politica

MOTIVOS: Final = (
    "prescrito",
    "ajuizado",
    "suspenso",
    "parcelado",
    "promessa",
    "abaixo_do_minimo",
    "aguardando_etapa",
    "optou_sair",
    "sem_contato",
    "aguardando_aprovacao",
    "teto_de_contatos",
    "fora_da_janela",
    "orcamento",
)
"""In order of precedence; the control draw comes before the last."""

_NADA_MAIS: Final = (pl.col("debitos_em_aberto") == 0) & (pl.col("omissoes") == 0) & (pl.col("divergencias") == 0)


def motivo_do_caso(politica: Politica) -> pl.Expr:
    """The first reason that is the caso's own (up to `aguardando_aprovacao`); null where none applies."""
    return _primeiro(_do_caso(politica))


def motivo_antes_do_sorteio(politica: Politica) -> pl.Expr:
    """The first reason up to `fora_da_janela`; null for a contact that would go out."""
    return _primeiro({**_do_caso(politica), **_do_dia(politica)})


def motivo(politica: Politica) -> pl.Expr:
    """The first reason of all; null for `acionado` and `retido`."""
    return _primeiro({**_do_caso(politica), **_do_dia(politica), "orcamento": ~pl.col("controle") & ~pl.col("cabe_no_orcamento")})


def resultado() -> pl.Expr:
    """`acionado`, `retido` or `suprimido`, from columns `motivo` and `controle`."""
    livre = pl.when("controle").then(pl.lit("retido")).otherwise(pl.lit("acionado"))
    return pl.when(pl.col("motivo").is_not_null()).then(pl.lit("suprimido")).otherwise(livre).alias("resultado")


def _primeiro(motivos: dict[str, pl.Expr]) -> pl.Expr:
    return pl.coalesce([pl.when(quando).then(pl.lit(nome)) for nome, quando in motivos.items()]).alias("motivo")


def _do_caso(politica: Politica) -> dict[str, pl.Expr]:
    ajuizados, suspensos, parcelados = (pl.col(f"debitos_{s}") > 0 for s in ("ajuizados", "suspensos", "parcelados"))
    barrada = ajuizados | suspensos | parcelados
    so_isto = (pl.col("omissoes") == 0) & (pl.col("divergencias") == 0)
    sem_canal = pl.col("canais").list.len() == 0
    return {
        "prescrito": _NADA_MAIS & (pl.col("debitos_prescritos") > 0) & ~barrada,
        "ajuizado": _NADA_MAIS & ajuizados,
        "suspenso": (_NADA_MAIS & suspensos) | pl.col("suspenso"),
        "parcelado": _NADA_MAIS & parcelados,
        "promessa": pl.col("promessa"),
        "abaixo_do_minimo": so_isto & (pl.col("valor_aberto") < politica.limites.minimo_centavos),
        "aguardando_etapa": ~pl.col("devida"),
        "optou_sair": sem_canal & pl.col("recusados"),
        "sem_contato": sem_canal,
        "aguardando_aprovacao": _aprovavel(politica) & ~pl.col("aprovacao").eq_missing("aprovada"),
    }


def _aprovavel(politica: Politica) -> pl.Expr:
    return pl.col("rigidez").is_in([n.rigidez for n in politica.niveis if n.aprovacao])


def _do_dia(politica: Politica) -> dict[str, pl.Expr]:
    limites = politica.limites
    cheio = (pl.col("contatos_hoje") >= limites.por_dia) | (pl.col("contatos_na_janela") >= limites.por_janela)
    return {
        "teto_de_contatos": pl.col("preterido") | cheio,
        "fora_da_janela": ~pl.col("janela_aberta"),
    }


def preterir(casos: pl.DataFrame) -> pl.DataFrame:
    """Adds `preterido`: of a person's casos with no reason of their own (`motivo` null), all but one.

    The one is that of highest rigidez, then `dias_atraso`, then tributo and contribuinte by name.
    """
    primeiros = (
        casos.lazy()
        .with_row_index("_ordem")
        .filter(pl.col("motivo").is_null())
        .sort("rigidez", "dias_atraso", "tributo", "contribuinte", descending=[True, True, False, False])
        .unique("pessoa", keep="first", maintain_order=True)
        .select("_ordem")
        .collect()["_ordem"]
    )
    escolhido = pl.row_index().is_in(primeiros.implode())
    return casos.with_columns(preterido=pl.col("motivo").is_null() & ~escolhido)


def orcar(casos: pl.DataFrame, restante_micros: int | None) -> pl.DataFrame:
    """Adds `cabe_no_orcamento`: whether what goes out up to this caso fits what is left.

    Spent by highest rigidez, then highest `valor_aberto`, then caso id, over rows with `motivo` null and not `controle`.
    Reads `custo_micros`. No budget: all fit.
    """
    if restante_micros is None:
        return casos.with_columns(cabe_no_orcamento=pl.lit(value=True))
    fora = (
        casos.lazy()
        .with_row_index("_ordem")
        .filter(pl.col("motivo").is_null() & ~pl.col("controle"))
        .sort("rigidez", "valor_aberto", "caso", descending=[True, True, False])
        .filter(pl.col("custo_micros").cum_sum() > restante_micros)
        .select("_ordem")
        .collect()["_ordem"]
    )
    return casos.with_columns(cabe_no_orcamento=~pl.row_index().is_in(fora.implode()))
