"""A payment that waits for a person: given the document it was for, or marked to be given back or left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from kernel.messaging.log import Saida
from parcelamento.application.confirmar_pagamento import PagamentoDeDocumento, pagamentos_confirmados
from parcelamento.errors import EstadoNaoPermite, recusar

Acao = Literal["documento", "restituir", "ignorar"]

NAO_CONTADOS: Final = frozenset({"sem_documento", "valor_zero", "data_posterior"})
"""Reasons of payments that no event told of yet."""


@dataclass(frozen=True, slots=True)
class Pendente:
    """A payment on the list. `resultado` where it was applied, and `excedente` is what is left of it. Cents.

    `devolvido`: what of a Pix has gone back to the payer.
    """

    pagamento: UUID
    origem: str
    banco: int | None
    nsa: int | None
    nsr: int | None
    end_to_end: str | None
    barras: str | None
    txid: str | None
    documento: UUID | None
    pago_em: date
    creditado_em: date | None
    valor: int
    excedente: int
    devolvido: int
    motivo: str
    resultado: str | None
    carga: UUID | None
    linha: int | None
    recebido_em: datetime


@dataclass(frozen=True, slots=True)
class Resolucao:
    """Who decided what, when, and why. `documento` with the action of that name."""

    acao: Acao
    documento: UUID | None
    nota: str
    quem: str
    em: datetime


class Pendencias(Protocol):
    """The list, inside one transaction."""

    async def travar(self, pagamento: UUID) -> Pendente | None:
        """The payment, locked, if it waits for a person; None where it does not. Raises NaoExiste for no such payment."""
        ...

    async def do_documento(self, p: Pendente, documento: UUID) -> PagamentoDeDocumento | None:
        """The payment as one of that document; None where there is no such document."""
        ...

    async def resolver(self, p: Pendente, resolucao: Resolucao) -> None:
        """Takes it off the list and keeps who did it; with a document it waits to be applied."""
        ...

    async def contar(self, saidas: Sequence[Saida]) -> None:
        """Queues events."""
        ...


async def resolver_pagamento(
    pendencias: Pendencias, pagamento: UUID, resolucao: Resolucao, *, traceparent: str | None = None
) -> None:
    """Resolves one payment; where it gets a document and was not told of yet, `pagamento.confirmado` goes out.

    Raises NaoExiste; EstadoNaoPermite: `pagamento_resolvido`, `pagamento_aplicado`, `pagamento_contado`;
    DadosRecusados for the document.
    """
    pendente = await pendencias.travar(pagamento)
    if pendente is None:
        raise EstadoNaoPermite("Este pagamento não está na lista de pendentes.", codigo="pagamento_resolvido")
    if resolucao.documento is not None:
        saidas = await _dar_documento(pendencias, pendente, resolucao.documento, resolucao, traceparent)
        await pendencias.contar(saidas)
    await pendencias.resolver(pendente, resolucao)


async def _dar_documento(
    pendencias: Pendencias, p: Pendente, documento: UUID, resolucao: Resolucao, traceparent: str | None
) -> Sequence[Saida]:
    if p.resultado is not None:
        raise EstadoNaoPermite(
            "O pagamento já foi aplicado; o que sobrou dele pode ser restituído ou ignorado.", codigo="pagamento_aplicado"
        )
    if not p.valor:
        raise recusar("documento", "Um pagamento sem valor não paga documento: só pode ser ignorado.")
    do_documento = await pendencias.do_documento(p, documento)
    if do_documento is None:
        raise recusar("documento", "Não há documento com este identificador.")
    if p.motivo in NAO_CONTADOS:
        return pagamentos_confirmados([do_documento], fonte=p.origem, agora=resolucao.em, traceparent=traceparent)
    if p.documento != documento:
        raise EstadoNaoPermite(
            "O pagamento já foi confirmado para o próprio documento: só pode ser aplicado de novo a ele.",
            codigo="pagamento_contado",
        )
    return ()
