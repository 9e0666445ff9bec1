"""Offers, asked of parcelamento over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

import httpx

from regua.application.ports_parcelamento import ParcelamentoIndisponivel, RecusadaPeloParcelamento

_log = logging.getLogger(__name__)
CAMINHO: Final = "/v1/parcelamentos/ofertas"
# what the request itself is refused for; anything else is the room's or our settings' fault
_RECUSAS: Final = frozenset({httpx.codes.NOT_FOUND, httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY})


class OfertadorHttp:
    """`Ofertador` over the room's API; `cliente` brings its address and token."""

    def __init__(self, cliente: httpx.AsyncClient) -> None:
        self._cliente = cliente

    async def ofertar(self, pedido: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            resposta = await self._cliente.post(CAMINHO, json=pedido)
        except httpx.HTTPError as erro:
            _log.warning("parcelamento não respondeu: %s", type(erro).__name__)
            raise _fora() from erro
        corpo = _objeto(resposta)
        if resposta.is_success and corpo is not None:
            return corpo
        # a 404 without our `codigo` is an address where no such room lives
        if resposta.status_code in _RECUSAS and corpo is not None and "codigo" in corpo and corpo.get("detail"):
            raise RecusadaPeloParcelamento(resposta.status_code, corpo)
        _log.warning("parcelamento respondeu %s", resposta.status_code)
        raise _fora()


def _objeto(resposta: httpx.Response) -> Mapping[str, Any] | None:
    try:
        corpo = resposta.json()
    except ValueError:
        return None
    return corpo if isinstance(corpo, dict) else None


def _fora() -> ParcelamentoIndisponivel:
    return ParcelamentoIndisponivel("O parcelamento não respondeu agora: as ofertas não puderam ser calculadas. Tente de novo.")
