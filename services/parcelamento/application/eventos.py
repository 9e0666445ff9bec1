"""What plans tell the other rooms. Each thing is told once: its id is made of the plan and of what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, assert_never
from uuid import uuid5

from kernel import rastro
from kernel.domain.dinheiro import de_centavos, texto
from kernel.messaging.log import Saida
from parcelamento.domain.plano import Ativado, Cancelado, EmRisco, Evento, ParcelaVencida, Plano, Quitado
from schemas.evento import DoContribuinte, para_saida
from schemas.parcelamento import (
    ParcelamentoAtivado,
    ParcelamentoCancelado,
    ParcelamentoEmRisco,
    ParcelamentoFormalizado,
    ParcelamentoParcelaVencida,
    ParcelamentoQuitado,
)


def formalizado(plano: Plano, agora: datetime) -> Saida:
    """A plan was agreed."""
    dados = ParcelamentoFormalizado(
        **_comum(plano, plano.data),
        parcelas=len(plano.parcelas),
        primeiro_vencimento=plano.parcelas[0].vencimento,
        total=texto(de_centavos(sum(p.valor for p in plano.parcelas))),
    )
    return _saida(plano, dados, "formalizado", agora)


def contar(plano: Plano, eventos: Sequence[Evento], agora: datetime) -> list[Saida]:
    """What became of the plan, in order."""
    return [_contar(plano, evento, agora) for evento in eventos]


def reativado(plano: Plano, perdido_em: date, hoje: date, agora: datetime) -> Saida:
    """An active plan lost on `perdido_em` is put back: its debts are `parcelado` again, as on its first day."""
    return _saida(plano, ParcelamentoAtivado(**_comum(plano, hoje)), f"reativado:{perdido_em}", agora)


def _contar(plano: Plano, evento: Evento, agora: datetime) -> Saida:
    comum = _comum(plano, evento.data)
    match evento:
        case Ativado():
            return _saida(plano, ParcelamentoAtivado(**comum), "ativado", agora)
        case Quitado():
            return _saida(plano, ParcelamentoQuitado(**comum), "quitado", agora)
        case Cancelado(motivo=motivo):
            # a plan that was put back may be lost again, on a later day
            return _saida(plano, ParcelamentoCancelado(**comum, motivo=motivo), f"cancelado:{evento.data}:{motivo}", agora)
        case ParcelaVencida(numero=numero, vencimento=vencimento):
            vencida = ParcelamentoParcelaVencida(**comum, parcela=numero, vencimento=vencimento)
            return _saida(plano, vencida, f"parcela_vencida:{numero}", agora)
        case EmRisco(perda_em=perda_em):
            return _saida(plano, ParcelamentoEmRisco(**comum, perda_em=perda_em), f"em_risco:{perda_em}", agora)
    assert_never(evento)


def _comum(plano: Plano, data: date) -> dict[str, Any]:
    return {
        "contribuinte": plano.contribuinte,
        "parcelamento": plano.plano,
        "debitos": tuple(item.debito for item in plano.itens),
        "data": data,
    }


def _saida(plano: Plano, dados: DoContribuinte, o_que: str, agora: datetime) -> Saida:
    id_ = uuid5(plano.plano, o_que)
    return para_saida(dados, id_=id_, origem="parcelamento", instante=agora, traceparent=rastro.atual())
