"""From one snapshot to the decisions of a day: what the ciclo, the dry run and the explanation have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from kernel.domain.calendario import JanelaDeContato
from regua.application.ports_ciclo import Campanha, Leitura
from regua.domain.canais import janela_aberta
from regua.domain.decisao import Contexto, avaliar, decidir
from regua.domain.estado import anexar_aprovacoes, anexar_idioma, regularizados, situar_casos
from regua.domain.politica import CANAIS, Politica
from regua.domain.segmento import ler_segmento
from regua.domain.sorteio import sortear

Progresso = Callable[[str, float], None]
"""Told of what is being done (Portuguese, for people) and how much of the ciclo is behind, from 0 to 1. From any thread."""


@dataclass(frozen=True, slots=True)
class Decididos:
    """`avaliados`: decided casos of the campaign's segment. `casos`: all with a non-conformity. `fechados`: open casos of
    which nothing is left."""

    avaliados: pl.DataFrame
    casos: pl.DataFrame
    fechados: pl.DataFrame


def decidir_base(
    fatos: pl.DataFrame,
    leitura: Leitura,
    *,
    politica: Politica,
    campanha: Campanha,
    data: date,
    agora: datetime,
    janela: JanelaDeContato,
    canais_ativos: Collection[str],
) -> Decididos:
    """Decides every caso of `fatos`, which `fatos.apurar` found in `leitura` (its records are not read again).

    Long for a whole base: run it outside the event loop.
    """
    canais = canais_da_campanha(campanha, canais_ativos)
    casos = situar_casos(fatos, leitura.base, leitura.estado, politica=politica, data=data, agora=agora, canais=canais)
    avaliados = anexar_aprovacoes(avaliar(casos, politica, data), leitura.estado)
    avaliados = ler_segmento(campanha.segmento).filtrar(avaliados)
    contexto = Contexto(
        data=data,
        campanha=campanha.campanha,
        janela_aberta=janela_aberta(janela, data, agora),
        restante_micros=_restante(campanha, leitura),
    )
    decididos = decidir(
        avaliados, politica, contexto, lambda pessoas: sortear(campanha.segredo, campanha.campanha, pessoas, campanha.parte)
    )
    return Decididos(anexar_idioma(decididos, leitura.estado), casos, regularizados(fatos, leitura.estado))


def canais_da_campanha(campanha: Campanha, canais_ativos: Collection[str]) -> tuple[str, ...]:
    """The channels that are served and that the campaign allows."""
    return tuple(c for c in CANAIS if c in canais_ativos and (campanha.canais is None or c in campanha.canais))


def _restante(campanha: Campanha, leitura: Leitura) -> int | None:
    if campanha.orcamento_micros is None:
        return None
    return max(0, campanha.orcamento_micros - leitura.estado.gasto_micros)
