"""The Pix side's control, without a token: somebody pays, and what the provider knows."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from simulador.application.pagar_pix import PagarPix
from simulador.application.registro_pix import RegistroPix
from simulador.domain.pix import CobrancaPix, PixPago
from simulador.errors import EntradaInvalida

_SOBRE_O_PAGAMENTO = """
`txid` ou `location` de uma cobrança; `valor` (o da cobrança no dia, se falta), `vezes` (pagamentos iguais da mesma cobrança) e
`em` (instante; agora, se falta). Com `chave`, paga um QR Code estático: `txid` de 1 a 25 posições e `valor`. Sem webhook
cadastrado para a chave, o pagamento não é avisado: aparece na consulta da cobrança.
"""
_EXEMPLO = {"txid": "7978c0c97ea847e78e8849634473c1f1", "valor": "110.00", "vezes": 1, "em": "2026-11-23T09:00:00-03:00"}


def _pix(pix: PixPago) -> dict[str, Any]:
    return {
        "endToEndId": pix.end_to_end,
        "txid": pix.txid,
        "valor": pix.valor,
        "horario": pix.horario,
        "avisado": pix.chegou,
        "avisos_devidos": pix.a_enviar,
    }


def _cobranca(registro: RegistroPix, c: CobrancaPix) -> dict[str, Any]:
    return {
        "txid": c.txid,
        "status": c.status,
        "valor": c.pedido["valor"]["original"],
        "vencimento": c.pedido["calendario"]["dataDeVencimento"],
        "location": c.location,
        "criacao": c.criacao,
        "revisao": len(c.revisoes) - 1,
        "pix": [_pix(registro.pagos[id_]) for id_ in c.pagos],
    }


def _listar(registro: RegistroPix, cursor: str | None, limite: int) -> dict[str, Any]:
    """A page, newest first."""
    if cursor is not None and not (cursor.isdecimal() and len(cursor) < 10):
        raise EntradaInvalida(("cursor", "use o valor de `proximo` da página anterior"))
    todas = [c for c in reversed(registro.cobrancas.values()) if cursor is None or c.ordem < int(cursor)]
    pagina = todas[:limite]
    return {
        "itens": [_cobranca(registro, c) for c in pagina],
        "proximo": str(pagina[-1].ordem) if len(todas) > limite else None,
        "avisos_devidos": registro.devidos,
    }


def rotas_de_pix(registro: RegistroPix, pagar: PagarPix) -> APIRouter:
    """`POST /pix/pagar` and `GET /pix/cobrancas`."""
    rotas = APIRouter(prefix="/pix", tags=["controle"])
    corpo = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object", "example": _EXEMPLO}}}}
    }

    @rotas.post("/pagar", summary="Alguém paga: o webhook sai", description=_SOBRE_O_PAGAMENTO, openapi_extra=corpo)
    async def pagar_cobranca(request: Request) -> Response:
        try:
            dados = orjson.loads(await request.body())
        except orjson.JSONDecodeError as erro:
            raise EntradaInvalida(("", "o corpo não é um JSON válido")) from erro
        itens = [_pix(pix) for pix in pagar(dados)]
        return Response(orjson.dumps({"itens": itens}), 201, media_type="application/json")

    @rotas.get("/cobrancas", summary="Cobranças Pix e o que as pagou")
    async def cobrancas(cursor: str | None = None, limite: int = Query(100, ge=1, le=1000)) -> Response:
        return Response(orjson.dumps(_listar(registro, cursor, limite)), media_type="application/json")

    return rotas
