"""The simulator's Pix side as a receiver's system sees it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.integration.simulador.apoio import PIX_CHAVE, PIX_ID, PIX_SEGREDO, Servico

AGORA = datetime(2026, 3, 10, 15, tzinfo=UTC)
TXID = "9d36b84fc70b478fb95c12729b90ca25"
RAPIDO = {"latencia_ms": [0, 1]}


def um_pedido(**campos: Any) -> dict[str, Any]:
    return {
        "calendario": {"dataDeVencimento": "2026-03-30", "validadeAposVencimento": 30},
        "devedor": {"cpf": "12345678909", "nome": "Fulano de Tal"},
        "valor": {"original": "100.00"},
        "chave": PIX_CHAVE,
    } | campos


class Cliente:
    """A receiver's system, with its token."""

    def __init__(self, servico: Servico) -> None:
        self.servico = servico
        self.http = servico.http
        self.token = ""

    async def entrar(self, escopo: str = "cobv.write cobv.read webhook.write webhook.read") -> Cliente:
        dados = {"grant_type": "client_credentials", "scope": escopo}
        resposta = await self.http.post("/pix/oauth/token", data=dados, auth=(PIX_ID, PIX_SEGREDO))
        assert resposta.status_code == 200, resposta.text
        self.token = resposta.json()["access_token"]
        return self

    async def pedir(self, metodo: str, caminho: str, corpo: Any = None, **params: str) -> httpx.Response:
        conteudo = corpo if isinstance(corpo, bytes) else None if corpo is None else json.dumps(corpo).encode()
        cabecalhos = {"Authorization": f"Bearer {self.token}"}
        return await self.http.request(metodo, f"/pix/v2/{caminho}", content=conteudo, headers=cabecalhos, params=params)

    async def criar(self, txid: str = TXID, **campos: Any) -> dict[str, Any]:
        resposta = await self.pedir("PUT", f"cobv/{txid}", um_pedido(**campos))
        assert resposta.status_code == 201, resposta.text
        criada: dict[str, Any] = resposta.json()
        return criada

    async def pagar(self, **campos: Any) -> list[dict[str, Any]]:
        resposta = await self.http.post("/pix/pagar", json={"txid": TXID} | campos)
        assert resposta.status_code == 201, resposta.text
        itens: list[dict[str, Any]] = resposta.json()["itens"]
        return itens

    async def cadastrar(self) -> None:
        url = f"{self.servico.plataforma.url}/webhooks/pix/segredo/"
        assert (await self.pedir("PUT", f"webhook/{PIX_CHAVE}", {"webhookUrl": url})).status_code == 200
