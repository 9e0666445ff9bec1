"""How one room asks another over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from pydantic import SecretStr

from kernel.config import ConfigInvalida

_PRAZO_S = 10


@asynccontextmanager
async def abrir_sala(url: str, token: SecretStr | None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the room at `url`, with the internal token. Raises `ConfigInvalida` where there is none."""
    if token is None or not token.get_secret_value():
        raise ConfigInvalida("Falta TOKEN_INTERNO: é com ele (papel integracao) que uma sala pergunta a outra.")
    cabecalhos = {"Authorization": f"Bearer {token.get_secret_value()}"}
    async with httpx.AsyncClient(base_url=url, headers=cabecalhos, timeout=_PRAZO_S, trust_env=False) as cliente:
        yield cliente
