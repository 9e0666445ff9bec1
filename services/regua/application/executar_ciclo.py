"""The ciclo: a policy over the whole base for one day, decided from one snapshot and written in one transaction."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import polars as pl

from kernel.domain.calendario import JanelaDeContato
from regua.application.decidir import Decididos, Progresso, decidir_base
from regua.application.executar_ciclo_lote import Feitio, compor
from regua.application.ports_ciclo import (
    Campanha,
    CampanhaInativa,
    CicloDesconhecido,
    CicloGuardado,
    CicloRecusado,
    ConflitoDeEscrita,
    DataRecusada,
    Leitura,
    PortasDoCiclo,
)
from regua.domain.fatos import apurar
from regua.domain.identidade import PROJETO, ids
from regua.domain.politica import Politica

_log = logging.getLogger(__name__)
CAMPANHA_PERMANENTE: Final = "permanente"
# a load may be merged while the base is read; several in a row are a failure to be seen
_TENTATIVAS: Final = 5


@dataclass(frozen=True, slots=True)
class _Trabalho:
    """A ciclo with the rules that it runs under."""

    ciclo: CicloGuardado
    campanha: Campanha
    politica: Politica
    agora: datetime


def registrar_progresso(fase: str, parte: float) -> None:
    """For callers that only keep a log."""
    _log.info("ciclo: %s (%.0f%%)", fase, parte * 100)


async def solicitar_ciclo(
    portas: PortasDoCiclo, *, data: date, campanha: str = CAMPANHA_PERMANENTE, traceparent: str | None = None
) -> CicloGuardado:
    """Keeps the ciclo of (data, campanha) as `processando`, or returns the one there is, whatever became of it.

    Whoever asks then runs `executar_ciclo` (or leaves it to `retomar_ciclos`). Raises DataRecusada where `data` is not the
    clock's, CampanhaDesconhecida, CampanhaInativa, PoliticaAusente.
    """
    agora = portas.relogio.agora()
    ciclo = UUID(ids([PROJETO.hex], [f"ciclo|{data.isoformat()}|{campanha}"])[0])
    existente = await portas.escrita.obter(ciclo)
    if existente is not None:
        return existente
    guardada = await portas.regras.campanha(campanha)
    _exigir_ativa(guardada, data)
    politica = await _politica(portas, guardada, data)
    _exigir_hoje(portas, politica, data, agora)
    novo = CicloGuardado(ciclo, data, campanha, "processando", 0, 0, 0, {}, None, politica.versao, traceparent)
    return await portas.escrita.solicitar(novo, agora)


async def executar_ciclo(portas: PortasDoCiclo, ciclo: UUID, *, progresso: Progresso = registrar_progresso) -> CicloGuardado:
    """Runs a ciclo to its end, or returns it if it already ended; waits for its turn where another one runs.

    Killed half-way it leaves nothing but the row in `processando`, and may be run again. Raises CicloDesconhecido.
    """
    async with portas.escrita.vez():
        return await _executar(portas, ciclo, progresso)


async def retomar_ciclos(portas: PortasDoCiclo, *, progresso: Progresso = registrar_progresso) -> list[CicloGuardado]:
    """Runs what was asked for and never ended, oldest first; nothing while a worker holds the turn."""
    async with portas.escrita.vez_livre() as livre:
        if not livre:
            return []
        return [await _executar(portas, ciclo, progresso) for ciclo in await portas.escrita.pendentes()]


async def _executar(portas: PortasDoCiclo, ciclo: UUID, progresso: Progresso) -> CicloGuardado:
    guardado = await portas.escrita.obter(ciclo)
    if guardado is None:
        raise CicloDesconhecido(f"Não há ciclo {ciclo}.")
    if guardado.estado != "processando":
        return guardado
    try:
        return await _ate_escrever(portas, guardado, progresso)
    except CicloRecusado as recusa:
        return await portas.escrita.falhar(ciclo, str(recusa), portas.relogio.agora())


async def _ate_escrever(portas: PortasDoCiclo, guardado: CicloGuardado, progresso: Progresso) -> CicloGuardado:
    for _ in range(_TENTATIVAS - 1):
        try:
            return await _uma_vez(portas, guardado, progresso)
        except ConflitoDeEscrita:
            continue
    return await _uma_vez(portas, guardado, progresso)


async def _uma_vez(portas: PortasDoCiclo, guardado: CicloGuardado, progresso: Progresso) -> CicloGuardado:
    agora = portas.relogio.agora()
    campanha = await portas.regras.campanha(guardado.campanha)
    _exigir_ativa(campanha, guardado.data)
    politica = await _politica(portas, campanha, guardado.data)
    _exigir_hoje(portas, politica, guardado.data, agora)
    progresso("lendo a base", 0.0)
    leitura = await portas.leitura.ler(data=guardado.data, politica=politica, campanha=campanha)
    instantaneo = leitura.instantaneo
    progresso("apurando os fatos", 0.25)
    fatos = await asyncio.to_thread(apurar, leitura.base, guardado.data, politica.definicoes)
    # the records are the largest thing in memory, and done with
    leitura = leitura.sem_registros()
    progresso("decidindo", 0.45)
    trabalho = _Trabalho(guardado, campanha, politica, agora)
    decididos = await asyncio.to_thread(_decidir, portas, trabalho, fatos, leitura)
    del fatos, leitura
    progresso("compondo os eventos", 0.6)
    feitio = Feitio(guardado, politica, agora, politica.janela(portas.calendario))
    lote = await asyncio.to_thread(compor, decididos, feitio)
    del decididos
    progresso("gravando", 0.75)
    escrito = await portas.escrita.gravar(lote, instantaneo)
    progresso("concluído", 1.0)
    return escrito


def _decidir(portas: PortasDoCiclo, t: _Trabalho, fatos: pl.DataFrame, leitura: Leitura) -> Decididos:
    return decidir_base(
        fatos,
        leitura,
        politica=t.politica,
        campanha=t.campanha,
        data=t.ciclo.data,
        agora=t.agora,
        janela=t.politica.janela(portas.calendario),
        canais_ativos=portas.canais_ativos,
    )


async def campanha_e_politica(portas: PortasDoCiclo, campanha: str, agora: datetime) -> tuple[Campanha, Politica]:
    """A campaign that runs on the clock's date, and the policy that it decides by. Raises CicloRecusado."""
    guardada = await portas.regras.campanha(campanha)
    hoje = JanelaDeContato(portas.calendario).dia_local(agora)
    _exigir_ativa(guardada, hoje)
    return guardada, await _politica(portas, guardada, hoje)


async def _politica(portas: PortasDoCiclo, campanha: Campanha, data: date) -> Politica:
    if campanha.politica is not None:
        return await portas.regras.politica(campanha.politica, aprovada=True)
    return await portas.regras.politica_vigente(data)


def _exigir_ativa(campanha: Campanha, data: date) -> None:
    dentro = (campanha.valida_de is None or campanha.valida_de <= data) and (
        campanha.valida_ate is None or data <= campanha.valida_ate
    )
    if campanha.estado != "ativa" or not dentro:
        raise CampanhaInativa(f"A campanha {campanha.campanha} não está ativa em {data:%d/%m/%Y}.")


def _exigir_hoje(portas: PortasDoCiclo, politica: Politica, data: date, agora: datetime) -> None:
    hoje = politica.janela(portas.calendario).dia_local(agora)
    if data != hoje:
        raise DataRecusada(f"O ciclo só roda na data do relógio, {hoje:%d/%m/%Y}; para outra data, use a simulação.")
