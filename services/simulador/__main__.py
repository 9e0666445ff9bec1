"""`python -m simulador servir|gerar`: the only place of this room that reads the environment."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
import uvloop

from simulador.config import ConfigSimulador, ler_config
from simulador.errors import ErroDoSimulador
from simulador.inject import preparar_simulador


class _Servidor(uvicorn.Server):
    """Stops at SIGINT and SIGTERM without raising them again, so that what holds the journal is left in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        laco = asyncio.get_running_loop()
        for sinal in (signal.SIGINT, signal.SIGTERM):
            laco.add_signal_handler(sinal, self.handle_exit, sinal, None)
        yield


async def _servir(config: ConfigSimulador) -> None:
    # hundreds of thousands of messages live long: collections that look at them all cost some 8% of the time
    gc.set_threshold(50_000, 50, 100)
    async with preparar_simulador(config) as simulador:
        opcoes = uvicorn.Config(
            simulador.app,
            http="httptools",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            log_level="warning",
            # requests held without an answer must not hold the stop
            timeout_graceful_shutdown=2,
        )
        # bound here: what fails is then said in Portuguese, and once
        tomada = socket.create_server((config.endereco, config.porta + 1), backlog=2048)
        print(f"simulador em http://{config.endereco}:{config.porta + 1}", flush=True)
        await _Servidor(opcoes).serve(sockets=[tomada])


def _executar_servir() -> int:
    try:
        config = ler_config(os.environ)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as laco:
            laco.run(_servir(config))
    except (ErroDoSimulador, ValueError, OSError) as erro:
        print(f"O simulador não pôde começar: {erro}", file=sys.stderr)
        return 1
    return 0


def _argumentos() -> argparse.ArgumentParser:
    # imported here, as below: a process that embeds this room needs none of what the generator loads
    from simulador.application.gerar import argumentos_gerar  # noqa: PLC0415

    leitor = argparse.ArgumentParser(prog="python -m simulador", description="Simulador de provedores e base de exemplo")
    comandos = leitor.add_subparsers(dest="comando", required=True, metavar="servir|gerar")
    comandos.add_parser("servir", help="atende como a Twilio e a Meta, em PORTA+1")
    argumentos_gerar(comandos.add_parser("gerar", help="grava uma base sintética em arquivos CSV"))
    return leitor


def main(argumentos: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 1 with the reason on stderr."""
    args = _argumentos().parse_args(argumentos)
    if args.comando == "servir":
        return _executar_servir()
    from simulador.application.gerar import executar_gerar  # noqa: PLC0415

    return executar_gerar(args)


if __name__ == "__main__":
    sys.exit(main())
