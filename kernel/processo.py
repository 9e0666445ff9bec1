"""Running as a process: HTTP on a port, coroutines until a signal, exit codes and one sentence on a bad start."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
import uvloop
from starlette.types import ASGIApp

from kernel.config import ConfigInvalida
from kernel.persistence.servidor import ServidorIndisponivel

_log = logging.getLogger(__name__)
_PRAZO_DE_PARADA_S = 45
_MOTIVOS_DA_PORTA: Mapping[int, str] = {
    errno.EADDRINUSE: "outro programa já a usa",
    errno.EACCES: "falta permissão para ela",
    errno.EADDRNOTAVAIL: "o endereço não é desta máquina",
}


class _Servidor(uvicorn.Server):
    """uvicorn without its signal handlers: the process has its own, and stops more than HTTP."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def servir(app: ASGIApp, *, endereco: str, porta: int, ao_cair: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    """Serves `app` while the context lasts; accepts connections once entered. Raises `ConfigInvalida` if the port is taken."""
    tomada = _tomada(endereco, porta)
    servidor = _Servidor(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            http="httptools",
            loop="none",
            lifespan="off",
            timeout_graceful_shutdown=10,
        )
    )
    tarefa = asyncio.create_task(servidor.serve(sockets=[tomada]), name=f"http:{porta}")
    tarefa.add_done_callback(lambda _: ao_cair())
    try:
        while not servidor.started and not tarefa.done():  # noqa: ASYNC110 - uvicorn gives no event for it
            await asyncio.sleep(0.01)
        yield
    finally:
        servidor.should_exit = True
        await tarefa
        tomada.close()


def _tomada(endereco: str, porta: int) -> socket.socket:
    tomada = socket.socket(socket.AF_INET6 if ":" in endereco else socket.AF_INET)
    tomada.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        tomada.bind((endereco, porta))
    except OSError as erro:
        tomada.close()
        motivo = _MOTIVOS_DA_PORTA.get(erro.errno or 0, erro.strerror)
        raise ConfigInvalida(f"A porta {porta} não serve em {endereco}: {motivo}. Escolha outra em PORTA.") from erro
    return tomada


def exigir_porta(endereco: str, porta: int) -> None:
    """Raises `ConfigInvalida` if nothing can listen there: said before the long part of a start."""
    _tomada(endereco, porta).close()


def sinal_de_parada() -> asyncio.Event:
    """An event set by SIGINT or SIGTERM; a second SIGINT ends the process at once, and so does a stop that takes too long."""
    parada = asyncio.Event()
    laco = asyncio.get_running_loop()

    def parar() -> None:
        if parada.is_set():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
        parada.set()
        # a database that accepts and never answers must not keep a process for ever: nothing is lost by a crash
        laco.call_later(_PRAZO_DE_PARADA_S, _desistir)

    for qual in (signal.SIGINT, signal.SIGTERM):
        laco.add_signal_handler(qual, parar)
    return parada


def _desistir() -> None:
    _log.error("a parada passou de %s s: o processo termina como está", _PRAZO_DE_PARADA_S)
    os._exit(1)


async def ate(parada: asyncio.Event, *trabalhos: Awaitable[Any]) -> None:
    """Runs `trabalhos` until `parada` is set or one of them ends; then cancels the others. Raises what one raised."""
    tarefas = [asyncio.ensure_future(trabalho) for trabalho in trabalhos]
    espera = asyncio.create_task(parada.wait())
    try:
        await asyncio.wait([espera, *tarefas], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for tarefa in (espera, *tarefas):
            tarefa.cancel()
        await asyncio.gather(espera, *tarefas, return_exceptions=True)
    for tarefa in tarefas:
        if not tarefa.cancelled() and (erro := tarefa.exception()) is not None:
            raise erro


def principal(programa: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Runs a program on uvloop; a bad setting or a server that does not start ends it with one sentence and code 2."""
    # hundreds of thousands of short-lived tuples a second, hardly a cycle among them: the collector looked at them in vain for
    # an eighth of the sending worker's time
    gc.set_threshold(50_000, 50, 100)
    try:
        return uvloop.run(programa())
    except (ConfigInvalida, ServidorIndisponivel) as erro:
        sys.stderr.write(f"{erro}\n")
        return 2
