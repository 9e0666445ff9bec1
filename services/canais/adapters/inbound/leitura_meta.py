"""Reads Meta's webhooks: WhatsApp statuses and messages. What is unknown or malformed is passed over, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from canais.adapters.inbound.leitura_twilio import chave_de
from canais.application.receber_mensagem import MensagemEntrante
from canais.domain.envio import Recibo
from canais.domain.resposta import ESTADO_META

# From here on a number is in milliseconds: as seconds it would be the year 33658.
_MILISSEGUNDOS = 10**12


class Lote(NamedTuple):
    """What one webhook brought; `passados`: pieces that could not be used."""

    recibos: list[Recibo]
    mensagens: list[MensagemEntrante]
    passados: int


def ler_lote(corpo: Any, recebido_em: datetime) -> Lote:
    """Everything in one notification of object `whatsapp_business_account`."""
    lote = Lote([], [], 0)
    passados = 0
    for valor in _valores(corpo):
        for status in _lista(valor.get("statuses")):
            recibo = _recibo(status, recebido_em)
            if recibo is None:
                passados += 1
            else:
                lote.recibos.append(recibo)
        for mensagem in _lista(valor.get("messages")):
            lida = _mensagem(mensagem, recebido_em)
            if lida is None:
                passados += 1
            else:
                lote.mensagens.append(lida)
    return lote._replace(passados=passados)


def _valores(corpo: Any) -> Iterator[dict[str, Any]]:
    for entrada in _lista(corpo.get("entry") if isinstance(corpo, dict) else None):
        for mudanca in _lista(entrada.get("changes")):
            if mudanca.get("field", "messages") == "messages" and isinstance(mudanca.get("value"), dict):
                yield mudanca["value"]


def _lista(valor: Any) -> list[dict[str, Any]]:
    return [item for item in valor if isinstance(item, dict)] if isinstance(valor, list) else []


def ler_instante(valor: Any) -> datetime | None:
    """A timestamp in seconds or milliseconds, as number or text."""
    try:
        numero = int(valor)
        return datetime.fromtimestamp(numero / 1000 if numero >= _MILISSEGUNDOS else numero, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _recibo(status: dict[str, Any], recebido_em: datetime) -> Recibo | None:
    estado = ESTADO_META.get(str(status.get("status")))
    id_ = status.get("id")
    if estado is None or not isinstance(id_, str):
        return None
    erros = _lista(status.get("errors"))
    codigo = erros[0].get("code") if erros else None
    return Recibo(
        provedor="meta-whatsapp",
        estado=estado,
        envio=_uuid(status.get("biz_opaque_callback_data")),
        id_provedor=id_,
        codigo=None if codigo is None else str(codigo),
        provedor_em=ler_instante(status.get("timestamp")),
        recebido_em=recebido_em,
    )


def _uuid(valor: Any) -> UUID | None:
    try:
        return UUID(valor) if isinstance(valor, str) else None
    except ValueError:
        return None


def _mensagem(m: dict[str, Any], recebido_em: datetime) -> MensagemEntrante | None:
    de = m.get("from") or m.get("from_user_id")
    id_ = m.get("id")
    # a group's message is nobody's; "unsupported" says nothing
    if not isinstance(de, str) or not isinstance(id_, str) or "group_id" in m or m.get("type") == "unsupported":
        return None
    texto, opcao = _texto(m)
    return MensagemEntrante("whatsapp", chave_de(de), id_, texto, opcao, recebido_em)


def _texto(m: dict[str, Any]) -> tuple[str, str | None]:
    """What was written or chosen, and the payload of what was chosen."""
    tipo = str(m.get("type"))
    parte = m.get(tipo)
    if not isinstance(parte, dict):
        return "", None
    if tipo == "interactive":
        escolha = parte.get("button_reply") or parte.get("list_reply") or {}
        return str(escolha.get("title", "")), _opcao(escolha.get("id"))
    if tipo == "button":
        return str(parte.get("text", "")), _opcao(parte.get("payload"))
    return str(parte.get("body") or parte.get("caption") or ""), None


def _opcao(valor: Any) -> str | None:
    return None if valor is None else str(valor)
