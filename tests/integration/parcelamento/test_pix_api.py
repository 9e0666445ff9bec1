"""The adapter of the API Pix against the simulator, over HTTP: the port's suite, faults, and payments up to our webhook."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid5

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from parcelamento.adapters.inbound.webhook_pix import rotas_do_pix
from parcelamento.adapters.outbound.pix_api import PixApi, abrir_pix
from parcelamento.adapters.outbound.pix_config import url_do_webhook
from parcelamento.application.ports_pix import FalhaPix
from parcelamento.domain.pix import PixRecebido, documento_do_txid
from tests.integration.simulador.apoio import Plataforma, Servico, abrir_servico, servir
from tests.support.pix import AGORA, DOCUMENTO, uma_cobranca
from tests.support.pix_http import TXID, SemEsperar, uma_config
from tests.support.suite_pix import Provedor, SuiteDoPix, falhou, registrada


@pytest.fixture
async def plataforma() -> AsyncIterator[Plataforma]:
    nossa = Plataforma()
    async with servir(nossa) as url:
        nossa.url = url
        yield nossa


@pytest.fixture
async def servico(tmp_path: Path, plataforma: Plataforma) -> AsyncIterator[Servico]:
    async with abrir_servico(tmp_path, plataforma, agora=lambda: AGORA) as aberto:
        yield aberto


@asynccontextmanager
async def abrir(servico: Servico, **campos: Any) -> AsyncIterator[tuple[PixApi, SemEsperar]]:
    config, dormir = uma_config(f"{servico.url}/pix", **campos), SemEsperar()
    async with httpx.AsyncClient(timeout=config.pix_prazo_s) as http:
        yield PixApi(http, config, dormir=dormir), dormir


async def pagar(servico: Servico, **campos: Any) -> list[dict[str, Any]]:
    resposta = await servico.http.post("/pix/pagar", json=campos)
    assert resposta.status_code == 201, resposta.text
    itens: list[dict[str, Any]] = resposta.json()["itens"]
    return itens


class TestPixApi(SuiteDoPix):
    @pytest.fixture
    async def provedor(self, servico: Servico) -> AsyncIterator[Provedor]:
        async def pague(txid: str, valor: int | None) -> None:
            await pagar(servico, txid=txid, **({} if valor is None else {"valor": f"{valor // 100}.{valor % 100:02d}"}))

        async with abrir_pix(uma_config(f"{servico.url}/pix")) as porta:
            yield Provedor(porta, pague)


@pytest.mark.parametrize(
    ("comportamento", "falha", "aceita"),
    [
        ({"taxa_429": 1.0}, ("excesso_de_pedidos", True), False),
        ({"taxa_5xx": 1.0}, ("provedor_indisponivel", True), False),
        ({"timeout_antes": 1.0, "timeout_s": 0}, ("sem_resposta", True), False),
        ({"timeout_depois": 1.0, "timeout_s": 0}, ("sem_resposta", True), True),
        ({"taxa_502_sem_corpo": 1.0}, ("provedor_indisponivel", True), None),
    ],
)
async def test_o_que_nao_responde_e_tentado_e_depois_dito(
    servico: Servico, comportamento: dict[str, Any], falha: tuple[str, bool], aceita: bool | None
) -> None:
    await servico.comportar(pix=comportamento)
    async with abrir(servico, pix_tentativas=3) as (pix, dormir):
        assert falhou(await pix.criar(uma_cobranca())) == falha
        assert len(dormir.esperas) == 2
        assert all(espera >= 1 for espera in dormir.esperas) or "taxa_429" not in comportamento
        await servico.comportar()
        if aceita is not None:
            existe = not isinstance(await pix.consultar(TXID), FalhaPix)
            assert existe == aceita
        # whatever became of it, asking again ends in one charge
        assert registrada(await pix.criar(uma_cobranca())).revisao == 0


async def test_entre_falhas_a_chamada_chega_ao_fim_uma_vez(servico: Servico) -> None:
    taxas = {"taxa_429": 0.2, "taxa_5xx": 0.2, "taxa_502_sem_corpo": 0.1, "timeout_antes": 0.1, "timeout_depois": 0.1}
    await servico.comportar(pix=taxas | {"timeout_s": 0})
    async with abrir(servico, pix_tentativas=10) as (pix, dormir):
        respostas = [await pix.criar(uma_cobranca(valor=valor)) for valor in range(1, 21)]
        assert [registrada(r).valor for r in respostas] == list(range(1, 21))
        assert dormir.esperas
    itens = (await servico.http.get("/pix/cobrancas")).json()["itens"]
    assert [(item["valor"], item["revisao"]) for item in itens] == [("0.20", 19)]


async def test_sem_ninguem_do_outro_lado(servico: Servico) -> None:
    async with abrir(servico, pix_base_url="http://127.0.0.1:9/pix", pix_tentativas=2) as (pix, dormir):
        assert falhou(await pix.criar(uma_cobranca())) == ("sem_conexao", True)
        assert len(dormir.esperas) == 1


@pytest.mark.parametrize(
    "campos",
    [{"pix_client_secret": SecretStr("outro")}, {"pix_client_id": "outro"}],
)
async def test_credencial_errada_nao_se_repete_e_alerta(servico: Servico, campos: dict[str, Any]) -> None:
    async with abrir(servico, **campos) as (pix, dormir):
        resposta = await pix.consultar(TXID)
        assert falhou(resposta) == ("credencial_recusada", False)
        assert isinstance(resposta, FalhaPix)
        assert resposta.alertar
        assert dormir.esperas == []


async def test_chave_de_outro_e_recusada(servico: Servico) -> None:
    async with abrir(servico, pix_chave="outra@exemplo") as (pix, _):
        resposta = await pix.criar(uma_cobranca())
        assert falhou(resposta) == ("pedido_recusado", False)
        assert isinstance(resposta, FalhaPix)
        assert [campo for campo, _ in resposta.violacoes] == ["cobv.chave"]
        assert falhou(await pix.registrar_webhook("http://exemplo/x")) == ("pedido_recusado", False)


async def test_o_webhook_registrado_recebe_o_pagamento(servico: Servico, plataforma: Plataforma) -> None:
    config = uma_config(f"{servico.url}/pix")
    async with abrir(servico) as (pix, _):
        assert await pix.registrar_webhook(url_do_webhook(config, plataforma.url)) is None
        await pix.criar(uma_cobranca())
        (pago,) = await pagar(servico, txid=TXID)
        await servico.sem_devidos()
        (recebido,) = plataforma.recebidos
        assert recebido.url == f"{plataforma.url}/webhooks/pix/segredo-do-webhook-1/pix"
        assert f'"endToEndId":"{pago["endToEndId"]}"'.encode() in recebido.corpo


async def test_do_pagamento_ao_nosso_webhook_mesmo_com_queda(servico: Servico) -> None:
    recebidos: list[PixRecebido] = []
    quedas = iter([True, True])

    async def receber(pix: Sequence[PixRecebido]) -> None:
        if next(quedas, False):
            raise OSError("the database is away")
        recebidos.extend(pix)

    contagem: Counter[str] = Counter()
    config = uma_config(f"{servico.url}/pix")
    app = FastAPI()
    app.include_router(rotas_do_pix(config.pix_webhook_segredo.get_secret_value(), receber, lambda o: contagem.update([o])))
    await servico.comportar(pix={"latencia_ms": [0, 0], "agrupar": 0.5, "duplicar": 0.5, "reordenar": 0.5})
    async with servir(app) as url, abrir(servico) as (pix, _):
        await pix.registrar_webhook(url_do_webhook(config, url))
        documentos = [uuid5(DOCUMENTO, str(n)) for n in range(8)]
        for n, documento in enumerate(documentos):
            registrada(await pix.criar(uma_cobranca(documento, valor=100 + n)))
            await pagar(servico, txid=documento.hex, vezes=1 + n % 2)
        await servico.sem_devidos()
    achados = {(documento_do_txid(pix.txid), pix.valor) for pix in recebidos}
    assert achados == {(documento, 100 + n) for n, documento in enumerate(documentos)}
    assert len({pix.end_to_end for pix in recebidos}) == 12
    assert {pix.pago_em for pix in recebidos} == {AGORA.date()}
    assert set(contagem) == {"pix"}
