"""Wake-ups between processes by LISTEN/NOTIFY: a hint that there is work, never the work itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from types import TracebackType
from typing import Self

import asyncpg

from kernel.persistence.banco import INDISPONIVEL, Banco, Conexao

_log = logging.getLogger(__name__)


async def avisar(con: Conexao, canal: str) -> None:
    """Wakes whoever listens on `canal` once the current transaction commits."""
    await con.execute("select pg_notify($1, '')", canal)


class Sinal:
    """Listens on some channels; `esperar` returns at a notice or after a while, whichever comes first.

    Losing the connection only makes waits as long as their limit until it is back.
    """

    def __init__(self, banco: Banco, *canais: str) -> None:
        self._banco = banco
        self._canais = canais
        self._evento = asyncio.Event()
        self._tarefa: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._tarefa = asyncio.create_task(self._escutar(), name=f"sinal:{','.join(self._canais)}")
        return self

    async def __aexit__(self, tipo: type[BaseException] | None, erro: BaseException | None, rastro: TracebackType | None) -> None:
        if self._tarefa is not None:
            self._tarefa.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._tarefa

    def acordar(self) -> None:
        """Wakes the waiter of this process."""
        self._evento.set()

    async def esperar(self, limite_s: float) -> bool:
        """True when woken, False when `limite_s` seconds went by. Notices that came before the call count."""
        try:
            # not wait_for: in Python 3.11 it swallows a cancellation that comes together with the event
            async with asyncio.timeout(limite_s):
                await self._evento.wait()
        except TimeoutError:
            return False
        finally:
            self._evento.clear()
        return True

    async def _escutar(self) -> None:
        while True:
            try:
                await self._uma_conexao()
            except INDISPONIVEL as erro:
                _log.warning("sinal sem conexão: %s", type(erro).__name__)
            await asyncio.sleep(1)

    async def _uma_conexao(self) -> None:
        con = await self._banco.dedicada()
        caiu = asyncio.Event()
        con.add_termination_listener(lambda _: caiu.set())
        try:
            for canal in self._canais:
                await con.add_listener(canal, self._ao_avisar)
            # what was notified before we listened
            self._evento.set()
            await caiu.wait()
        finally:
            with contextlib.suppress(*INDISPONIVEL, asyncpg.PostgresError):
                con.terminate()

    def _ao_avisar(self, *_: object) -> None:
        self._evento.set()
