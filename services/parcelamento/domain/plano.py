"""An installment plan as it stands: its installments, its debts, and what is told about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from parcelamento.domain.norma import RegraDeCancelamento
from parcelamento.errors import NaoExiste

Situacao = Literal["aguardando_entrada", "ativo", "quitado", "cancelado"]
MotivoDePerda = Literal["entrada_nao_paga", "parcelas_em_atraso", "dias_de_atraso"]
"""Why a rule loses a plan; an operator may cancel for other reasons."""

EM_CURSO: Final[frozenset[Situacao]] = frozenset({"aguardando_entrada", "ativo"})
ENTRADA: Final = 1
"""The number of the installment that makes a plan active (Portaria 46/2015, Anexo III, item 21)."""


@dataclass(frozen=True, slots=True)
class Parcela:
    """One installment, in cents. `vencimento` as stated: paid without charge until the next business day.

    `pago`: of `valor`, late charges apart. `quitada_em`: the day of the payment that completed it. `vencida`: that it is
    overdue was told.
    """

    numero: int
    valor: int
    vencimento: date
    pago: int = 0
    quitada_em: date | None = None
    vencida: bool = False

    @property
    def aberto(self) -> int:
        """What is still to be paid of `valor`, charges apart."""
        return self.valor - self.pago


@dataclass(frozen=True, slots=True)
class Item:
    """A debt inside the plan, in cents: its parts before (`multa`, `juros`) and after reduction, and the PGE's fee."""

    debito: str
    regime: str
    principal: int
    multa: int
    juros: int
    multa_reduzida: int
    juros_reduzidos: int
    honorarios: int

    @property
    def total(self) -> int:
        """What the plan collects of it."""
        return self.principal + self.multa_reduzida + self.juros_reduzidos + self.honorarios


@dataclass(frozen=True, slots=True)
class Plano:
    """An agreed plan. `parcelas` in order of number, due dates never falling; `itens` in the order in which they were agreed.

    `imputacao`: the norm's order for a lost plan's payments. `risco_avisado`: the date of loss last told.
    """

    plano: UUID
    contribuinte: str
    situacao: Situacao
    data: date
    parcelas: tuple[Parcela, ...]
    itens: tuple[Item, ...]
    cancelamento: RegraDeCancelamento
    imputacao: tuple[str, ...]
    risco_avisado: date | None = None

    @property
    def em_curso(self) -> bool:
        """Neither paid nor lost."""
        return self.situacao in EM_CURSO

    @property
    def pago(self) -> int:
        """What was paid of the installments, charges apart."""
        return sum(parcela.pago for parcela in self.parcelas)

    @property
    def abertas(self) -> tuple[Parcela, ...]:
        """The installments not paid in full, in order."""
        return tuple(p for p in self.parcelas if p.aberto)

    def parcela(self, numero: int) -> Parcela:
        """The installment of that number. Raises NaoExiste."""
        achada = next((p for p in self.parcelas if p.numero == numero), None)
        if achada is None:
            raise NaoExiste(f"O parcelamento não tem a parcela {numero}.")
        return achada


@dataclass(frozen=True, slots=True)
class Ativado:
    """The first installment is paid in full: from `data` on the debts are `parcelado`."""

    data: date


@dataclass(frozen=True, slots=True)
class Quitado:
    """Everything is paid."""

    data: date


@dataclass(frozen=True, slots=True)
class Cancelado:
    """The plan is over unpaid, and its balance goes back to the debts."""

    motivo: str
    data: date


@dataclass(frozen=True, slots=True)
class ParcelaVencida:
    """An installment is overdue since `data`."""

    numero: int
    vencimento: date
    data: date


@dataclass(frozen=True, slots=True)
class EmRisco:
    """The plan is lost on `perda_em` unless something is paid before it."""

    perda_em: date
    data: date


Evento = Ativado | Quitado | Cancelado | ParcelaVencida | EmRisco
"""What a plan tells. `data`: the day on which it came to be so, whenever it was noticed."""


def formalizar(
    *,
    plano: UUID,
    contribuinte: str,
    data: date,
    valores: Sequence[int],
    vencimentos: Sequence[date],
    itens: tuple[Item, ...],
    cancelamento: RegraDeCancelamento,
    imputacao: tuple[str, ...],
) -> Plano:
    """The plan as agreed: nothing is paid, and nothing is lifted before the first installment is.

    `itens` stand in the order in which payments are imputed if the plan is lost: the oldest debt first. Raises ValueError
    where values and due dates do not pair, a value is not positive, or due dates fall.
    """
    if not valores or len(valores) != len(vencimentos):
        raise ValueError("each installment has a value and a due date")
    if min(valores) <= 0 or list(vencimentos) != sorted(vencimentos):
        raise ValueError("values are positive and due dates never fall")
    pares = enumerate(zip(valores, vencimentos, strict=True), start=ENTRADA)
    parcelas = tuple(Parcela(numero, valor, vencimento) for numero, (valor, vencimento) in pares)
    return Plano(plano, contribuinte, "aguardando_entrada", data, parcelas, itens, cancelamento, imputacao)


def ativado_em(eventos: Iterable[Evento]) -> date | None:
    """The day on which a plan of which this is told became active; None where it is not told."""
    return next((e.data for e in eventos if isinstance(e, Ativado)), None)


def encerrado_em(eventos: Iterable[Evento]) -> date | None:
    """The day on which a plan of which this is told was paid or lost; None where it is not told."""
    return next((e.data for e in eventos if isinstance(e, Quitado | Cancelado)), None)


def saldo(plano: Plano) -> int:
    """What is left to pay of the installments, charges apart; zero once the plan is over."""
    return sum(parcela.aberto for parcela in plano.parcelas) if plano.em_curso else 0
