"""Topic `cobranca-divida`: what is known of why a debt is unpaid, and what the person says of it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from schemas.evento import DoContribuinte, Etapa, Hipotese, Reincidencia, Rigidez, Tributo

Suspensao = Literal["ja_pagou", "contesta", "sem_condicoes", "judicial", "promessa"]


class _Divida(DoContribuinte):
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-divida",)


class DividaClassificada(_Divida):
    """A caso got another hypothesis, etapa or rigidity than it had."""

    tipo: ClassVar[str] = "cobranca.divida.classificada.v1"

    caso: UUID
    tributo: Tributo
    data: date
    """The cycle's local date."""
    hipotese: Hipotese
    etapa: Etapa
    reincidencia: Reincidencia
    rigidez: Rigidez
    politica: str
    decisao: str
    """SHA-256 of the stored inputs, by which the decision can be executed again."""


class DividaRegularizada(_Divida):
    """A caso closed: nothing of it is left."""

    tipo: ClassVar[str] = "cobranca.divida.regularizada.v1"

    caso: UUID
    tributo: Tributo
    data: date


class DividaSuspensa(_Divida):
    """The collection of a taxpayer rests, for a reason and a term."""

    tipo: ClassVar[str] = "cobranca.divida.suspensa.v1"

    suspensao: UUID
    motivo: Suspensao
    ate: date | None = None
    """The last day of the rest; absent where it is open."""


class _Declarada(_Divida):
    """Something the person said, in a chat or on the phone."""

    conversa: UUID | None = None
    debitos: tuple[str, ...] = ()
    """The debts meant; empty for all."""


class DividaContestada(_Declarada):
    """The person contests the debt."""

    tipo: ClassVar[str] = "cobranca.divida.contestada.v1"


class DividaPagamentoAlegado(_Declarada):
    """The person says that it is paid."""

    tipo: ClassVar[str] = "cobranca.divida.pagamento_alegado.v1"


class DividaPrometida(_Declarada):
    """The person promised to pay by a date."""

    tipo: ClassVar[str] = "cobranca.divida.prometida.v1"

    data: date
    """The day by which they will pay."""


class DividaSemCondicoesDeclarada(_Declarada):
    """The person says that they cannot pay."""

    tipo: ClassVar[str] = "cobranca.divida.sem_condicoes_declarada.v1"
