"""Money that comes in for a plan: which installments it pays, at what charges, and what becomes of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from kernel.domain.calendario import Calendario
from parcelamento.domain.plano import ENTRADA, Ativado, Evento, Parcela, Plano, Quitado, saldo
from parcelamento.domain.reparticao import fracao, proporcao

Mora = Callable[[date, date], Decimal]
"""(due date, day of payment) → late charges as a fraction of the unpaid value; asked only for a payment that is late."""

Resultado = Literal["exato", "parcial", "em_atraso", "antecipado", "excedente", "em_duplicidade", "plano_cancelado"]
"""What a payment turned out to be; the first that fits:

| resultado | the payment | the money |
|---|---|---|
| `plano_cancelado` | came for a plan that is lost | all of it is left over |
| `em_duplicidade` | names an installment that was already paid in full, a quit plan's included | goes to the others by due date |
| `excedente` | is more than the whole plan costs that day | what the plan does not take is left over |
| `parcial` | leaves a part of what it names unpaid: too little, or nothing for the charges | value and charges in proportion |
| `em_atraso` | settles what it names; that, or another it reaches, is past its last day without charges | value and charges |
| `antecipado` | settles what it names; that, or another it reaches, is not due yet | value |
| `exato` | settles what it names, from the due date to the last day without charges | value |
"""


@dataclass(frozen=True, slots=True)
class Recebido:
    """A payment. `parcela`: the installment it names, None for the plan's whole balance; `valor` in cents.

    `preco_em`: the day whose charges its document asked for, where exactly that was paid, and earlier: what one was asked for is
    not too much.
    """

    pagamento: UUID
    parcela: int | None
    pago_em: date
    valor: int
    preco_em: date | None = None


@dataclass(frozen=True, slots=True)
class Aplicacao:
    """What of a payment went to an installment: `valor` of its value, `encargos` for being late. Cents."""

    parcela: int
    valor: int
    encargos: int


@dataclass(frozen=True, slots=True)
class Recebimento:
    """The plan after a payment. `aplicacoes`, one an installment, and `excedente` add up to it."""

    plano: Plano
    aplicacoes: tuple[Aplicacao, ...]
    excedente: int
    resultado: Resultado
    eventos: tuple[Evento, ...]


def valor_em(parcela: Parcela, dia: date, mora: Mora, calendario: Calendario) -> tuple[int, int]:
    """What pays the installment on `dia`: the unpaid part of its value, and the charges on that part. Cents.

    No charges until the first business day from the due date on; after it they count from the due date as stated.
    """
    if not parcela.aberto or not atrasada(parcela, dia, calendario):
        return parcela.aberto, 0
    return parcela.aberto, fracao(parcela.aberto, mora(parcela.vencimento, dia))


def quitacao_em(plano: Plano, dia: date, mora: Mora, calendario: Calendario) -> tuple[Aplicacao, ...]:
    """What pays the whole plan on `dia`, installment by installment; nothing once it is over."""
    if not plano.em_curso:
        return ()
    return tuple(Aplicacao(p.numero, *valor_em(p, dia, mora, calendario)) for p in plano.abertas)


def atrasada(parcela: Parcela, dia: date, calendario: Calendario) -> bool:
    """Whether `dia` is after the last day on which the installment is paid without charge."""
    return dia > calendario.proximo_dia_util(parcela.vencimento)


def receber(plano: Plano, recebido: Recebido, mora: Mora, calendario: Calendario) -> Recebimento:
    """The plan after a payment, of which no cent is lost: Σ `aplicacoes` + `excedente` = `valor`.

    The installment it names comes first, then the others by due date, each paid with its charges of that day. Money that
    does not pay one whole is split between value and charges in proportion (half up to the value, never all of it). The
    first installment paid makes the plan active, the last one quits it.

    A payment is to be given once: the plan does not know the earlier ones. `pago_em` may be earlier than that of a payment
    given before; what was told is not taken back. Raises NaoExiste for an installment that the plan does not have,
    ValueError for a value that is not positive.
    """
    if recebido.valor <= 0:
        raise ValueError("a payment has a value")
    nomeada = None if recebido.parcela is None else plano.parcela(recebido.parcela)
    if not plano.em_curso:
        return Recebimento(plano, (), recebido.valor, _do_encerrado(plano, nomeada), ())
    aplicacoes = _aplicar(_fila(plano, nomeada), recebido, mora, calendario)
    excedente = recebido.valor - sum(a.valor + a.encargos for a in aplicacoes)
    parcelas = _pagas(plano, aplicacoes, recebido.pago_em)
    depois, eventos = _avancar(replace(plano, parcelas=parcelas), recebido.pago_em)
    alcancadas = [depois.parcela(a.parcela) for a in aplicacoes]
    resultado = _resultado(depois, nomeada, alcancadas, recebido.pago_em, excedente=excedente, calendario=calendario)
    return Recebimento(depois, aplicacoes, excedente, resultado, eventos)


def _do_encerrado(plano: Plano, nomeada: Parcela | None) -> Resultado:
    if plano.situacao == "cancelado":
        return "plano_cancelado"
    return "excedente" if nomeada is None else "em_duplicidade"


def _fila(plano: Plano, nomeada: Parcela | None) -> Sequence[Parcela]:
    if nomeada is None or not nomeada.aberto:
        return plano.abertas
    return (nomeada, *(p for p in plano.abertas if p.numero != nomeada.numero))


def _aplicar(fila: Iterable[Parcela], recebido: Recebido, mora: Mora, calendario: Calendario) -> tuple[Aplicacao, ...]:
    aplicacoes = []
    resta = recebido.valor
    dia = max(recebido.pago_em, recebido.preco_em or recebido.pago_em)
    for parcela in fila:
        if not resta:
            break
        valor, encargos = _quinhao(resta, *valor_em(parcela, dia, mora, calendario))
        aplicacoes.append(Aplicacao(parcela.numero, valor, encargos))
        resta -= valor + encargos
    return tuple(aplicacoes)


def _quinhao(resta: int, valor: int, encargos: int) -> tuple[int, int]:
    """How much of `resta` goes to value and charges of an installment that costs both."""
    if resta >= valor + encargos:
        return valor, encargos
    # not all of the value: with its last cent paid, the charges still owed would be forgotten
    ao_valor = min(proporcao(resta, valor, valor + encargos), valor - 1)
    return ao_valor, resta - ao_valor


def _pagas(plano: Plano, aplicacoes: Iterable[Aplicacao], pago_em: date) -> tuple[Parcela, ...]:
    pagos = {a.parcela: a.valor for a in aplicacoes}
    return tuple(_paga(p, pagos[p.numero], pago_em) if p.numero in pagos else p for p in plano.parcelas)


def _paga(parcela: Parcela, valor: int, pago_em: date) -> Parcela:
    pago = parcela.pago + valor
    return replace(parcela, pago=pago, quitada_em=pago_em if pago == parcela.valor else None)


def _avancar(plano: Plano, pago_em: date) -> tuple[Plano, tuple[Evento, ...]]:
    eventos: list[Evento] = []
    if plano.situacao == "aguardando_entrada" and not plano.parcela(ENTRADA).aberto:
        plano = replace(plano, situacao="ativo")
        eventos.append(Ativado(pago_em))
    if not saldo(plano):
        plano = replace(plano, situacao="quitado")
        eventos.append(Quitado(pago_em))
    return plano, tuple(eventos)


def _resultado(
    depois: Plano,
    nomeada: Parcela | None,
    alcancadas: Sequence[Parcela],
    pago_em: date,
    *,
    excedente: int,
    calendario: Calendario,
) -> Resultado:
    if nomeada is not None and not nomeada.aberto:
        return "em_duplicidade"
    if excedente:
        return "excedente"
    if depois.parcela(nomeada.numero).aberto if nomeada is not None else saldo(depois):
        return "parcial"
    if any(atrasada(p, pago_em, calendario) for p in alcancadas):
        return "em_atraso"
    return "antecipado" if any(pago_em < p.vencimento for p in alcancadas) else "exato"
