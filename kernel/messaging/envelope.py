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
    return codificar_partes(str(evento.id), *evento[1:])


def codificar_partes(  # noqa: PLR0917 - the fields of `Evento`, in its order
    id_: str, tipo: str, origem: str, chave: str, instante: datetime, dados: Mapping[str, Any], traceparent: str | None
) -> bytes:
    """`codificar` of an event that nobody needs as an object, its id as text."""
    corpo: dict[str, Any] = {
        "specversion": "1.0",
        "id": id_,
        "source": origem,
        "type": tipo,
        "subject": chave,
        "partitionkey": chave,
        "time": instante,
        "datacontenttype": "application/json",
        "data": dados,
    }
    if traceparent is not None:
        corpo["traceparent"] = traceparent
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
