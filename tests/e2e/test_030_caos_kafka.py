"""The same failures where rooms run apart on Kafka and Postgres, and the log or the database cut off for a minute."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kernel.persistence.servidor import servidor_embutido
from tests.e2e.test_020_caos import (
    AJUSTES,
    FALHAS,
    INICIO,
    MORTES,
    ate_aceitar,
    carregar,
    devedores_de_teste,
    disparar,
    matar_em_pleno_envio,
)
from tests.support.conferencia import conferir
from tests.support.corte import Fio, fio_ate
from tests.support.instalacao import Instalacao, instalacao_separada
from tests.support.kafka import BrokerKafka

pytestmark = [pytest.mark.e2e, pytest.mark.caos, pytest.mark.kafka, pytest.mark.timeout(1200)]

CORTE_S = 60


@asynccontextmanager
async def _separada(pasta: Path, bootstrap: str) -> AsyncIterator[tuple[Instalacao, Fio]]:
    """Rooms apart, with a wire between them and their database."""
    with servidor_embutido(pasta / "banco") as servidor:
        async with fio_ate("127.0.0.1", servidor.porta) as fio:
            url = servidor.url.replace(f":{servidor.porta}/", f":{fio.porta}/")
            async with instalacao_separada(
                pasta, relogio=INICIO, banco_url=url, kafka_bootstrap=bootstrap, **AJUSTES
            ) as instalacao:
                yield instalacao, fio


async def test_mortes_do_worker_no_kafka(tmp_path: Path, broker_kafka: BrokerKafka, capsys: pytest.CaptureFixture[str]) -> None:
    devedores = devedores_de_teste(5000)
    async with _separada(tmp_path, broker_kafka.bootstrap) as (instalacao, _):
        await carregar(instalacao, devedores, FALHAS)
        await disparar(instalacao, devedores)
        await matar_em_pleno_envio(instalacao, "canais-worker", len(devedores), random.Random(2))
        await instalacao.avancar(dias=3)
        estados = await conferir(instalacao, devedores)
    with capsys.disabled():
        sys.stdout.write(f"\n{MORTES} mortes do worker no Kafka: {dict(estados)}\n")


async def test_banco_cortado_por_um_minuto(tmp_path: Path, broker_kafka: BrokerKafka) -> None:
    devedores = devedores_de_teste(1500)
    async with _separada(tmp_path, broker_kafka.bootstrap) as (instalacao, fio):
        await carregar(instalacao, devedores, FALHAS)
        await disparar(instalacao, devedores)
        await ate_aceitar(instalacao, 300)
        fio.cortar()
        await asyncio.sleep(CORTE_S)
        fio.religar()
        await instalacao.pronta()
        await instalacao.avancar(dias=3)
        await conferir(instalacao, devedores)


async def test_kafka_cortado_por_um_minuto(tmp_path: Path, broker_kafka: BrokerKafka) -> None:
    devedores = devedores_de_teste(1500)
    async with _separada(tmp_path, broker_kafka.bootstrap) as (instalacao, _):
        await carregar(instalacao, devedores, FALHAS)
        await disparar(instalacao, devedores)
        await ate_aceitar(instalacao, 300)
        broker_kafka.pause()
        await asyncio.sleep(CORTE_S)
        broker_kafka.resume()
        await instalacao.avancar(dias=3)
        await conferir(instalacao, devedores)
