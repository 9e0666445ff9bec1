"""The phrases that understanding is made of, and those it is measured by."""

from __future__ import annotations

from collections import Counter

import pytest
from rapidfuzz import fuzz, process

from chatbot import normas
from chatbot.domain.intencao import INTENCOES
from chatbot.domain.texto import normalizar
from tests.unit.chatbot.frases import IDIOMAS, rotuladas

PACOTES = {pacote.idioma: pacote for pacote in normas.pacotes()}
CADA_IDIOMA = pytest.mark.parametrize("idioma", IDIOMAS)
QUASE_IGUAL = 92
MINIMO_POR_INTENCAO = {"pt-BR": 100, "es": 40, "en": 40}


@CADA_IDIOMA
def test_cada_intencao_tem_frases_bastantes(idioma: str) -> None:
    frases = PACOTES[idioma].frases
    assert set(frases) == set(INTENCOES)
    distintas = {intencao: len({normalizar(frase) for frase in lista}) for intencao, lista in frases.items()}
    assert {i: n for i, n in distintas.items() if n < MINIMO_POR_INTENCAO[idioma]} == {}


@CADA_IDIOMA
def test_nenhuma_frase_e_de_duas_intencoes(idioma: str) -> None:
    donas = Counter(
        texto for lista in PACOTES[idioma].frases.values() for texto in {normalizar(frase) for frase in lista} if texto
    )
    assert [texto for texto, n in donas.items() if n > 1] == []


@CADA_IDIOMA
def test_frase_inedita_nao_esta_no_treino_nem_quase(idioma: str) -> None:
    treino = [normalizar(frase) for lista in PACOTES[idioma].frases.values() for frase in lista]
    repetidas = [
        (texto, achada[0])
        for _, texto in rotuladas(f"ineditas.{idioma}.txt")
        if (achada := process.extractOne(normalizar(texto), treino, scorer=fuzz.ratio, score_cutoff=QUASE_IGUAL))
    ]
    assert repetidas == []


@CADA_IDIOMA
def test_frase_inedita_nao_serviu_de_ajuste(idioma: str) -> None:
    ajuste = {normalizar(texto) for _, texto in rotuladas(f"ajuste.{idioma}.txt")}
    assert [texto for _, texto in rotuladas(f"ineditas.{idioma}.txt") if normalizar(texto) in ajuste] == []


@CADA_IDIOMA
def test_toda_frase_rotulada_tem_intencao_conhecida(idioma: str) -> None:
    rotulos = {intencao for arquivo in ("ajuste", "ineditas") for intencao, _ in rotuladas(f"{arquivo}.{idioma}.txt")}
    assert rotulos == set(INTENCOES)
