"""The JSON Schema (2020-12) of an event: the CloudEvents envelope around the fields of its class."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from schemas.evento import Dados

DIALETO = "https://json-schema.org/draft/2020-12/schema"
_EXIGIDOS = ("specversion", "id", "source", "type", "subject", "partitionkey", "time", "datacontenttype", "data")


class _SemTitulos(GenerateJsonSchema):
    """A title that repeats the field's name only makes the file longer."""

    def field_title_should_be_set(self, schema: object) -> bool:
        del schema
        return False


def esquema_do_evento(evento: type[Dados]) -> dict[str, Any]:
    """The schema of a whole event of this class.

    Further attributes of the envelope are allowed, as CloudEvents 1.0 wants; further data is not.
    """
    dados = evento.model_json_schema(schema_generator=_SemTitulos)
    definicoes = dados.pop("$defs", {})
    esquema: dict[str, Any] = {
        "$schema": DIALETO,
        "$id": f"urn:regua-multicanal:evento:{evento.tipo}",
        "title": evento.tipo,
        "description": dados.pop("description"),
        "type": "object",
        "required": list(_EXIGIDOS),
        "properties": _envelope(evento.tipo) | {"data": dados},
    }
    return esquema | ({"$defs": definicoes} if definicoes else {})


def _envelope(tipo: str) -> dict[str, Any]:
    chave = {"type": "string", "minLength": 1}
    return {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {
            "type": "string",
            "format": "uri-reference",
            "pattern": "^/[a-z_]+$",
            "description": "`/` and the room that wrote it.",
        },
        "type": {"const": tipo},
        "subject": chave | {"description": "The contribuinte, or the conversation where none is known yet."},
        "partitionkey": chave | {"description": "The same as `subject`: events of one key keep their order."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "traceparent": {"type": "string", "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
    }
