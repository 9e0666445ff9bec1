"""Pix payments told by the provider: kept once, matched to their documents, and told of in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol
from uuid import UUID, uuid5

from kernel import rastro
from parcelamento.application.confirmar_pagamento import PagamentoDeDocumento, pagamentos_confirmados
from parcelamento.application.ports import Unidade
from parcelamento.domain.pix import PixRecebido

ESPACO: Final = UUID("5f0f3d7e-6a0b-5b0c-9d55-0c5a4c1f7f11")
"""Namespace of payments' ids."""


@dataclass(frozen=True, slots=True)
class PixAGuardar:
    """A Pix and its id."""

    pagamento: UUID
    end_to_end: str
    txid: str | None
    valor: int
    pago_em: date
    devolvido: int


class CaixaDePix(Protocol):
    async def guardar(self, recebidos: Sequence[PixAGuardar]) -> list[PagamentoDeDocumento]:
        """Keeps those that are new; answers those among them that pay a document.

        One that was kept before and has been given back since, in part or whole, goes to an operator.
        """
        ...


async def receber_pix(uow: Unidade, caixa: CaixaDePix, recebidos: Sequence[PixRecebido]) -> int:
    """Keeps what is new by its endToEndId; how many of them pay a document. What pays none waits for an operator."""
    unicos = {p.end_to_end: p for p in recebidos}
    novos = await caixa.guardar(
        [
            PixAGuardar(uuid5(ESPACO, p.end_to_end), p.end_to_end, p.txid, p.valor, p.pago_em, p.devolvido)
            # in one order, whatever the batch's: two deliveries of the same must not wait for each other
            for p in sorted(unicos.values(), key=lambda p: p.end_to_end)
        ]
    )
    await uow.saidas.gravar(pagamentos_confirmados(novos, fonte="pix", agora=uow.agora, traceparent=rastro.atual()))
    return len(novos)
