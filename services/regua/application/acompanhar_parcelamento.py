"""The life of plans as parcelamento tells it: debts follow their plan, what waits falls silent, a plan at risk is warned of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.messaging.envelope import Evento
from regua.application.avisar_risco import AvisarRiscos, encerrar_avisos
from regua.application.ports import SuspensaoNova, Unidade
from regua.application.ports_aviso import FatoDoParcelamento
from regua.application.silenciar import silenciar
from regua.application.suspender import suspender

_TIPO: Final = ("cobranca.parcelamento.", ".v1")
# who and which plan stand beside the details
_DE_TODOS: Final = frozenset({"contribuinte", "parcelamento"})


@dataclass(frozen=True, slots=True)
class AcompanharParcelamentos:
    """Use case: a plan made mutes and lifts nothing; active, its debts are `parcelado`; ended, they go back or are paid.

    Everything stands in the taxpayer's timeline; an overdue installment alone does nothing else.
    """

    calendario: Calendario
    canais_ativos: Collection[str]

    async def formalizados(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await anotar(uow, eventos)
        prazos = (await uow.politicas.vigente(self._janela.dia_local(uow.agora))).prazos
        await suspender(uow, [_mudez(e, uow, prazos.parcelamento_dias) for e in eventos], self._janela)

    async def ativados(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await anotar(uow, eventos)
        await uow.recebimentos.situar_debitos(_debitos(eventos), de=("aberto", "suspenso"), para="parcelado")
        await self._silenciar(uow, eventos)

    async def vencidas(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await anotar(uow, eventos)

    async def em_risco(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await anotar(uow, eventos)
        await AvisarRiscos(self.calendario, self.canais_ativos).em_risco(uow, eventos)

    async def cancelados(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        """The debts are owed again, and a plan that was never paid mutes no longer."""
        await anotar(uow, eventos)
        await uow.recebimentos.situar_debitos(_debitos(eventos), de=("parcelado",), para="aberto")
        await uow.suspensoes.encerrar([_id(e) for e in eventos], uow.agora)
        await encerrar_avisos(uow, instantes(eventos), "parcelado", self._janela)

    async def quitados(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await anotar(uow, eventos)
        await uow.recebimentos.situar_debitos(_debitos(eventos), de=("aberto", "suspenso", "parcelado"), para="pago")
        await encerrar_avisos(uow, instantes(eventos), "pago", self._janela)
        await self._silenciar(uow, eventos)

    @property
    def _janela(self) -> JanelaDeContato:
        return JanelaDeContato(self.calendario)

    async def _silenciar(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await silenciar(uow, {e.dados["contribuinte"] for e in eventos}, self._janela)


async def anotar(uow: Unidade, eventos: Sequence[Evento]) -> None:
    """Keeps what happened to plans; payments of a plan too, by their instant."""
    await uow.avisos.anotar([_fato(e) for e in eventos])


def instantes(eventos: Sequence[Evento]) -> dict[UUID, datetime]:
    """The last instant told of each plan."""
    ultimos: dict[UUID, datetime] = {}
    for e in eventos:
        parcelamento = UUID(e.dados["parcelamento"])
        ultimos[parcelamento] = max(e.instante, ultimos.get(parcelamento, e.instante))
    return ultimos


def _fato(e: Evento) -> FatoDoParcelamento:
    d: Mapping[str, Any] = e.dados
    tipo = "pagamento" if "pagamento" in d else e.tipo.removeprefix(_TIPO[0]).removesuffix(_TIPO[1])
    detalhe = {nome: valor for nome, valor in d.items() if nome not in _DE_TODOS}
    return FatoDoParcelamento(e.id, d["contribuinte"], UUID(d["parcelamento"]), tipo, e.instante, detalhe)


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
