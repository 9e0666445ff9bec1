"""The HTTP client of the sending path: `pyreqwest`, many times faster than the usual ones, also under the `twilio` library."""

from __future__ import annotations

import base64
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import BuilderError, DetailedPyreqwestError, PoolTimeoutError, PyreqwestError
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from canais.domain.resposta import Transporte

# `pyreqwest` (0.15.1) calls a connection that was cut, or a time-out, after the request was written a ConnectError and a
# ConnectTimeoutError too. Only the cause of the HTTP library underneath tells: with it nothing was written.
_NAO_CONECTOU: Final = "client error (Connect)"


class RitmoExcedido(Exception):
    """A 429, with the wait that the provider asks for, in seconds, where it says one."""

    def __init__(self, retry_after_s: float | None) -> None:
        super().__init__("429")
        self.retry_after_s = retry_after_s


def quando_falhou(erro: PyreqwestError) -> Transporte:
    """Whether `erro` is known to have come before the request was written; what is not known counts as after."""
    if isinstance(erro, BuilderError | PoolTimeoutError):
        return "antes_de_escrever"
    causas = erro.details.get("causes") if isinstance(erro, DetailedPyreqwestError) else None
    nao_conectou = any(causa["message"] == _NAO_CONECTOU for causa in causas or ())
    return "antes_de_escrever" if nao_conectou else "depois_de_escrever"


def ler_retry_after(valor: str | None, agora: datetime | None = None) -> float | None:
    """Seconds in a `Retry-After` header (RFC 9110: seconds or an HTTP date); None where it is absent or unreadable."""
    if valor is None:
        return None
    try:
        return max(0.0, float(valor))
    except ValueError:
        pass
    try:
        quando = parsedate_to_datetime(valor)
    except ValueError:
        return None
    return max(0.0, (quando - (agora or datetime.now(UTC))).total_seconds())


@asynccontextmanager
async def abrir_cliente(*, prazo_s: float, conexoes: int) -> AsyncIterator[Client]:
    """A client whose requests end after `prazo_s`, answer's body included. No redirects: a message is not sent twice."""
    construtor = (
        ClientBuilder()
        .timeout(timedelta(seconds=prazo_s))
        .connect_timeout(timedelta(seconds=min(5.0, prazo_s)))
        .pool_max_idle_per_host(conexoes)
        .follow_redirects(enable=False)
        .referer(enable=False)
    )
    async with construtor.build() as cliente:
        yield cliente


class ClienteTwilio(AsyncHttpClient):  # type: ignore[misc]
    """The `twilio` library's transport over `pyreqwest`. Raises what `pyreqwest` raises, and `RitmoExcedido` on a 429."""

    def __init__(self, cliente: Client, *, usuario: str, senha: str) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True)
        self._cliente = cliente
        self._autorizacao = "Basic " + base64.b64encode(f"{usuario}:{senha}".encode()).decode()

    async def request(  # noqa: PLR0917 - the library's signature
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
        allow_redirects: bool = False,
    ) -> Response:
        pedido = self._cliente.request(method, url).header("authorization", self._autorizacao, is_sensitive=True)
        if headers:
            pedido = pedido.headers({k: v for k, v in headers.items() if k != "Content-Type"})
        if params:
            pedido = pedido.query(_pares(params))
        if data:
            pedido = pedido.form(_pares(data))
        resposta = await pedido.build().send()
        if resposta.status == 429:
            raise RitmoExcedido(ler_retry_after(resposta.get_header("retry-after")))
        return Response(resposta.status, await resposta.text())


def _pares(campos: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Fields as pairs; a list repeats its key."""
    pares = []
    for nome, valor in campos.items():
        if isinstance(valor, list):
            pares += [(nome, str(v)) for v in valor]
        else:
            pares.append((nome, str(valor)))
    return pares
