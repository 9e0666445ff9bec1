"""A Pix that came in, and how a charge at the payment provider is named after our document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from parcelamento.domain.calendarios import FUSO

# Source: API Pix 2.9.0, schema TxId.
TXID_DE_COBRANCA: Final = re.compile(r"[a-zA-Z0-9]{26,35}")
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class PixRecebido:
    """One settled Pix. valor, devolvido: cents. horario: when the provider processed it, with its time zone.

    txid: as the provider told it; None where the payment carries none (it can be matched by hand alone).
    devolvido: what was given back since, where the provider tells it; the payment stays the same one.
    Raises ValueError for an instant without time zone.
    """

    end_to_end: str
    txid: str | None
    valor: int
    horario: datetime
    devolvido: int = 0

    def __post_init__(self) -> None:
        if self.horario.tzinfo is None:
            raise ValueError("horario needs its time zone")

    @property
    def pago_em(self) -> date:
        """The local day in Alagoas: the one that due dates and late charges go by."""
        return self.horario.astimezone(FUSO).date()


def txid_do_documento(documento: UUID) -> str:
    """The txid of a document's charge: 32 hexadecimal digits, which API Pix's 26 to 35 letters and digits allow."""
    return documento.hex


def documento_do_txid(txid: str | None) -> UUID | None:
    """The document that `txid_do_documento` named so, or None where the txid is not one of ours."""
    # some payers' providers hand the letters over in capitals
    minusculo = (txid or "").lower()
    return UUID(hex=minusculo) if _HEXADECIMAL.fullmatch(minusculo) else None
