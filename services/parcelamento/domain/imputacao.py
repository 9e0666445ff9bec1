"""What a lost plan's payments paid of the debts, and what goes back to each: fine, then interest, then principal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from parcelamento.domain.debito import Debito
from parcelamento.domain.norma import IMPUTAVEIS, Lancamento
from parcelamento.domain.plano import Cancelado, Evento, Item, Plano
from parcelamento.errors import EstadoNaoPermite

CONTA_DE_LANCAMENTO: Final = 3
"""Where assessments (AI/NL) stand. Source: Portaria 46/2015, Anexo III, item 7, c."""


@dataclass(frozen=True, slots=True)
class SaldoDoDebito:
    """What is left to pay of one debt, in cents."""

    debito: str
    principal: int
    multa: int
    juros: int
    honorarios: int

    @property
    def total(self) -> int:
        return self.principal + self.multa + self.juros + self.honorarios


@dataclass(frozen=True, slots=True)
class Imputacao:
    """Balances of all of a plan's debts, in its order. `sobra`: paid beyond them; zero where they add up to the plan's total."""

    saldos: tuple[SaldoDoDebito, ...]
    sobra: int


@dataclass(frozen=True, slots=True)
class Cancelamento:
    """The plan after its end, and its debts' balances: what was paid + Σ `saldos` = what was owed + `sobra`."""

    plano: Plano
    saldos: tuple[SaldoDoDebito, ...]
    sobra: int
    eventos: tuple[Evento, ...]


def cancelar(plano: Plano, hoje: date, motivo: str) -> Cancelamento:
    """Ends a plan that is neither paid nor lost, for a rule's reason or an operator's. Raises EstadoNaoPermite."""
    if not plano.em_curso:
        raise EstadoNaoPermite(f"O parcelamento já está {plano.situacao}.")
    feita = imputar(plano)
    return Cancelamento(replace(plano, situacao="cancelado"), feita.saldos, feita.sobra, (Cancelado(motivo, hoje),))


def imputar(plano: Plano) -> Imputacao:
    """What the payments made so far leave of each debt, were the plan lost.

    All of the first kind of part is paid before anything of the next, in the plan's order (`imputacao`); kinds that it does not
    name come last, the fee after all. Inside a kind the debts follow one another in the plan's order. The parts are the
    unreduced ones where the norm takes the reduction back. Late charges paid the delay, not the debts. The fee is the one
    agreed. Source of the order: Portaria 46/2015, Anexo III, item 22.
    """
    devido = {item.debito: _partes(item, sem_reducao=plano.cancelamento.perde_reducao) for item in plano.itens}
    resta = plano.pago
    for parte in (*plano.imputacao, *(p for p in IMPUTAVEIS if p not in plano.imputacao)):
        for partes in devido.values():
            abatido = min(resta, partes[parte])
            partes[parte] -= abatido
            resta -= abatido
    return Imputacao(tuple(SaldoDoDebito(debito, **partes) for debito, partes in devido.items()), resta)


def debitos_do_saldo(
    debitos: Iterable[Debito], saldos: Iterable[SaldoDoDebito], *, lancamento: Lancamento | None, plano_de: date
) -> tuple[Debito, ...]:
    """A lost plan's debts, as it took them, with their balances: what a re-plan is quoted for. Paid ones are left out.

    `lancamento`: the lost plan's norm's. A balance that it assessed is an assessment of `plano_de`, the plan's day, from then
    on, so that its fine is not added twice; an assessment without date of notice keeps that day too. The fee's balance is
    not carried: a quote works the fee out anew. Source: Portaria 46/2015, Anexo III, items 23 and 24.
    """
    por_debito = {saldo.debito: saldo for saldo in saldos}
    voltam = (_com_saldo(_lancado(d, lancamento, plano_de), por_debito[d.debito]) for d in debitos if d.debito in por_debito)
    return tuple(d for d in voltam if d.principal + d.multa + d.juros)


def _partes(item: Item, *, sem_reducao: bool) -> dict[str, int]:
    return {
        "multa": item.multa if sem_reducao else item.multa_reduzida,
        "juros": item.juros if sem_reducao else item.juros_reduzidos,
        "principal": item.principal,
        "honorarios": item.honorarios,
    }


def _lancado(debito: Debito, lancamento: Lancamento | None, plano_de: date) -> Debito:
    if lancamento is None:
        return debito
    if debito.conta in lancamento.contas:
        # declared: whatever dates it came with, the assessment was made with the plan
        return replace(debito, conta=CONTA_DE_LANCAMENTO, lancado_em=plano_de, ciencia_em=debito.ciencia_em or plano_de)
    if debito.conta in lancamento.contas_com_ciencia and debito.ciencia_em is None:
        return replace(debito, ciencia_em=plano_de)
    return debito


def _com_saldo(debito: Debito, saldo: SaldoDoDebito) -> Debito:
    return replace(debito, principal=saldo.principal, multa=saldo.multa, juros=saldo.juros, em_parcelamento=False)
