"""The simulator as one ASGI application: the hot routes first, by hand, then each provider's other routes, then the control."""

from __future__ import annotations

import orjson
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from simulador.adapters.inbound.meta import PortaMeta, caminho_de_envio
from simulador.adapters.inbound.pix import CAMINHOS as CAMINHOS_DO_PIX
from simulador.adapters.inbound.pix import PortaPix
from simulador.adapters.inbound.twilio import PREFIXO, PortaTwilio
from simulador.domain.erros_twilio import erro_twilio

_CRIACOES = ("/Messages.json", "/Calls.json")


async def _nao_e_da_twilio(scope: Scope, receive: Receive, send: Send) -> None:
    status, corpo = erro_twilio("20404")
    await Response(orjson.dumps(corpo), status, media_type="application/json")(scope, receive, send)


class AplicacaoSimulador:
    """Dispatches by path. A framework's router and middlewares would cost more than the whole acceptance does."""

    def __init__(self, twilio: PortaTwilio, meta: PortaMeta, pix: PortaPix, controle: ASGIApp) -> None:
        self._twilio = twilio
        self._meta = meta
        self._pix = pix
        self._outras_da_twilio = Router(twilio.rotas(), default=_nao_e_da_twilio, redirect_slashes=False)
        self._controle = controle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._controle(scope, receive, send)
            return
        caminho: str = scope["path"]
        criacao = scope["method"] == "POST"
        if caminho.startswith(PREFIXO):
            if criacao and caminho.endswith(_CRIACOES):
                await self._twilio.criar(scope, receive, send)
                return
            await self._outras_da_twilio(scope, receive, send)
            return
        objeto = caminho_de_envio(caminho) if criacao else None
        if objeto is not None:
            await self._meta.enviar(objeto, scope, receive, send)
            return
        if caminho.startswith(CAMINHOS_DO_PIX):
            await self._pix(scope, receive, send)
            return
        await self._controle(scope, receive, send)
