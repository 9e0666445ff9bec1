"""How an SMS is encoded and counted, and how a Portuguese text becomes pure GSM-7 (3GPP TS 23.038)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Codificacao = Literal["GSM-7", "UCS-2"]

BASICA: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic table: a letter's place is its code. Place 27 is the escape, which no text has."""

EXTENSAO: Final = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65}
"""Behind the escape: two septets each."""

_UM_SEPTETO: Final = frozenset(BASICA) - {"\x1b"}
_DOIS_SEPTETOS: Final = frozenset(EXTENSAO)
_LIMITES: Final[dict[Codificacao, tuple[int, int]]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
_TROCAS: Final = str.maketrans(
    {
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’‚´`", "'"),
        **dict.fromkeys("–—−‑‐", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\t", " "),
        "…": "...",
        "º": "o",
        "ª": "a",
        "°": "o",
        "•": "-",
    }
)


@dataclass(frozen=True, slots=True)
class Medida:
    """`unidades`: septets, or UTF-16 units. `segmentos`: SMS that the text takes, each charged. `fora`: letters that are not
    in GSM-7, in the order of the text, once each."""

    codificacao: Codificacao
    unidades: int
    segmentos: int
    fora: tuple[str, ...] = ()


def medir(texto: str) -> Medida:
    """What `texto` costs as it stands. An empty text is one segment."""
    fora = tuple(dict.fromkeys(letra for letra in texto if letra not in _UM_SEPTETO and letra not in _DOIS_SEPTETOS))
    if fora:
        larguras = [2 if ord(letra) > 0xFFFF else 1 for letra in texto]
        return Medida("UCS-2", sum(larguras), _segmentos(larguras, "UCS-2"), fora)
    larguras = [2 if letra in _DOIS_SEPTETOS else 1 for letra in texto]
    return Medida("GSM-7", sum(larguras), _segmentos(larguras, "GSM-7"))


def _segmentos(larguras: Sequence[int], codificacao: Codificacao) -> int:
    sozinho, dividido = _LIMITES[codificacao]
    if sum(larguras) <= sozinho:
        return 1
    segmentos, ocupado = 1, 0
    for largura in larguras:
        # neither an escape pair nor a surrogate pair is cut in two
        if ocupado + largura > dividido:
            segmentos, ocupado = segmentos + 1, 0
        ocupado += largura
    return segmentos


def transliterar(texto: str) -> str:
    """`texto` in pure GSM-7: its own letters stay (à é ü É Ü Ç), others lose their marks, the rest becomes `?`."""
    return "".join(map(_letra, unicodedata.normalize("NFC", texto).translate(_TROCAS)))


def _letra(letra: str) -> str:
    if letra in _UM_SEPTETO or letra in _DOIS_SEPTETOS:
        return letra
    nua = "".join(c for c in unicodedata.normalize("NFKD", letra) if not unicodedata.combining(c))
    return nua if nua and all(c in _UM_SEPTETO or c in _DOIS_SEPTETOS for c in nua) else "?"
