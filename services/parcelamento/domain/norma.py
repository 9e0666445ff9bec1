"""A norm of installments as data: whose debts it takes, what it reduces, what it asks for, and on what ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from kernel.domain.datas import Competencia

Uf = Literal["AL", "MA"]

MAXIMO_DE_PARCELAS: Final = 60
"""Every quote answers for each number of installments up to this one, whatever the norm grants."""

IMPUTAVEIS: Final = ("multa", "juros", "principal", "honorarios")


@dataclass(frozen=True, slots=True)
class Faixa:
    """From `de` to `ate` installments, both in, a debt's fine and interest lose these fractions. `de` 1: single payment."""

    de: int
    ate: int
    reducao_multa: Decimal
    reducao_juros: Decimal
    fundamento: str


@dataclass(frozen=True, slots=True)
class Regime:
    """Debts of these months of the tax event, both ends in, and what they get in plans granted in the window.

    The bands follow one another without a gap. None at an end of an interval leaves it open.
    """

    nome: str
    fato_gerador_de: Competencia | None
    fato_gerador_ate: Competencia | None
    concessao_de: date | None
    concessao_ate: date | None
    faixas: tuple[Faixa, ...]
    fundamento: str


@dataclass(frozen=True, slots=True)
class Entrada:
    """From `de` to `ate` installments the first one is at least this fraction of the total."""

    de: int
    ate: int
    fracao: Decimal
    fundamento: str


@dataclass(frozen=True, slots=True)
class Recusa:
    """Debts that the norm does not take: all of the conditions that are not None must hold. The first rule that fits tells."""

    motivo: str
    naturezas: frozenset[str] | None
    exceto_naturezas: frozenset[str]
    regimes: frozenset[str] | None
    em_parcelamento: bool | None
    fundamento: str


@dataclass(frozen=True, slots=True)
class Minimo:
    """Least installment in cents for these debtors and debts; None asks nothing. The first one that fits is used."""

    valor: int
    regime: str | None
    receita_ate: int | None
    naturezas: frozenset[str] | None
    fundamento: str


@dataclass(frozen=True, slots=True)
class Lancamento:
    """Declared balances of `contas` are assessed (NL) with a fine of this fraction of the principal.

    An assessment of `contas_com_ciencia` without date of notice takes the day of the quote.
    """

    contas: frozenset[int]
    multa: Decimal
    contas_com_ciencia: frozenset[int]
    fundamento: str


@dataclass(frozen=True, slots=True)
class MultaReduzida:
    """The reduced fine asked for within `dias` of the assessment: these debts pay `entrada` of theirs at first.

    The first installment does not fall due after `dias` from the notice. `reducao_multa` is the fraction taken off their fine.
    """

    regimes: frozenset[str]
    contas: frozenset[int]
    dias: int
    entrada: Decimal
    reducao_multa: Decimal
    fundamento: str


@dataclass(frozen=True, slots=True)
class Reparcelamento:
    """Whether a plan may be made of an earlier plan's debts, and the least entry that it takes."""

    permitido: bool
    entrada_minima: Decimal
    fundamento: str


@dataclass(frozen=True, slots=True)
class RegraDeCancelamento:
    """What loses a plan, and when to warn.

    `parcelas_em_atraso`: so many unpaid installments, in a row if `consecutivas`; `dias_de_atraso`: the oldest unpaid one is
    this many days late; None asks nothing. `aviso_dias` before the loss the plan is at risk. An entry unpaid
    `tolerancia_entrada_dias` after its due date loses the plan. `perde_reducao`: the balance goes back unreduced.
    """

    parcelas_em_atraso: int | None
    consecutivas: bool
    dias_de_atraso: int | None
    aviso_dias: int
    tolerancia_entrada_dias: int
    perde_reducao: bool


@dataclass(frozen=True, slots=True)
class NaoVerificado:
    """A figure of the document, by its path, that no source confirms, and what is known of it."""

    campo: str
    nota: str


@dataclass(frozen=True, slots=True)
class Norma:
    """A whole rule set, as `ler_norma` reads and checks it. Fractions are Decimal from 0 to 1, money is cents.

    `regimes` stand in order: a plan that mixes them shows the first one's reductions. `encargos` names the rule of late
    charges. `fundamentos` gives the ground of what has none of its own.
    """

    norma: str
    nome: str
    uf: Uf
    vigencia_de: date
    vigencia_ate: date | None
    tributos: frozenset[str]
    naturezas: frozenset[str]
    regimes: tuple[Regime, ...]
    recusas: tuple[Recusa, ...]
    entradas: tuple[Entrada, ...]
    minimos: tuple[Minimo, ...]
    lancamento: Lancamento | None
    multa_reduzida: MultaReduzida | None
    honorarios_pge: Decimal
    primeiro_vencimento_dias: int
    juros_mensal: Decimal
    encargos: str
    imputacao: tuple[str, ...]
    cancelamento: RegraDeCancelamento
    reparcelamento: Reparcelamento
    fundamentos: Mapping[str, str]
    nao_verificados: tuple[NaoVerificado, ...]

    @property
    def maximo_de_parcelas(self) -> int:
        """The greatest number of installments that any of its regimes grants."""
        return max(regime.faixas[-1].ate for regime in self.regimes)

    @property
    def cota_unica(self) -> bool:
        """Whether a single payment is defined for debts of every regime."""
        return all(regime.faixas[0].de == 1 for regime in self.regimes)
