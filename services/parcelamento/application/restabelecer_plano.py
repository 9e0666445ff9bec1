"""Putting back a plan that was lost although paid in time: the payments that waited for a person go to it after all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from parcelamento.application.eventos import reativado
from parcelamento.application.ports import PlanoEmVida, Unidade
from parcelamento.application.reparcelar import Historico
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.encargos import SemVersaoVigente
from parcelamento.domain.pagamento import Recebido
from parcelamento.domain.plano import Plano
from parcelamento.domain.restabelecimento import restabelecer
from parcelamento.errors import EstadoNaoPermite, NaoExiste


@dataclass(frozen=True, slots=True)
class Decisao:
    """Who puts the plan back, when, and why."""

    nota: str
    quem: str
    em: datetime


class Perdidos(Historico, Protocol):
    """Lost plans and the payments that came too late for them, inside one transaction."""

    async def perdido_em(self, plano: UUID) -> date | None:
        """The day of the loss."""
        ...

    async def esperam(self, plano: UUID) -> Sequence[Recebido]:
        """Payments of its documents on the list: told of, never applied, not given back; locked, in the order of their days."""
        ...

    async def reviver(self, plano: Plano, prazo: date) -> list[str]:
        """Undoes the loss: state, balances, and the hold on the debts. Those that another living plan holds are named."""
        ...

    async def devolver(self, pagamentos: Sequence[UUID], decisao: Decisao) -> None:
        """Sends the payments to be applied, and keeps who decided it."""
        ...


async def restabelecer_plano(
    uow: Unidade, perdidos: Perdidos, plano: UUID, decisao: Decisao, *, dia_de_baixa: Callable[[date], date]
) -> Plano:
    """Puts the plan back as it was before its loss; the worker then applies the payments, each on its own day.

    Raises `NaoExiste`; `EstadoNaoPermite`: what `domain.restabelecimento` refuses, `ja_reparcelado`, `debito_parcelado`,
    `selic_ausente` and `encargos_sem_versao`.
    """
    vivo, perdido_em = await _travar(uow, perdidos, plano)
    recebidos = await perdidos.esperam(plano)
    calendario = calendario_de(vivo.norma.norma.uf)
    mora = await uow.encargos.mora(vivo.norma.norma.encargos)
    ate = dia_de_baixa(uow.hoje)
    try:
        volta = restabelecer(vivo.plano, perdido_em, recebidos, ate=ate, mora=mora, calendario=calendario)
    except SemVersaoVigente as falta:
        raise EstadoNaoPermite(str(falta), codigo=falta.codigo) from None
    # not judged before its payments are in: the worker may be looking at plans this very moment
    presos = await perdidos.reviver(volta, uow.hoje + timedelta(days=1))
    if presos:
        raise EstadoNaoPermite(f"Já estão em outro parcelamento: {', '.join(presos[:5])}.", codigo="debito_parcelado")
    await perdidos.devolver([r.pagamento for r in recebidos], decisao)
    if volta.situacao == "ativo":
        await uow.saidas.gravar([reativado(volta, perdido_em, uow.hoje, uow.agora)])
    return volta


async def _travar(uow: Unidade, perdidos: Perdidos, plano: UUID) -> tuple[PlanoEmVida, date]:
    vivos = await uow.planos.travar([plano])
    if not vivos:
        raise NaoExiste("Não há parcelamento com este identificador.")
    perdido_em = await perdidos.perdido_em(plano)
    if perdido_em is None:
        raise EstadoNaoPermite("O parcelamento não está cancelado.", codigo="nao_restabelecivel")
    if posteriores := await perdidos.posteriores(plano):
        raise EstadoNaoPermite(f"Os débitos já passaram a outro parcelamento ({posteriores[-1]}).", codigo="ja_reparcelado")
    return vivos[0], perdido_em
