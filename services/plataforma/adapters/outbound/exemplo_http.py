"""The example base, loaded as a user would load it: by the API, with a token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from plataforma.errors import ExemploFalhou
from simulador.application.gerar import gerar_base
from simulador.domain.base_bloco import Parametros

# Contribuintes first: a line of one who is not known yet is rejected.
_ORDEM = ("contribuintes", "contatos", "veiculos", "declaracoes", "debitos", "pagamentos")
_RONDA_S = 0.1
_ACABADOS = frozenset({"concluida", "concluido", "falhou"})

Aviso = Callable[[str], None]


class CargaDoExemplo:
    """Loads a synthetic base into `pasta`'s platform and runs the day's ciclo. Safe to call again after a kill."""

    def __init__(self, *, endereco: str, token: str, pasta: Path, avisar: Aviso) -> None:
        self._endereco = endereco
        self._token = token
        self._pasta = pasta
        self._avisar = avisar

    @property
    def feita(self) -> bool:
        return (self._pasta / "concluido").exists()

    async def carregar(self, parametros: Parametros, data: date) -> None:
        """Raises `ExemploFalhou`."""
        await asyncio.to_thread(gerar_base, parametros, self._pasta, lambda _feitos, _total: None)
        cabecalhos = {"Authorization": f"Bearer {self._token}"}
        try:
            async with httpx.AsyncClient(base_url=self._endereco, headers=cabecalhos, timeout=60) as api:
                for tipo in _ORDEM:
                    await self._uma_carga(api, tipo)
                await self._ciclo(api, data)
        except httpx.HTTPError as erro:
            raise ExemploFalhou(f"A base de exemplo não pôde ser carregada: {type(erro).__name__}.") from erro
        (self._pasta / "concluido").touch()
        for tipo in _ORDEM:
            (self._pasta / f"{tipo}.csv").unlink(missing_ok=True)

    async def _uma_carga(self, api: httpx.AsyncClient, tipo: str) -> None:
        raiz = "/v1/contatos/cargas" if tipo == "contatos" else "/v1/cargas"
        with (self._pasta / f"{tipo}.csv").open("rb") as arquivo:
            resposta = await api.post(raiz, data={"tipo": tipo}, files={"arquivo": (f"{tipo}.csv", arquivo, "text/csv")})
        situacao = await self._ate_acabar(api, raiz, resposta, f"a carga de {tipo}")
        porque = f" (os motivos: {raiz}/{situacao['id']}/rejeitados)" if situacao["rejeitados"] else ""
        self._avisar(f"carga de {tipo}: {situacao['aceitos']} linhas aceitas, {situacao['rejeitados']} rejeitadas{porque}")

    async def _ciclo(self, api: httpx.AsyncClient, data: date) -> None:
        resposta = await api.post("/v1/ciclos", json={"data": data.isoformat()})
        ciclo = await self._ate_acabar(api, "/v1/ciclos", resposta, "o ciclo do dia")
        self._avisar(
            f"ciclo de {data:%d/%m/%Y}: {ciclo['avaliados']} casos avaliados, {ciclo['acionados']} acionados, "
            f"{sum(ciclo['suprimidos'].values())} suprimidos"
        )

    async def _ate_acabar(self, api: httpx.AsyncClient, raiz: str, resposta: httpx.Response, nome: str) -> dict[str, Any]:
        if resposta.status_code >= 300:
            raise ExemploFalhou(f"A API recusou {nome}: {resposta.status_code} {resposta.text[:200]}")
        id_ = resposta.json()["id"]
        while True:
            situacao: dict[str, Any] = (await api.get(f"{raiz}/{id_}")).raise_for_status().json()
            if situacao["estado"] == "falhou":
                raise ExemploFalhou(f"Não terminou bem {nome}: {situacao.get('motivo', 'sem motivo')}")
            if situacao["estado"] in _ACABADOS:
                return situacao
            await asyncio.sleep(_RONDA_S)
