"""Topic `cobranca-parcelamento`: the life of installment plans."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.evento import DoContribuinte, Valor

NumeroParcela = Annotated[int, Field(ge=1)]


class _Parcelamento(DoContribuinte):
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-parcelamento",)

    parcelamento: UUID
    debitos: tuple[str, ...]
    data: date
    """The local date on which it happened."""


class ParcelamentoFormalizado(_Parcelamento):
    """A plan was agreed; nothing is lifted before its first installment is paid."""

    tipo: ClassVar[str] = "cobranca.parcelamento.formalizado.v1"

    parcelas: NumeroParcela
    primeiro_vencimento: date
    total: Valor


class ParcelamentoAtivado(_Parcelamento):
    """The first installment was paid: its debts are `parcelado`."""

    tipo: ClassVar[str] = "cobranca.parcelamento.ativado.v1"


class ParcelamentoParcelaVencida(_Parcelamento):
    """An installment is overdue."""

    tipo: ClassVar[str] = "cobranca.parcelamento.parcela_vencida.v1"

    parcela: NumeroParcela
    vencimento: date


class ParcelamentoEmRisco(_Parcelamento):
    """The plan will be lost on a date unless something is paid."""

    tipo: ClassVar[str] = "cobranca.parcelamento.em_risco.v1"

    perda_em: date


class ParcelamentoCancelado(_Parcelamento):
    """The plan ended unpaid; its balance goes back to the debts."""

    tipo: ClassVar[str] = "cobranca.parcelamento.cancelado.v1"

    motivo: str


class ParcelamentoQuitado(_Parcelamento):
    """The plan was paid in full."""

    tipo: ClassVar[str] = "cobranca.parcelamento.quitado.v1"
