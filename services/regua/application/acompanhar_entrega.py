"""Takes delivery outcomes in: dates the rung, falls back to the next channel, calls a human when all are over."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.messaging.envelope import Evento
from regua.application.acompanhar_entrega_efeitos import Mudancas
from regua.application.ports import Ficha, Unidade
from regua.domain.acompanhamento import Entrega, ProximoCanal, acompanhar
from regua.domain.canais import Proximo, proximo_canal
from regua.domain.politica import Politica


@dataclass(frozen=True, slots=True)
class AcompanharEntregas:
    """Use case: `entrega.atualizada`. `canais_ativos`: channels that a running room serves."""

    calendario: Calendario
    canais_ativos: Collection[str]

    async def __call__(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        ids = {_acionamento(e) for e in eventos}
        caindo = {_acionamento(e) for e in eventos if e.dados["esgotado"]}
        fichas = {f.acionamento: f for f in await uow.acionamentos.travar(ids, com_alcance=caindo)}
        politicas = {v: await uow.politicas.por_versao(v) for v in {f.politica for f in fichas.values()}}
        # days are local days of Maceió whatever the policy's hours
        mudancas = Mudancas(uow, JanelaDeContato(self.calendario))
        for evento in eventos:
            ficha = fichas.get(_acionamento(evento))
            if ficha is None:
                continue
            proximo = self._proximo(ficha, politicas[ficha.politica], uow.agora)
            resultado = acompanhar(ficha.situacao, entrega_de(evento.dados), proximo)
            fichas[ficha.acionamento] = mudancas.aplicar(ficha, resultado)
        await mudancas.gravar()

    def _proximo(self, f: Ficha, politica: Politica, agora: datetime) -> ProximoCanal:
        def proximo(ordem: int) -> Proximo | None:
            return proximo_canal(
                politica,
                rigidez=f.rigidez,
                canais=f.situacao.canais,
                ordem=ordem,
                alcance=f.alcance & frozenset(self.canais_ativos),
                agora=agora,
                janela=politica.janela(self.calendario),
            )

        return proximo


def _acionamento(evento: Evento) -> UUID:
    return UUID(evento.dados["acionamento"])


def entrega_de(d: Mapping[str, Any]) -> Entrega:
    """The event's data as the state machine takes it."""
    custo = d.get("custo")
    return Entrega(
        canal=d["canal"],
        estado=d["estado"],
        esgotado=d["esgotado"],
        requisitado=d["requisitado"],
        em=datetime.fromisoformat(d["atualizado_em"]),
        motivo=d.get("motivo"),
        custo_micros=None if custo is None else int(Decimal(custo["valor"]).scaleb(6)),
        moeda=None if custo is None else custo["moeda"],
    )
