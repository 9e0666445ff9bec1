"""What canais does with each event: the room's table of contents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from canais.application.ports import Metricas, Unidade
from canais.application.registrar import CancelarAcionamentos, registrar_acionamentos
from kernel.messaging.envelope import Evento

Handler = Callable[[Unidade, Sequence[Evento]], Awaitable[None]]


def montar_handlers(metricas: Metricas) -> Mapping[str, Handler]:
    """Event type → use case."""
    return {
        "cobranca.acionamento.emitido.v1": registrar_acionamentos,
        "cobranca.acionamento.cancelado.v1": CancelarAcionamentos(metricas),
    }
