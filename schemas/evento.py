"""What every event of ours has: a type, a topic, and its way into an envelope."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.messaging.envelope import Evento, saida
from kernel.messaging.log import Saida

Canal = Literal["whatsapp", "sms", "messenger", "voz"]
Hipotese = Literal["H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8"]
Tributo = Literal["ICMS", "IPVA", "ITCD"]
Contribuinte = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
Etapa = Annotated[int, Field(ge=1, le=5)]
Rigidez = Annotated[int, Field(ge=1, le=5)]
Reincidencia = Annotated[int, Field(ge=1)]
Valor = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+\.[0-9]{2}$")]
CustoValor = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]{6}$")]


class Dados(BaseModel, ABC):
    """The `data` of an event. Frozen, and refused with fields that its version does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    tipo: ClassVar[str]
    topicos: ClassVar[tuple[str, ...]]

    def topico(self) -> str:
        """The topic this event goes to."""
        return self.topicos[0]

    @abstractmethod
    def chave(self) -> str:
        """The key whose order it keeps: the contribuinte, or the conversation where none is known yet."""


class DoContribuinte(Dados):
    """An event about one taxpayer, keyed by them."""

    contribuinte: Contribuinte
    """The authority's own id of the taxpayer; never a document."""

    def chave(self) -> str:
        return self.contribuinte


class Custo(BaseModel):
    """What a message or call cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valor: CustoValor
    moeda: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


def envelopar(dados: Dados, *, id_: UUID, origem: str, instante: datetime, traceparent: str | None = None) -> Evento:
    """The event that carries `dados`, written by room `origem` at `instante` (aware)."""
    return Evento(
        id=id_,
        tipo=dados.tipo,
        origem=f"/{origem}",
        chave=dados.chave(),
        instante=instante,
        dados=dados.model_dump(mode="json", exclude_none=True),
        traceparent=traceparent,
    )


def para_saida(dados: Dados, *, id_: UUID, origem: str, instante: datetime, traceparent: str | None = None) -> Saida:
    """The record for the outbox that carries `dados` to its topic."""
    return saida(dados.topico(), envelopar(dados, id_=id_, origem=origem, instante=instante, traceparent=traceparent))
