"""Our side of the messaging benchmark: the relay and the consumer as every room runs them, timed from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.clock import RelogioFixo
from kernel.messaging.consumer import ConsumidorDeEventos
from kernel.messaging.envelope import Evento
from kernel.messaging.log import Consumer, Log, Producer, Registro, Saida
from kernel.messaging.relay import Relay
from kernel.persistence.banco import Banco, Conexao
from schemas.acionamento import AcionamentoEmitido
from tests.bench.mensageria_carga import AGORA, EVENTOS, LOTE_CONSUMO, LOTE_RELAY, Cronometro, Taxa, ter_efeito


class _Cronometrado:
    """A log that starts the watch at the first batch; everything else is the log's own."""

    def __init__(self, log: Log, cronometro: Cronometro) -> None:
        self._log = log
        self.cronometro = cronometro
        self.terminou = asyncio.Event()

    def __getattr__(self, nome: str) -> Any:
        return getattr(self._log, nome)

    async def producer(self) -> Producer:
        return _Producer(await self._log.producer(), self.cronometro)

    async def consumer(self, *, grupo: str, topicos: Sequence[str], membro: str) -> Consumer:
        return _Consumer(await self._log.consumer(grupo=grupo, topicos=topicos, membro=membro), self)

    def contar(self, quantos: int) -> None:
        self.cronometro.contar(quantos)
        if self.cronometro.eventos >= EVENTOS:
            self.terminou.set()


class _Producer:
    def __init__(self, producer: Producer, cronometro: Cronometro) -> None:
        self._producer = producer
        self._cronometro = cronometro

    async def publish(self, saidas: Sequence[Saida]) -> None:
        self._cronometro.comecar()
        await self._producer.publish(saidas)


class _Consumer:
    def __init__(self, consumer: Consumer, dono: _Cronometrado) -> None:
        self._consumer = consumer
        self._dono = dono

    def __getattr__(self, nome: str) -> Any:
        return getattr(self._consumer, nome)

    async def fetch(self, *, maximo: int, espera_s: float) -> list[Registro]:
        registros = await self._consumer.fetch(maximo=maximo, espera_s=espera_s)
        if registros:
            self._dono.cronometro.comecar()
        return registros

    async def commit(self, registros: Sequence[Registro]) -> None:
        await self._consumer.commit(registros)
        self._dono.contar(len(registros))


async def relay(banco: Banco, log: Log, sala: str) -> Taxa:
    """How fast events go from the outbox of `sala` to the log."""
    medido = _Cronometrado(log, Cronometro())
    nosso = Relay(banco=banco, log=medido, sala=sala, lote=LOTE_RELAY, ao_publicar=medido.contar)
    tarefa = asyncio.create_task(nosso.executar())
    try:
        await medido.terminou.wait()
    finally:
        tarefa.cancel()
        await asyncio.gather(tarefa, return_exceptions=True)
    return medido.cronometro.taxa()


async def consumo(banco: Banco, log: Log, sala: str, topico: str, grupo: str) -> Taxa:
    """How fast events go from the log to inbox and effect of `sala`, positions committed."""
    medido = _Cronometrado(log, Cronometro())

    async def ao_emitir(con: Conexao, eventos: Sequence[Evento]) -> None:
        await ter_efeito(con, sala, [e.dados for e in eventos])

    def unidade(con: Conexao, _agora: datetime) -> Conexao:
        return con

    consumidor: ConsumidorDeEventos[Conexao] = ConsumidorDeEventos(
        banco=banco,
        log=medido,
        relogio=RelogioFixo(AGORA),
        sala=sala,
        grupo=grupo,
        membro=f"{grupo}-1",
        topicos=[topico],
        handlers={AcionamentoEmitido.tipo: ao_emitir},
        unidade=unidade,
        lote=LOTE_CONSUMO,
    )
    tarefa = asyncio.create_task(consumidor.executar())
    try:
        await medido.terminou.wait()
    finally:
        consumidor.parar()
        await tarefa
    return medido.cronometro.taxa()
