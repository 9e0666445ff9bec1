"""Connections and transactions: one asyncpg pool a process, and the only way to a transaction."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import asyncpg
import orjson

from kernel.config import ConfigInvalida

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Conexao = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
else:
    Conexao = asyncpg.Connection

# What says that the database is away, and nothing about the work at hand: wait and try again.
INDISPONIVEL = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    OSError,
    TimeoutError,
)


def _json(valor: Any) -> str:
    return orjson.dumps(valor).decode()


async def _preparar(con: asyncpg.Connection[asyncpg.Record]) -> None:
    for tipo in ("json", "jsonb"):
        await con.set_type_codec(tipo, encoder=_json, decoder=orjson.loads, schema="pg_catalog")


class Banco:
    """A pool on one database. Made by `abrir_banco`."""

    def __init__(self, url: str, pool: asyncpg.Pool[asyncpg.Record], aplicacao: str) -> None:
        self.url = url
        self._pool = pool
        self._aplicacao = aplicacao

    @asynccontextmanager
    async def transacao(self, *, isolamento: str | None = None, so_leitura: bool = False) -> AsyncIterator[Conexao]:
        """A connection inside one transaction: committed on a normal exit, rolled back on an exception."""
        async with self._pool.acquire() as con, con.transaction(isolation=isolamento, readonly=so_leitura):  # type: ignore[arg-type]
            yield con

    @asynccontextmanager
    async def conexao(self) -> AsyncIterator[Conexao]:
        """A connection outside any transaction: each statement commits alone."""
        async with self._pool.acquire() as con:
            yield con

    async def dedicada(self) -> asyncpg.Connection[asyncpg.Record]:
        """A connection of its own, for session locks and LISTEN; the caller closes it."""
        con = await asyncpg.connect(self.url, server_settings={"application_name": self._aplicacao, "timezone": "UTC"})
        await _preparar(con)
        return con

    async def fechar(self) -> None:
        await self._pool.close()


_PRAZO_DA_CONFERENCIA_S: Final = 10
_VERSAO_MINIMA: Final = 15


async def exigir_banco(url: str) -> None:
    """Raises `ConfigInvalida`, saying why, where `url` is not a PostgreSQL 15 or newer that lets us in; within ten seconds."""
    try:
        # the driver's own time-out counts each attempt anew
        async with asyncio.timeout(_PRAZO_DA_CONFERENCIA_S):
            con = await asyncpg.connect(url)
            try:
                versao = con.get_server_version().major
            finally:
                con.terminate()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as erro:
        raise ConfigInvalida(f"O banco de BANCO_URL ({_onde(url)}) não serve: {_por_que(erro)}.") from erro
    if versao < _VERSAO_MINIMA:
        raise ConfigInvalida(f"O banco de BANCO_URL é um PostgreSQL {versao}: é preciso o {_VERSAO_MINIMA} ou mais novo.")


def _onde(url: str) -> str:
    """Host, port and database: never the password."""
    try:
        partes = urlsplit(url)
        porta = partes.port or 5432
    except ValueError:
        return "endereço ilegível"
    return f"{partes.hostname or 'localhost'}:{porta}{partes.path}"


# The first that fits, so a subclass before its class.
_MOTIVOS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (asyncpg.InvalidAuthorizationSpecificationError, "o usuário ou a senha foram recusados"),
    (asyncpg.InvalidCatalogNameError, "não há banco de dados com este nome"),
    (asyncpg.TooManyConnectionsError, "não tem conexão livre"),
    (asyncpg.CannotConnectNowError, "está iniciando ou parando"),
    (TimeoutError, f"não respondeu em {_PRAZO_DA_CONFERENCIA_S} segundos"),
    (ConnectionRefusedError, "nada atende neste endereço"),
    (socket.gaierror, "o nome do servidor não foi encontrado"),
)


def _por_que(erro: Exception) -> str:
    achado = next((motivo for tipo, motivo in _MOTIVOS if isinstance(erro, tipo)), None)
    return achado or f"a conexão falhou ({type(erro).__name__})"


@asynccontextmanager
async def abrir_banco(url: str, *, aplicacao: str, minimo: int = 1, maximo: int = 10) -> AsyncIterator[Banco]:
    """A pool on `url` (`postgresql://…`) that closes with the context. Raises one of `INDISPONIVEL` where there is no server."""
    pool = await asyncpg.create_pool(
        url,
        min_size=minimo,
        max_size=maximo,
        init=_preparar,
        server_settings={"application_name": aplicacao, "timezone": "UTC"},
        command_timeout=600,
    )
    banco = Banco(url, pool, aplicacao)
    try:
        yield banco
    finally:
        # a query that hangs must not hold the stop for ever
        try:
            async with asyncio.timeout(10):
                await pool.close()
        except TimeoutError:
            pool.terminate()
