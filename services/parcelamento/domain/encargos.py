"""What a late payment costs: a fine by days of delay and interest by months, by the version of a rule that is in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, assert_never

from kernel.domain.calendario import Calendario
from kernel.domain.datas import mes_de
from parcelamento.domain.reparticao import fracao
from parcelamento.domain.selic import TabelaSelic
from parcelamento.errors import DadosRecusados

VersaoPor = Literal["vencimento", "pagamento"]
TipoDeJuros = Literal["nenhum", "selic", "mensal"]
Uf = Literal["AL", "MA"]

SEM_ATRASO: Final = "Sem atraso: pago até o vencimento."
_ZERO: Final = Decimal(0)
_POR_CENTO: Final = Decimal("0.01")


class SemVersaoVigente(DadosRecusados):
    """No version of the rule was in force on the day that chooses it."""

    codigo = "encargos_sem_versao"


@dataclass(frozen=True, slots=True)
class FaixaDeMulta:
    """The fine up to `ate_dias` of delay (None: without end), as fractions: `fixa` + `por_dia` for each day late."""

    ate_dias: int | None
    fixa: Decimal
    por_dia: Decimal


@dataclass(frozen=True, slots=True)
class Multa:
    """Bands in order; none means no fine. `teto` caps them all."""

    faixas: tuple[FaixaDeMulta, ...]
    teto: Decimal | None
    fundamento: str

    def taxa(self, dias: int) -> Decimal:
        """The fine after `dias` (1 or more) of delay, as a fraction of the principal."""
        faixa = next((f for f in self.faixas if f.ate_dias is None or dias <= f.ate_dias), None)
        if faixa is None:
            return _ZERO
        taxa = faixa.fixa + faixa.por_dia * dias
        return taxa if self.teto is None else min(taxa, self.teto)


@dataclass(frozen=True, slots=True)
class Juros:
    """Interest by calendar months, nothing within the month in which the debt fell due.

    `selic`: the sum of the months after that one, up to the month before payment, + `no_mes_do_pagamento`.
    `mensal`: `ao_mes` for each month after that one, the month of payment included.
    """

    tipo: TipoDeJuros
    no_mes_do_pagamento: Decimal
    ao_mes: Decimal
    fundamento: str

    def taxa(self, vencimento: date, pago_em: date, selic: TabelaSelic) -> Decimal:
        """The interest as a fraction of the principal. Raises `SelicAusente`."""
        venceu, pagou = mes_de(vencimento), mes_de(pago_em)
        if pagou <= venceu:
            return _ZERO
        match self.tipo:
            case "nenhum":
                return _ZERO
            case "mensal":
                return self.ao_mes * (pagou.indice - venceu.indice)
            case "selic":
                return selic.soma(venceu.seguinte(), pagou.anterior()) * _POR_CENTO + self.no_mes_do_pagamento
        assert_never(self.tipo)


@dataclass(frozen=True, slots=True)
class VersaoDeEncargos:
    """One wording of the rule, in force from `vigente_de` to `vigente_ate` (None: still in force), both days included."""

    vigente_de: date
    vigente_ate: date | None
    multa: Multa
    juros: Juros

    def vigora_em(self, dia: date) -> bool:
        return self.vigente_de <= dia and (self.vigente_ate is None or dia <= self.vigente_ate)


@dataclass(frozen=True, slots=True)
class RegraDeEncargos:
    """A rule and its versions in order of time.

    `versao_por` says which day chooses the version. `vencimento`: the delay begins that day, and a later and harsher law does
    not reach it (CTN, art. 105 and 106). `pagamento`: the law itself applies to whatever is paid from its first day on, as one
    does that makes the charges milder (CTN, art. 106, II, c). `nao_verificados`: paths within the document whose figures nobody
    has checked against the law. `uf`: whose bank holidays end a term later; None, the national ones alone.
    """

    regra: str
    nome: str
    uf: Uf | None
    versao_por: VersaoPor
    versoes: tuple[VersaoDeEncargos, ...]
    nao_verificados: tuple[str, ...]
    observacao: str

    def versao_em(self, dia: date) -> VersaoDeEncargos:
        """The version in force on `dia`. Raises `SemVersaoVigente`."""
        achada = next((v for v in self.versoes if v.vigora_em(dia)), None)
        if achada is None:
            motivo = f"A regra {self.regra} não tem versão em vigor em {dia:%d/%m/%Y}."
            raise SemVersaoVigente(motivo, campos=({"campo": self.versao_por, "motivo": motivo},))
        return achada


@dataclass(frozen=True, slots=True)
class Acrescimos:
    """What comes on top of a principal: cents, and the fractions that gave them. `dias_de_atraso` is 0 where none is due."""

    multa: int
    juros: int
    taxa_multa: Decimal
    taxa_juros: Decimal
    fundamento: str
    dias_de_atraso: int


def acrescimos(
    principal: int,
    vencimento: date,
    pago_em: date,
    regra: RegraDeEncargos,
    selic: TabelaSelic,
    *,
    calendario: Calendario | None = None,
) -> Acrescimos:
    """Fine and interest on `principal` cents paid on `pago_em`, each rounded half up to the cent by itself.

    Nothing on or before the due date. With `calendario`, a term that would end on a day without banks ends on the next one with
    (CTN, art. 210, sole paragraph), and the delay counts from there. Raises `SemVersaoVigente`, `SelicAusente`, and ValueError
    for a negative principal.
    """
    if principal < 0:
        raise ValueError("a principal is not negative")
    prazo = fim_do_prazo(vencimento, calendario)
    dias = (pago_em - prazo).days
    if dias <= 0:
        return Acrescimos(0, 0, _ZERO, _ZERO, SEM_ATRASO, 0)
    versao = regra.versao_em(prazo if regra.versao_por == "vencimento" else pago_em)
    taxa_multa, taxa_juros = versao.multa.taxa(dias), versao.juros.taxa(prazo, pago_em, selic)
    return Acrescimos(
        multa=fracao(principal, taxa_multa),
        juros=fracao(principal, taxa_juros),
        taxa_multa=taxa_multa,
        taxa_juros=taxa_juros,
        fundamento=_fundamento(versao),
        dias_de_atraso=dias,
    )


def fim_do_prazo(vencimento: date, calendario: Calendario | None) -> date:
    """The last day to pay without charge."""
    return vencimento if calendario is None else calendario.proximo_dia_util(vencimento)


def mora(regra: RegraDeEncargos, selic: TabelaSelic, *, calendario: Calendario | None = None) -> Callable[[date, date], Decimal]:
    """A function of (due date, payment date): fine and interest together, as a fraction. It raises what `acrescimos` does."""

    def taxa(vencimento: date, pago_em: date) -> Decimal:
        a = acrescimos(0, vencimento, pago_em, regra, selic, calendario=calendario)
        return a.taxa_multa + a.taxa_juros

    return taxa


def _fundamento(versao: VersaoDeEncargos) -> str:
    return f"Multa: {versao.multa.fundamento}. Juros: {versao.juros.fundamento}."
