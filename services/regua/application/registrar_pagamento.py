"""Money and plans told by other rooms: payments are kept once, debts follow their plan, and what waits falls silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from kernel.domain.calendario import JanelaDeContato
from kernel.domain.dinheiro import centavos
from kernel.messaging.envelope import Evento
from regua.application.ports import PagamentoInformado, SuspensaoNova, Unidade
from regua.application.silenciar import silenciar
from regua.application.suspender import suspender


@dataclass(frozen=True, slots=True)
class RegistrarPagamentos:
    """Use case: `pagamento.confirmado` of the bank. Those that the authority's own files told are there already."""

    janela: JanelaDeContato

    async def __call__(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        informados = [_pagamento(e) for e in eventos if e.dados["fonte"] != "carga"]
        await uow.recebimentos.pagar(informados, uow.agora)
        await silenciar(uow, {p.contribuinte for p in informados}, self.janela)


def _pagamento(evento: Evento) -> PagamentoInformado:
    d = evento.dados
    return PagamentoInformado(
        evento=UUID(d["pagamento"]),
        contribuinte=d["contribuinte"],
        tributo=d.get("tributo"),
        debito=d.get("debito"),
        parcelamento=UUID(d["parcelamento"]) if d.get("parcelamento") else None,
        parcela=d.get("parcela"),
        pago_em=date.fromisoformat(d["pago_em"]),
        valor=centavos(Decimal(d["valor"])),
    )


@dataclass(frozen=True, slots=True)
class AcompanharParcelamentos:
    """Use case: a plan made mutes and lifts nothing; active, its debts are `parcelado`; ended, they go back or are paid."""

    janela: JanelaDeContato

    async def formalizados(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        prazos = (await uow.politicas.vigente(self.janela.dia_local(uow.agora))).prazos
        await suspender(uow, [_mudez(e, uow, prazos.parcelamento_dias) for e in eventos], self.janela)

    async def ativados(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await uow.recebimentos.situar_debitos(_debitos(eventos), de=("aberto", "suspenso"), para="parcelado")
        await self._silenciar(uow, eventos)

    async def cancelados(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        """The debts are owed again, and a plan that was never paid mutes no longer."""
        await uow.recebimentos.situar_debitos(_debitos(eventos), de=("parcelado",), para="aberto")
        await uow.suspensoes.encerrar([_id(e) for e in eventos], uow.agora)

    async def quitados(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await uow.recebimentos.situar_debitos(_debitos(eventos), de=("aberto", "suspenso", "parcelado"), para="pago")
        await self._silenciar(uow, eventos)

    async def _silenciar(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await silenciar(uow, {e.dados["contribuinte"] for e in eventos}, self.janela)


def _debitos(eventos: Sequence[Evento]) -> set[tuple[str, str]]:
    return {(e.dados["contribuinte"], debito) for e in eventos for debito in e.dados["debitos"]}


def _id(evento: Evento) -> UUID:
    return uuid5(UUID(evento.dados["parcelamento"]), "suspensao")


def _mudez(evento: Evento, uow: Unidade, dias: int) -> SuspensaoNova:
    d = evento.dados
    return SuspensaoNova(
        suspensao=_id(evento),
        contribuinte=d["contribuinte"],
        motivo="parcelamento",
        desde=date.fromisoformat(d["data"]),
        ate=date.fromisoformat(d["primeiro_vencimento"]) + timedelta(days=dias),
        origem="parcelamento",
        criada_em=uow.agora,
    )
