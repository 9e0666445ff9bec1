"""The envelope of every event: CloudEvents 1.0 in structured JSON, with W3C trace context."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from kernel.messaging.log import Saida


class EnvelopeInvalido(ValueError):
    """The bytes are not an event of ours."""


class Evento(NamedTuple):
    """One event. `chave` is the contribuinte (or the conversation) whose order it keeps; `dados` is plain JSON.

    A tuple: thousands are made a second.
    """

    id: UUID
    tipo: str
    origem: str
    chave: str
    instante: datetime
    dados: Mapping[str, Any]
    traceparent: str | None = None


def codificar(evento: Evento) -> bytes:
    """CloudEvents JSON; `instante` must be aware."""
    corpo: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(evento.id),
        "source": evento.origem,
        "type": evento.tipo,
        "subject": evento.chave,
        "partitionkey": evento.chave,
        "time": evento.instante,
        "datacontenttype": "application/json",
        "data": evento.dados,
    }
    if evento.traceparent is not None:
        corpo["traceparent"] = evento.traceparent
    return orjson.dumps(corpo, option=orjson.OPT_UTC_Z)


def decodificar(valor: bytes) -> Evento:
    """The event in `valor`, checked lightly: envelope fields present and typed. Raises `EnvelopeInvalido`."""
    try:
        corpo = orjson.loads(valor)
        return Evento(
            id=UUID(corpo["id"]),
            tipo=corpo["type"],
            origem=corpo["source"],
            chave=corpo["subject"],
            instante=datetime.fromisoformat(corpo["time"]),
            dados=corpo["data"],
            traceparent=corpo.get("traceparent"),
        )
    except (KeyError, TypeError, ValueError) as erro:
        raise EnvelopeInvalido(f"evento ilegível: {erro}") from erro


def saida(topico: str, evento: Evento) -> Saida:
    """The record that carries `evento` on `topico`."""
    return Saida(topico=topico, chave=evento.chave, valor=codificar(evento))
