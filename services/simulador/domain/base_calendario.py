"""Competências, due dates and the days on which good payers pay, as ready text: the inner loops only pick from tuples.

Whoever pays on time has always done so by the base's date, even where the due date is still to come: so the unpaid share of
the newest competência is the one asked for on any day of the month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

COMPETENCIAS = 24
JANELA = 12
# eight equally likely days: a draw of three bits picks one
OPCOES = 8
# regime → (day the declaration is due, day the tax is due), of the following month
PRAZOS: Mapping[str, tuple[int, int]] = {"normal": (10, 15), "simples": (20, 20), "mei": (20, 20)}
# last digit of the plate → month in which IPVA falls due, on its last day
MES_DO_FINAL = (6, 2, 2, 3, 3, 4, 4, 5, 5, 6)


@dataclass(frozen=True, slots=True)
class Prazo:
    """One competência of one calendar, on a given date. Days are proleptic ordinals, texts are ISO."""

    competencia: str
    compacta: str
    prazo: str
    vencimento: str
    vencimento_dia: int
    vencida: bool
    omissivel: bool
    entregas: tuple[str, ...]
    pagamentos: tuple[str, ...]


def mes_deslocado(ano: int, mes: int, meses: int) -> tuple[int, int]:
    """(year, month) `meses` later; negative goes back."""
    return divmod(ano * 12 + mes - 1 + meses, 12)[0], (mes - 1 + meses) % 12 + 1


def competencias_antes(hoje: date, quantas: int = COMPETENCIAS) -> list[tuple[int, int]]:
    """The `quantas` months before that of `hoje`, oldest first."""
    return [mes_deslocado(hoje.year, hoje.month, passo - quantas) for passo in range(quantas)]


def _dias(primeiro: int, ultimo: int, hoje: int) -> tuple[str, ...]:
    """Eight ISO days spread over primeiro..ultimo, none after `hoje`."""
    fim = min(ultimo, hoje)
    inicio = min(primeiro, fim)
    return tuple(date.fromordinal(inicio + (fim - inicio) * i // (OPCOES - 1)).isoformat() for i in range(OPCOES))


def _prazo(ano: int, mes: int, regime: str, hoje: date) -> Prazo:
    dia_prazo, dia_vencimento = PRAZOS[regime]
    seguinte = date(*mes_deslocado(ano, mes, 1), 1)
    prazo, vencimento = seguinte.replace(day=dia_prazo), seguinte.replace(day=dia_vencimento)
    inicio, agora = seguinte.toordinal(), hoje.toordinal()
    return Prazo(
        competencia=f"{ano:04d}-{mes:02d}",
        compacta=f"{ano:04d}{mes:02d}",
        prazo=prazo.isoformat(),
        vencimento=vencimento.isoformat(),
        vencimento_dia=vencimento.toordinal(),
        vencida=vencimento < hoje,
        omissivel=prazo < hoje,
        entregas=_dias(inicio, prazo.toordinal(), agora),
        pagamentos=_dias(max(inicio, vencimento.toordinal() - OPCOES), vencimento.toordinal(), agora),
    )


def calendario_icms(hoje: date) -> Mapping[str, tuple[Prazo, ...]]:
    """For each regime its 24 competências before the month of `hoje`, oldest first."""
    meses = competencias_antes(hoje)
    return {regime: tuple(_prazo(ano, mes, regime, hoje) for ano, mes in meses) for regime in PRAZOS}


def prazo_icms(ano: int, mes: int, regime: str, hoje: date) -> Prazo:
    """One competência outside the 24, for old debts."""
    return _prazo(ano, mes, regime, hoje)


def prazo_ipva(ano: int, final: int, hoje: date) -> Prazo:
    """The IPVA of `ano` for plates that end in `final` (0 to 9); its competência is January's."""
    seguinte = date(*mes_deslocado(ano, MES_DO_FINAL[final], 1), 1)
    vencimento = seguinte.toordinal() - 1
    inicio, agora = date(ano, 1, 1).toordinal(), hoje.toordinal()
    texto = date.fromordinal(vencimento).isoformat()
    return Prazo(
        competencia=f"{ano:04d}-01",
        compacta=f"{ano:04d}",
        prazo=texto,
        vencimento=texto,
        vencimento_dia=vencimento,
        vencida=vencimento < agora,
        omissivel=False,
        entregas=(f"{ano:04d}-01-01",) * OPCOES,
        pagamentos=_dias(inicio, vencimento, agora),
    )


def acrescimos(principal: int, dias: int) -> tuple[int, int]:
    """(multa, juros) in cents after `dias` of delay: 0.33% a day up to 20%, and 1% for each month begun.

    Round figures that look like the field's; no norm's table.
    """
    if dias <= 0:
        return 0, 0
    return principal * min(2000, 33 * dias) // 10_000, principal * (1 + dias // 30) // 100
