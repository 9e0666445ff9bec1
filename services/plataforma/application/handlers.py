"""What the panel does with each event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kernel.messaging.envelope import Evento
from kernel.messaging.handler import Handler
from plataforma.application.ports import Painel
from schemas.acionamento import AcionamentoEmitido, AcionamentoRetido
from schemas.divida import DividaRegularizada
from schemas.entrega import EntregaAtualizada


async def _emitidos(painel: Painel, eventos: Sequence[Evento]) -> None:
    await painel.anotar_emitidos(eventos)


async def _entregas(painel: Painel, eventos: Sequence[Evento]) -> None:
    await painel.anotar_entregas(eventos)


async def _retidos(painel: Painel, eventos: Sequence[Evento]) -> None:
    await painel.contar("retidos", len(eventos))


async def _regularizadas(painel: Painel, eventos: Sequence[Evento]) -> None:
    await painel.contar("regularizadas", len(eventos))


HANDLERS: Mapping[str, Handler[Painel]] = {
    AcionamentoEmitido.tipo: _emitidos,
    AcionamentoRetido.tipo: _retidos,
    EntregaAtualizada.tipo: _entregas,
    DividaRegularizada.tipo: _regularizadas,
}
TOPICOS: tuple[str, ...] = (
    *AcionamentoEmitido.topicos,
    *AcionamentoRetido.topicos,
    *EntregaAtualizada.topicos,
    *DividaRegularizada.topicos,
)
