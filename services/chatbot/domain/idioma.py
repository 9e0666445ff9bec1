"""Which language a message is written in, where it is long enough to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# "oi", "quero pagar": two or three words are as good in the neighbour's language (measured: the usual detectors fail there too)
MINIMO_DE_PALAVRAS: Final = 4
_VANTAGEM: Final = 1.5
_PESO_DA_LETRA: Final = 1.0
_PALAVRAS_LIDAS: Final = 200


@dataclass(frozen=True, slots=True)
class Detector:
    """The common words and the letters of their own of each language."""

    palavras: Mapping[str, Mapping[str, float]]
    letras: Mapping[str, frozenset[str]]

    def detectar(self, texto: str, normalizado: str) -> str | None:
        """The language of a message, or None where it is too short or too near to another to tell."""
        palavras = normalizado.split()[:_PALAVRAS_LIDAS]
        if len(palavras) < MINIMO_DE_PALAVRAS:
            return None
        usadas = set(texto.lower())
        notas = sorted((self._nota(idioma, palavras, usadas), idioma) for idioma in self.palavras)
        melhor, idioma = notas[-1]
        segunda = notas[-2][0] if len(notas) > 1 else 0.0
        return idioma if melhor - segunda >= _VANTAGEM else None

    def _nota(self, idioma: str, palavras: list[str], usadas: set[str]) -> float:
        pesos = self.palavras[idioma]
        return sum(pesos.get(palavra, 0.0) for palavra in palavras) + _PESO_DA_LETRA * len(self.letras[idioma] & usadas)


def detector(regras: Mapping[str, Mapping[str, Any]]) -> Detector:
    """A detector of these languages (their JSON by name): a word that several share counts for less."""
    partilha = Counter(palavra for documento in regras.values() for palavra in dict.fromkeys(documento["palavras_comuns"]))
    return Detector(
        palavras={
            idioma: {palavra: 1.0 / partilha[palavra] for palavra in documento["palavras_comuns"]}
            for idioma, documento in regras.items()
        },
        letras={idioma: frozenset(documento["letras"]) for idioma, documento in regras.items()},
    )
