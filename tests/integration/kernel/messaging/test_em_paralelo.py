"""What runs side by side in relay and consumer: the next batch is read early, and no promise is broken by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from kernel.clock import RelogioFixo
from kernel.messaging import outbox
from kernel.messaging.consumer import ConsumidorDeEventos
from kernel.messaging.embutido import LogEmbutido, ddl_log
from kernel.messaging.envelope import Evento, saida
from kernel.messaging.handler import Handler
from kernel.messaging.log import Consumer, Log, Producer, Registro, Saida
from kernel.messaging.relay import Relay
from kernel.messaging.tabelas import ddl_mensageria
from kernel.persistence.banco import Banco, Conexao

_AGORA = datetime(2026, 1, 5, 12, tzinfo=UTC)
_LOTE = 5
_LIMITE_S = 60.0


@pytest.fixture
async def pronto(banco: Banco) -> Banco:
    async with banco.conexao() as con:
        await con.execute("create schema sala")
        await con.execute(ddl_mensageria("sala"))
        await con.execute("create schema plataforma")
        await con.execute(ddl_log())
        await con.execute("create table sala.nota (id bigint generated always as identity, chave text, texto text)")
    return banco


@pytest.fixture
async def log(pronto: Banco) -> AsyncIterator[LogEmbutido]:
    log = LogEmbutido(pronto)
    yield log
    await log.close()


class _Observado:
    """A log that tells of the batches that a member reads and commits; they are the log's own."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._mudou = asyncio.Condition()
        self.lidos = 0
        self.confirmados = 0

    def __getattr__(self, nome: str) -> Any:
        return getattr(self._log, nome)

    async def consumer(self, *, grupo: str, topicos: Sequence[str], membro: str) -> Consumer:
        return _ConsumerObservado(await self._log.consumer(grupo=grupo, topicos=topicos, membro=membro), self)

    async def contar(self, *, lidos: int = 0, confirmados: int = 0) -> None:
        async with self._mudou:
            self.lidos += lidos
            self.confirmados += confirmados
            self._mudou.notify_all()

    async def ate(self, *, lidos: int = 0, confirmados: int = 0) -> None:
        async with asyncio.timeout(_LIMITE_S), self._mudou:
            await self._mudou.wait_for(lambda: self.lidos >= lidos and self.confirmados >= confirmados)


class _ConsumerObservado:
    def __init__(self, consumer: Consumer, dono: _Observado) -> None:
        self._consumer = consumer
        self._dono = dono

    def __getattr__(self, nome: str) -> Any:
        return getattr(self._consumer, nome)

    async def fetch(self, *, maximo: int, espera_s: float) -> list[Registro]:
        registros = await self._consumer.fetch(maximo=maximo, espera_s=espera_s)
        await self._dono.contar(lidos=len(registros))
        return registros

    async def commit(self, registros: Sequence[Registro]) -> None:
        await self._consumer.commit(registros)
        await self._dono.contar(confirmados=len(registros))


class _Sala:
    """A room that notes what it gets, and what log and database looked like when each batch came."""

    def __init__(self, banco: Banco, log: Log) -> None:
        self.banco = banco
        self.log = _Observado(log)
        self.lotes = 0
        self.adiantadas: list[int] = []

    async def anotar(self, con: Conexao, eventos: Sequence[Evento]) -> None:
        """Ends only once the next batch is read, and the one before committed."""
        self.lotes += 1
        if self.lotes < 4:
            await self.log.ate(lidos=_LOTE * (self.lotes + 1), confirmados=_LOTE * (self.lotes - 1))
        atraso = (await self.log.lag(grupo="g", topicos=["t"]))["t"]
        feitas = await con.fetchval("select count(*) from sala.nota")
        self.adiantadas.append((4 * _LOTE - atraso) - feitas)
        await con.executemany(
            "insert into sala.nota (chave, texto) values ($1, $2)", [(e.chave, e.dados["texto"]) for e in eventos]
        )

    def consumidor(self, handler: Handler[Conexao]) -> ConsumidorDeEventos[Conexao]:
        return ConsumidorDeEventos(
            banco=self.banco,
            log=self.log,
            relogio=RelogioFixo(_AGORA),
            sala="sala",
            grupo="g",
            membro="m",
            topicos=["t"],
            handlers={"anotar": handler},
            unidade=lambda con, _agora: con,
            lote=_LOTE,
        )

    async def textos(self) -> list[str]:
        async with self.banco.conexao() as con:
            return [linha["texto"] for linha in await con.fetch("select texto from sala.nota order by id")]


async def _publicar(log: Log, quantos: int) -> None:
    producer = await log.producer()
    eventos = [Evento(UUID(int=n + 1), "anotar", "/t", "x", _AGORA, {"texto": str(n)}) for n in range(quantos)]
    await producer.publish([saida("t", evento) for evento in eventos])


async def test_enquanto_um_lote_tem_efeito_o_seguinte_e_lido_e_o_anterior_confirmado(pronto: Banco, log: LogEmbutido) -> None:
    sala = _Sala(pronto, log)
    await _publicar(log, 4 * _LOTE)
    consumidor = sala.consumidor(sala.anotar)
    tarefa = asyncio.create_task(consumidor.executar())
    await sala.log.ate(confirmados=4 * _LOTE)
    consumidor.parar()
    await tarefa
    assert await sala.textos() == [str(n) for n in range(4 * _LOTE)]
    # a position that passed an effect would lose it in a crash
    assert max(sala.adiantadas) <= 0


async def test_lote_lido_adiante_e_nao_tomado_fica_para_o_seguinte(pronto: Banco, log: LogEmbutido) -> None:
    sala = _Sala(pronto, log)
    sala.lotes = 4
    await _publicar(log, 3 * _LOTE)

    async def parar_com_um_adiante(con: Conexao, eventos: Sequence[Evento]) -> None:
        await sala.log.ate(lidos=2 * _LOTE)
        primeiro.parar()
        await sala.anotar(con, eventos)

    primeiro = sala.consumidor(parar_com_um_adiante)
    await primeiro.executar()
    assert await sala.textos() == [str(n) for n in range(_LOTE)]
    assert (await log.lag(grupo="g", topicos=["t"]))["t"] == 2 * _LOTE
    segundo = sala.consumidor(sala.anotar)
    tarefa = asyncio.create_task(segundo.executar())
    await sala.log.ate(confirmados=3 * _LOTE)
    segundo.parar()
    await tarefa
    assert await sala.textos() == [str(n) for n in range(3 * _LOTE)]


class _Vigia:
    """A log that looks, at each batch, for rows in the outbox that were published before."""

    def __init__(self, banco: Banco) -> None:
        self._banco = banco
        self.lidas: list[bytes] = []
        self.sobras: list[int] = []
        self.acabou = asyncio.Event()
        self.total = 0

    def __getattr__(self, nome: str) -> Any:
        raise NotImplementedError(nome)

    async def producer(self) -> Producer:
        return self

    async def publish(self, saidas: Sequence[Saida]) -> None:
        async with self._banco.conexao() as con:
            self.sobras.append(await con.fetchval("select count(*) from sala.outbox where valor = any($1::bytea[])", self.lidas))
        self.lidas.extend(s.valor for s in saidas)
        if len(self.lidas) >= self.total:
            self.acabou.set()


async def _rodar(relay: Relay, vigia: _Vigia) -> None:
    tarefa = asyncio.create_task(relay.executar())
    try:
        async with asyncio.timeout(_LIMITE_S):
            await vigia.acabou.wait()
    finally:
        tarefa.cancel()
        await asyncio.gather(tarefa, return_exceptions=True)


async def test_um_lote_so_sai_depois_de_apagado_o_anterior(pronto: Banco) -> None:
    vigia = _Vigia(pronto)
    vigia.total = 4 * _LOTE + 1
    async with pronto.transacao() as con:
        await outbox.gravar(con, "sala", [Saida("t", "x", str(n).encode()) for n in range(vigia.total)])
    await _rodar(Relay(banco=pronto, log=vigia, sala="sala", lote=_LOTE), vigia)
    assert vigia.lidas == [str(n).encode() for n in range(vigia.total)]
    assert vigia.sobras == [0] * 5


class _VigiaComAtrasado(_Vigia):
    """Commits, during its second batch, a transaction that took its ids before everybody else."""

    atrasada: Any = None

    async def publish(self, saidas: Sequence[Saida]) -> None:
        if len(self.sobras) == 1:
            await self.atrasada.commit()
        await super().publish(saidas)


async def test_quem_confirma_durante_a_publicacao_com_id_menor_nao_se_perde(pronto: Banco) -> None:
    vigia = _VigiaComAtrasado(pronto)
    vigia.total = 4 * _LOTE + 3
    lenta = await pronto.dedicada()
    vigia.atrasada = lenta.transaction()
    await vigia.atrasada.start()
    await outbox.gravar(lenta, "sala", [Saida("t", "lenta", f"l{n}".encode()) for n in range(3)])
    async with pronto.transacao() as con:
        await outbox.gravar(con, "sala", [Saida("t", "x", str(n).encode()) for n in range(4 * _LOTE)])
    await _rodar(Relay(banco=pronto, log=vigia, sala="sala", lote=_LOTE), vigia)
    await lenta.close()
    assert [v for v in vigia.lidas if v.startswith(b"l")] == [b"l0", b"l1", b"l2"]
    assert [v for v in vigia.lidas if not v.startswith(b"l")] == [str(n).encode() for n in range(4 * _LOTE)]
