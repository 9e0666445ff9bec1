"""Quotes over HTTP, one api process: 1, 50 and 500 debts, all sixty plans each; beside the same process's bare route."""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from kernel.http.auth import Papel, garantir_token
from kernel.persistence.banco import abrir_banco
from kernel.persistence.relogio import comecar_virtual
from kernel.persistence.servidor import servidor_embutido
from plataforma.inject import migrar_tudo
from tests.bench.medida import Medida
from tests.support.instalacao import RAIZ, TOKEN, porta_livre

_HOJE = datetime(2015, 3, 10, 12, tzinfo=UTC)
_TAMANHOS = (1, 50, 500)
_VEZES = {1: 300, 50: 200, 500: 40}
_AO_MESMO_TEMPO = 4
_AQUECER = 10


def pedido(debitos: int) -> dict[str, Any]:
    """A mixed request: both regimes, an account that becomes an NL, some in dívida ativa."""
    sorteio = random.Random(debitos)
    return {
        "contribuinte": {"id": "MA-1", "regime": "normal"},
        "data": "2015-03-10",
        "honorarios_pge": "0.10",
        "debitos": [
            {
                "debito": f"D{n}",
                "conta": sorteio.choice((1, 2, 3, 12)),
                "natureza": "icms",
                "fato_gerador": sorteio.choice(("2013-05", "2014-07", "2014-08", "2014-12")),
                "ciencia_em": "2015-02-20",
                "divida_ativa": sorteio.random() < 0.3,
                "principal": f"{sorteio.randrange(50_000, 900_000) / 100:.2f}",
                "multa": f"{sorteio.randrange(0, 90_000) / 100:.2f}",
                "juros": f"{sorteio.randrange(0, 90_000) / 100:.2f}",
            }
            for n in range(debitos)
        ],
    }


@asynccontextmanager
async def _no_ar(url: str, pasta: str) -> AsyncIterator[httpx.AsyncClient]:
    porta = porta_livre()
    processo = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "parcelamento", "api"),
        cwd=RAIZ,
        env={
            "PATH": os.environ["PATH"],
            "PORTA": str(porta),
            "DADOS": pasta,
            "BANCO_URL": url,
            "PIX_MODO": "nenhum",
            "URL_SIMULADOR": "http://127.0.0.1:9",
            "RELOGIO": _HOJE.isoformat(),
            "NIVEL_DE_LOG": "WARNING",
        },
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        cabecalhos = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{porta}", headers=cabecalhos, timeout=60) as api:
            async with asyncio.timeout(90):
                while True:
                    try:
                        if (await api.get("/saude/pronto")).status_code == 200:
                            break
                    except httpx.HTTPError:
                        pass
                    await asyncio.sleep(0.2)
            yield api
    finally:
        processo.terminate()
        await processo.wait()


async def _um_a_um(chamar: Callable[[], Awaitable[httpx.Response]], vezes: int) -> float:
    """Milliseconds of the median call, one at a time."""
    tempos = []
    for n in range(_AQUECER + vezes):
        comeco = time.perf_counter()
        (await chamar()).raise_for_status()
        if n >= _AQUECER:
            tempos.append(time.perf_counter() - comeco)
    return statistics.median(tempos) * 1000


async def _por_segundo(chamar: Callable[[], Awaitable[httpx.Response]], vezes: int) -> float:
    """Calls per second, a few at a time."""

    async def trabalhar(quantas: int) -> None:
        for _ in range(quantas):
            (await chamar()).raise_for_status()

    comeco = time.perf_counter()
    await asyncio.gather(*(trabalhar(vezes // _AO_MESMO_TEMPO) for _ in range(_AO_MESMO_TEMPO)))
    return vezes / (time.perf_counter() - comeco)


async def medir() -> list[Medida]:
    """Median of a call and calls per second, by number of debts."""
    medidas = []
    with tempfile.TemporaryDirectory(prefix="bench-cotacoes-") as pasta, servidor_embutido(Path(pasta)) as servidor:
        await migrar_tudo(servidor.url)
        async with abrir_banco(servidor.url, aplicacao="bench", maximo=2) as banco, banco.transacao() as con:
            await garantir_token(con, "bench", Papel.ADMIN, _HOJE, TOKEN)
            await comecar_virtual(con, _HOJE)
        async with _no_ar(servidor.url, pasta) as api:
            nua_ms = await _um_a_um(lambda: api.get("/saude/vivo"), 300)
            for n in _TAMANHOS:
                corpo = pedido(n)

                async def cotar(corpo: dict[str, Any] = corpo) -> httpx.Response:
                    return await api.post("/v1/parcelamentos/cotacoes", json=corpo)

                p50 = await _um_a_um(cotar, _VEZES[n])
                meta = "< 20 ms" if n == 50 else ""
                medidas.append(Medida(f"cotação, {n} débitos: p50", p50, "ms", nua_ms, p50 / nua_ms, meta))
                medidas.append(Medida(f"cotação, {n} débitos", await _por_segundo(cotar, _VEZES[n]), "cotações/s"))
    return medidas
