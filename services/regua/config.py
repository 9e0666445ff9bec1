"""The régua's settings."""

from __future__ import annotations

import socket
from collections.abc import Mapping
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
    norma_oferta_icms: str = Field(default="al-icms-ordinario", pattern=r"^[a-z0-9-]{1,60}$")
    """The norm by which parcelamento quotes the offer for ICMS."""
    norma_oferta_ipva: str = Field(default="al-ipva-atraso", pattern=r"^[a-z0-9-]{1,60}$")
    """Likewise for IPVA."""
    norma_oferta_itcd: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,60}$")
    """Likewise for ITCD; there is none by default."""

    @property
    def normas_da_oferta(self) -> Mapping[str, str]:
        """Tributo → norm, where one is set."""
        normas = {"ICMS": self.norma_oferta_icms, "IPVA": self.norma_oferta_ipva, "ITCD": self.norma_oferta_itcd}
        return {tributo: norma for tributo, norma in normas.items() if norma is not None}
