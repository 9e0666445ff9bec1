"""The phrases as they were written: a message that is one of them, or all but one, has its intent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from rapidfuzz import fuzz, process

from chatbot.domain.intencao import Intencao

_MAIS_LONGA: Final = 120
_MAIS_CURTA: Final = 5
_VIZINHAS: Final = 4


@dataclass(frozen=True, slots=True)
class Frases:
    """One language's phrases, normalised, each with its intent."""

    textos: tuple[str, ...]
    intencoes: tuple[Intencao, ...]
    exatas: Mapping[str, Intencao]
    negacoes: frozenset[str]

    def igual(self, texto: str) -> Intencao | None:
        """The intent of the phrase that `texto` is, or None."""
        return self.exatas.get(texto)

    def parecida(self, texto: str, *, minimo: float) -> tuple[Intencao, float] | None:
        """The intent of the nearest phrase and the likeness, `minimo`..1; None where there is none or the nearest disagree.

        A phrase with a negation more or less is no likeness: "quero pagar" is far from "não quero pagar".
        """
        if not _MAIS_CURTA <= len(texto) <= _MAIS_LONGA:
            return None
        achadas = process.extract(texto, self.textos, scorer=fuzz.ratio, limit=_VIZINHAS, score_cutoff=minimo * 100)
        vizinhas = [(self.intencoes[i], nota) for outra, nota, i in achadas if self._nega(outra) == self._nega(texto)]
        if not vizinhas or len({intencao for intencao, _ in vizinhas}) > 1:
            return None
        return vizinhas[0][0], vizinhas[0][1] / 100

    def _nega(self, texto: str) -> int:
        return sum(palavra in self.negacoes for palavra in texto.split())


def frases(exemplos: Sequence[tuple[str, str]], negacoes: Iterable[str]) -> Frases:
    """The phrases of (normalised text, intent) pairs. The first intent that claims a phrase keeps it."""
    exatas: dict[str, Intencao] = {}
    for texto, intencao in exemplos:
        exatas.setdefault(texto, cast("Intencao", intencao))
    return Frases(tuple(exatas), tuple(exatas.values()), exatas, frozenset(negacoes))
