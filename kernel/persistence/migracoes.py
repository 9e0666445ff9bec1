"""Migrations of one room's schema by Alembic, one at a time over all processes."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_TRAVA = "select pg_advisory_xact_lock(hashtextextended('migracao:' || :sala, 0))"


def _subir(con: Connection, sala: str, pasta: Path) -> None:
    con.execute(text(_TRAVA), {"sala": sala})
    # Alembic needs its schema made first, for its own version table
    con.execute(text(f"create schema if not exists {sala}"))
    config = Config()
    config.set_main_option("script_location", str(pasta))
    config.attributes["connection"] = con
    config.attributes["sala"] = sala
    command.upgrade(config, "head")


async def migrar(url: str, *, sala: str, pasta: Path) -> None:
    """Brings schema `sala` to its newest revision; `pasta` is the room's `migrations` folder. Safe to call at once from many."""
    motor = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with motor.begin() as con:
            await con.run_sync(_subir, sala, pasta)
    finally:
        await motor.dispose()
