"""Units of work on Postgres, and the lock by which a sending process shows that it lives."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from canais.adapters.outbound import postgres_sql as sql
from canais.adapters.outbound.postgres_contatos import ContatosPostgres, ModelosPostgres
from canais.adapters.outbound.postgres_envios import EnviosPostgres
from canais.adapters.outbound.postgres_recibos import QuarentenaPostgres
from kernel.clock import Relogio
from kernel.messaging import outbox
from kernel.messaging.log import Saida
from kernel.persistence.banco import INDISPONIVEL, Banco, Conexao

SALA = "canais"


class _Saidas:
    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def gravar(self, saidas: Sequence[Saida]) -> None:
        await outbox.gravar(self._con, SALA, saidas)


@dataclass(frozen=True, slots=True)
class UnidadePostgres:
    """Everything that one transaction may touch. Made by `unidade`."""

    agora: datetime
    envios: EnviosPostgres
    quarentena: QuarentenaPostgres
    contatos: ContatosPostgres
    modelos: ModelosPostgres
    saidas: _Saidas


def unidade(con: Conexao, agora: datetime) -> UnidadePostgres:
    """Binds the ports to `con`, which is inside a transaction."""
    return UnidadePostgres(
        agora, EnviosPostgres(con), QuarentenaPostgres(con), ContatosPostgres(con), ModelosPostgres(con), _Saidas(con)
    )


class TransacoesPostgres:
    """Opens units of work, each in a transaction of its own, at the clock's instant."""

    indisponivel: tuple[type[BaseException], ...] = INDISPONIVEL

    def __init__(self, banco: Banco, relogio: Relogio) -> None:
        self._banco = banco
        self._relogio = relogio

    @asynccontextmanager
    async def abrir(self) -> AsyncIterator[UnidadePostgres]:
        async with self._banco.transacao() as con:
            await con.execute(sql.POR_INDICE)
            yield unidade(con, self._relogio.agora())


class TransacoesDedicadas:
    """As `TransacoesPostgres`, one at a time on a connection of its own: for a loop whose every round trip counts."""

    indisponivel: tuple[type[BaseException], ...] = INDISPONIVEL

    def __init__(self, banco: Banco, relogio: Relogio) -> None:
        self._banco = banco
        self._relogio = relogio
        self._con: asyncpg.Connection[asyncpg.Record] | None = None

    @asynccontextmanager
    async def abrir(self) -> AsyncIterator[UnidadePostgres]:
        if self._con is None or self._con.is_closed():
            self._con = await self._banco.dedicada()
            await self._con.execute(sql.POR_INDICE.replace("local ", ""))
        con = self._con
        try:
            async with con.transaction():
                yield unidade(con, self._relogio.agora())
        except BaseException:
            # whatever state it is in, the next turn starts on a new one
            con.terminate()
            raise

    async def fechar(self) -> None:
        if self._con is not None:
            with contextlib.suppress(*INDISPONIVEL):
                await self._con.close(timeout=5)
            self._con = None


class TravaDeTrabalhador:
    """A session advisory lock on a connection of its own; its number is new for every start and every lost connection."""

    def __init__(self, banco: Banco, relogio: Relogio, nome: str) -> None:
        self._banco = banco
        self._relogio = relogio
        self._nome = nome
        self._con: asyncpg.Connection[asyncpg.Record] | None = None
        self._numero = 0
        self._vez = asyncio.Lock()

    async def numero(self) -> int:
        """The number under which the lock is held. Raises one of `INDISPONIVEL`."""
        async with self._vez:
            if self._con is None or self._con.is_closed():
                await self._tomar()
            return self._numero

    async def _tomar(self) -> None:
        con = await self._banco.dedicada()
        try:
            numero = int(await con.fetchval("select nextval('canais.trava')"))
            await con.execute("select pg_advisory_lock($1, $2)", sql.CLASSE_DA_TRAVA, numero)
            # the rows of those that are gone go with the next who comes
            await con.execute(
                """delete from canais.trabalhador where trava <> all(array(
                       select objid::bigint::int from pg_locks
                       where locktype = 'advisory' and classid = $1::bigint::oid and objsubid = 2 and granted
                           and database = (select oid from pg_database where datname = current_database())))""",
                sql.CLASSE_DA_TRAVA,
            )
            await con.execute(
                "insert into canais.trabalhador (trava, nome, iniciado_em) values ($1, $2, $3)",
                *(numero, self._nome, self._relogio.agora()),
            )
        except BaseException:
            con.terminate()
            raise
        self._con, self._numero = con, numero

    async def soltar(self) -> None:
        """Lets go; what is still `enviando` under it becomes an orphan."""
        if self._con is not None:
            with contextlib.suppress(*INDISPONIVEL):
                await self._con.execute("delete from canais.trabalhador where trava = $1", self._numero)
            with contextlib.suppress(*INDISPONIVEL):
                await self._con.close(timeout=5)
            self._con = None
