"""What the use cases of late charges need from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from kernel.domain.datas import Competencia
from parcelamento.domain.selic import TabelaSelic, TaxaMensal


class LeituraDaSelic(Protocol):
    """The table as it is kept."""

    async def tabela(self) -> TabelaSelic:
        """Every month that is kept."""
        ...


class GuardaDaSelic(Protocol):
    """The table to be changed, inside one transaction."""

    async def travar(self) -> Mapping[Competencia, Decimal]:
        """What is kept, in per cent; nobody else changes it until the transaction ends."""
        ...

    async def gravar(self, taxas: Sequence[TaxaMensal], *, carregada_em: datetime) -> None:
        """Keeps these months, in the place of what was kept of them."""
        ...
