"""The general check digits of many collection barcodes at once.

A file has up to a million of them, and digit by digit Python takes microseconds for each. So the codes are worked on by
column: the digits at one place of all codes are the bytes of one whole number, and adding two such numbers adds the digits
of all codes, as long as no byte passes 255.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_LARGURA: Final = 44
_DIGITO: Final = 3
_PRODUTO: Final = ord("8")
# places of the 43 digits that the check digit is over, from the right
_DA_DIREITA: Final = [i for i in range(_LARGURA - 1, -1, -1) if i != _DIGITO]


def _tabela(de_cada: Sequence[int]) -> bytes:
    """ASCII digit → what it adds in its column."""
    return bytes(de_cada[c - 48] if 48 <= c < 58 else 0 for c in range(256))


_PARCELAS_10: Final = [_tabela([sum(divmod((2 - n % 2) * d, 10)) for d in range(10)]) for n in range(43)]
_PARCELAS_11: Final = [_tabela([(2 + n % 8) * d % 11 for d in range(10)]) for n in range(43)]
_RESTO_10: Final = bytes(c % 10 for c in range(256))
_RESTO_11: Final = bytes(c % 11 for c in range(256))
_FINAL_10: Final = bytes(48 + -c % 10 for c in range(256))
_FINAL_11: Final = bytes(48 + (0 if c % 11 < 2 else 11 - c % 11) for c in range(256))
# columns that add up within a byte: 25 × 10 = 250
_DE_UMA_VEZ: Final = 25


def codigos_errados(codigos: Sequence[str]) -> list[int]:
    """The places in `codigos` (44 digits each) of those that are no collection code: product, value id or check digit."""
    if not codigos:
        return []
    bruto = "".join(codigos).encode("ascii")
    produtos, modulos, digitos = bruto[0::_LARGURA], bruto[2::_LARGURA], bruto[_DIGITO::_LARGURA]
    de_10 = _digitos(bruto, _PARCELAS_10, _RESTO_10, _FINAL_10) if b"6" in modulos or b"7" in modulos else digitos
    de_11 = _digitos(bruto, _PARCELAS_11, _RESTO_11, _FINAL_11) if b"8" in modulos or b"9" in modulos else digitos
    por_modulo = {ord("6"): de_10, ord("7"): de_10, ord("8"): de_11, ord("9"): de_11}
    if produtos == bytes([_PRODUTO]) * len(codigos) and _um_so(modulos) and por_modulo.get(modulos[0]) == digitos:
        return []
    return [
        i
        for i, (produto, modulo, digito) in enumerate(zip(produtos, modulos, digitos, strict=True))
        if produto != _PRODUTO or modulo not in por_modulo or por_modulo[modulo][i] != digito
    ]


def _um_so(coluna: bytes) -> bool:
    return coluna == coluna[:1] * len(coluna)


def _digitos(bruto: bytes, parcelas: Sequence[bytes], resto: bytes, final: bytes) -> bytes:
    """The check digit of each code, in ASCII."""
    colunas = [bruto[i::_LARGURA].translate(parcela) for i, parcela in zip(_DA_DIREITA, parcelas, strict=True)]
    tamanho = len(colunas[0])
    metades = (colunas[:_DE_UMA_VEZ], colunas[_DE_UMA_VEZ:])
    return _somar([_somar(metade, tamanho).translate(resto) for metade in metades], tamanho).translate(final)


def _somar(colunas: Sequence[bytes], tamanho: int) -> bytes:
    return sum(int.from_bytes(coluna, "little") for coluna in colunas).to_bytes(tamanho, "little")
