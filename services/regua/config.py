"""The régua's settings."""

from __future__ import annotations

import socket
from typing import Annotated

from pydantic import Field

from kernel.config import ConfigComum


class ConfigRegua(ConfigComum):
    """What every room shares, and what only the régua asks for."""

    membro: str = Field(default_factory=socket.gethostname, min_length=1)
    """This worker's name within its consumer group: stable over restarts, unique among workers (Kafka's static membership)."""
    lote_de_eventos: Annotated[int, Field(ge=1, le=5000)] = 500
    """Events taken in one transaction, at most."""
    url_canais: str | None = None
    """Where canais' API is, when rooms run apart: asked whether it rests before a virtual clock is moved."""
    url_simulador: str | None = None
    """Where the simulator is, likewise."""
    consultas_por_minuto: Annotated[int, Field(ge=1, le=100_000)] = 60
    """Vehicle look-ups and identity checks that one token may make in a minute."""
