"""What a sending process runs: consumer, senders, watch; and its clean stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from canais.adapters.outbound.postgres_provedores import ler_ajustes
from canais.adapters.outbound.postgres_sql import CANAL_FILA
from canais.application.enviar import Remetente
from canais.application.ports import Unidade
from canais.application.vigiar import Vigia
from kernel.messaging.consumer import ConsumidorDeEventos
from kernel.persistence.banco import INDISPONIVEL, Banco
from kernel.persistence.sinal import Sinal

_log = logging.getLogger(__name__)
_AJUSTES_S: Final = 2.0
# beyond the longest request: time for its answer to be written
_FOLGA_S: Final = 10.0


class Trabalho:
    """Everything of canais that works without being asked."""

    def __init__(
        self,
        *,
        banco: Banco,
        consumidor: ConsumidorDeEventos[Unidade],
        remetentes: Sequence[Remetente],
        vigia: Vigia,
        prazo_s: float,
    ) -> None:
        self._banco = banco
        self._consumidor = consumidor
        self._remetentes = remetentes
        self._vigia = vigia
        self._prazo_s = prazo_s

    def acordar(self) -> None:
        """There may be something due: the clock was moved, a row was made."""
        self._vigia.pedir()
        for remetente in self._remetentes:
            remetente.acordar()

    async def executar(self) -> None:
        """Until cancelled. Then it takes nothing more, waits for the answers of open requests and writes them."""
        await self._ajustar()
        envios = [asyncio.create_task(r.executar(), name=f"envio:{r.provedor}") for r in self._remetentes]
        consumo = asyncio.create_task(self._consumidor.executar(), name="canais-consumer")
        rondas = [
            asyncio.create_task(fazer(), name=f"canais-{fazer.__name__.strip('_')}")
            for fazer in (self._vigia.executar, self._escutar, self._reler_ajustes)
        ]
        try:
            feitas, _ = await asyncio.wait([*envios, consumo, *rondas], return_when=asyncio.FIRST_COMPLETED)
            for tarefa in feitas:
                tarefa.result()
        finally:
            await self._parar(envios, consumo, rondas)

    async def _parar(
        self, envios: Sequence[asyncio.Task[None]], consumo: asyncio.Task[None], rondas: Sequence[asyncio.Task[None]]
    ) -> None:
        self._consumidor.parar()
        for remetente in self._remetentes:
            remetente.parar()
        for ronda in rondas:
            ronda.cancel()
        _, pendentes = await asyncio.wait([*envios, consumo], timeout=self._prazo_s + _FOLGA_S)
        if pendentes:
            _log.warning("parada com %d tarefas por terminar: o que estava em curso fica em dúvida", len(pendentes))
        for tarefa in pendentes:
            tarefa.cancel()
        await asyncio.gather(*envios, consumo, *rondas, return_exceptions=True)

    async def _escutar(self) -> None:
        async with Sinal(self._banco, CANAL_FILA) as sinal:
            while True:
                if await sinal.esperar(30):
                    for remetente in self._remetentes:
                        remetente.acordar()

    async def _reler_ajustes(self) -> None:
        while True:
            await asyncio.sleep(_AJUSTES_S)
            try:
                await self._ajustar()
            except INDISPONIVEL as erro:
                _log.warning("ajustes de provedores não lidos: %s", type(erro).__name__)

    async def _ajustar(self) -> None:
        """What operators changed of providers takes effect."""
        async with self._banco.conexao() as con:
            ajustes = await ler_ajustes(con)
        for remetente in self._remetentes:
            ajuste = ajustes.get(remetente.provedor)
            if ajuste is not None:
                remetente.pausado = ajuste.pausado or ajuste.peso == 0
                remetente.balde.mudar(ajuste.taxa_por_s)
