"""What every request passes before a route: trace, request id, headers, body limit, metrics, the last catch.

Pure ASGI, one task: context variables set here are seen by the route.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
import traceback
from collections.abc import Mapping
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel import rastro
from kernel.http.problema import resposta_de_problema
from kernel.metrics import Metricas

CABECALHO_REQUISICAO = "X-Request-Id"

_ID_ACEITO = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_METODOS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# The API serves data, never pages: what is shown in a browser sets its own policy.
CSP_DA_API = "default-src 'none'; frame-ancestors 'none'"
_SEGURANCA: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": CSP_DA_API,
    "Cache-Control": "no-store",
}

_log = logging.getLogger(__name__)


class RespostaInterrompida(RuntimeError):
    """An error after the answer began: the connection must break, so that nobody takes the half for the whole."""


class Rastreio:
    """Makes the caller's trace (or a new one) current and gives every answer a request id and the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        cabecalhos = Headers(scope=scope)
        requisicao = _id_da_requisicao(cabecalhos)
        scope.setdefault("state", {})["requisicao"] = requisicao

        async def enviar(mensagem: Message) -> None:
            if mensagem["type"] == "http.response.start":
                saida = MutableHeaders(scope=mensagem)
                saida[CABECALHO_REQUISICAO] = requisicao
                for nome, valor in _SEGURANCA.items():
                    saida.setdefault(nome, valor)
            await send(mensagem)

        with rastro.usar(cabecalhos.get("traceparent")):
            await self._app(scope, receive, enviar)


def _id_da_requisicao(cabecalhos: Headers) -> str:
    recebido = cabecalhos.get(CABECALHO_REQUISICAO, "")
    return recebido if _ID_ACEITO.fullmatch(recebido) else uuid4().hex


class Medicao:
    """Counts and times requests by route template, so that addresses with ids do not multiply the series."""

    def __init__(self, app: ASGIApp, metricas: Metricas) -> None:
        self._app = app
        self._total = metricas.contador("http_requisicoes", "Requisições HTTP atendidas.", ("metodo", "rota", "status"))
        self._duracao = metricas.histograma("http_duracao_segundos", "Duração das requisições HTTP.", ("metodo", "rota"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        inicio = time.perf_counter()

        async def enviar(mensagem: Message) -> None:
            nonlocal status
            if mensagem["type"] == "http.response.start":
                status = mensagem["status"]
            await send(mensagem)

        try:
            await self._app(scope, receive, enviar)
        finally:
            metodo = scope["method"] if scope["method"] in _METODOS else "OUTRO"
            rota = getattr(scope.get("route"), "path", None) or "desconhecida"
            self._total.labels(metodo, rota, str(status)).inc()
            self._duracao.labels(metodo, rota).observe(time.perf_counter() - inicio)


class UltimaBarreira:
    """Turns what nobody foresaw into a 500 with an occurrence id.

    Logs where it broke, never the exception's text: drivers and validators repeat there what people sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        comecou = False

        async def enviar(mensagem: Message) -> None:
            nonlocal comecou
            comecou = comecou or mensagem["type"] == "http.response.start"
            await send(mensagem)

        try:
            await self._app(scope, receive, enviar)
        except ClientDisconnect:
            # nobody is there to be answered, and nothing of ours failed
            _log.info("quem pedia foi embora durante %s", _rota(scope))
        except Exception as erro:  # noqa: BLE001 - the edge's last catch: else the server logs the exception's text
            ocorrencia = uuid4().hex
            _log.error("erro interno %s em %s\n%s", ocorrencia, _rota(scope), _onde(erro))
            if comecou:
                raise RespostaInterrompida(f"resposta interrompida, ocorrência {ocorrencia}") from None
            await _erro_interno(ocorrencia)(scope, receive, enviar)


def _erro_interno(ocorrencia: str) -> ASGIApp:
    return resposta_de_problema(
        500,
        detalhe=f"Algo falhou do nosso lado. Ao pedir ajuda, informe a ocorrência {ocorrencia}.",
        ocorrencia=ocorrencia,
    )


def _rota(scope: Scope) -> str:
    return f"{scope['method']} {getattr(scope.get('route'), 'path', 'rota desconhecida')}"


def _onde(erro: BaseException) -> str:
    linhas: list[str] = []
    atual: BaseException | None = erro
    # a cycle of causes is possible: bounded
    while atual is not None and len(linhas) < 200:
        linhas += [f"  {q.filename}:{q.lineno} {q.name}" for q in traceback.extract_tb(atual.__traceback__)]
        linhas.append(f"{type(atual).__module__}.{type(atual).__qualname__}")
        atual = atual.__cause__ or atual.__context__
    return "\n".join(linhas)


class CorpoGrandeDemais(HTTPException):
    """More bytes than the address takes. An HTTPException, since the framework lets only those through while it reads."""

    def __init__(self) -> None:
        super().__init__(status_code=413)


# How long, and how much of a refused body, to read before the answer.
_PACIENCIA_S = 2
_PACIENCIA_BYTES = 8 * 1024 * 1024


class LimiteDeCorpo:
    """Refuses bodies over `maximo` bytes, by what Content-Length announces and by what really arrives.

    `por_caminho` gives exact paths another maximum; None there means any size (routes that stream files).
    """

    def __init__(self, app: ASGIApp, maximo: int, por_caminho: Mapping[str, int | None]) -> None:
        self._app = app
        self._maximo = maximo
        self._por_caminho = por_caminho

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        maximo = self._por_caminho.get(scope["path"], self._maximo) if scope["type"] == "http" else None
        if maximo is None:
            await self._app(scope, receive, send)
            return
        if _anunciado(scope) > maximo:
            await _descartar(receive)
            await resposta_de_problema(413, cabecalhos={"Connection": "close"})(scope, receive, send)
            return
        lidos = 0

        async def receber() -> Message:
            nonlocal lidos
            mensagem = await receive()
            lidos += len(mensagem.get("body", b""))
            if lidos > maximo:
                raise CorpoGrandeDemais
            return mensagem

        await self._app(scope, receber, send)


async def _descartar(receive: Receive) -> None:
    """Reads on for a little: closing on a caller that still writes would take the answer away from it (a TCP reset)."""
    lidos, mais = 0, True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PACIENCIA_S):
            while mais and lidos < _PACIENCIA_BYTES:
                mensagem = await receive()
                lidos += len(mensagem.get("body", b""))
                mais = mensagem.get("more_body", False)


def _anunciado(scope: Scope) -> int:
    texto = Headers(scope=scope).get("content-length", "")
    return int(texto) if texto.isascii() and texto.isdigit() and len(texto) < 20 else 0
