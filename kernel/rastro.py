"""W3C trace context: which trace the current work belongs to, so that events and logs can be joined to it.

Source: W3C Trace Context, `traceparent` version 00 (`00-<trace id>-<parent id>-<flags>`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_FORMATO = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)
_TRACO_NULO = "0" * 32
_TRECHO_NULO = "0" * 16

# A ContextVar is per task by nature: no state is shared between requests.
_ATUAL: ContextVar[str | None] = ContextVar("traceparent", default=None)


def valido(traceparent: str | None) -> bool:
    """Whether `traceparent` may be carried on: version 00, neither id all zeros."""
    achado = _FORMATO.fullmatch(traceparent or "")
    if achado is None:
        return False
    versao, traco, trecho, _ = achado.groups()
    return versao == "00" and traco != _TRACO_NULO and trecho != _TRECHO_NULO


def novo_rastro() -> str:
    """A traceparent of a new trace, sampled."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def derivar(traceparent: str | None) -> str:
    """The same trace with a new parent id; a new trace where `traceparent` is absent or malformed."""
    if traceparent is None or not valido(traceparent):
        return novo_rastro()
    versao, traco, _, marcas = traceparent.split("-")
    return f"{versao}-{traco}-{secrets.token_hex(8)}-{marcas}"


def atual() -> str | None:
    """The traceparent of the current work; None outside of any."""
    return _ATUAL.get()


@contextmanager
def usar(traceparent: str | None) -> Iterator[str]:
    """Makes `traceparent` (or a new one, where it is absent or malformed) the current one inside the context."""
    escolhido = traceparent if traceparent is not None and valido(traceparent) else novo_rastro()
    ficha = _ATUAL.set(escolhido)
    try:
        yield escolhido
    finally:
        _ATUAL.reset(ficha)
