"""What time it is: the machine's clock, or a virtual one that all processes share and an operator moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Relogio(Protocol):
    """The instant of the domain, aware and in UTC."""

    def agora(self) -> datetime: ...


class RelogioReal:
    """The machine's clock."""

    def agora(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Ancora:
    """A point where a virtual clock and the machine's were read together; from there the virtual one ticks at real speed."""

    virtual: datetime
    real: datetime

    def em(self, real: datetime) -> datetime:
        """The virtual instant at the machine's instant `real`; it never goes back before the anchor."""
        return max(self.virtual, self.virtual + (real - self.real))


class RelogioVirtual:
    """A clock that starts at an anchor and can be anchored again; whoever holds it sees the change at once."""

    def __init__(self, ancora: Ancora) -> None:
        self._ancora = ancora

    def agora(self) -> datetime:
        return self._ancora.em(datetime.now(UTC))

    def ancorar(self, ancora: Ancora) -> None:
        self._ancora = ancora


class RelogioFixo:
    """Stands still until told otherwise; for tests and dry runs."""

    def __init__(self, agora: datetime) -> None:
        self._agora = agora

    def agora(self) -> datetime:
        return self._agora

    def ir_para(self, agora: datetime) -> None:
        self._agora = agora
