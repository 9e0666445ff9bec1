"""The platform's settings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kernel.config import ConfigComum, ConfigInvalida
from kernel.domain.calendario import Calendario

FUSO = ZoneInfo("America/Maceio")
_ABERTURA = time(9, 0)


class ConfigPlataforma(ConfigComum):
    """All rooms in one process."""

    exemplo: bool = True
    """Load the example base on the first start."""
    relogio: str = ""
    """Empty: virtual, from the next business day at nine, where every provider is the simulator; else the machine's."""


def inicio_do_relogio(config: ConfigPlataforma, *, simulado: bool, hoje: date) -> datetime | None:
    """Where a virtual clock starts, or None for the machine's. Raises `ConfigInvalida` for a virtual one with real providers."""
    if config.relogio == "real" or (not config.relogio and not simulado):
        return None
    if not simulado:
        raise ConfigInvalida("RELOGIO só pode ser virtual quando todos os provedores são o simulador: use RELOGIO=real.")
    if config.relogio:
        return datetime.fromisoformat(config.relogio).astimezone(UTC)
    dia = Calendario.contato().proximo_dia_util(hoje + timedelta(days=1))
    return datetime.combine(dia, _ABERTURA, FUSO).astimezone(UTC)
