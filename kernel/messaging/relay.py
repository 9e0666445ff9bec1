"""The relay: takes a room's outbox to the log, in order, one active relay for each share of the keys.

Several relays with `SKIP LOCKED` lose the order of a taxpayer's events, and "id > last seen" loses events, because ids are
handed out before commit. One relay that publishes what it sees in id order and then deletes just that does neither. A crash
between the two publishes again; the consumer's inbox drops it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import asyncpg

from kernel.messaging.log import Log, LogIndisponivel, Producer, Saida
from kernel.messaging.outbox import canal_do_outbox
from kernel.persistence.banco import INDISPONIVEL, Banco
from kernel.persistence.sinal import Sinal

_log = logging.getLogger(__name__)
_ESPERA_S = 1.0


class Relay:
    """Publishes the outbox of `sala`. `fragmento` of `fragmentos` is its share of the keys."""

    def __init__(
        self,
        *,
        banco: Banco,
        log: Log,
        sala: str,
        lote: int = 1000,
        fragmento: int = 0,
        fragmentos: int = 1,
        ao_publicar: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._banco = banco
        self._log = log
        self._sala = sala
        self._lote = lote
        self._fragmento = fragmento
        self._fragmentos = fragmentos
        self._ao_publicar = ao_publicar

    async def executar(self) -> None:
        """Runs until cancelled; waits out a database or log that is away."""
        async with Sinal(self._banco, canal_do_outbox(self._sala)) as sinal:
            while True:
                try:
                    await self._com_a_trava(sinal)
                except (LogIndisponivel, *INDISPONIVEL) as erro:
                    _log.warning("relay de %s espera: %s", self._sala, type(erro).__name__)
                await asyncio.sleep(_ESPERA_S)

    async def _com_a_trava(self, sinal: Sinal) -> None:
        con = await self._banco.dedicada()
        try:
            nome = f"relay:{self._sala}:{self._fragmento}/{self._fragmentos}"
            # asked again and again rather than waited for: a waiting query would not notice a cancellation
            while not await con.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", nome):  # noqa: ASYNC110
                await asyncio.sleep(_ESPERA_S)
            producer = await self._log.producer()
            while True:
                if await self._turno(con, producer) < self._lote:
                    await sinal.esperar(_ESPERA_S)
        finally:
            with contextlib.suppress(*INDISPONIVEL):
                # Terminating drops the session and with it the lock, whatever state the connection is in.
                con.terminate()

    async def _turno(self, con: asyncpg.Connection[asyncpg.Record], producer: Producer) -> int:
        """Publishes one batch and deletes it. Reading and deleting use the connection that holds the lock."""
        filtro = "" if self._fragmentos == 1 else f"where abs(hashtext(chave)::bigint) % {self._fragmentos} = {self._fragmento}"
        linhas = await con.fetch(
            f"select id, topico, chave, valor, cabecalhos from {self._sala}.outbox {filtro} order by id limit $1",
            self._lote,
        )
        if not linhas:
            return 0
        await producer.publish(
            [
                Saida(
                    linha["topico"],
                    linha["chave"],
                    linha["valor"],
                    tuple((nome, valor.encode()) for nome, valor in linha["cabecalhos"]),
                )
                for linha in linhas
            ]
        )
        await con.execute(f"delete from {self._sala}.outbox where id = any($1::bigint[])", [linha["id"] for linha in linhas])
        self._ao_publicar(len(linhas))
        return len(linhas)
