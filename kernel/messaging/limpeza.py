"""What each room forgets, hour by hour: inbox rows that the log has outlived, and whatever else it names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from kernel.clock import Relogio
from kernel.messaging.consumer import limpar_inbox
from kernel.persistence.banco import INDISPONIVEL, Banco, Conexao

_log = logging.getLogger(__name__)
_INTERVALO_S = 3600

Limpar = Callable[[Conexao, datetime], Awaitable[None]]


async def limpar_sempre(banco: Banco, relogio: Relogio, sala: str, *mais: Limpar) -> None:
    """Until cancelled: once an hour, in one transaction, the inbox of `sala` and what `mais` adds. Waits out a database away."""
    while True:
        try:
            agora = relogio.agora()
            async with banco.transacao() as con:
                await limpar_inbox(con, sala, agora)
                for limpar in mais:
                    await limpar(con, agora)
        except INDISPONIVEL as erro:
            _log.warning("limpeza de %s adiada: %s", sala, type(erro).__name__)
        await asyncio.sleep(_INTERVALO_S)
