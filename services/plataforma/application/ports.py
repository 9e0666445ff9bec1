"""What the platform's use cases ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kernel.messaging.envelope import Evento


class Painel(Protocol):
    """The panel's tables, inside one transaction."""

    async def anotar_emitidos(self, eventos: Sequence[Evento]) -> None:
        """Each acionamento once, whatever the number of its channels."""
        ...

    async def anotar_entregas(self, eventos: Sequence[Evento]) -> None:
        """The newest state of each envio: the greatest, as receipts come in any order."""
        ...

    async def anotar_parcelamentos(self, situacao: str, eventos: Sequence[Evento]) -> None:
        """`situacao` of each event's plan, where nothing newer is known of it; of one instant, the later in a plan's life."""
        ...

    async def contar(self, nome: str, quantos: int) -> None:
        """Adds to a plain counter."""
        ...
