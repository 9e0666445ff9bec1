"""The control group: a keyed draw that gives a person the same answer every time, and that nobody can guess without the key."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from fractions import Fraction


def em_controle(segredo: bytes, campanha: str, pessoa: str, parte: Fraction) -> bool:
    """Whether HMAC-SHA256(segredo, `campanha|pessoa`) ÷ 2^64 (its first 8 bytes, big-endian) is below `parte`."""
    sorteado = int.from_bytes(hmac.digest(segredo, f"{campanha}|{pessoa}".encode(), "sha256")[:8])
    return sorteado * parte.denominator < parte.numerator << 64


def sortear(segredo: bytes, campanha: str, pessoas: Iterable[str], parte: Fraction) -> list[bool]:
    """`em_controle` of each person."""
    if parte == 0:
        return [False for _ in pessoas]
    return [em_controle(segredo, campanha, pessoa, parte) for pessoa in pessoas]
