"""Readers of the embedded log: a session that holds the locks of its topics, hears of news and hands records out."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import orjson

from kernel.messaging.embutido_sql import ASSUMIR, CANAL, CONFIRMAR, LER, SESSAO, TRAVAR
from kernel.messaging.log import Cabecalhos, LogIndisponivel, Registro
from kernel.persistence.banco import INDISPONIVEL, Banco


def _cabecalhos(texto: str | None) -> Cabecalhos:
    if texto is None:
        return ()
    return tuple((nome, base64.b64decode(valor)) for nome, valor in orjson.loads(texto))


class Sessao:
    """A connection of one's own that opens when needed; whatever fails on it closes it and raises `LogIndisponivel`."""

    def __init__(self, banco: Banco, tempo_limite_s: float) -> None:
        self._banco = banco
        self._tempo_limite_s = tempo_limite_s
        self._con: asyncpg.Connection[asyncpg.Record] | None = None
        self._vez = asyncio.Lock()

    @property
    def aberta(self) -> bool:
        return self._con is not None and not self._con.is_closed()

    @asynccontextmanager
    async def usar(self) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        """The connection, for one task at a time. A server that does not answer within the limit counts as away."""
        async with self._vez:
            try:
                async with asyncio.timeout(self._tempo_limite_s):
                    if self._con is None or self._con.is_closed():
                        self._con = await self._banco.dedicada()
                    yield self._con
            except (*INDISPONIVEL, asyncpg.ObjectNotInPrerequisiteStateError) as erro:
                self.cortar()
                raise LogIndisponivel(f"log embutido fora do ar: {type(erro).__name__}") from erro

    def cortar(self) -> None:
        if self._con is not None:
            self._con.terminate()
        self._con = None

    async def fechar(self) -> None:
        async with self._vez:
            if self._con is None:
                return
            with contextlib.suppress(*INDISPONIVEL):
                await self._con.close(timeout=self._tempo_limite_s)
            self.cortar()


@dataclass(slots=True)
class _Leitura:
    """How far a member is in a topic that it holds. `entregue` is the last position handed out."""

    epoca: int
    inicio: int
    entregue: int


class ConsumidorEmbutido:
    """A member of a group. Its session holds the locks of the topics it reads, and listens for news of them."""

    def __init__(self, banco: Banco, *, grupo: str, topicos: Sequence[str], tempo_limite_s: float, ronda_s: float) -> None:
        self._grupo = grupo
        self._topicos = tuple(topicos)
        self._ronda_s = ronda_s
        self._sessao = Sessao(banco, tempo_limite_s)
        self._ouvinte: asyncpg.Connection[asyncpg.Record] | None = None
        self._leituras: dict[str, _Leitura] = {}
        self._pausados: set[str] = set()
        # topics that may have records not yet handed out; an idle member asks the database nothing
        self._novidades: set[str] = set()
        self._proxima_ronda = 0.0
        self._vez = 0
        self._acordar = asyncio.Event()

    async def fetch(self, *, maximo: int, espera_s: float) -> list[Registro]:
        relogio = asyncio.get_running_loop()
        fim = relogio.time() + espera_s
        while True:
            self._acordar.clear()
            try:
                registros = await self._ler(maximo)
            except asyncio.CancelledError:
                # it may have been between forgetting the news and reading them
                self._novidades.update(self._topicos)
                raise
            resta = fim - relogio.time()
            if registros or resta <= 0:
                return registros
            await self._esperar(min(resta, max(0.0, self._proxima_ronda - relogio.time())))

    async def commit(self, registros: Sequence[Registro]) -> None:
        ate = self._a_confirmar(registros)
        if not ate:
            return
        leituras = {t: self._leituras[t] for t in ate}
        async with self._sessao.usar() as con:
            if con is not self._ouvinte:
                # the session that held these topics is gone, and its epochs with it
                self._leituras.clear()
                return
            epocas = [leitura.epoca for leitura in leituras.values()]
            linhas = await con.fetch(CONFIRMAR, self._grupo, list(ate), list(ate.values()), epocas)
        for perdido in set(ate) - {linha["topico"] for linha in linhas}:
            # taken anew meanwhile: a `fetch` may go on beside this
            if self._leituras.get(perdido) is leituras[perdido]:
                del self._leituras[perdido]

    def pause(self, topicos: Sequence[str]) -> None:
        self._pausados.update(topicos)

    def resume(self, topicos: Sequence[str]) -> None:
        self._pausados.difference_update(topicos)
        self._novidades.update(topicos)
        self._acordar.set()

    async def close(self) -> None:
        if self._sessao.aberta and self._leituras:
            with contextlib.suppress(LogIndisponivel):
                async with self._sessao.usar() as con:
                    await con.execute("select pg_advisory_unlock_all()")
                    # who stands by looks at once instead of at its next round
                    await con.execute("select pg_notify($1, '')", CANAL)
        self._leituras.clear()
        await self._sessao.fechar()

    def _a_confirmar(self, registros: Sequence[Registro]) -> dict[str, int]:
        """The last position by topic, of those handed out since this member last took the topic."""
        ate: dict[str, int] = {}
        for r in registros:
            leitura = self._leituras.get(r.topico)
            if leitura is not None and leitura.inicio < r.offset <= leitura.entregue:
                ate[r.topico] = max(r.offset, ate.get(r.topico, 0))
        return ate

    async def _esperar(self, limite_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limite_s):
                await self._acordar.wait()

    async def _ler(self, maximo: int) -> list[Registro]:
        async with self._sessao.usar() as con:
            await self._rondar(con)
            lidos: dict[str, list[Registro]] = {}
            falta = maximo
            for topico in self._em_rodizio():
                if falta == 0:
                    break
                self._novidades.discard(topico)
                lidos[topico] = await self._ler_topico(con, topico, falta)
                if len(lidos[topico]) == falta:
                    self._novidades.add(topico)
                falta -= len(lidos[topico])
        # no await from here on: what is marked as handed out is handed out
        return [registro for topico, parte in lidos.items() for registro in self._entregar(topico, parte)]

    def _entregar(self, topico: str, registros: list[Registro]) -> list[Registro]:
        if not registros:
            return registros
        if topico in self._pausados:
            self._novidades.add(topico)
            return []
        self._leituras[topico].entregue = registros[-1].offset
        return registros

    def _em_rodizio(self) -> Iterable[str]:
        """Topics worth a look; each call begins with another, so that a busy one does not starve the rest."""
        self._vez += 1
        inicio = self._vez % len(self._topicos)
        ordem = self._topicos[inicio:] + self._topicos[:inicio]
        return [t for t in ordem if t in self._leituras and t in self._novidades and t not in self._pausados]

    async def _ler_topico(self, con: asyncpg.Connection[asyncpg.Record], topico: str, maximo: int) -> list[Registro]:
        linhas = await con.fetch(LER, topico, self._leituras[topico].entregue, maximo)
        return [
            Registro(topico, 0, linha["posicao"], linha["chave"], linha["valor"], _cabecalhos(linha["cabecalhos"]))
            for linha in linhas
        ]

    async def _rondar(self, con: asyncpg.Connection[asyncpg.Record]) -> None:
        """Makes a new session listen; now and then tries the locks that are missing and looks for news that got lost."""
        agora = asyncio.get_running_loop().time()
        if con is not self._ouvinte:
            await self._iniciar_sessao(con)
        elif agora < self._proxima_ronda:
            return
        self._novidades.update(self._topicos)
        for topico in self._topicos:
            if topico not in self._leituras and await con.fetchval(TRAVAR, self._grupo, topico):
                linha = await con.fetchrow(ASSUMIR, self._grupo, topico)
                assert linha is not None  # noqa: S101  an upsert returns its row
                self._leituras[topico] = _Leitura(linha["epoca"], linha["posicao"], linha["posicao"])
        completo = len(self._leituras) == len(self._topicos)
        self._proxima_ronda = agora + (10 * self._ronda_s if completo else self._ronda_s)

    async def _iniciar_sessao(self, con: asyncpg.Connection[asyncpg.Record]) -> None:
        self._leituras.clear()
        for nome, valor in SESSAO.items():
            await con.execute("select set_config($1, $2, false)", nome, valor)
        await con.add_listener(CANAL, self._ao_avisar)
        con.add_termination_listener(self._ao_cair)
        self._ouvinte = con

    def _ao_avisar(self, _con: object, _pid: int, _canal: str, topico: object) -> None:
        if topico in self._topicos:
            self._novidades.add(str(topico))
        elif topico == "" and len(self._leituras) < len(self._topicos):
            self._proxima_ronda = 0.0
        else:
            return
        self._acordar.set()

    def _ao_cair(self, con: object) -> None:
        """Nothing more is handed out by a session that is gone; the next `fetch` opens another."""
        if con is self._ouvinte:
            self._leituras.clear()
            self._proxima_ronda = 0.0
            self._acordar.set()
