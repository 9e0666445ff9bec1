"""The clock that the simulator shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def relogio_da_maquina() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)


def com_desvio(base: Callable[[], datetime], desvio_s: Callable[[], float]) -> Callable[[], datetime]:
    """A clock that runs as `base` does, put forward by what `desvio_s` says at each reading."""
    return lambda: base() + timedelta(seconds=desvio_s())
