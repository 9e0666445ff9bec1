"""Rules and rates for tests of late charges, and the same charges worked out a second time, in fractions."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from kernel.domain.datas import Competencia, ler_competencia
from parcelamento.domain.encargos import RegraDeEncargos
from parcelamento.domain.encargos_leitura import ler_encargos
from parcelamento.domain.selic import TabelaSelic

NORMAS: Final = Path(__file__).parents[3] / "services" / "parcelamento" / "normas"


def documento(regra: str) -> dict[str, Any]:
    """A fresh copy of a rule that ships with the room."""
    lido: dict[str, Any] = json.loads((NORMAS / f"encargos_{regra}.json").read_text("utf-8"))
    return lido


def regra(nome: str) -> RegraDeEncargos:
    return ler_encargos(documento(nome))


def tabela(**taxas: str) -> TabelaSelic:
    """`tabela(m2025_02="0.99")`."""
    return TabelaSelic({ler_competencia(mes[1:].replace("_", "-")): Decimal(taxa) for mes, taxa in taxas.items()})


def tabela_constante(de: str, meses: int, taxa: str = "1.00") -> TabelaSelic:
    inicio = ler_competencia(de)
    return TabelaSelic({inicio.seguinte(n): Decimal(taxa) for n in range(meses)})


def centavos(valor: Fraction) -> int:
    """Half up, without Decimal."""
    return (2 * valor.numerator + valor.denominator) // (2 * valor.denominator)


def multa_federal(dias: int) -> Fraction:
    """Lei 9.430/1996, art. 61, caput, § 2."""
    return min(Fraction(33, 10_000) * dias, Fraction(1, 5))


def multa_de_alagoas(dias: int) -> Fraction:
    """Lei (AL) 5.900/1996, art. 96, I, as Lei 6.005/1998 words it."""
    if dias <= 30:
        return Fraction(2, 1000) * dias
    return Fraction(9, 100) if dias <= 60 else Fraction(15, 100)


def juros_selic(vencimento: date, pago_em: date, selic: TabelaSelic) -> Fraction:
    """Lei 9.430/1996, art. 61, § 3, walking day by day instead of by months' numbers."""
    meses = set()
    dia = vencimento
    while dia <= pago_em:
        meses.add((dia.year, dia.month))
        dia += timedelta(days=1)
    meses -= {(vencimento.year, vencimento.month)}
    if not meses:
        return Fraction(0)
    meses -= {(pago_em.year, pago_em.month)}
    return Fraction(1, 100) + sum((Fraction(selic.taxas[Competencia.de_ano_mes(*m)]) / 100 for m in meses), Fraction(0))
