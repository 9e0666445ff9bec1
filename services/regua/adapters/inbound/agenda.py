"""The worker's loop for ciclos: starts the one that falls due each morning, and runs what was asked for."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Final

from kernel.domain.calendario import JanelaDeContato
from kernel.logging import campos
from kernel.metrics import Metricas
from kernel.persistence.banco import INDISPONIVEL, Banco
from kernel.persistence.sinal import Sinal
from regua.adapters.outbound.pendencias_postgres import AgendaPostgres
from regua.adapters.outbound.unidade_postgres import Unidades
from regua.application.avisar_risco import AvisarRiscos
from regua.application.executar_ciclo import CAMPANHA_PERMANENTE, executar_ciclo, solicitar_ciclo
from regua.application.liberar_aprovado import liberar_aprovado
from regua.application.ports_ciclo import CicloRecusado, PortasDoCiclo

CANAL_DOS_CICLOS: Final = "regua_ciclo"
"""Notified when a ciclo is asked for, or something is approved."""

_log = logging.getLogger(__name__)
# the clock's own notice: a due instant reached by a jump is seen at once
_CANAL_DO_RELOGIO: Final = "plataforma_relogio"
_RONDA_S: Final = 0.5


class TrabalhadorDeCiclos:
    """Runs ciclos one at a time. What fell due while nothing ran is not caught up."""

    def __init__(
        self, banco: Banco, portas: PortasDoCiclo, agenda: AgendaPostgres, metricas: Metricas, unidades: Unidades
    ) -> None:
        self._banco = banco
        self._unidades = unidades
        self._avisos = AvisarRiscos(portas.calendario, portas.canais_ativos)
        self._portas = portas
        self._agenda = agenda
        self._contador = metricas.contador("regua_casos_avaliados", "Casos avaliados em ciclos, por resultado.", ("resultado",))

    async def executar(self) -> None:
        """Runs until cancelled; waits out a database that is away."""
        comecou = False
        async with Sinal(self._banco, CANAL_DOS_CICLOS, _CANAL_DO_RELOGIO) as sinal:
            while True:
                try:
                    if not comecou:
                        await self._agenda.marcar(self._portas.relogio.agora())
                        comecou = True
                    await self.turno()
                except INDISPONIVEL as erro:
                    _log.warning("ciclos esperam: %s", type(erro).__name__)
                    await asyncio.sleep(_RONDA_S)
                await sinal.esperar(_RONDA_S)

    async def turno(self) -> None:
        """Asks for what fell due, then runs all that waits, approvals last. Raises one of `INDISPONIVEL`."""
        await self._agendado()
        for ciclo in await self._portas.escrita.pendentes():
            try:
                feito = await executar_ciclo(self._portas, ciclo)
            except INDISPONIVEL:
                raise
            except Exception as erro:  # noqa: BLE001 - the worker's loop: the ciclo fails with its reason, the régua goes on
                _log.exception("ciclo falhou", extra=campos(ciclo=str(ciclo)))
                await self._portas.escrita.falhar(ciclo, f"Erro interno ({type(erro).__name__}).", self._portas.relogio.agora())
                continue
            for resultado, n in (("acionado", feito.acionados), ("retido", feito.retidos)):
                self._contador.labels(resultado).inc(n)
            self._contador.labels("suprimido").inc(feito.avaliados - feito.acionados - feito.retidos)
        await self._aprovados()

    async def _aprovados(self) -> None:
        for aprovada in await self._portas.escrita.aprovadas():
            try:
                await liberar_aprovado(self._portas, aprovada)
            except INDISPONIVEL:
                raise
            except Exception:  # noqa: BLE001 - the worker's loop: the next ciclo decides, the régua goes on
                _log.exception("aprovação fica para o próximo ciclo", extra=campos(aprovacao=str(aprovada.aprovacao)))
                await self._portas.escrita.dar_por_reavaliada(aprovada.aprovacao, self._portas.relogio.agora())

    async def _reavaliar(self, agora: datetime) -> None:
        try:
            async with self._banco.transacao() as con:
                await self._avisos.reavaliar(self._unidades(con, agora))
        except INDISPONIVEL:
            raise
        except Exception:  # noqa: BLE001 - the worker's loop: warnings are tried again tomorrow, the day's ciclo goes on
            _log.exception("avisos de parcelamento ficam para amanhã")

    async def _agendado(self) -> None:
        agora = self._portas.relogio.agora()
        instante = await self._agenda.devido(agora)
        if instante is None:
            return
        dias = JanelaDeContato(self._portas.calendario)
        hoje = dias.dia_local(agora)
        # past its own day it was missed
        if dias.dia_local(instante) == hoje:
            # before the ladder: a plan has a day on which it is lost, a rung is kept
            await self._reavaliar(agora)
            try:
                await solicitar_ciclo(self._portas, data=hoje, campanha=CAMPANHA_PERMANENTE)
            except CicloRecusado as recusa:
                _log.warning("ciclo do dia não começou", extra=campos(motivo=recusa.codigo))
        await self._agenda.marcar(agora)
