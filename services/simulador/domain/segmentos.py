"""How many SMS parts a text takes, as Twilio's `num_segments` counts them (3GPP TS 23.038)."""

from __future__ import annotations

_BASICA = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSAO = frozenset("\f^{}\\[~]|€")


def _partes(larguras: list[int], sozinha: int, dividida: int) -> int:
    if sum(larguras) <= sozinha:
        return 1
    partes, ocupado = 1, 0
    for largura in larguras:
        # an escape pair or a surrogate pair is never cut in two
        if ocupado + largura > dividida:
            partes, ocupado = partes + 1, 0
        ocupado += largura
    return partes


def contar_segmentos(texto: str) -> int:
    """1 or more: GSM-7 (160 septets alone, 153 per part) where every letter fits it, UCS-2 (70, 67) otherwise."""
    letras = set(texto)
    if letras <= _BASICA and len(texto) <= 160:
        return 1
    if letras <= _BASICA | _EXTENSAO:
        return _partes([2 if letra in _EXTENSAO else 1 for letra in texto], 160, 153)
    return _partes([2 if ord(letra) > 0xFFFF else 1 for letra in texto], 70, 67)
