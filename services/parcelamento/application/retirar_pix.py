"""Charges at the payment provider whose documents are paid, replaced or cancelled: removed, so that nobody pays them too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from parcelamento.application.ports_pix import FalhaPix, PixPort
from parcelamento.domain.pix import TXID_DE_COBRANCA

LOTE: Final = 20
MARGEM: Final = timedelta(days=7)
"""A charge that falls due on a day without banks is taken on the next one with; longer after its day none is."""

_JA_NAO_PAGA: Final = frozenset({"nao_ativa", "nao_encontrada"})


@dataclass(frozen=True, slots=True)
class PixARetirar:
    """A charge that may still be paid, of a document that is not in force."""

    documento: UUID
    txid: str


class CobrancasARetirar(Protocol):
    """What is left to remove; each call stands by itself, since the provider is asked between them."""

    async def tomar(self, vencidas_desde: date, agora: datetime, limite: int) -> Sequence[PixARetirar]:
        """Some of them that are due for a try, their next one put off: longer each time, an hour at most."""
        ...

    async def retirada(self, documento: UUID, agora: datetime) -> None:
        """It pays no more."""
        ...


async def retirar_pix(pix: PixPort, cobrancas: CobrancasARetirar, *, hoje: date, agora: datetime) -> tuple[int, FalhaPix | None]:
    """Removes a batch; how many are done with, and the failure that ended it: a provider that is away is not asked on."""
    feitas = 0
    for cobranca in await cobrancas.tomar(hoje - MARGEM, agora, LOTE):
        # a static code, from before the installation had a provider: nobody can remove it
        estatica = not TXID_DE_COBRANCA.fullmatch(cobranca.txid)
        resposta = None if estatica else await pix.cancelar(cobranca.txid)
        if not isinstance(resposta, FalhaPix) or resposta.codigo in _JA_NAO_PAGA:
            await cobrancas.retirada(cobranca.documento, agora)
            feitas += 1
        elif resposta.repetivel or resposta.alertar:
            return feitas, resposta
    return feitas, None
