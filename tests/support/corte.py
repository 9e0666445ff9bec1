"""A wire that can be cut: forwards TCP to a server until told to drop every connection and refuse new ones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Fio:
    """Listens on `porta`; between `cortar` and `religar` nothing passes."""

    def __init__(self, destino: tuple[str, int]) -> None:
        self._destino = destino
        self._abertas: set[asyncio.StreamWriter] = set()
        self._cortado = False
        self.porta = 0

    def cortar(self) -> None:
        self._cortado = True
        for escritor in list(self._abertas):
            escritor.transport.abort()

    def religar(self) -> None:
        self._cortado = False

    async def atender(self, leitor: asyncio.StreamReader, escritor: asyncio.StreamWriter) -> None:
        if self._cortado:
            escritor.transport.abort()
            return
        de_la, para_la = await asyncio.open_connection(*self._destino)
        self._abertas |= {escritor, para_la}
        try:
            await asyncio.gather(_levar(leitor, para_la), _levar(de_la, escritor))
        finally:
            self._abertas -= {escritor, para_la}


async def _levar(de: asyncio.StreamReader, para: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while dados := await de.read(65536):
            para.write(dados)
            await para.drain()
    with contextlib.suppress(OSError):
        para.transport.abort()


@asynccontextmanager
async def fio_ate(endereco: str, porta: int) -> AsyncIterator[Fio]:
    """A wire to `endereco:porta`, on a port of its own."""
    fio = Fio((endereco, porta))
    servidor = await asyncio.start_server(fio.atender, "127.0.0.1", 0)
    fio.porta = servidor.sockets[0].getsockname()[1]
    try:
        yield fio
    finally:
        fio.cortar()
        servidor.close()
