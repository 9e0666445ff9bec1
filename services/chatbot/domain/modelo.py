"""A small classifier: multinomial logistic regression on words, pairs of words and pieces of words, trained from phrases.

Written here in plain Python: some two thousand short phrases train in about a second, the platform needs no numerical library
else, and weights that are made anew from text files at each start cannot grow old beside them, as a stored model would.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

_PEDACO: Final = 4
_EPOCAS: Final = 6
_PASSO: Final = 2.0
# each epoch's step against the one before it: with 0.6, six epochs reach what ten of a slower fall do
_QUEDA: Final = 0.6
_BASTA: Final = 0.03
_DESPREZIVEL: Final = 0.01

Traco: TypeAlias = str


@dataclass(frozen=True, slots=True)
class Modelo:
    """What training gives: for each trait its idf and one weight per class."""

    classes: tuple[str, ...]
    idf: Mapping[Traco, float]
    pesos: Mapping[Traco, Sequence[float]]
    vies: Sequence[float]
    conceitual: Callable[[str], str]

    def probabilidades(self, texto: str) -> list[float]:
        """One probability per class, in the order of `classes`; they add up to 1. `texto` is normalised."""
        return _softmax(_notas(_vetor(tracos(texto, self.conceitual(texto)), self.idf), self.pesos, self.vies))


def treinar(exemplos: Iterable[tuple[str, str]], classes: Sequence[str], conceitual: Callable[[str], str]) -> Modelo:
    """A model of (normalised text, class) pairs; the same pairs in the same order give the same weights, to the bit.

    `conceitual` replaces words by the kind they are of, one for one ("moto" by `_veiculo`).
    """
    pares = [(tracos(texto, conceitual(texto)), classes.index(classe)) for texto, classe in exemplos]
    idf = _idf([vistos for vistos, _ in pares])
    pesos = {traco: [0.0] * len(classes) for traco in idf}
    vies = [0.0] * len(classes)
    amostras = [(_vetor(vistos, idf), classe) for vistos, classe in pares]
    for epoca in range(_EPOCAS):
        # what is known well by now is not looked at again: half the work, and no worse on phrases never seen
        amostras = [amostra for amostra in amostras if _aprender(*amostra, pesos, vies, _PASSO * _QUEDA**epoca)]
    return Modelo(tuple(classes), idf, pesos, vies, conceitual)


def tracos(texto: str, conceitual: str) -> list[Traco]:
    """What the model sees of a text: its words, their kinds, pairs of neighbours, and pieces of words with their ends marked."""
    palavras, especies = texto.split(), conceitual.split()
    vistos = [f"p:{palavra}" for palavra in palavras]
    vistos += [f"e:{especie}" for especie, palavra in zip(especies, palavras, strict=True) if especie != palavra]
    vistos += [f"d:{a} {b}" for a, b in zip(("^", *especies), (*especies, "$"), strict=True)]
    for palavra in palavras:
        marcada = f"<{palavra}>"
        vistos += [marcada[i : i + _PEDACO] for i in range(len(marcada) - _PEDACO + 1)]
    return list(dict.fromkeys(vistos))


def _idf(textos: Sequence[Sequence[Traco]]) -> dict[Traco, float]:
    vezes = Counter(traco for vistos in textos for traco in vistos)
    # what is seen once teaches nothing but a word
    return {traco: math.log((1 + len(textos)) / (1 + n)) for traco, n in vezes.items() if n > 1 or traco.startswith("p:")}


def _vetor(vistos: Sequence[Traco], idf: Mapping[Traco, float]) -> dict[Traco, float]:
    bruto = {traco: peso for traco in vistos if (peso := idf.get(traco)) is not None}
    norma = math.sqrt(sum(peso * peso for peso in bruto.values())) or 1.0
    return {traco: peso / norma for traco, peso in bruto.items()}


def _notas(vetor: Mapping[Traco, float], pesos: Mapping[Traco, Sequence[float]], vies: Sequence[float]) -> list[float]:
    notas = list(vies)
    for traco, valor in vetor.items():
        notas = [nota + valor * peso for nota, peso in zip(notas, pesos[traco], strict=True)]
    return notas


def _softmax(notas: Sequence[float]) -> list[float]:
    maior = max(notas)
    partes = [math.exp(nota - maior) for nota in notas]
    soma = sum(partes)
    return [parte / soma for parte in partes]


def _aprender(
    vetor: Mapping[Traco, float], classe: int, pesos: Mapping[Traco, list[float]], vies: list[float], passo: float
) -> bool:
    """Moves the weights towards `classe`; False where they were near enough already."""
    erros = _softmax(_notas(vetor, pesos, vies))
    if erros[classe] > 1.0 - _BASTA:
        return False
    erros[classe] -= 1.0
    # most classes are far off: leaving them alone halves the time of training
    ajustes = [(k, passo * erro) for k, erro in enumerate(erros) if abs(erro) > _DESPREZIVEL]
    for k, ajuste in ajustes:
        vies[k] -= ajuste * 0.1
    for traco, valor in vetor.items():
        linha = pesos[traco]
        for k, ajuste in ajustes:
            linha[k] -= ajuste * valor
    return True
