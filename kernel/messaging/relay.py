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
from typing import TypeAlias

import asyncpg

from kernel.messaging.log import Log, LogIndisponivel, Producer, Saida
from kernel.messaging.outbox import canal_do_outbox
from kernel.persistence.banco import INDISPONIVEL, Banco
from kernel.persistence.sinal import Sinal

_log = logging.getLogger(__name__)
_ESPERA_S = 1.0
_Sessao: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


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
                linhas = await self._ler(con, [])
                while linhas:
                    linhas = await self._passar(con, producer, linhas)
                await sinal.esperar(_ESPERA_S)
        finally:
            with contextlib.suppress(*INDISPONIVEL):
                # Terminating drops the session and with it the lock, whatever state the connection is in.
                con.terminate()

    async def _passar(self, con: _Sessao, producer: Producer, linhas: list[asyncpg.Record]) -> list[asyncpg.Record]:
        """Publishes `linhas`, then deletes them. Answers the next ones, where this batch was full: read during the publish.

        They are published only after this batch is deleted, so that a crash repeats one batch at most. Reading and deleting
        use the connection that holds the lock.
        """
        ids = [linha["id"] for linha in linhas]
        leitura = asyncio.create_task(self._ler(con, ids)) if len(linhas) == self._lote else None
        try:
            await producer.publish([_saida(linha) for linha in linhas])
            proximas = [] if leitura is None else await leitura
        finally:
            if leitura is not None:
                leitura.cancel()
                await asyncio.gather(leitura, return_exceptions=True)
        await con.execute(f"delete from {self._sala}.outbox where id = any($1::bigint[])", ids)
        self._ao_publicar(len(linhas))
        return proximas

    async def _ler(self, con: _Sessao, menos: list[int]) -> list[asyncpg.Record]:
        """The first rows in id order, without those of `menos`. Not "after the last id": a lower one may commit late."""
        filtro = "" if self._fragmentos == 1 else f"and abs(hashtext(chave)::bigint) % {self._fragmentos} = {self._fragmento}"
        return await con.fetch(
            f"""select id, topico, chave, valor, nullif(cabecalhos, '[]'::jsonb) as cabecalhos from {self._sala}.outbox
                where id <> all($2::bigint[]) {filtro} order by id limit $1""",
            self._lote,
            menos,
        )


def _saida(linha: asyncpg.Record) -> Saida:
    cabecalhos = linha["cabecalhos"]
    if cabecalhos is None:
        return Saida(linha["topico"], linha["chave"], linha["valor"])
    return Saida(linha["topico"], linha["chave"], linha["valor"], tuple((nome, valor.encode()) for nome, valor in cabecalhos))
