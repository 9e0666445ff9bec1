"""Moves the shared virtual clock, from due instant to due instant, once every part rests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from kernel.clock import Relogio, RelogioVirtual
from kernel.pendencias import Parte, avancar
from kernel.persistence.banco import Banco
from kernel.persistence.relogio import ancorar


class AvancadorDoRelogio:
    """Moves the clock for whoever asks, one at a time. `ao_mover` tells those that do not share the row."""

    def __init__(
        self,
        banco: Banco,
        relogio: Relogio,
        partes: Sequence[Parte],
        *,
        ao_mover: Sequence[Callable[[datetime], Awaitable[None]]] = (),
        limite_s: float = 300,
    ) -> None:
        self._banco = banco
        self._relogio = relogio
        self._partes = list(partes)
        self._ao_mover = ao_mover
        self._limite_s = limite_s
        self._vez = asyncio.Lock()

    def incluir(self, parte: Parte) -> None:
        """Adds a part that was made after this."""
        self._partes.append(parte)

    @property
    def virtual(self) -> bool:
        return isinstance(self._relogio, RelogioVirtual)

    async def avancar(self, ate: datetime) -> int:
        """Answers the steps taken. Raises `kernel.pendencias.NaoSossega` where work that was due does not end."""
        async with self._vez:
            return await avancar(self._partes, self._relogio, self._mover, ate, limite_s=self._limite_s)

    async def _mover(self, para: datetime) -> None:
        async with self._banco.transacao() as con:
            ancora = await ancorar(con, para)
        # this process sees it at once; the others are told by a notice
        if isinstance(self._relogio, RelogioVirtual):
            self._relogio.ancorar(ancora)
        for avisar in self._ao_mover:
            await avisar(para)
