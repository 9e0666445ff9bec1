"""Following a plan up: what is overdue, when it will be lost, and its loss; each told once, whenever one looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from kernel.domain.calendario import Calendario
from parcelamento.domain.imputacao import cancelar
from parcelamento.domain.plano import ENTRADA, Cancelado, EmRisco, Evento, Parcela, ParcelaVencida, Plano

_UM_DIA = timedelta(days=1)


def acompanhar(plano: Plano, hoje: date, calendario: Calendario) -> tuple[Plano, tuple[Evento, ...]]:
    """The plan on `hoje`, and what came to be so by then and was not told before, in order of date.

    Looking every day or once after months tells the same, with the same dates (a warning whose loss follows in the same
    breath included): it goes from one `proximo_prazo` to the next. The balances of a plan lost here are those of `imputar`.
    """
    eventos: list[Evento] = []
    while (evento := _proximo(plano, calendario)) is not None and evento.data <= hoje:
        plano = _depois_de(plano, evento)
        eventos.append(evento)
    return plano, tuple(eventos)


def proximo_prazo(plano: Plano, calendario: Calendario) -> date | None:
    """The first day on which `acompanhar` says something, if nothing is paid; None when it never will.

    It may lie in the past. It changes with each payment and each call of `acompanhar`.
    """
    evento = _proximo(plano, calendario)
    return evento.data if evento is not None else None


def perda(plano: Plano, calendario: Calendario) -> Cancelado | None:
    """The loss that comes if nothing more is paid; None for a plan that is over, or that no rule loses.

    Days of delay count from the last day without charge (the due date, or the next business day): the first one is the day
    after it. Until the entry is paid its own rule alone holds: lost on the day after `tolerancia_entrada_dias` of delay.
    From then on, on the first day on which as many installments are overdue as the rule says, or on which the oldest one has
    the rule's days of delay, whichever comes first.
    """
    if not plano.em_curso:
        return None
    regras = (_da_entrada,) if plano.situacao == "aguardando_entrada" else (_por_parcelas, _por_dias)
    perdas = [p for p in (regra(plano, calendario) for regra in regras) if p is not None]
    return min(perdas, key=lambda p: p.data, default=None)


def _da_entrada(plano: Plano, calendario: Calendario) -> Cancelado | None:
    ultimo = _ultimo_dia(plano.parcela(ENTRADA), calendario)
    dia = ultimo + timedelta(days=plano.cancelamento.tolerancia_entrada_dias + 1)
    return Cancelado("entrada_nao_paga", dia)


def _por_parcelas(plano: Plano, calendario: Calendario) -> Cancelado | None:
    quantas = plano.cancelamento.parcelas_em_atraso
    if quantas is None:
        return None
    abertas = plano.abertas
    for primeira, ultima in zip(abertas, abertas[quantas - 1 :], strict=False):
        if not plano.cancelamento.consecutivas or ultima.numero - primeira.numero == quantas - 1:
            return Cancelado("parcelas_em_atraso", _ultimo_dia(ultima, calendario) + _UM_DIA)
    return None


def _por_dias(plano: Plano, calendario: Calendario) -> Cancelado | None:
    dias = plano.cancelamento.dias_de_atraso
    if dias is None:
        return None
    return Cancelado("dias_de_atraso", _ultimo_dia(plano.abertas[0], calendario) + timedelta(days=dias))


def _proximo(plano: Plano, calendario: Calendario) -> ParcelaVencida | EmRisco | Cancelado | None:
    if not plano.em_curso:
        return None
    perdido = perda(plano, calendario)
    candidatos = (_vencida(plano, calendario), _em_risco(plano, perdido, calendario), perdido)
    # of those of one day the first: an overdue installment is told before the loss that it brings
    return min((c for c in candidatos if c is not None), key=lambda c: c.data, default=None)


def _vencida(plano: Plano, calendario: Calendario) -> ParcelaVencida | None:
    parcela = next((p for p in plano.abertas if not p.vencida), None)
    if parcela is None:
        return None
    return ParcelaVencida(parcela.numero, parcela.vencimento, _ultimo_dia(parcela, calendario) + _UM_DIA)


def _em_risco(plano: Plano, perdido: Cancelado | None, calendario: Calendario) -> EmRisco | None:
    """A plan with nothing overdue is at no risk, however near a loss would be; nor is there a warning on the day itself."""
    if perdido is None or perdido.data == plano.risco_avisado:
        return None
    em_atraso_desde = _ultimo_dia(plano.abertas[0], calendario) + _UM_DIA
    dia = max(perdido.data - timedelta(days=plano.cancelamento.aviso_dias), em_atraso_desde)
    return EmRisco(perdido.data, dia) if dia < perdido.data else None


def _depois_de(plano: Plano, evento: ParcelaVencida | EmRisco | Cancelado) -> Plano:
    match evento:
        case ParcelaVencida():
            parcelas = (replace(p, vencida=True) if p.numero == evento.numero else p for p in plano.parcelas)
            return replace(plano, parcelas=tuple(parcelas))
        case EmRisco():
            return replace(plano, risco_avisado=evento.perda_em)
        case Cancelado():
            return cancelar(plano, evento.data, evento.motivo).plano


def _ultimo_dia(parcela: Parcela, calendario: Calendario) -> date:
    return calendario.proximo_dia_util(parcela.vencimento)
