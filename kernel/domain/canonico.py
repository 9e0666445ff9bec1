"""Canonical JSON and its hash: the same content gives the same bytes, so that a decision can be proved years later."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson


def canonico(valor: Any) -> bytes:
    """JSON in UTF-8 with sorted keys and no white space. `valor` holds no floats."""
    return orjson.dumps(valor, option=orjson.OPT_SORT_KEYS)


def resumo(conteudo: bytes) -> str:
    """SHA-256, in lower-case hexadecimal."""
    return hashlib.sha256(conteudo).hexdigest()
