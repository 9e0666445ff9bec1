"""The simulator under uvicorn on a free port, and a platform that only takes notes of the webhooks it gets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from twilio.rest import Client

from simulador.application.avisos import Contas
from simulador.config import ConfigSimulador
from simulador.inject import preparar_simulador

SID, TOKEN = "AC" + "0123456789abcdef" * 2, "segredo-da-twilio"
META_TOKEN, META_SEGREDO, META_VERIFICACAO = "token-da-meta", "segredo-da-meta", "verificacao-da-meta"
WHATSAPP_ID, PAGINA = "111222333", "444555666"
PIX_ID, PIX_SEGREDO, PIX_CHAVE = "cliente-do-pix", "segredo-do-pix", "5a1c3e70-8b9d-4f21-a6c4-2d7e9f0b1c83"
PRAZO_S = 30.0


async def ate(condicao: Callable[[], bool] | Callable[[], Awaitable[bool]], prazo_s: float = PRAZO_S) -> None:
    """Waits for a condition; fails where it never holds."""
    async with asyncio.timeout(prazo_s):
        while True:
            valor = condicao()
            if valor if isinstance(valor, bool) else await valor:
                return
            await asyncio.sleep(0.01)


def porta_livre() -> socket.socket:
    """A bound socket."""
    tomada = socket.socket()
    tomada.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tomada.bind(("127.0.0.1", 0))
    return tomada


class _Servidor(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def servir(app: ASGIApp, tomada: socket.socket | None = None) -> AsyncIterator[str]:
    """Serves until left; gives the address."""
    tomada = tomada or porta_livre()
    servidor = _Servidor(
        uvicorn.Config(app, http="httptools", loop="none", log_level="error", timeout_graceful_shutdown=1, lifespan="off")
    )
    tarefa = asyncio.create_task(servidor.serve(sockets=[tomada]))
    try:
        await ate(lambda: servidor.started)
        yield f"http://127.0.0.1:{tomada.getsockname()[1]}"
    finally:
        servidor.should_exit = True
        await tarefa
        tomada.close()


@dataclass(frozen=True)
class Recebido:
    """A webhook as it came."""

    metodo: str
    url: str
    cabecalhos: dict[str, str]
    corpo: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.corpo.decode(), keep_blank_values=True))


@dataclass
class Plataforma:
    """Takes notes; `responder` says the answer of each webhook (200 and empty by default)."""

    url: str = ""
    recebidos: list[Recebido] = field(default_factory=list)
    responder: Callable[[Recebido], Response] = field(default=lambda _: Response(status_code=200))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        recebido = Recebido(request.method, str(request.url), dict(request.headers), await request.body())
        self.recebidos.append(recebido)
        await self.responder(recebido)(scope, receive, send)


@dataclass
class Servico:
    """The simulator and the ways to reach it."""

    url: str
    plataforma: Plataforma
    http: httpx.AsyncClient
    config: ConfigSimulador

    def twilio(self, token: str = TOKEN) -> Client:
        cliente = Client(SID, token)
        cliente.api.base_url = self.url
        return cliente

    def retorno(self, envio: str) -> str:
        return f"{self.plataforma.url}/webhooks/twilio/estado/{envio}"

    async def comportar(self, **canais: Any) -> None:
        resposta = await self.http.put("/comportamento", json={"semente": 7, "canais": canais})
        assert resposta.status_code == 200, resposta.text

    async def contagem(self) -> dict[str, Any]:
        dados: dict[str, Any] = (await self.http.get("/contagem")).json()
        return dados

    async def sem_devidos(self) -> None:
        async def nada() -> bool:
            return bool((await self.contagem())["recibos_devidos"] == 0)

        await ate(nada)

    async def mensagens(self, para: str) -> list[dict[str, Any]]:
        itens: list[dict[str, Any]] = (await self.http.get("/mensagens", params={"para": para})).json()["itens"]
        return itens

    async def postar_sms(self, **campos: str) -> httpx.Response:
        form = {"To": "+5582999990001", "From": "+15005550006", "Body": "oi"} | campos
        return await self.http.post(f"/2010-04-01/Accounts/{SID}/Messages.json", data=form, auth=(SID, TOKEN))

    async def postar_meta(self, corpo: Any, objeto: str = WHATSAPP_ID, token: str = META_TOKEN) -> httpx.Response:
        return await self.http.post(f"/v25.0/{objeto}/messages", json=corpo, headers={"Authorization": f"Bearer {token}"})


def contas(url_publica: str) -> Contas:
    return Contas(
        twilio_sid=SID,
        twilio_token=TOKEN,
        meta_token=META_TOKEN,
        meta_segredo=META_SEGREDO,
        meta_verificacao=META_VERIFICACAO,
        whatsapp_id=WHATSAPP_ID,
        pagina_id=PAGINA,
        url_publica=url_publica,
        pix_client_id=PIX_ID,
        pix_client_secret=PIX_SEGREDO,
        pix_chave=PIX_CHAVE,
    )


@asynccontextmanager
async def abrir_servico(
    dados: Path, plataforma: Plataforma, *, agora: Callable[[], datetime] | None = None, **outros: Any
) -> AsyncIterator[Servico]:
    config = ConfigSimulador(contas=contas(plataforma.url), dados=dados, trabalhadores=8, **outros)
    async with (
        preparar_simulador(config, agora=agora) as simulador,
        servir(simulador.app) as url,
        httpx.AsyncClient(base_url=url, timeout=PRAZO_S) as http,
    ):
        yield Servico(url, plataforma, http, config)
