"""The virtual clock of rooms that run apart: who must rest before it moves, and who must be told."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from kernel.ambiente import Ambiente
from kernel.clock import RelogioVirtual
from kernel.config import ConfigInvalida
from kernel.http.pendencias import SalaRemota, SimuladorRemoto
from kernel.pendencias import Parte
from kernel.persistence.avanco import AvancadorDoRelogio

_PRAZO_S = 30


@asynccontextmanager
async def abrir_avancador(
    ambiente: Ambiente, *, url_canais: str | None, url_parcelamento: str | None, url_simulador: str | None, token: str | None
) -> AsyncIterator[AvancadorDoRelogio | None]:
    """None where the clock is the machine's. Raises `ConfigInvalida` where it is virtual and a part's address is missing.

    `url_parcelamento` None: that room is not run. The simulator's rest includes its Pix side.
    """
    if not isinstance(ambiente.relogio, RelogioVirtual):
        yield None
        return
    precisa = {"URL_CANAIS": url_canais, "URL_SIMULADOR": url_simulador, "TOKEN_INTERNO": token}
    if faltam := [nome for nome, valor in precisa.items() if not valor]:
        raise ConfigInvalida(f"O relógio é virtual: para avançá-lo, falta {faltam[0]}.")
    async with contextlib.AsyncExitStack() as pilha:
        simulador = SimuladorRemoto(
            await pilha.enter_async_context(httpx.AsyncClient(base_url=url_simulador or "", timeout=_PRAZO_S))
        )
        salas = {"canais": url_canais, "parcelamento": url_parcelamento}
        partes: list[Parte] = [simulador]
        for nome, url in salas.items():
            if url:
                cliente = await pilha.enter_async_context(httpx.AsyncClient(base_url=url, timeout=_PRAZO_S))
                partes.append(SalaRemota(nome, cliente, token=token or ""))
        yield AvancadorDoRelogio(ambiente.banco, ambiente.relogio, partes, ao_mover=[simulador.acertar])
