"""What canais forgets besides its inbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from kernel.persistence.banco import Conexao

# A cancel that came first waits for its acionamento no longer than the log keeps it.
_LAPIDES = timedelta(days=31)
_DIAS_DE_ENDERECO = timedelta(days=7)


async def esquecer(con: Conexao, agora: datetime) -> None:
    """Days of addresses that are over, and tombstones that nothing can come for any more."""
    await con.execute("delete from canais.endereco_dia where dia < $1", (agora - _DIAS_DE_ENDERECO).date())
    await con.execute("delete from canais.cancelamento where cancelado_em < $1", agora - _LAPIDES)
