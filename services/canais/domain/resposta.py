"""What a provider's answer to a request means: one table for all providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from canais.domain.estado import Estado
from canais.domain.falha import Falha, Familia, falha_de

Transporte = Literal["resposta", "antes_de_escrever", "depois_de_escrever"]


class Resposta(NamedTuple):
    """What came of a request, as the transport saw it. A tuple, as `Aceito`: thousands are made a second.

    `transporte`: an answer came; or the request failed before a byte of it was written; or after. `id_provedor`: the
    provider's id of an accepted message. `codigo`: of the provider's own error body. `retry_after_s`: from a 429.
    """

    transporte: Transporte
    status: int = 0
    id_provedor: str | None = None
    codigo: str | None = None
    retry_after_s: float | None = None


class Aceito(NamedTuple):
    """The provider has the message."""

    id_provedor: str


@dataclass(frozen=True, slots=True)
class NaoEntrou:
    """Nothing was taken in, and the request was not even looked at: as if it had not been made. `retry_after_s`: when told."""

    ritmo: bool
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Recusado:
    """The provider said no, and named why."""

    falha: Falha


@dataclass(frozen=True, slots=True)
class Incerto:
    """The request was written and nobody knows what became of it."""


Desfecho = Aceito | NaoEntrou | Recusado | Incerto


def interpretar(familia: Familia, r: Resposta) -> Desfecho:
    """What `r` means. Only what is known not to have been accepted may ever be sent again."""
    if r.transporte == "antes_de_escrever":
        return NaoEntrou(ritmo=False)
    if r.transporte == "depois_de_escrever":
        return Incerto()
    if r.status == 429:
        return NaoEntrou(ritmo=True, retry_after_s=r.retry_after_s)
    if 200 <= r.status < 300 and r.id_provedor is not None:
        return Aceito(r.id_provedor)
    if r.status >= 400 and r.codigo is not None:
        return _recusa(falha_de(familia, r.codigo, status=r.status), r)
    return Incerto()


def _recusa(falha: Falha, r: Resposta) -> Desfecho:
    if falha.natureza.ritmo:
        return NaoEntrou(ritmo=True, retry_after_s=r.retry_after_s)
    return Recusado(falha)


ESTADO_TWILIO: Final[Mapping[str, Estado]] = {
    "accepted": "aceito",
    "scheduled": "aceito",
    "queued": "aceito",
    "sending": "aceito",
    "sent": "enviado",
    "partially_delivered": "enviado",
    "delivered": "entregue",
    "read": "lido",
    "undelivered": "falhou",
    "failed": "falhou",
    "canceled": "falhou",
}
"""Status of a Twilio message → state. Source: Twilio Messages resource. What is not here says nothing about an envio."""

ESTADO_META: Final[Mapping[str, Estado]] = {
    "accepted": "aceito",
    "sent": "enviado",
    "delivered": "entregue",
    "read": "lido",
    "played": "lido",
    "failed": "falhou",
}
"""Status of a WhatsApp message → state. Source: Cloud API webhooks, `statuses`."""
