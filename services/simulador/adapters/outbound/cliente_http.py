"""Calls webhooks over pyreqwest (Rust): one connection pool, no redirects, as the providers do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from simulador.application.ports import RespostaHttp

# Twilio waits 15 s for a webhook
PRAZO = timedelta(seconds=15)


class ClienteReqwest:
    """The port `ClienteHttp` over a pyreqwest client."""

    def __init__(self, cliente: Client) -> None:
        self._cliente = cliente

    async def pedir(self, metodo: str, url: str, corpo: bytes, cabecalhos: Mapping[str, str]) -> RespostaHttp | None:
        """The answer, or None where there was none within `PRAZO`."""
        try:
            pedido = self._cliente.request(metodo, url).headers(dict(cabecalhos))
            resposta = await (pedido.body_bytes(corpo) if corpo else pedido).build().send()
            return RespostaHttp(resposta.status, bytes(await resposta.bytes()))
        except (PyreqwestError, ValueError):
            return None


@asynccontextmanager
async def abrir_cliente(conexoes: int) -> AsyncIterator[ClienteReqwest]:
    """A client with at most `conexoes` requests at once."""
    construtor = ClientBuilder().max_connections(conexoes).timeout(PRAZO).follow_redirects(False).user_agent("TwilioProxy/1.1")
    async with construtor.no_proxy().build() as cliente:
        yield ClienteReqwest(cliente)
