"""Relay and consumer beside the bare aiokafka client with the same bare SQL, on one Kafka and one Postgres.

Each side takes the same 40,000 events in the same batches, in a process of its own, in turns, so that a noisy machine is
noisy for both. `python -m tests.bench.mensageria PARTE JSON` is such a process (and what a profiler looks at).
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import uvloop

from kernel.messaging.embutido import LogEmbutido, ddl_log
from kernel.messaging.kafka import LogKafka
from kernel.messaging.log import Log, Topico
from kernel.persistence.banco import Banco, abrir_banco
from kernel.persistence.servidor import servidor_embutido
from tests.bench import mensageria_carga as carga
from tests.bench import mensageria_nossa as nossa
from tests.bench import mensageria_nua as nua
from tests.bench.medida import Medida
from tests.bench.mensageria_carga import Taxa
from tests.support.instalacao import RAIZ
from tests.support.kafka import broker_temporario

_VOLTAS = 5
_META = "≥ 0,60 do cliente aiokafka com o mesmo SQL, em série"
# What a variable adds before the command of each part, such as `py-spy record -o p.txt -f raw --`
_PERFILADOR = "BENCH_PERFILADOR"


@dataclass(frozen=True, slots=True)
class Parte:
    """One run of one side. `bootstrap` is empty for the embedded log."""

    url: str
    bootstrap: str
    sala: str
    topico: str
    grupo: str = ""


async def medir() -> list[Medida]:
    """Events per second as medians of turns; the ratio is the median of the turns' ratios."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as pasta,
        servidor_embutido(Path(pasta)) as servidor,
        broker_temporario() as broker,
    ):
        await carga.preparar(servidor.url)
        async with abrir_banco(servidor.url, aplicacao="bench") as banco, banco.conexao() as con:
            await con.execute("create schema plataforma")
            await con.execute(ddl_log())
        taxas: dict[str, list[Taxa]] = defaultdict(list)
        for volta in range(_VOLTAS):
            for nome, taxa in (await _volta(servidor.url, broker.bootstrap, volta)).items():
                taxas[nome].append(taxa)
    return [
        *_comparar("relay, outbox → Kafka", taxas["nossa-relay"], taxas["nua-relay"]),
        *_comparar("consumidor, Kafka → inbox e efeito", taxas["nossa-consumo"], taxas["nua-consumo"]),
        _sozinha("relay, outbox → log embutido", taxas["embutido-relay"]),
        _sozinha("consumidor, log embutido → inbox e efeito", taxas["embutido-consumo"]),
    ]


async def _volta(url: str, bootstrap: str, volta: int) -> dict[str, Taxa]:
    """One turn of every part; who goes first changes from turn to turn."""
    salas = carga.SALAS if volta % 2 == 0 else tuple(reversed(carga.SALAS))
    async with _log(url, bootstrap) as log:
        await log.create_topics([Topico(f"bench-{sala}-{volta}") for sala in salas])
    taxas = {}
    for sala in salas:
        topico = f"bench-{sala}-{volta}"
        await carga.encher_outbox(url, sala, carga.eventos(topico))
        taxas[f"{sala}-relay"] = await _rodar(f"{sala}-relay", Parte(url, bootstrap, sala, topico))
    for sala in salas:
        # both read what our relay wrote: the same records in the same batches
        await carga.esvaziar_efeito(url, sala)
        parte = Parte(url, bootstrap, sala, f"bench-nossa-{volta}", f"{sala}-{volta}")
        taxas[f"{sala}-consumo"] = await _rodar(f"{sala}-consumo", parte)
        await carga.conferir_efeito(url, sala)
    await carga.encher_outbox(url, "nossa", carga.eventos(f"embutido-{volta}"))
    embutido = Parte(url, "", "nossa", f"embutido-{volta}", f"embutido-{volta}")
    taxas["embutido-relay"] = await _rodar("embutido-relay", embutido)
    await carga.esvaziar_efeito(url, "nossa")
    taxas["embutido-consumo"] = await _rodar("embutido-consumo", embutido)
    await carga.conferir_efeito(url, "nossa")
    return taxas


async def _rodar(nome: str, parte: Parte) -> Taxa:
    comando = [*os.environ.get(_PERFILADOR, "").replace("PARTE", nome).split(), sys.executable, "-m", "tests.bench.mensageria"]
    processo = await asyncio.create_subprocess_exec(
        *comando, nome, json.dumps(asdict(parte)), cwd=RAIZ, stdout=asyncio.subprocess.PIPE
    )
    saida, _ = await processo.communicate()
    if processo.returncode != 0:
        raise RuntimeError(f"{nome} terminou com {processo.returncode}")
    # a profiler may have its say too
    return next(Taxa(**json.loads(linha)) for linha in saida.splitlines() if linha.startswith(b"{"))


@asynccontextmanager
async def _log(url: str, bootstrap: str) -> AsyncIterator[Log]:
    async with abrir_banco(url, aplicacao="bench-log") as banco:
        log: Log = LogKafka(bootstrap) if bootstrap else LogEmbutido(banco)
        try:
            yield log
        finally:
            await log.close()


async def _executar(nome: str, parte: Parte) -> Taxa:
    match nome:
        case "nua-relay":
            return await nua.relay(parte.url, parte.bootstrap, parte.sala)
        case "nua-consumo":
            return await nua.consumo(parte.url, parte.bootstrap, parte.sala, parte.topico, parte.grupo)
        case _:
            async with abrir_banco(parte.url, aplicacao="bench") as banco, _log(parte.url, parte.bootstrap) as log:
                return await _executar_nossa(nome, parte, banco, log)


async def _executar_nossa(nome: str, parte: Parte, banco: Banco, log: Log) -> Taxa:
    if nome.endswith("relay"):
        return await nossa.relay(banco, log, parte.sala)
    return await nossa.consumo(banco, log, parte.sala, parte.topico, parte.grupo)


def _comparar(nome: str, nossas: list[Taxa], delas: list[Taxa]) -> list[Medida]:
    """The rates, and the CPU time of the process: that one hardly feels what else the machine does."""
    pares = list(zip(nossas, delas, strict=True))
    taxa, taxa_delas = (statistics.median(t.por_segundo for t in lado) for lado in (nossas, delas))
    cpu, cpu_delas = (statistics.median(t.cpu_us for t in lado) for lado in (nossas, delas))
    return [
        Medida(nome, taxa, "eventos/s", taxa_delas, statistics.median(n.por_segundo / d.por_segundo for n, d in pares), _META),
        Medida(
            f"{nome}: CPU", cpu, "µs/evento", cpu_delas, statistics.median(n.cpu_us / d.cpu_us for n, d in pares), "informação"
        ),
    ]


def _sozinha(nome: str, taxas: list[Taxa]) -> Medida:
    return Medida(nome, statistics.median(t.por_segundo for t in taxas), "eventos/s", meta="informação")


if __name__ == "__main__":
    taxa = uvloop.run(_executar(sys.argv[1], Parte(**json.loads(sys.argv[2]))))
    sys.stdout.write(f"{json.dumps(asdict(taxa))}\n")
