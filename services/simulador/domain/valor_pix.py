"""What a charge with a due date costs on a day, and until when it can be paid. Source: API Pix 2.9.0, CobVValor and CobPayload.

How a monthly or yearly interest is spread over days is in a manual that was not read: 30 and 365 calendar days, 21 and 252
business days, are assumed; so is that fine and interest go on the amount less the abatement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kernel.domain.calendario import Calendario

_CENTAVO = Decimal(1)
# modality → (is it a percentage?, days that the rate is for, business days?)
_JUROS: Mapping[int, tuple[bool, int, bool]] = {
    1: (False, 1, False),
    2: (True, 1, False),
    3: (True, 30, False),
    4: (True, 365, False),
    5: (False, 1, True),
    6: (True, 1, True),
    7: (True, 21, True),
    8: (True, 252, True),
}
# modality of discounts for paying early → (percentage?, business days?)
_POR_ANTECIPACAO: Mapping[int, tuple[bool, bool]] = {3: (False, False), 4: (False, True), 5: (True, False), 6: (True, True)}


@dataclass(frozen=True, slots=True)
class Composicao:
    """The parts of the amount, in cents."""

    original: int
    multa: int
    juros: int
    abatimento: int
    desconto: int

    @property
    def final(self) -> int:
        return self.original + self.multa + self.juros - self.abatimento - self.desconto


def centesimos(texto: object) -> int:
    """`123.45` → 12345."""
    return int(str(texto).replace(".", ""))


def decimal(valor: int) -> str:
    """12345 → `123.45`."""
    return f"{valor // 100}.{valor % 100:02d}"


def vence_em(vencimento: date, calendario: Calendario) -> date:
    """The due date that counts: a weekend or holiday moves it to the next business day."""
    return calendario.proximo_dia_util(vencimento)


def ultimo_dia(vencimento: date, validade_dias: int, calendario: Calendario) -> date:
    """The last day on which payment is taken."""
    return calendario.proximo_dia_util(vence_em(vencimento, calendario) + timedelta(days=validade_dias))


def compor(valor: Mapping[str, Any], vencimento: date, dia: date, calendario: Calendario) -> Composicao:
    """The amount on `dia`."""
    original = centesimos(valor["original"])
    abatimento = _parte(valor.get("abatimento"), original)
    base, vence = original - abatimento, vence_em(vencimento, calendario)
    atrasado = dia > vence
    return Composicao(
        original=original,
        abatimento=abatimento,
        multa=_parte(valor.get("multa"), base) if atrasado else 0,
        juros=_juros(valor.get("juros"), base, vencimento, dia, calendario) if atrasado else 0,
        desconto=0 if atrasado else min(_desconto(valor.get("desconto"), base, vencimento, dia, calendario), base - 1),
    )


def _de(base: int, taxa: Decimal) -> int:
    return int((base * taxa).quantize(_CENTAVO, ROUND_HALF_UP))


def _quantia(base: int, centesimos_: int, *, percentual: bool, vezes: Decimal = Decimal(1)) -> int:
    if percentual:
        return _de(base, Decimal(centesimos_) / 10_000 * vezes)
    return _de(centesimos_, vezes)


def _parte(encargo: Mapping[str, Any] | None, base: int) -> int:
    """Modality 1 is an amount, 2 a percentage."""
    if not encargo:
        return 0
    return _quantia(base, centesimos(encargo["valorPerc"]), percentual=int(encargo["modalidade"]) == 2)


def _dias(de: date, ate: date, calendario: Calendario, *, uteis: bool) -> int:
    corridos = (ate - de).days
    if not uteis:
        return corridos
    return sum(calendario.dia_util(de + timedelta(days=n)) for n in range(1, corridos + 1))


def _juros(juros: Mapping[str, Any] | None, base: int, de: date, ate: date, calendario: Calendario) -> int:
    if not juros:
        return 0
    percentual, por_dias, uteis = _JUROS[int(juros["modalidade"])]
    vezes = Decimal(_dias(de, ate, calendario, uteis=uteis)) / por_dias
    return _quantia(base, centesimos(juros["valorPerc"]), percentual=percentual, vezes=vezes)


def _desconto(desconto: Mapping[str, Any] | None, base: int, vencimento: date, dia: date, calendario: Calendario) -> int:
    if not desconto:
        return 0
    modalidade = int(desconto["modalidade"])
    if modalidade in _POR_ANTECIPACAO:
        percentual, uteis = _POR_ANTECIPACAO[modalidade]
        vezes = Decimal(max(0, _dias(dia, vencimento, calendario, uteis=uteis)))
        return _quantia(base, centesimos(desconto["valorPerc"]), percentual=percentual, vezes=vezes)
    ainda = [item for item in desconto["descontoDataFixa"] if dia <= date.fromisoformat(item["data"])]
    if not ainda:
        return 0
    proximo = min(ainda, key=lambda item: str(item["data"]))
    return _quantia(base, centesimos(proximo["valorPerc"]), percentual=modalidade == 2)
