"""Kills, refusals, time-outs, receipts lost, doubled and out of order: then the count at the provider's side."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support import base_pequena as base
from tests.support.base_pequena import Devedor
from tests.support.conferencia import conferir
from tests.support.instalacao import Instalacao, instalacao_embutida

pytestmark = [pytest.mark.e2e, pytest.mark.caos, pytest.mark.timeout(1200)]

INICIO = "2026-03-09T09:00-03:00"
MORTES = 10
FALHAS: dict[str, Any] = {
    "taxa_429": 0.05,
    "taxa_5xx": 0.03,
    "timeout_antes": 0.02,
    "timeout_depois": 0.02,
    "timeout_s": 5,
    "entregue": 0.95,
    "lido": 0.3,
    "latencia_ms": [20, 400],
    "duplicar": 0.2,
    "reordenar": 0.2,
    "descartar": 0.05,
}
# two seconds for a request, and slow enough for ten kills before all is sent
AJUSTES = {"ENVIO_PRAZO_S": "2", "ENVIO_TAXA_SMS_POR_S": "80", "ENVIO_TAXA_WHATSAPP_POR_S": "80"}


def devedores_de_teste(quantos: int) -> list[Devedor]:
    return [Devedor(n, "2026-03-06", canais=("sms",) if n % 2 else ("whatsapp", "sms")) for n in range(quantos)]


async def carregar(instalacao: Instalacao, devedores: Sequence[Devedor], falhas: dict[str, Any]) -> None:
    resposta = await instalacao.simulador.put(
        "/comportamento", json={"semente": 7, "canais": {"sms": falhas, "whatsapp": falhas}}
    )
    assert resposta.status_code < 300, resposta.text
    for tipo, linhas in (
        ("contribuintes", base.contribuintes(devedores)),
        ("contatos", base.contatos(devedores)),
        ("debitos", base.debitos(devedores)),
    ):
        carga = await instalacao.carregar(tipo, linhas)
        assert (carga["estado"], carga["rejeitados"]) == ("concluida", 0), carga
    # quiet: the régua knows every contact point
    await instalacao.sossegar()


async def disparar(instalacao: Instalacao, devedores: Sequence[Devedor]) -> None:
    ciclo = await instalacao.ciclo("2026-03-09")
    assert (ciclo["estado"], ciclo["acionados"]) == ("concluido", len(devedores)), ciclo


async def aceitos(instalacao: Instalacao) -> int:
    contagem = (await instalacao.simulador.get("/contagem", params={"por_envio": "0"})).json()
    total: int = contagem["aceitos"]
    return total


async def ate_aceitar(instalacao: Instalacao, quantos: int, limite_s: float = 300) -> None:
    async with asyncio.timeout(limite_s):
        while await aceitos(instalacao) < quantos:  # noqa: ASYNC110 - the provider's side gives no event
            await asyncio.sleep(0.05)


async def matar_em_pleno_envio(instalacao: Instalacao, quem: str, total: int, sorte: random.Random) -> None:
    """Ten kills, each while messages leave, at a moment nobody chose."""
    for n in range(MORTES):
        await ate_aceitar(instalacao, (n + 1) * total // (MORTES + 4))
        await asyncio.sleep(sorte.random())
        assert await aceitos(instalacao) < total, "acabou de enviar antes da última morte: reduza a taxa"
        instalacao.processos[quem].matar()
        instalacao.iniciar(quem)
        await instalacao.pronta()


async def test_mortes_no_embutido(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    devedores = devedores_de_teste(5000)
    async with instalacao_embutida(tmp_path, relogio=INICIO, simulador_a_parte=True, **AJUSTES) as instalacao:
        await carregar(instalacao, devedores, FALHAS)
        await disparar(instalacao, devedores)
        await matar_em_pleno_envio(instalacao, "plataforma", len(devedores), random.Random(1))
        await instalacao.avancar(dias=3)
        estados = await conferir(instalacao, devedores)
    with capsys.disabled():
        sys.stdout.write(f"\n{MORTES} mortes no embutido: {dict(estados)}\n")


async def test_sigterm_com_trabalho_na_fila_nao_deixa_duvida(tmp_path: Path) -> None:
    devedores = devedores_de_teste(600)
    sem_falhas = {"entregue": 1, "lido": 0, "latencia_ms": [20, 200]}
    async with instalacao_embutida(tmp_path, relogio=INICIO, simulador_a_parte=True, **AJUSTES) as instalacao:
        await carregar(instalacao, devedores, sem_falhas)
        await disparar(instalacao, devedores)
        await ate_aceitar(instalacao, 100)
        assert await asyncio.to_thread(instalacao.processos["plataforma"].parar, signal.SIGTERM) == 0
        assert await aceitos(instalacao) < len(devedores)
        instalacao.iniciar("plataforma")
        await instalacao.pronta()
        envios = await instalacao.todos("/v1/envios")
        assert not [e for e in envios if any(h["estado"] == "incerto" for h in e["historico"])]
        await instalacao.avancar(dias=3)
        assert set(await conferir(instalacao, devedores)) == {"entregue"}
