"""Rests of the collection: what the person said, or an operator wrote, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid5

from kernel.domain.calendario import JanelaDeContato
from kernel.messaging.envelope import Evento
from regua.application.acompanhar_entrega_efeitos import ORIGEM
from regua.application.ports import SuspensaoNova, Unidade
from regua.application.silenciar import silenciar
from regua.domain.politica import Prazos
from regua.errors import recusar
from schemas.divida import DividaSuspensa
from schemas.evento import para_saida

MOTIVOS: Final = ("ja_pagou", "contesta", "sem_condicoes", "judicial", "promessa")

_DECLARADOS: Final = {
    "cobranca.divida.contestada.v1": "contesta",
    "cobranca.divida.pagamento_alegado.v1": "ja_pagou",
    "cobranca.divida.prometida.v1": "promessa",
    "cobranca.divida.sem_condicoes_declarada.v1": "sem_condicoes",
}


def fim_da_suspensao(motivo: str, prazos: Prazos, *, desde: date, informada: date | None) -> date | None:
    """The last day of the rest; None where it is open. `informada`: the promised day, or an operator's own last day.

    An operator may shorten a term, never stretch it; `judicial` has none. Raises DadosRecusados.
    """
    if informada is not None and informada < desde:
        raise recusar("ate", "não pode ser anterior a hoje.")
    if motivo == "promessa":
        if informada is None:
            raise recusar("ate", "informe a data prometida.")
        return informada + timedelta(days=prazos.promessa_dias)
    if motivo == "judicial":
        return informada
    dias = {"ja_pagou": prazos.ja_pagou_dias, "contesta": prazos.contesta_dias, "sem_condicoes": prazos.sem_condicoes_dias}
    limite = desde + timedelta(days=dias[motivo])
    if informada is not None and informada > limite:
        raise recusar("ate", f"pode ir no máximo até {limite:%d/%m/%Y}.")
    return informada or limite


async def suspender(uow: Unidade, novas: Sequence[SuspensaoNova], janela: JanelaDeContato) -> None:
    """Keeps the rests, tells of them, and takes back what waits. Plans are told of by their own events."""
    await uow.suspensoes.criar(novas)
    eventos = [
        para_saida(
            DividaSuspensa.model_validate(
                {"contribuinte": s.contribuinte, "suspensao": s.suspensao, "motivo": s.motivo, "ate": s.ate}
            ),
            id_=uuid5(s.suspensao, "suspensa"),
            origem=ORIGEM,
            instante=uow.agora,
        )
        for s in novas
        if s.motivo in MOTIVOS
    ]
    await uow.saidas.gravar(eventos)
    await silenciar(uow, {s.contribuinte for s in novas}, janela)


@dataclass(frozen=True, slots=True)
class SuspenderPorDeclaracao:
    """Use case: `divida.contestada`, `.pagamento_alegado`, `.prometida`, `.sem_condicoes_declarada`."""

    janela: JanelaDeContato

    async def __call__(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        politica = await uow.politicas.vigente(self.janela.dia_local(uow.agora))
        await suspender(uow, [self._nova(e, politica.prazos, uow) for e in eventos], self.janela)

    def _nova(self, evento: Evento, prazos: Prazos, uow: Unidade) -> SuspensaoNova:
        motivo = _DECLARADOS[evento.tipo]
        desde = self.janela.dia_local(evento.instante)
        prometida = date.fromisoformat(evento.dados["data"]) if motivo == "promessa" else None
        # a promise for a day gone by rests no longer than if it were for today
        informada = None if prometida is None else max(prometida, desde)
        ate = fim_da_suspensao(motivo, prazos, desde=desde, informada=informada)
        contribuinte: str = evento.dados["contribuinte"]
        return SuspensaoNova(_id(evento.id), contribuinte, motivo, desde, ate, evento.origem.strip("/"), uow.agora)


def _id(evento: UUID) -> UUID:
    return uuid5(evento, "suspensao")
