"""What the panel does with each event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

from kernel.messaging.envelope import Evento
from kernel.messaging.handler import Handler
from plataforma.application.ports import Painel
from schemas.acionamento import AcionamentoEmitido, AcionamentoRetido
from schemas.divida import DividaRegularizada
from schemas.entrega import EntregaAtualizada
from schemas.pagamento import PagamentoConfirmado
from schemas.parcelamento import ParcelamentoAtivado, ParcelamentoCancelado, ParcelamentoFormalizado, ParcelamentoQuitado


async def _emitidos(painel: Painel, eventos: Sequence[Evento]) -> None:
    await painel.anotar_emitidos(eventos)


async def _entregas(painel: Painel, eventos: Sequence[Evento]) -> None:
    await painel.anotar_entregas(eventos)


async def _retidos(painel: Painel, eventos: Sequence[Evento]) -> None:
    await painel.contar("retidos", len(eventos))


async def _regularizadas(painel: Painel, eventos: Sequence[Evento]) -> None:
    await painel.contar("regularizadas", len(eventos))


async def _parcelamentos(situacao: str, painel: Painel, eventos: Sequence[Evento]) -> None:
    await painel.anotar_parcelamentos(situacao, eventos)


async def _pagamentos(painel: Painel, eventos: Sequence[Evento]) -> None:
    """What came by the bank; files of payments bring years of them at once, and reports tell of those."""
    for fonte in ("retorno", "pix"):
        valores = [Decimal(evento.dados["valor"]) for evento in eventos if evento.dados["fonte"] == fonte]
        if valores:
            await painel.contar(f"pagamentos:{fonte}", len(valores))
            await painel.contar(f"centavos:{fonte}", int(sum(valores, Decimal()).scaleb(2)))


HANDLERS: Mapping[str, Handler[Painel]] = {
    AcionamentoEmitido.tipo: _emitidos,
    AcionamentoRetido.tipo: _retidos,
    EntregaAtualizada.tipo: _entregas,
    DividaRegularizada.tipo: _regularizadas,
    ParcelamentoFormalizado.tipo: partial(_parcelamentos, "aguardando_entrada"),
    ParcelamentoAtivado.tipo: partial(_parcelamentos, "ativo"),
    ParcelamentoQuitado.tipo: partial(_parcelamentos, "quitado"),
    ParcelamentoCancelado.tipo: partial(_parcelamentos, "cancelado"),
    PagamentoConfirmado.tipo: _pagamentos,
}
TOPICOS: tuple[str, ...] = (
    *AcionamentoEmitido.topicos,
    *AcionamentoRetido.topicos,
    *EntregaAtualizada.topicos,
    *DividaRegularizada.topicos,
    *ParcelamentoFormalizado.topicos,
    *PagamentoConfirmado.topicos,
)
