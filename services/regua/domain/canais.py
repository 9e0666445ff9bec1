"""By which channels a rung goes out, in which order, and how long each has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from kernel.domain.calendario import JanelaDeContato
from regua.domain.politica import CANAIS, NIVEIS, Politica


@dataclass(frozen=True, slots=True)
class Proximo:
    """A channel's turn: its place from 1, the first allowed instant, and when it is over if nothing was delivered. In UTC."""

    canal: str
    ordem: int
    nao_antes: datetime
    valido_ate: datetime


def sequencia(politica: Politica, rigidez: int) -> tuple[str, ...]:
    """The channels of a rigidez, in order."""
    return tuple(c.canal for c in politica.nivel(rigidez).canais)


def canais_do_degrau(politica: Politica, rigidez: int, alcance: Collection[str], *, conversa: bool) -> tuple[str, ...]:
    """Those of the rigidez that reach the taxpayer. An open conversation puts its channel first."""
    primeiro = politica.canal_de_conversa.canal
    ordem = [c for c in sequencia(politica, rigidez) if c != primeiro or not conversa]
    if conversa:
        ordem.insert(0, primeiro)
    return tuple(c for c in ordem if c in alcance)


def turno(politica: Politica, *, rigidez: int, canal: str, ordem: int, agora: datetime, janela: JanelaDeContato) -> Proximo:
    """The turn of `canal` if it begins now. Raises ValueError where the calendar never opens."""
    nao_antes = janela.proximo_instante(agora)
    espera = timedelta(hours=politica.espera_horas(rigidez, canal))
    return Proximo(canal, ordem, nao_antes, nao_antes + espera)


def proximo_canal(
    politica: Politica,
    *,
    rigidez: int,
    canais: Sequence[str],
    ordem: int,
    alcance: Collection[str],
    agora: datetime,
    janela: JanelaDeContato,
) -> Proximo | None:
    """The fallback after the channel in place `ordem` (from 1) of `canais`; None when all are exhausted.

    `alcance`: the channels that reach the taxpayer now (served, valid, not opted out); others are passed over at once.
    """
    for lugar, canal in enumerate(canais[ordem:], start=ordem + 1):
        if canal in alcance:
            return turno(politica, rigidez=rigidez, canal=canal, ordem=lugar, agora=agora, janela=janela)
    return None


def janela_aberta(janela: JanelaDeContato, data: date, agora: datetime) -> bool:
    """Whether an allowed minute is left on `data`: of today from now on, of a later day any."""
    if data == janela.dia_local(agora):
        return bool(janela.resta_no_dia(agora))
    return janela.faixa_do_dia(data) is not None


def anexar_canais(casos: pl.DataFrame, politica: Politica) -> pl.DataFrame:
    """Adds `canais` (list, in order, only those that reach the taxpayer) and `recusados` (an opted-out one was among them).

    Reads `rigidez`, `alcance_<canal>`, `optou_<canal>` and `conversa_aberta`. Computed once for each combination.
    """
    casos = casos.with_columns(_mascara("alcance").alias("alcance"), _mascara("optou").alias("optou"))
    combinacoes = casos.select("rigidez", "alcance", "optou", "conversa_aberta").unique(maintain_order=True)
    linhas = [
        {**c, **_combinacao(politica, c["rigidez"], c["alcance"], c["optou"], conversa=c["conversa_aberta"])}
        for c in combinacoes.to_dicts()
    ]
    esquema: dict[str, pl.DataType] = {**combinacoes.schema, "canais": pl.List(pl.String()), "recusados": pl.Boolean()}
    tabela = pl.DataFrame(linhas, schema=esquema)
    chaves = ["rigidez", "alcance", "optou", "conversa_aberta"]
    return casos.join(tabela, on=chaves, how="left", maintain_order="left").drop("alcance", "optou")


def _mascara(prefixo: str) -> pl.Expr:
    return pl.sum_horizontal([pl.col(f"{prefixo}_{c}").cast(pl.Int64) * (1 << i) for i, c in enumerate(CANAIS)])


def _combinacao(politica: Politica, rigidez: int, alcance: int, optou: int, *, conversa: bool) -> dict[str, object]:
    def nomes(mascara: int) -> list[str]:
        return [c for i, c in enumerate(CANAIS) if mascara >> i & 1]

    if not 1 <= rigidez <= NIVEIS:
        raise ValueError(f"rigidez {rigidez} is outside 1..{NIVEIS}")
    alcancados = canais_do_degrau(politica, rigidez, nomes(alcance), conversa=conversa)
    recusados = canais_do_degrau(politica, rigidez, nomes(optou), conversa=conversa)
    return {"canais": list(alcancados), "recusados": bool(recusados)}
