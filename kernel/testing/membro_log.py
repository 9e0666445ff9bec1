"""One member of a consumer group in a process of its own, so that tests can kill it: `python -m kernel.testing.membro_log`.

It prints each batch as one JSON line `[[partition, offset, key], …]` and commits all it has read at each line on its input.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson

from kernel.messaging.embutido import LogEmbutido
from kernel.messaging.kafka import LogKafka
from kernel.messaging.log import Consumer, Log, Registro
from kernel.persistence.banco import abrir_banco


@asynccontextmanager
async def _log(opcoes: argparse.Namespace) -> AsyncIterator[Log]:
    if opcoes.kafka:
        yield LogKafka(opcoes.kafka, sessao_s=opcoes.sessao_s)
        return
    async with abrir_banco(opcoes.banco, aplicacao="membro-de-teste") as banco:
        yield LogEmbutido(banco)


async def _confirmar_a_cada_linha(consumer: Consumer, lidos: list[Registro]) -> None:
    entrada = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(entrada), sys.stdin)
    while await entrada.readline():
        await consumer.commit(lidos)
        sys.stdout.write('"confirmado"\n')
        sys.stdout.flush()


async def main() -> None:
    analisador = argparse.ArgumentParser()
    for nome in ("kafka", "banco", "grupo", "topico", "membro"):
        analisador.add_argument(f"--{nome}")
    analisador.add_argument("--sessao-s", type=float, default=10)
    opcoes = analisador.parse_args()
    lidos: list[Registro] = []
    async with _log(opcoes) as log:
        consumer = await log.consumer(grupo=opcoes.grupo, topicos=[opcoes.topico], membro=opcoes.membro)
        confirmador = asyncio.create_task(_confirmar_a_cada_linha(consumer, lidos))
        while not confirmador.done():
            lote = await consumer.fetch(maximo=100, espera_s=0.2)
            lidos += lote
            if lote:
                sys.stdout.buffer.write(orjson.dumps([[r.particao, r.offset, r.chave] for r in lote]) + b"\n")
                sys.stdout.flush()
        await log.close()


if __name__ == "__main__":
    asyncio.run(main())
