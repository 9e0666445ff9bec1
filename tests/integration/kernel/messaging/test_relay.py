"""The relay's promises: order per key, nothing lost to late commits, one active relay, duplicates only after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from kernel.messaging import outbox
from kernel.messaging.log import Consumer, LogIndisponivel, Producer, Saida, Topico
from kernel.messaging.relay import Relay
from kernel.messaging.tabelas import ddl_mensageria
from kernel.persistence.banco import Banco


class _Caderno:
    """A log that keeps what it is given, and fails when told to."""

    def __init__(self) -> None:
        self.lidas: list[Saida] = []
        self.quedas = 0
        self.chegou = asyncio.Event()

    async def publish(self, saidas: Sequence[Saida]) -> None:
        if self.quedas:
            self.quedas -= 1
            raise LogIndisponivel("fora do ar")
        self.lidas.extend(saidas)
        self.chegou.set()

    async def producer(self) -> Producer:
        return self

    async def create_topics(self, topicos: Sequence[Topico]) -> None:
        raise NotImplementedError

    async def consumer(self, *, grupo: str, topicos: Sequence[str], membro: str) -> Consumer:
        raise NotImplementedError

    async def lag(self, *, grupo: str, topicos: Sequence[str]) -> Mapping[str, int]:
        raise NotImplementedError

    async def close(self) -> None:
        self.chegou.set()

    async def ate(self, n: int) -> None:
        while len(self.lidas) < n:
            self.chegou.clear()
            await asyncio.wait_for(self.chegou.wait(), 30)


def _saidas(chave: str, de: int, ate: int) -> list[Saida]:
    return [Saida("t", chave, str(n).encode(), (("h", b"v"),)) for n in range(de, ate)]


@pytest.fixture
async def pronto(banco: Banco) -> Banco:
    async with banco.conexao() as con:
        await con.execute("create schema sala")
        await con.execute(ddl_mensageria("sala"))
    return banco


async def _rodar(relay: Relay, caderno: _Caderno, n: int) -> None:
    tarefa = asyncio.create_task(relay.executar())
    try:
        await caderno.ate(n)
    finally:
        tarefa.cancel()
        await asyncio.gather(tarefa, return_exceptions=True)


async def test_quem_grava_tarde_com_id_menor_nao_se_perde(pronto: Banco) -> None:
    caderno = _Caderno()
    async with pronto.transacao() as lenta:
        await outbox.gravar(lenta, "sala", _saidas("lenta", 0, 3))
        async with pronto.transacao() as rapida:
            await outbox.gravar(rapida, "sala", _saidas("rapida", 0, 3))
        tarefa = asyncio.create_task(Relay(banco=pronto, log=caderno, sala="sala").executar())
        await caderno.ate(3)
        assert {s.chave for s in caderno.lidas} == {"rapida"}
    await caderno.ate(6)
    tarefa.cancel()
    await asyncio.gather(tarefa, return_exceptions=True)
    assert [s.valor for s in caderno.lidas if s.chave == "lenta"] == [b"0", b"1", b"2"]
    assert caderno.lidas[0].cabecalhos == (("h", b"v"),)


async def test_log_fora_do_ar_nao_perde_nem_troca_a_ordem(pronto: Banco) -> None:
    caderno = _Caderno()
    caderno.quedas = 2
    async with pronto.transacao() as con:
        await outbox.gravar(con, "sala", _saidas("x", 0, 50))
    await _rodar(Relay(banco=pronto, log=caderno, sala="sala", lote=7), caderno, 50)
    assert [s.valor for s in caderno.lidas] == [str(n).encode() for n in range(50)]
    async with pronto.conexao() as con:
        assert await con.fetchval("select count(*) from sala.outbox") in {0, 1}


async def test_so_um_relay_publica_de_cada_vez(pronto: Banco) -> None:
    caderno = _Caderno()
    relays = [asyncio.create_task(Relay(banco=pronto, log=caderno, sala="sala", lote=5).executar()) for _ in range(3)]
    for lote in range(20):
        async with pronto.transacao() as con:
            await outbox.gravar(con, "sala", _saidas("x", lote * 10, lote * 10 + 10))
    await caderno.ate(200)
    for relay in relays:
        relay.cancel()
    await asyncio.gather(*relays, return_exceptions=True)
    assert [s.valor for s in caderno.lidas] == [str(n).encode() for n in range(200)]


async def test_fragmentos_repartem_as_chaves(pronto: Banco) -> None:
    cadernos = [_Caderno(), _Caderno()]
    relays = [
        asyncio.create_task(Relay(banco=pronto, log=caderno, sala="sala", fragmento=n, fragmentos=2).executar())
        for n, caderno in enumerate(cadernos)
    ]
    async with pronto.transacao() as con:
        for n in range(40):
            await outbox.gravar(con, "sala", _saidas(f"c{n}", 0, 1))
    async with asyncio.timeout(30):
        while sum(len(caderno.lidas) for caderno in cadernos) < 40:  # noqa: ASYNC110 - two notebooks, no common event
            await asyncio.sleep(0.02)
    for relay in relays:
        relay.cancel()
    await asyncio.gather(*relays, return_exceptions=True)
    primeira, segunda = ({s.chave for s in caderno.lidas} for caderno in cadernos)
    assert primeira
    assert segunda
    assert not primeira & segunda
