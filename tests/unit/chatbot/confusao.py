"""Measures understanding on the held-out phrases: `python -m tests.unit.chatbot.confusao` writes the tables of the docs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from statistics import median
from time import perf_counter, process_time

from chatbot.domain.compreensao import Compreensor, carregar
from chatbot.domain.intencao import INTENCOES
from tests.unit.chatbot.frases import IDIOMAS, Resultado, acerto, acima, confusoes, resultados, rotuladas

_LIMIARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def relatorio() -> Iterator[str]:
    """The report, line by line, in Markdown."""
    inicio = process_time()
    compreensor = carregar()
    treino = process_time() - inicio
    por_idioma = {idioma: resultados(compreensor, f"ineditas.{idioma}.txt", idioma) for idioma in IDIOMAS}
    limiar = compreensor.limiares.menu
    yield from ("| idioma | frases inéditas | acerto | acima do limiar | acerto acima | sair | atendente |", "|" + "---|" * 7)
    for idioma, lista in por_idioma.items():
        certas = acima(lista, limiar)
        yield (
            f"| {idioma} | {len(lista)} | {acerto(lista):.3f} | {len(certas) / len(lista):.3f} | {acerto(certas):.3f} | "
            f"{_revocacao(lista, 'sair')} | {_revocacao(lista, 'atendente')} |"
        )
    yield from ("", "| confiança mínima (pt-BR) | cobertura | acerto |", "|---|---|---|")
    for minima in _LIMIARES:
        certas = acima(por_idioma["pt-BR"], minima)
        yield f"| {minima:.2f} | {len(certas) / len(por_idioma['pt-BR']):.3f} | {acerto(certas):.3f} |"
    yield ""
    yield from _tabela(por_idioma["pt-BR"])
    yield ""
    yield f"Treino dos {len(IDIOMAS)} idiomas: {treino:.1f} s de processador."
    yield f"Mediana de uma mensagem: {_mediana_ms(compreensor):.2f} ms."


def _tabela(lista: Sequence[Resultado]) -> Iterator[str]:
    vezes = confusoes(lista)
    yield "| é \\ visto como | " + " | ".join(INTENCOES) + " |"
    yield "|" + "---|" * (len(INTENCOES) + 1)
    for esperada in INTENCOES:
        yield f"| **{esperada}** | " + " | ".join(str(vezes[esperada, vista] or "·") for vista in INTENCOES) + " |"


def _revocacao(lista: Sequence[Resultado], intencao: str) -> str:
    delas = [r for r in lista if r.esperada == intencao]
    return f"{sum(r.certo for r in delas)}/{len(delas)}"


def _mediana_ms(compreensor: Compreensor) -> float:
    tempos = []
    for _, texto in rotuladas("ineditas.pt-BR.txt"):
        inicio = perf_counter()
        compreensor.compreender(texto)
        tempos.append(perf_counter() - inicio)
    return median(tempos) * 1000


if __name__ == "__main__":
    sys.stdout.writelines(f"{linha}\n" for linha in relatorio())
