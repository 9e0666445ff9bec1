"""The clock that all processes share: a row when it is virtual, the machine's where there is no row."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from kernel.clock import Ancora, Relogio, RelogioReal, RelogioVirtual
from kernel.persistence.banco import INDISPONIVEL, Banco, Conexao
from kernel.persistence.sinal import Sinal, avisar

_log = logging.getLogger(__name__)
_CANAL = "plataforma_relogio"
_BATIDA_S = 0.5
# No process has looked at the clock for this long: nothing runs, and the time that went by does not count.
_PARADO = timedelta(seconds=10)

DDL_RELOGIO = """
create table plataforma.relogio (
    unico boolean primary key default true check (unico),
    virtual timestamptz not null,
    real timestamptz not null,
    visto_virtual timestamptz not null,
    visto_real timestamptz not null
)"""


async def ancorar(con: Conexao, virtual: datetime) -> Ancora:
    """Sets the shared clock to `virtual`, from now on; all processes see it within a second."""
    ancora = Ancora(virtual=virtual, real=datetime.now(UTC))
    await con.execute(
        """insert into plataforma.relogio (virtual, real, visto_virtual, visto_real) values ($1, $2, $1, $2)
           on conflict (unico) do update set virtual = $1, real = $2, visto_virtual = $1, visto_real = $2""",
        ancora.virtual,
        ancora.real,
    )
    await avisar(con, _CANAL)
    return ancora


async def comecar_virtual(con: Conexao, inicio: datetime) -> None:
    """Makes the shared clock virtual, from `inicio`, unless it already is; then it goes on from where it was."""
    linha = await con.fetchrow("select visto_virtual, visto_real from plataforma.relogio")
    if linha is None:
        await ancorar(con, inicio)
    elif datetime.now(UTC) - linha["visto_real"] > _PARADO:
        await ancorar(con, linha["visto_virtual"])


async def _ler(banco: Banco) -> Ancora | None:
    async with banco.conexao() as con:
        linha = await con.fetchrow("select virtual, real from plataforma.relogio")
    return None if linha is None else Ancora(virtual=linha["virtual"], real=linha["real"])


@asynccontextmanager
async def abrir_relogio(banco: Banco) -> AsyncIterator[Relogio]:
    """The shared clock, followed for as long as the context lasts."""
    ancora = await _ler(banco)
    if ancora is None:
        yield RelogioReal()
        return
    relogio = RelogioVirtual(ancora)
    tarefa = asyncio.create_task(_seguir(banco, relogio), name="relogio")
    try:
        yield relogio
    finally:
        tarefa.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tarefa


async def _seguir(banco: Banco, relogio: RelogioVirtual) -> None:
    async with Sinal(banco, _CANAL) as sinal:
        while True:
            try:
                if (ancora := await _ler(banco)) is not None:
                    relogio.ancorar(ancora)
                    await _bater(banco, ancora)
            except INDISPONIVEL as erro:
                _log.warning("relógio sem banco: %s", type(erro).__name__)
                await asyncio.sleep(_BATIDA_S)
            await sinal.esperar(_BATIDA_S)


async def _bater(banco: Banco, ancora: Ancora) -> None:
    """Leaves where the clock is, for a start after a kill; not over an anchor that came meanwhile."""
    real = datetime.now(UTC)
    async with banco.conexao() as con:
        await con.execute(
            "update plataforma.relogio set visto_virtual = $1, visto_real = $2 where real = $3 and visto_real < $2",
            *(ancora.em(real), real, ancora.real),
        )
