"""The bank calendar of each state, worked out once."""

from __future__ import annotations

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from kernel.domain.calendario import Calendario
from parcelamento.domain.norma import Uf

FUSO: Final = ZoneInfo("America/Maceio")
"""Where days begin for terms and payments; Maranhão keeps the same hour."""


@cache
def calendario_de(uf: Uf) -> Calendario:
    """On which days nothing falls due in `uf`: national bank holidays and the state's."""
    return Calendario.bancario(uf)
