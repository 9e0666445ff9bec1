"""Topic `cobranca-pagamento`: money that came in."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from schemas.evento import DoContribuinte, Tributo, Valor


class PagamentoConfirmado(DoContribuinte):
    """A payment is known to have been made."""

    tipo: ClassVar[str] = "cobranca.pagamento.confirmado.v1"
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-pagamento",)

    pagamento: UUID
    """uuid5 of bank·NSA·NSR, or of the endToEndId, or of the authority's own payment id."""
    fonte: Literal["retorno", "pix", "carga"]
    tributo: Tributo | None = None
    debito: str | None = None
    parcelamento: UUID | None = None
    parcela: int | None = None
    pago_em: date
    valor: Valor
