"""The webhook at which the payment provider tells of settled Pix: answered 2xx only once they are durable.

Source: API Pix 2.9.0, callback of `PUT /webhook/{chave}`: `{"pix": [...]}`, possibly several at once, possibly repeated.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response

from parcelamento.domain.pix import PixRecebido
from parcelamento.domain.pix_leitura import ler_pix

_log = logging.getLogger(__name__)
_LINHAS_NO_REGISTRO: Final = 20

Receber = Callable[[Sequence[PixRecebido]], Awaitable[None]]
Contar = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ItemRecusado:
    """An item that cannot be used. campo: which of its fields; end_to_end: where that one can be read."""

    posicao: int
    campo: str
    end_to_end: str | None


def ler_notificacao(corpo: object) -> tuple[list[PixRecebido], list[ItemRecusado]] | None:
    """The usable Pix, each endToEndId once, and the items that are not; None where there is no list of Pix at all.

    What the payer wrote (infoPagador) and who paid are never looked at.
    """
    itens = corpo.get("pix") if isinstance(corpo, Mapping) else None
    if not isinstance(itens, list):
        return None
    lidos: dict[str, PixRecebido] = {}
    recusados: list[ItemRecusado] = []
    for posicao, item in enumerate(itens):
        lido = _ler_item(posicao, item)
        if isinstance(lido, ItemRecusado):
            recusados.append(lido)
            continue
        anterior = lidos.setdefault(lido.end_to_end, lido)
        if (anterior.txid, anterior.valor) != (lido.txid, lido.valor):
            recusados.append(ItemRecusado(posicao, "endToEndId", lido.end_to_end))
        elif lido.devolvido > anterior.devolvido:
            lidos[lido.end_to_end] = lido
    return list(lidos.values()), recusados


def _ler_item(posicao: int, item: object) -> PixRecebido | ItemRecusado:
    lido = ler_pix(item)
    if isinstance(lido, PixRecebido):
        return lido
    end_to_end = item.get("endToEndId") if isinstance(item, Mapping) and lido not in {"item", "endToEndId"} else None
    return ItemRecusado(posicao, lido, end_to_end)


def _registrar(recusados: Sequence[ItemRecusado]) -> None:
    """Which items were refused, by what names nobody; a batch made to fill the log does not."""
    for recusado in recusados[:_LINHAS_NO_REGISTRO]:
        end_to_end = recusado.end_to_end or "ilegível"
        _log.warning("pix recusado no aviso: posição %d, campo %s, endToEndId %s", recusado.posicao, recusado.campo, end_to_end)
    if len(recusados) > _LINHAS_NO_REGISTRO:
        _log.warning("pix recusados no aviso: mais %d", len(recusados) - _LINHAS_NO_REGISTRO)


def rotas_do_pix(segredo: str, receber: Receber, contar: Contar) -> APIRouter:
    """`POST /webhooks/pix/{segredo}/pix`, and the same without /pix for the trial call that some providers make on registering.

    segredo: empty takes nothing. receber: returns once the Pix are durable; it meets repeated ones. contar: takes `pix`,
    `pix_recusado`, `segredo_recusado`, `ilegivel` or `sem_pix`.
    """
    esperado = segredo.encode()
    rotas = APIRouter(prefix="/webhooks/pix", tags=["webhooks"])

    def autorizado(dado: str) -> bool:
        certo = hmac.compare_digest(esperado, dado.encode("utf-8", "surrogatepass"))
        if not (certo and esperado):
            # no trace but the counter: what was sent is not known to come from anybody
            contar("segredo_recusado")
            return False
        return True

    @rotas.post("/{segredo}", summary="Teste do webhook pelo provedor de Pix")
    async def testar(segredo: str) -> Response:
        """Confirma que o endereço existe; nada é lido."""
        if not autorizado(segredo):
            return Response(status_code=403)
        contar("sem_pix")
        return Response(status_code=200)

    @rotas.post("/{segredo}/pix", summary="Pix recebidos, avisados pelo provedor")
    async def pix(segredo: str, request: Request) -> Response:
        """Um ou vários Pix. Repetidos não têm efeito; um item que não serve não impede os outros."""
        if not autorizado(segredo):
            return Response(status_code=403)
        corpo = _json(await request.body())
        lido = ler_notificacao(corpo)
        if lido is None:
            contar("ilegivel")
            return Response(status_code=400)
        recebidos, recusados = lido
        _registrar(recusados)
        for _ in recusados:
            contar("pix_recusado")
        if recebidos:
            await receber(recebidos)
        for _ in recebidos:
            contar("pix")
        return Response(status_code=200)

    return rotas


def _json(corpo: bytes) -> Any:
    try:
        return orjson.loads(corpo)
    except orjson.JSONDecodeError:
        return None
