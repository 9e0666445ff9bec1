"""From an acionamento's commit to its request at the provider, on an idle system, on the embedded log and on Kafka."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid5

import httpx

from kernel.messaging import outbox
from kernel.persistence.banco import Banco, abrir_banco
from kernel.persistence.servidor import servidor_embutido
from plataforma.inject import migrar_tudo
from schemas.evento import para_saida
from tests.bench.envio import acionamento, preparar
from tests.bench.medida import Medida
from tests.support.instalacao import RAIZ, SEGREDOS, TOKEN, porta_livre
from tests.support.kafka import broker_temporario

_VEZES = 150
_AQUECER = 20


@asynccontextmanager
async def _no_ar(url: str, base: str, pasta: str, **ajustes: str) -> AsyncIterator[None]:
    porta = porta_livre()
    processo = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "plataforma"),
        cwd=RAIZ,
        env={
            "PATH": os.environ["PATH"],
            **SEGREDOS,
            "PORTA": str(porta),
            "DADOS": pasta,
            "BANCO_URL": url,
            "EXEMPLO": "0",
            "REGUA_TOKEN": TOKEN,
            "RELOGIO": "2026-01-05T10:00-03:00",
            "URL_SIMULADOR": base,
            "CANAIS_ATIVOS": "sms",
            **ajustes,
        },
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{porta}") as api, asyncio.timeout(90):
            while True:
                try:
                    if (await api.get("/saude/pronto")).status_code == 200:
                        break
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.2)
        yield
    finally:
        processo.terminate()
        await processo.wait()


async def _uma(banco: Banco, stub: httpx.AsyncClient, volta: int, n: int) -> float:
    """Milliseconds from commit to request."""
    antes = (await stub.get("/contagem")).json()["aceitos"]
    dados = acionamento(volta, n)
    saida = para_saida(dados, id_=uuid5(dados.acionamento, "emitido"), origem="regua", instante=dados.emitido_em)
    async with banco.transacao() as con:
        await outbox.gravar(con, "regua", [saida])
    gravado_s = time.monotonic()
    async with asyncio.timeout(30):
        while True:
            contagem = (await stub.get("/contagem")).json()
            if contagem["aceitos"] > antes:
                return float(contagem["ultimo_s"] - gravado_s) * 1000
            await asyncio.sleep(0.005)


async def _medir(volta: int, medida: tuple[str, str], url: str, base: str, pasta: str, **ajustes: str) -> Medida:
    async with (
        _no_ar(url, base, pasta, **ajustes),
        httpx.AsyncClient(base_url=base) as stub,
        abrir_banco(url, aplicacao="bench") as banco,
    ):
        await preparar(banco, _VEZES)
        tempos = [await _uma(banco, stub, volta, n) for n in range(_VEZES)]
    p50 = statistics.median(tempos[_AQUECER:])
    nome, meta = medida
    return Medida(nome, p50, "ms (p50)", meta=meta)


async def medir() -> list[Medida]:
    """Two medians; each system has nothing else to do."""
    porta = porta_livre()
    base = f"http://127.0.0.1:{porta}"
    stub = await asyncio.create_subprocess_exec(sys.executable, *("-m", "tests.support.provedor_rapido", str(porta)), cwd=RAIZ)
    medidas = []
    try:
        await asyncio.sleep(1)
        with tempfile.TemporaryDirectory(prefix="bench-") as pasta, servidor_embutido(Path(pasta)) as servidor:
            await migrar_tudo(servidor.url)
            medidas.append(await _medir(1, ("do commit ao provedor, embutido", "< 50"), servidor.url, base, pasta))
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as pasta,
            servidor_embutido(Path(pasta)) as servidor,
            broker_temporario() as broker,
        ):
            await migrar_tudo(servidor.url)
            kafka = ("do commit ao provedor, Kafka", "< 100")
            medidas.append(await _medir(2, kafka, servidor.url, base, pasta, KAFKA_BOOTSTRAP=broker.bootstrap))
    finally:
        stub.terminate()
        await stub.wait()
    return medidas
