"""What a load of files needs of the rest of the régua."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class Silenciador(Protocol):
    """Takes back what waits to be said to whoever paid, or whose debts changed."""

    async def silenciar(self, con: Any, contribuintes: Sequence[str], agora: datetime) -> None:
        """Works inside the transaction that `con`, the driver's connection, is in."""
        ...
