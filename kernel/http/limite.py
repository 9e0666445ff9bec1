"""Token-bucket rate limits per key, in bounded memory; the caller passes the clock's reading in."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

from kernel.http.problema import MuitasRequisicoes


@dataclass(slots=True)
class _Balde:
    fichas: float
    em: float


class Limite:
    """`capacidade` calls at once per key, refilled at `por_segundo`.

    Holds at most `maximo_de_chaves` keys; beyond that the key unused for longest is forgotten, which gives it a full
    bucket again. Instants are seconds of a monotonic clock. Not for threads: one event loop.
    """

    def __init__(self, *, capacidade: int, por_segundo: float, maximo_de_chaves: int = 10_000) -> None:
        if capacidade < 1 or por_segundo <= 0 or maximo_de_chaves < 1:
            raise ValueError("capacidade, por_segundo e maximo_de_chaves precisam ser positivos")
        self._capacidade = float(capacidade)
        self._por_segundo = por_segundo
        self._maximo = maximo_de_chaves
        self._baldes: OrderedDict[str, _Balde] = OrderedDict()

    def __len__(self) -> int:
        return len(self._baldes)

    def espera_s(self, chave: str, agora_s: float) -> float:
        """Takes a token and returns 0.0, or takes nothing and returns the seconds until there is one."""
        balde = self._balde(chave, agora_s)
        if balde.fichas >= 1:
            balde.fichas -= 1
            return 0.0
        return (1 - balde.fichas) / self._por_segundo

    def exigir(self, chave: str, agora_s: float) -> None:
        """Takes a token. Raises `MuitasRequisicoes` (429, with Retry-After in whole seconds) where there is none."""
        espera = self.espera_s(chave, agora_s)
        if espera > 0:
            raise MuitasRequisicoes(cabecalhos={"Retry-After": str(math.ceil(espera))})

    def _balde(self, chave: str, agora_s: float) -> _Balde:
        balde = self._baldes.get(chave)
        if balde is None:
            balde = self._baldes[chave] = _Balde(self._capacidade, agora_s)
            if len(self._baldes) > self._maximo:
                self._baldes.popitem(last=False)
            return balde
        self._baldes.move_to_end(chave)
        # a clock that goes back neither gives nor takes
        decorrido = max(0.0, agora_s - balde.em)
        # rounded, so that waiting exactly what was announced is enough despite binary fractions
        balde.fichas = min(self._capacidade, round(balde.fichas + decorrido * self._por_segundo, 9))
        balde.em = max(balde.em, agora_s)
        return balde
