"""What a language adds to plain text: abbreviations written out, courtesies set aside, words that stand for one thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rapidfuzz.distance import OSA

MARCA: Final = "_cumprimento"


@dataclass(frozen=True, slots=True)
class Vocabulario:
    """One language's words, of its `regras_<idioma>.json` and of its phrases."""

    abreviacoes: Mapping[str, str]
    cortesia: re.Pattern[str]
    cumprimento: re.Pattern[str]
    conceitos: Mapping[str, str]
    corrigir: tuple[str, ...]
    conhecidas: frozenset[str]

    def por_extenso(self, normalizado: str) -> str:
        """Normalised text with abbreviations written out ("vc" is "voce")."""
        return " ".join(self.abreviacoes.get(palavra, palavra) for palavra in normalizado.split())

    def corrigido(self, texto: str) -> str:
        """`texto` with a mistyped word that the rules wait for put right ("atendemte"); known words stay as they are."""
        return " ".join(self._corrigida(palavra) for palavra in texto.split())

    def sem_cortesia(self, texto: str) -> str:
        """`texto` without greetings and politeness around it; the whole where there is nothing else."""
        # a space before the first word too, so that what begins a courtesy is always a whole word
        return self.cortesia.sub("", f" {texto}").strip() or texto

    def com_marca(self, texto: str) -> str:
        """`texto` without courtesies, with a mark in front where a greeting was among them: "oi, doutora" is no "doutora"."""
        despido = self.sem_cortesia(texto)
        return f"{MARCA} {despido}" if despido != texto and self.cumprimento.match(f"{texto} ") else despido

    def com_conceitos(self, texto: str) -> str:
        """`texto` with each word that means one of a kind replaced by the kind ("moto" and "gol" by `_veiculo`)."""
        return " ".join(self.conceitos.get(palavra, palavra) for palavra in texto.split())

    def _corrigida(self, palavra: str) -> str:
        if len(palavra) < 5 or palavra in self.conhecidas:
            return palavra
        for certa in self.corrigir:
            if OSA.distance(palavra, certa, score_cutoff=2) <= (2 if len(certa) >= 8 else 1):
                return certa
        return palavra


def vocabulario(regras: Mapping[str, Any], palavras: Iterable[str]) -> Vocabulario:
    """The language's vocabulary; `palavras`: every word of its phrases, normalised and written out."""
    conceitos = {palavra: f"_{nome}" for nome, lista in regras["conceitos"].items() for palavra in lista}
    conhecidas = frozenset({*palavras, *regras["palavras_comuns"], *regras["corrigir"], *conceitos})
    return Vocabulario(
        abreviacoes=regras["abreviacoes"],
        cortesia=_cortesia(regras["cortesias"]),
        cumprimento=_inicio(regras["cumprimentos"]),
        conceitos=conceitos,
        corrigir=tuple(regras["corrigir"]),
        conhecidas=conhecidas,
    )


def _cortesia(cortesias: Iterable[str]) -> re.Pattern[str]:
    # the longest first: "oi" must not take away the beginning of "oi tudo bem"
    opcoes = "|".join(re.escape(cortesia) for cortesia in sorted(cortesias, key=lambda c: (-len(c), c)))
    return re.compile(rf"\A(?: (?:{opcoes})(?= |\Z))+|(?: (?:{opcoes})(?= |\Z))+\Z")


def _inicio(cumprimentos: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"{re.escape(cumprimento)} " for cumprimento in cumprimentos))
