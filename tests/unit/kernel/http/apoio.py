"""An application in process for the edge's tests, and callers with each role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, FastAPI

from kernel.http.app import criar_app
from kernel.http.auth import Identidade, Papel


class TokensConhecidos:
    """Each role's name is its token."""

    async def verificar(self, token: str) -> Identidade | None:
        if token not in set(Papel):
            return None
        papel = Papel(token)
        return Identidade(id=UUID(int=list(Papel).index(papel) + 1), nome=f"pessoa {papel}", papel=papel)


async def tudo_pronto() -> Mapping[str, bool]:
    return {"banco": True}


def um_app(*rotas: APIRouter, **outros: Any) -> FastAPI:
    padrao: dict[str, Any] = {
        "titulo": "Régua",
        "descricao": "Teste",
        "prontidao": tudo_pronto,
        "verificador": TokensConhecidos(),
    }
    conjunto: Sequence[APIRouter] = rotas
    return criar_app(rotas=conjunto, **(padrao | outros))


@asynccontextmanager
async def cliente(app: FastAPI, papel: Papel | None = None) -> AsyncIterator[httpx.AsyncClient]:
    cabecalhos = {"Authorization": f"Bearer {papel}"} if papel else {}
    # exceptions that leave the application fail the test: the edge lets none out
    transporte = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transporte, base_url="http://regua.test", headers=cabecalhos) as aberto:
        yield aberto
