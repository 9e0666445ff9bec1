"""The files of labelled phrases beside these tests, and what understanding makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.domain.compreensao import Compreendido, Compreensor

DADOS = Path(__file__).parent / "dados"
IDIOMAS = ("pt-BR", "es", "en")


@dataclass(frozen=True, slots=True)
class Resultado:
    """A phrase, the intent it has, and what was made of it."""

    esperada: str
    texto: str
    visto: Compreendido

    @property
    def certo(self) -> bool:
        """Whether the likeliest intent is the right one, sure or not."""
        return self.visto.intencao == self.esperada


def rotuladas(arquivo: str) -> list[tuple[str, str]]:
    """The (intent, phrase) pairs of a file of `dados`."""
    linhas = (DADOS / arquivo).read_text("utf-8").splitlines()
    return [(intencao.strip(), texto.strip()) for intencao, _, texto in (linha.partition("|") for linha in linhas if linha)]


def linhas(arquivo: str) -> list[str]:
    """The phrases of a file without intents."""
    return (DADOS / arquivo).read_text("utf-8").splitlines()


def resultados(compreensor: Compreensor, arquivo: str, idioma: str) -> list[Resultado]:
    """What each phrase of the file is taken for, in a conversation of that language."""
    return [Resultado(intencao, texto, compreensor.compreender(texto, idioma)) for intencao, texto in rotuladas(arquivo)]


def acerto(lista: Sequence[Resultado]) -> float:
    """The share that is right, 0..1."""
    return sum(r.certo for r in lista) / len(lista)


def acima(lista: Sequence[Resultado], limiar: float) -> list[Resultado]:
    """Those at least this sure."""
    return [r for r in lista if r.visto.confianca >= limiar]


def confusoes(lista: Sequence[Resultado]) -> Counter[tuple[str, str]]:
    """How often each intent was taken for each."""
    return Counter((r.esperada, r.visto.intencao) for r in lista)
