"""Whether a part of the system rests, and when it next has something to do: what moving a virtual clock needs to know."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from kernel.clock import Relogio


@dataclass(frozen=True, slots=True)
class Pendencias:
    """`ociosa`: no work is due or under way at the instant asked for. `proximo`: the next instant with work, if known."""

    ociosa: bool
    proximo: datetime | None = None
    motivo: str = ""
    """What is still under way, in Portuguese, for people."""


class Parte(Protocol):
    """A part of the system that can be asked: a room, the log, the simulator."""

    nome: str

    async def pendencias(self, agora: datetime) -> Pendencias: ...


class NaoSossega(Exception):
    """Work that was due did not end in time; the message names the part, in Portuguese."""


# An event always stands in one place at least (outbox until published, log until committed, the next outbox), but may pass
# from a part not asked yet to one already asked: several quiet rounds in a row leave no place to hide.
_RONDAS = 3
_PAUSA_S = 0.02
# A due instant is reached a little after it, so that "at or before" and "before" agree
_DEPOIS = timedelta(milliseconds=1)


async def esperar_sossego(partes: Sequence[Parte], relogio: Relogio, *, limite_s: float) -> datetime | None:
    """Waits until no part has anything due or under way; answers the next instant with work. Raises `NaoSossega`."""
    culpada = ""
    try:
        async with asyncio.timeout(limite_s):
            quietas = 0
            while True:
                agora = relogio.agora()
                respostas = [(parte.nome, await parte.pendencias(agora)) for parte in partes]
                agitada = next((f"{nome}: {p.motivo}" for nome, p in respostas if not p.ociosa), None)
                quietas = 0 if agitada else quietas + 1
                culpada = agitada or culpada
                if quietas == _RONDAS:
                    return min((p.proximo for _, p in respostas if p.proximo is not None), default=None)
                await asyncio.sleep(_PAUSA_S)
    except TimeoutError:
        raise NaoSossega(f"O sistema não terminou o que devia em {limite_s:.0f} s ({culpada}).") from None


async def avancar(
    partes: Sequence[Parte],
    relogio: Relogio,
    mover: Callable[[datetime], Awaitable[None]],
    ate: datetime,
    *,
    limite_s: float = 300,
) -> int:
    """Moves the clock to `ate` by `mover`, from due instant to due instant, waiting for quiet before each step.

    Answers how many steps it took. Raises `NaoSossega`.
    """
    passos = 0
    while True:
        proximo = await esperar_sossego(partes, relogio, limite_s=limite_s)
        agora = relogio.agora()
        if agora >= ate:
            return passos
        destino = ate if proximo is None else min(ate, max(proximo, agora) + _DEPOIS)
        await mover(destino)
        passos += 1
