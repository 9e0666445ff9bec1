"""Providers of Pix that a test tells what to answer, and the settings to reach one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pydantic import SecretStr

from parcelamento.adapters.outbound.pix_api import PixApi
from parcelamento.adapters.outbound.pix_config import ConfigPix
from tests.integration.simulador.apoio import PIX_CHAVE, PIX_ID, PIX_SEGREDO
from tests.support.pix import DOCUMENTO

TXID = DOCUMENTO.hex


def uma_config(base: str, **campos: Any) -> ConfigPix:
    padrao: dict[str, Any] = {
        "pix_base_url": base,
        "pix_chave": PIX_CHAVE,
        "pix_client_id": PIX_ID,
        "pix_client_secret": SecretStr(PIX_SEGREDO),
        "pix_webhook_segredo": SecretStr("segredo-do-webhook-1"),
    }
    return ConfigPix(**(padrao | campos))


class SemEsperar:
    """Takes note of the waits instead of waiting."""

    def __init__(self) -> None:
        self.esperas: list[float] = []

    async def __call__(self, segundos: float) -> None:
        self.esperas.append(segundos)


class Provisorio:
    """Answers tokens by itself, counting them, and everything else as it is told."""

    def __init__(
        self, responder: Callable[[httpx.Request], httpx.Response], *, expires_in: Any = 3600, acesso: Any = "t"
    ) -> None:
        self.responder = responder
        self.acesso = acesso
        self.expires_in = expires_in
        self.tokens = 0
        self.agora_s = 1000.0
        self.pedidos: list[httpx.Request] = []

    async def _responder(self, pedido: httpx.Request) -> httpx.Response:
        if pedido.url.path == "/oauth/token":
            self.tokens += 1
            await asyncio.sleep(0)
            token = f"t{self.tokens}" if self.acesso == "t" else self.acesso
            return httpx.Response(200, json={"access_token": token, "expires_in": self.expires_in})
        self.pedidos.append(pedido)
        return self.responder(pedido)

    @asynccontextmanager
    async def porta(self, **campos: Any) -> AsyncIterator[PixApi]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._responder)) as http:
            config = uma_config("https://provedor.exemplo", **campos)
            yield PixApi(http, config, tempo=lambda: self.agora_s, dormir=SemEsperar())


def cobranca_em_json(**campos: Any) -> dict[str, Any]:
    return {
        "txid": TXID,
        "status": "ATIVA",
        "revisao": 0,
        "location": "https://provedor.exemplo/qr/v2/cobv/1",
        "calendario": {"dataDeVencimento": "2026-03-30", "validadeAposVencimento": 30},
        "devedor": {"cpf": "12345678909", "nome": "Fulano de Tal"},
        "valor": {
            "original": "123.45",
            "multa": {"modalidade": "2", "valorPerc": "2.00"},
            "juros": {"modalidade": "3", "valorPerc": "1.00"},
        },
        "chave": PIX_CHAVE,
    } | campos
