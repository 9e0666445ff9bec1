"""Topics `cobranca-acionamento-<canal>` and `-retido`: what the régua decided to send, took back, or kept for control."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from schemas.evento import Canal, DoContribuinte, Etapa, Hipotese, Reincidencia, Rigidez, Tributo

_POR_CANAL = tuple(f"cobranca-acionamento-{canal}" for canal in ("whatsapp", "sms", "messenger", "voz"))
Idioma = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]


class _DeUmCanal(DoContribuinte):
    topicos: ClassVar[tuple[str, ...]] = _POR_CANAL

    acionamento: UUID
    """One rung of one caso: uuid5(caso, etapa, tentativa). The same over all its channels."""
    canal: Canal

    def topico(self) -> str:
        return f"cobranca-acionamento-{self.canal}"


class AcionamentoEmitido(_DeUmCanal):
    """One contact by one channel. A further channel of the same rung is a further event with the same `acionamento`."""

    tipo: ClassVar[str] = "cobranca.acionamento.emitido.v1"

    caso: UUID
    tributo: Tributo
    hipotese: Hipotese
    etapa: Etapa
    tentativa: Annotated[int, Field(ge=1)]
    reincidencia: Reincidencia
    rigidez: Rigidez
    ordem: Annotated[int, Field(ge=1)]
    """Place of `canal` among the channels of this rung, from 1."""
    modelo: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]
    """The template's name: one for each hipótese × rigidez (`h1_r2`), or a contact's own (`parcelamento_em_risco`)."""
    idioma: Idioma
    campanha: str
    ciclo: UUID
    """Where a contact was decided outside a ciclo, the decision's own id."""
    politica: str
    decisao: str
    """SHA-256 of the decision's stored inputs."""
    codigo: Annotated[str, StringConstraints(pattern=r"^[A-Z2-9]{8}$")]
    """The short code by which the person can verify the message."""
    emitido_em: datetime
    nao_antes: datetime
    """The first allowed minute."""
    valido_ate: datetime
    """When the channel is over, if nothing was delivered by then."""
    parcelamento: UUID | None = None
    """The plan that the contact is about; such a contact is no rung of the ladder: `caso` names the warning."""


Cancelamento = Literal["pago", "parcelado", "suspenso", "optou_sair", "pagamento_parcial", "entregue_em_outro_canal", "operador"]


class AcionamentoCancelado(_DeUmCanal):
    """The contact is not wanted any more; what has not left yet stays."""

    tipo: ClassVar[str] = "cobranca.acionamento.cancelado.v1"

    motivo: Cancelamento
    cancelado_em: datetime


class AcionamentoRetido(DoContribuinte):
    """A contact that would have gone out, kept back for the control group. Consumes the rung as if delivered."""

    tipo: ClassVar[str] = "cobranca.acionamento.retido.v1"
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-acionamento-retido",)

    acionamento: UUID
    caso: UUID
    tributo: Tributo
    hipotese: Hipotese
    etapa: Etapa
    reincidencia: Reincidencia
    rigidez: Rigidez
    campanha: str
    ciclo: UUID
    politica: str
    decisao: str
    retido_em: datetime
