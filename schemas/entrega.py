"""Topic `cobranca-entrega`: what became of a message or call."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from schemas.evento import Canal, Custo, DoContribuinte

EstadoEnvio = Literal[
    "pendente", "enviando", "incerto", "aceito", "enviado", "expirado", "falhou", "entregue", "lido", "suprimido"
]


class EntregaAtualizada(DoContribuinte):
    """An envio changed its state, or its channel is over."""

    tipo: ClassVar[str] = "cobranca.entrega.atualizada.v1"
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-entrega",)

    envio: UUID
    """uuid5(acionamento, canal)."""
    acionamento: UUID
    canal: Canal
    estado: EstadoEnvio
    esgotado: bool
    """This channel is over: falhou, suprimido, expirado, or incerto at `valido_ate`."""
    requisitado: bool
    """A request left for the provider at least once: the rung is consumed."""
    motivo: str | None = None
    provedor: str | None = None
    tentativas: Annotated[int, Field(ge=0)]
    custo: Custo | None = None
    atualizado_em: datetime
    provedor_em: datetime | None = None
    """The provider's own instant, kept raw."""
    codigo: str | None = None
    """The provider's code of a failure."""
