"""An approved message of the last rigidity leaves the same day: its caso is decided again, outside the day's ciclo."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

import polars as pl

from kernel.logging import campos
from regua.application.decidir import Decididos, decidir_base
from regua.application.executar_ciclo import campanha_e_politica
from regua.application.executar_ciclo_lote import Feitio, compor
from regua.application.ports_ciclo import (
    Aprovada,
    Campanha,
    CicloGuardado,
    CicloRecusado,
    ConflitoDeEscrita,
    Leitura,
    PortasDoCiclo,
)
from regua.domain.fatos import apurar
from regua.domain.politica import Politica

_log = logging.getLogger(__name__)
_TENTATIVAS: Final = 5


@dataclass(frozen=True, slots=True)
class _Caso:
    """The approved caso and the rules that it is decided by again."""

    aprovacao: UUID
    contribuinte: str
    caso: UUID
    campanha: Campanha
    politica: Politica


async def liberar_aprovado(portas: PortasDoCiclo, a: Aprovada) -> bool:
    """Decides the approved caso again; whether it went out (or was retained).

    What may not go out now (cap, hours, a rest) is left to the next ciclo, as is what a campaign with a budget decided: how
    much of it is left is known by its whole ciclo alone. Takes the turn of the ciclos, so that none decides beside it.
    """
    async with portas.escrita.vez():
        try:
            campanha, politica = await campanha_e_politica(portas, a.campanha, portas.relogio.agora())
        except CicloRecusado as recusa:
            _log.warning("aprovação fica para o próximo ciclo", extra=campos(motivo=recusa.codigo))
            saiu = False
        else:
            caso = _Caso(a.aprovacao, a.contribuinte, a.caso, campanha, politica)
            saiu = campanha.orcamento_micros is None and await _insistir(portas, caso)
        if not saiu:
            await portas.escrita.dar_por_reavaliada(a.aprovacao, portas.relogio.agora())
    return saiu


async def _insistir(portas: PortasDoCiclo, c: _Caso) -> bool:
    for _ in range(_TENTATIVAS):
        try:
            return await _uma_vez(portas, c)
        except ConflitoDeEscrita:
            continue
    return False


async def _uma_vez(portas: PortasDoCiclo, c: _Caso) -> bool:
    agora = portas.relogio.agora()
    janela = c.politica.janela(portas.calendario)
    hoje = janela.dia_local(agora)
    leitura = await portas.leitura.ler_pessoa(c.contribuinte, data=hoje, politica=c.politica, campanha=c.campanha)
    decididos = await asyncio.to_thread(_decidir, portas, c, leitura, hoje, agora)
    if decididos.avaliados.is_empty():
        return False
    decisao = uuid5(c.aprovacao, "decisao")
    avulso = CicloGuardado(decisao, hoje, c.campanha.campanha, "processando", 0, 0, 0, {}, None, c.politica.versao, None)
    lote = await asyncio.to_thread(compor, decididos, Feitio(avulso, c.politica, agora, janela))
    await portas.escrita.gravar_avulso(lote, leitura.instantaneo, c.aprovacao, hoje)
    return True


def _decidir(portas: PortasDoCiclo, c: _Caso, leitura: Leitura, hoje: date, agora: datetime) -> Decididos:
    """The person's casos decided together, as a ciclo would; of them the approved one alone, where it goes out."""
    decididos = decidir_base(
        apurar(leitura.base, hoje, c.politica.definicoes),
        leitura,
        politica=c.politica,
        campanha=c.campanha,
        data=hoje,
        agora=agora,
        janela=c.politica.janela(portas.calendario),
        canais_ativos=portas.canais_ativos,
    )
    aprovado = (pl.col("caso") == str(c.caso)) & pl.col("aprovacao").eq_missing("aprovada") & ~pl.col("novo")
    return replace(
        decididos,
        avaliados=decididos.avaliados.filter(aprovado & (pl.col("resultado") != "suprimido")),
        # the others are the next ciclo's to open and to close
        casos=decididos.casos.with_columns(novo=pl.lit(value=False)),
        fechados=decididos.fechados.clear(),
    )
