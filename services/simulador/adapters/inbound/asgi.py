"""The few lines of ASGI that the hot routes need: read a body, answer, or leave the client without an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

JSON = b"application/json;charset=utf-8"


async def ler_corpo(receive: Receive) -> bytes:
    """The whole body. Requests to the providers are small."""
    recebido = await receive()
    corpo: bytes = recebido.get("body", b"")
    while recebido.get("more_body"):
        recebido = await receive()
        corpo += recebido.get("body", b"")
    return corpo


def cabecalho(scope: Scope, nome: bytes) -> bytes:
    """The first header of this (lower-case) name, or b''."""
    for chave, valor in scope["headers"]:
        if chave == nome:
            return bytes(valor)
    return b""


async def responder(
    send: Send, status: int, corpo: bytes, *, tipo: bytes = JSON, outros: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """A whole answer."""
    tamanho = b"%d" % len(corpo)
    cabecalhos = [(b"content-type", tipo), (b"content-length", tamanho), *outros]
    await send({"type": "http.response.start", "status": status, "headers": cabecalhos})
    await send({"type": "http.response.body", "body": corpo})


async def _esperar_desligar(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def deixar_sem_resposta(receive: Receive, send: Send, espera_s: float) -> None:
    """Holds the request, then cuts the TCP connection without a byte of answer; ends earlier where the client gives up.

    The cut needs uvicorn (its `send` belongs to the object that has the transport); other servers keep holding.
    """
    try:
        await asyncio.wait_for(_esperar_desligar(receive), espera_s)
    except TimeoutError:
        transporte = getattr(getattr(send, "__self__", None), "transport", None)
        if transporte is not None:
            transporte.abort()
        await _esperar_desligar(receive)
