"""The main job, from outside: a debt book goes in, messages go out, receipts come back, the régua climbs, and falls silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.persistence.servidor import servidor_embutido
from tests.support import base_pequena as base
from tests.support.base_pequena import Devedor
from tests.support.instalacao import Instalacao, instalacao_embutida, instalacao_separada

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

# Monday, in contact hours, in a week without holidays
INICIO = "2026-03-09T09:00-03:00"
PAGA, PERSISTE, SO_SMS, SEM_ZAP = (
    Devedor(1, "2026-03-06"),
    Devedor(2, "2026-03-06"),
    Devedor(3, "2026-03-06", canais=("sms",)),
    Devedor(4, "2026-03-06"),
)
TODOS = (PAGA, PERSISTE, SO_SMS, SEM_ZAP)


async def _ate(pergunta: Callable[[], Awaitable[bool]], limite_s: float = 60) -> None:
    async with asyncio.timeout(limite_s):
        while not await pergunta():  # noqa: ASYNC110 - another process, no event to wait for
            await asyncio.sleep(0.1)


async def _envios(instalacao: Instalacao, devedor: Devedor) -> list[dict[str, Any]]:
    return await instalacao.todos("/v1/envios", contribuinte=devedor.id)


async def _mensagens(instalacao: Instalacao, devedor: Devedor) -> list[dict[str, Any]]:
    itens = []
    for para in (devedor.telefone, devedor.telefone.removeprefix("+")):
        resposta = await instalacao.simulador.get("/mensagens", params={"para": para})
        itens += [item for item in resposta.json()["itens"] if item not in itens]
    return itens


@pytest.fixture
async def embutida(tmp_path: Path) -> AsyncIterator[Instalacao]:
    async with instalacao_embutida(tmp_path, relogio=INICIO) as instalacao:
        yield instalacao


async def test_embutido(embutida: Instalacao) -> None:
    await percorrer(embutida)


@pytest.fixture
async def separada(tmp_path: Path, kafka_bootstrap: str) -> AsyncIterator[Instalacao]:
    with servidor_embutido(tmp_path / "banco") as servidor:
        async with instalacao_separada(
            tmp_path, relogio=INICIO, banco_url=servidor.url, kafka_bootstrap=kafka_bootstrap
        ) as instalacao:
            yield instalacao


@pytest.mark.kafka
async def test_kafka_e_postgres_em_processos_separados(separada: Instalacao) -> None:
    await percorrer(separada)


async def percorrer(instalacao: Instalacao) -> None:
    """Load → ciclo → sent → receipts → next etapa → fallback → payment → silence."""
    tudo_chega = {"entregue": 1, "lido": 0, "latencia_ms": [1, 20]}
    await _comportar(instalacao, {"sms": tudo_chega, "whatsapp": tudo_chega})
    for tipo, linhas in (
        ("contribuintes", base.contribuintes(TODOS)),
        ("contatos", base.contatos(TODOS)),
        ("debitos", base.debitos(TODOS)),
    ):
        carga = await instalacao.carregar(tipo, linhas)
        assert (carga["estado"], carga["rejeitados"]) == ("concluida", 0), carga
    # the régua knows who is reachable once contato.alterado went all the way
    await instalacao.sossegar()

    ciclo = await instalacao.ciclo("2026-03-09")
    assert ciclo["estado"] == "concluido", ciclo
    assert ciclo["avaliados"] == ciclo["acionados"] + ciclo["retidos"] + sum(ciclo["suprimidos"].values()) == 4
    assert ciclo["por_hipotese"]["H1"] == 4
    assert (ciclo["por_canal"]["whatsapp"], ciclo["por_canal"]["sms"]) == (3, 1)
    for devedor in TODOS:
        await _ate(lambda d=devedor: _tem(instalacao, d, "entregue"))  # type: ignore[misc]
    situacao = (await instalacao.api.get(f"/v1/contribuintes/{PERSISTE.id}")).json()
    assert (situacao["hipotese"], situacao["rigidez"]) == ("H1", 1)

    await _proxima_etapa(instalacao)
    await _queda_para_sms(instalacao)
    await _silencio_de_quem_paga(instalacao)

    contagem = (await instalacao.simulador.get("/contagem")).json()
    assert set(contagem["por_envio"].values()) == {1}


async def _comportar(instalacao: Instalacao, canais: dict[str, Any]) -> None:
    resposta = await instalacao.simulador.put("/comportamento", json={"semente": 1, "canais": canais})
    assert resposta.status_code < 300, resposta.text


async def _tem(instalacao: Instalacao, devedor: Devedor, estado: str) -> bool:
    return any(envio["estado"] == estado for envio in await _envios(instalacao, devedor))


async def _proxima_etapa(instalacao: Instalacao) -> None:
    """Etapa 2 comes at five days of delay and four after the first was delivered: not before, and once."""
    await instalacao.avancar(dias=3)
    assert len(await _envios(instalacao, PERSISTE)) == 1
    await instalacao.avancar(dias=2)
    etapas = [a["etapa"] for a in await instalacao.todos("/v1/acionamentos", contribuinte=PERSISTE.id)]
    assert sorted(etapas) == [1, 2]


async def _queda_para_sms(instalacao: Instalacao) -> None:
    """WhatsApp never arrives: after its wait the same rung goes by SMS."""
    await _comportar(
        instalacao,
        {"whatsapp": {"entregue": 0, "latencia_ms": [1, 20]}, "sms": {"entregue": 1, "lido": 0, "latencia_ms": [1, 20]}},
    )
    antes = len(await _mensagens(instalacao, SEM_ZAP))
    await instalacao.avancar(dias=14)
    acionamentos = await instalacao.todos("/v1/acionamentos", contribuinte=SEM_ZAP.id)
    terceiro = next(a for a in acionamentos if a["etapa"] == 3)
    envios = [e for e in await _envios(instalacao, SEM_ZAP) if e["acionamento"] == terceiro["id"]]
    assert {e["canal"]: e["estado"] for e in envios} == {"whatsapp": "expirado", "sms": "entregue"}
    assert len(await _mensagens(instalacao, SEM_ZAP)) == antes + 2


async def _silencio_de_quem_paga(instalacao: Instalacao) -> None:
    """Who paid is not written to any more; who did not, is."""
    hoje = (await instalacao.agora()).date().isoformat()
    carga = await instalacao.carregar("pagamentos", base.pagamentos([(PAGA, hoje, "1000,00")]))
    assert (carga["estado"], carga["aceitos"]) == ("concluida", 1), carga
    de_quem_pagou = len(await _mensagens(instalacao, PAGA))
    dos_outros = len(await _mensagens(instalacao, PERSISTE))
    await instalacao.avancar(dias=25)
    assert len(await _mensagens(instalacao, PAGA)) == de_quem_pagou
    assert len(await _mensagens(instalacao, PERSISTE)) > dos_outros
    linha = (await instalacao.api.get(f"/v1/contribuintes/{PAGA.id}/linha-do-tempo")).json()
    assert linha["itens"], "a linha do tempo conta o que houve"
