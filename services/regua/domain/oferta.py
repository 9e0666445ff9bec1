"""The open debts that the régua knows, as a quote request: what is still owed of each, and under which nature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kernel.domain.datas import Competencia

# accounts that quotes know; the authority's others say nothing there
_CONTAS: Final = frozenset({1, 2, 3, 12})
# who is in no regime pays as everybody does
_REGIMES: Final[Mapping[str, str]] = {"normal": "normal", "simples": "simples", "mei": "simples", "nenhum": "normal"}
_NATUREZA_DO_TRIBUTO: Final[Mapping[str, str]] = {"IPVA": "ipva", "ITCD": "itcd"}
_NATUREZA_DO_REGIME: Final[Mapping[str, str]] = {"normal": "icms", "simples": "simples"}


@dataclass(frozen=True, slots=True)
class Devedor:
    """Who owes. `receita_bruta` in cents, of the year before."""

    contribuinte: str
    regime: str
    receita_bruta: int | None


@dataclass(frozen=True, slots=True)
class DebitoAberto:
    """A debt em aberto as its row is, in cents; competências by their index. `pago`: what payments that name it add up to."""

    debito: str
    tributo: str
    agencia: str
    conta: int | None
    natureza: str | None
    competencia: int
    fato_gerador: int | None
    lancado_em: date | None
    ciencia_em: date | None
    inscrito_em: date | None
    principal: int
    multa: int
    juros: int
    pago: int


def pedido_de_oferta(devedor: Devedor, debitos: Iterable[DebitoAberto], *, norma: str, data: date) -> dict[str, Any]:
    """The body of a quote request (contratos, "parcelamento"); absent fields are left out."""
    regime = _REGIMES.get(devedor.regime, "normal")
    optante = {
        "id": devedor.contribuinte,
        "regime": regime,
        "receita_bruta_ano_anterior": None if devedor.receita_bruta is None else _texto(devedor.receita_bruta),
    }
    return {
        "norma": norma,
        "contribuinte": _presentes(optante),
        "data": data.isoformat(),
        "debitos": [_debito(d, regime) for d in debitos],
    }


def restante(d: DebitoAberto) -> tuple[int, int, int]:
    """Principal, fine and interest still owed: payments go to fine, then interest, then principal.

    The order in which a lost plan imputes what was paid (Portaria 46/2015, Anexo III, item 22), so that a debt is worth the
    same in both. Never below zero.
    """
    pago = d.pago
    multa = max(0, d.multa - pago)
    pago -= d.multa - multa
    juros = max(0, d.juros - pago)
    pago -= d.juros - juros
    return max(0, d.principal - pago), multa, juros


def _debito(d: DebitoAberto, regime: str) -> dict[str, Any]:
    principal, multa, juros = restante(d)
    return _presentes(
        {
            "debito": d.debito,
            "tributo": d.tributo,
            "agencia": d.agencia or None,
            "conta": d.conta if d.conta in _CONTAS else None,
            "natureza": _NATUREZA_DO_TRIBUTO.get(d.tributo) or d.natureza or _NATUREZA_DO_REGIME[regime],
            "fato_gerador": str(Competencia.de_indice(d.competencia if d.fato_gerador is None else d.fato_gerador)),
            "lancado_em": None if d.lancado_em is None else d.lancado_em.isoformat(),
            "ciencia_em": None if d.ciencia_em is None else d.ciencia_em.isoformat(),
            "divida_ativa": d.inscrito_em is not None,
            "principal": _texto(principal),
            "multa": _texto(multa),
            "juros": _texto(juros),
        }
    )


def _presentes(campos: Mapping[str, Any]) -> dict[str, Any]:
    return {nome: valor for nome, valor in campos.items() if valor is not None}


def _texto(centavos: int) -> str:
    return f"{centavos // 100}.{centavos % 100:02d}"
