"""The default policy, and variants of its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from regua.domain.politica import Politica
from regua.domain.politica_leitura import ler_politica
from regua.normas import documento_da_politica


def documento() -> dict[str, Any]:
    """A fresh copy of the default document."""
    lido: dict[str, Any] = orjson.loads(documento_da_politica())
    return lido


def politica(**trocas: Any) -> Politica:
    """The default policy with whole fields replaced."""
    return ler_politica({**documento(), **trocas})


def trocado(caminho: str, valor: Any) -> Mapping[str, Any]:
    """The default document with one value replaced; `caminho` as `niveis.4.aprovacao`. Ellipsis removes it."""
    doc = documento()
    *partes, ultima = caminho.split(".")
    alvo: Any = doc
    for parte in partes:
        alvo = alvo[int(parte)] if isinstance(alvo, list) else alvo[parte]
    chave: Any = int(ultima) if isinstance(alvo, list) else ultima
    if valor is ...:
        del alvo[chave]
    else:
        alvo[chave] = valor
    return doc
