"""Draws that depend only on (semente, canal, n): the n-th request of a channel meets the same fate in every run."""

from __future__ import annotations

import hashlib
import struct

_BLOCO = struct.Struct(">16I")
_ESCALA = 1.0 / 4294967296.0


class Sorteio:
    """An endless sequence of numbers in [0, 1), fixed by its key. BLAKE2b in counter mode: seeding costs one hash."""

    __slots__ = ("_bloco", "_chave", "_posicao", "_valores")

    def __init__(self, semente: int, canal: str, n: int) -> None:
        self._chave = f"{semente}:{canal}:{n}".encode()
        self._bloco = 0
        self._posicao = 16
        self._valores: tuple[int, ...] = ()

    def proximo(self) -> float:
        """The next number in [0, 1)."""
        if self._posicao == 16:
            digest = hashlib.blake2b(self._chave, salt=self._bloco.to_bytes(16, "big")).digest()
            self._valores = _BLOCO.unpack(digest)
            self._bloco += 1
            self._posicao = 0
        valor = self._valores[self._posicao] * _ESCALA
        self._posicao += 1
        return valor

    def acontece(self, taxa: float) -> bool:
        """True in a share `taxa` of the draws. Always consumes one draw, so that one rate does not move the others' fate."""
        return self.proximo() < taxa

    def entre(self, minimo: int, maximo: int) -> int:
        """A whole number from minimo to maximo, both included."""
        return minimo + int(self.proximo() * (maximo - minimo + 1))
