"""Who a taxpayer is, asked of the régua: a charge at the payment provider must name its debtor. Nothing is kept here."""

from __future__ import annotations

import logging

import httpx

from kernel.domain.documento import DocumentoInvalido, ler_documento
from parcelamento.application.ports_pix import DevedorPix

_log = logging.getLogger(__name__)


class DevedoresHttp:
    """`Devedores` over the régua's API; `cliente` brings its address and token."""

    def __init__(self, cliente: httpx.AsyncClient) -> None:
        self._cliente = cliente

    async def achar(self, contribuinte: str) -> DevedorPix | None:
        try:
            resposta = await self._cliente.post("/v1/identificacoes/devedor", json={"contribuinte": contribuinte})
        except httpx.HTTPError as erro:
            _log.warning("régua não disse quem deve: %s", type(erro).__name__)
            return None
        if resposta.status_code != httpx.codes.OK:
            if resposta.status_code != httpx.codes.NOT_FOUND:
                _log.warning("régua não disse quem deve: %s", resposta.status_code)
            return None
        dados = resposta.json()
        try:
            return DevedorPix(ler_documento(dados["documento"]), dados["nome"])
        except DocumentoInvalido:
            return None
