"""Parcelamento's settings: the sum of its adapters' settings and of what quoting and following up need."""

from __future__ import annotations

import socket
from typing import Literal

from pydantic import Field

from kernel.config import ConfigComum
from parcelamento.adapters.outbound.pix_config import ConfigPix


class ConfigParcelamento(ConfigPix, ConfigComum):
    """Read from the environment; names as in the outer interface, in capitals."""

    membro: str = Field(default_factory=socket.gethostname, min_length=1, description="Nome estável e único deste worker.")
    norma_padrao: str = Field(
        default="ma-mp-189-2015", pattern=r"^[a-z0-9-]{1,60}$", description="A norma da cotação que não escolhe nenhuma."
    )
    uf: Literal["AL", "MA"] = Field(default="AL", description="O Estado da instalação: calendário bancário e acréscimos.")
    baixa_dias_uteis: int = Field(
        default=1, ge=0, le=10, description="Dias úteis até um pagamento ser conhecido; antes disso, nada é dado por vencido."
    )
