"""Meta checks a webhook's address before it sends anything there: hub.challenge must come back."""

from __future__ import annotations

import hmac
from urllib.parse import urlencode

from simulador.application.avisos import Contas
from simulador.application.ports import ClienteHttp

_DESAFIO = "1158201444"


class ConferirWebhook:
    """The verification request. Source: Meta, Webhooks, "Getting started"."""

    def __init__(self, cliente: ClienteHttp, contas: Contas) -> None:
        self._cliente = cliente
        self._contas = contas

    async def __call__(self) -> bool:
        """True where the platform knows the verify token and answers the challenge."""
        campos = {
            "hub.mode": "subscribe",
            "hub.verify_token": self._contas.meta_verificacao,
            "hub.challenge": _DESAFIO,
        }
        resposta = await self._cliente.pedir("GET", f"{self._contas.url_meta}?{urlencode(campos)}", b"", {})
        return resposta is not None and resposta.status == 200 and hmac.compare_digest(resposta.corpo, _DESAFIO.encode())
