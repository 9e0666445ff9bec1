"""Plans are followed up day by day: what is overdue, at risk, or lost is told once, and a lost plan's balance goes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kernel.domain.calendario import Calendario
from parcelamento.application.eventos import contar
from parcelamento.application.ports import PlanoEmVida, PlanoMudado, Unidade
from parcelamento.domain.acompanhamento import acompanhar, proximo_prazo
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.imputacao import cancelar, imputar
from parcelamento.domain.plano import Cancelado, Evento, Plano, ativado_em, encerrado_em
from parcelamento.errors import NaoExiste

LOTE = 500


def dia_de_baixa(hoje: date, calendario: Calendario, baixa_dias_uteis: int) -> date:
    """Up to which day plans may be judged on `hoje`: the bank tells of a payment some business days after it was made.

    Without this wait, who paid on the last day would be told that they had not.
    """
    return calendario.somar_dias_uteis(hoje, -baixa_dias_uteis) if baixa_dias_uteis else hoje


async def acompanhar_planos(uow: Unidade, ate: date) -> int:
    """Takes a batch of the plans with something to tell by `ate` (`dia_de_baixa`); how many there were."""
    vencendo = await uow.planos.vencendo(ate, LOTE)
    await acompanhar_estes(uow, vencendo, ate)
    return len(vencendo)


async def acompanhar_estes(uow: Unidade, planos: Sequence[UUID], ate: date) -> None:
    """The same for these plans."""
    vencendo = await uow.planos.travar(planos)
    feitos = [(vivo, *acompanhar(vivo.plano, ate, calendario_de(vivo.norma.norma.uf))) for vivo in vencendo]
    await uow.planos.gravar([_mudado(vivo, depois, eventos) for vivo, depois, eventos in feitos])
    await uow.saidas.gravar([s for _, depois, eventos in feitos for s in contar(depois, eventos, uow.agora)])


async def cancelar_plano(uow: Unidade, plano: UUID, motivo: str) -> Plano:
    """An operator's cancellation. Raises `NaoExiste`, `EstadoNaoPermite`."""
    vivos = await uow.planos.travar([plano])
    if not vivos:
        raise NaoExiste("Não há parcelamento com este identificador.")
    feito = cancelar(vivos[0].plano, uow.hoje, motivo)
    await uow.planos.gravar([_mudado(vivos[0], feito.plano, feito.eventos)])
    await uow.saidas.gravar(contar(feito.plano, feito.eventos, uow.agora))
    return feito.plano


def _mudado(vivo: PlanoEmVida, depois: Plano, eventos: tuple[Evento, ...]) -> PlanoMudado:
    perdido = next((e for e in eventos if isinstance(e, Cancelado)), None)
    return PlanoMudado(
        plano=depois,
        prazo=proximo_prazo(depois, calendario_de(vivo.norma.norma.uf)),
        ativado_em=ativado_em(eventos),
        encerrado_em=encerrado_em(eventos),
        motivo=perdido.motivo if perdido else None,
        saldos=imputar(depois).saldos if perdido else (),
    )
