"""Whether a room rests, over HTTP: how the virtual clock is moved where rooms run as processes of their own."""

from __future__ import annotations

from datetime import datetime

import httpx
from fastapi import APIRouter
from pydantic import BaseModel

from kernel.clock import Relogio
from kernel.http.auth import Integracao
from kernel.pendencias import Parte, Pendencias

_CAMINHO = "/v1/pendencias"


class PendenciasDaSala(BaseModel):
    """What a room says of itself at the clock's instant."""

    sala: str
    ociosa: bool
    proximo: datetime | None
    motivo: str


def rotas_de_pendencias(parte: Parte, relogio: Relogio) -> APIRouter:
    """`GET /v1/pendencias` for one room."""
    rotas = APIRouter(tags=["relógio"])

    @rotas.get(_CAMINHO, summary="Se a sala tem algo a fazer agora, e quando terá")
    async def pendencias(_quem: Integracao) -> PendenciasDaSala:
        p = await parte.pendencias(relogio.agora())
        return PendenciasDaSala(sala=parte.nome, ociosa=p.ociosa, proximo=p.proximo, motivo=p.motivo)

    return rotas


class SalaRemota:
    """A room in another process, asked by its API."""

    def __init__(self, nome: str, cliente: httpx.AsyncClient, *, token: str) -> None:
        self.nome = nome
        self._cliente = cliente
        self._cabecalhos = {"Authorization": f"Bearer {token}"}

    async def pendencias(self, _agora: datetime) -> Pendencias:
        """A room that does not answer is not at rest."""
        try:
            resposta = await self._cliente.get(_CAMINHO, headers=self._cabecalhos)
            resposta.raise_for_status()
        except httpx.HTTPError as erro:
            return Pendencias(ociosa=False, motivo=f"não responde ({type(erro).__name__})")
        dito = PendenciasDaSala.model_validate_json(resposta.content)
        return Pendencias(ociosa=dito.ociosa, proximo=dito.proximo, motivo=dito.motivo)


class SimuladorRemoto:
    """The providers' simulator in another process: what it owes, and its clock."""

    nome = "simulador"

    def __init__(self, cliente: httpx.AsyncClient) -> None:
        self._cliente = cliente

    async def pendencias(self, _agora: datetime) -> Pendencias:
        try:
            resposta = await self._cliente.get("/contagem", params={"por_envio": "0"})
            devidos = resposta.raise_for_status().json()["recibos_devidos"]
        except httpx.HTTPError as erro:
            return Pendencias(ociosa=False, motivo=f"não responde ({type(erro).__name__})")
        return Pendencias(ociosa=devidos == 0, motivo=f"deve {devidos} recibos")

    async def acertar(self, agora: datetime) -> None:
        """Tells the simulator what time it is."""
        (await self._cliente.put("/relogio", json={"agora": agora.isoformat()})).raise_for_status()
