"""A small classifier: multinomial logistic regression on words, pairs of words and pieces of words, trained from phrases.

Written here in plain Python: some two thousand short phrases train in about a second, the platform needs no numerical library
else, and weights that are made anew from text files at each start cannot grow old beside them, as a stored model would.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_PEDACOS: Final = (3, 4, 5)
_EPOCAS: Final = 6
_PASSO: Final = 2.0
_DESPREZIVEL: Final = 0.004

Traco = str


@dataclass(frozen=True, slots=True)
class Modelo:
    """What training gives: for each trait its idf and one weight per class."""

    classes: tuple[str, ...]
    idf: Mapping[Traco, float]
    pesos: Mapping[Traco, Sequence[float]]
    vies: Sequence[float]

    def probabilidades(self, texto: str, *, temperatura: float = 1.0) -> list[float]:
        """One probability per class, in the order of `classes`; they add up to 1. `texto` is normalised."""
        return _softmax(_notas(_vetor(texto, self.idf), self.pesos, self.vies), temperatura)


def treinar(exemplos: Iterable[tuple[str, str]], classes: Sequence[str]) -> Modelo:
    """A model of (normalised text, class) pairs; the same pairs in the same order give the same weights, to the bit."""
    pares = [(texto, classes.index(classe)) for texto, classe in exemplos]
    idf = _idf([texto for texto, _ in pares])
    pesos = {traco: [0.0] * len(classes) for traco in idf}
    vies = [0.0] * len(classes)
    amostras = [(_vetor(texto, idf), classe) for texto, classe in pares]
    for epoca in range(_EPOCAS):
        passo = _PASSO / (1 + epoca / 2)
        for vetor, classe in amostras:
            _aprender(vetor, classe, pesos, vies, passo)
    return Modelo(tuple(classes), idf, pesos, vies)


def tracos(texto: str) -> list[Traco]:
    """What the model sees of a text: its words, its pairs of neighbours, and the pieces of each word with its ends marked."""
    palavras = texto.split()
    vistos = [f"p:{palavra}" for palavra in palavras]
    vistos += [f"d:{a} {b}" for a, b in zip(("^", *palavras), (*palavras, "$"), strict=True)]
    for palavra in palavras:
        marcada = f"<{palavra}>"
        vistos += [marcada[i : i + n] for n in _PEDACOS for i in range(len(marcada) - n + 1)]
    return vistos


def _idf(textos: Sequence[str]) -> dict[Traco, float]:
    vezes = Counter(traco for texto in textos for traco in dict.fromkeys(tracos(texto)))
    return {traco: math.log((1 + len(textos)) / (1 + n)) for traco, n in vezes.items() if n > 1 or traco.startswith("p:")}


def _vetor(texto: str, idf: Mapping[Traco, float]) -> dict[Traco, float]:
    bruto = {traco: peso for traco in dict.fromkeys(tracos(texto)) if (peso := idf.get(traco)) is not None}
    norma = math.sqrt(sum(peso * peso for peso in bruto.values())) or 1.0
    return {traco: peso / norma for traco, peso in bruto.items()}


def _notas(vetor: Mapping[Traco, float], pesos: Mapping[Traco, Sequence[float]], vies: Sequence[float]) -> list[float]:
    notas = list(vies)
    for traco, valor in vetor.items():
        notas = [nota + valor * peso for nota, peso in zip(notas, pesos[traco], strict=True)]
    return notas


def _softmax(notas: Sequence[float], temperatura: float = 1.0) -> list[float]:
    maior = max(notas)
    partes = [math.exp((nota - maior) / temperatura) for nota in notas]
    soma = sum(partes)
    return [parte / soma for parte in partes]


def _aprender(
    vetor: Mapping[Traco, float], classe: int, pesos: Mapping[Traco, list[float]], vies: list[float], passo: float
) -> None:
    erros = _softmax(_notas(vetor, pesos, vies))
    erros[classe] -= 1.0
    # most classes are far off: leaving them alone halves the time of training
    ajustes = [(k, passo * erro) for k, erro in enumerate(erros) if abs(erro) > _DESPREZIVEL]
    for k, ajuste in ajustes:
        vies[k] -= ajuste * 0.1
    for traco, valor in vetor.items():
        linha = pesos[traco]
        for k, ajuste in ajustes:
            linha[k] -= ajuste * valor
