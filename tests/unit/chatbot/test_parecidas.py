"""A message that is nearly a phrase, and one that only looks like it."""

from __future__ import annotations

import pytest

from chatbot.domain.frases import Frases, frases

EXEMPLOS = [
    ("quero pagar a minha divida toda agora", "pagar"),
    ("posso parcelar isso em dez vezes", "parcelar"),
    ("isso e um golpe mesmo", "verificar_mensagem"),
    ("isso e um golpe mermo", "contesta"),
    ("oi", "saudacao"),
    ("quero pagar a minha divida toda agora", "outro"),
]


@pytest.fixture(scope="module")
def lista() -> Frases:
    return frases(EXEMPLOS, ["nao"])


def test_a_primeira_que_reclama_a_frase_fica_com_ela(lista: Frases) -> None:
    assert lista.igual("quero pagar a minha divida toda agora") == "pagar"
    assert lista.igual("quero pagar") is None


@pytest.mark.parametrize(
    ("texto", "intencao"),
    [
        ("quero pagar a minha divida toda agra", "pagar"),
        ("nao quero pagar a minha divida toda agora", None),
        ("posso parcelar isso em doze vezes", "parcelar"),
        ("isso e um golpe memo", None),
        ("oii", None),
        ("o tempo hoje esta bom para a praia", None),
        ("quero pagar a minha divida toda agora " * 4, None),
    ],
)
def test_so_a_vizinha_sem_disputa_vale(lista: Frases, texto: str, intencao: str | None) -> None:
    achada = lista.parecida(texto, minimo=0.9)
    assert (achada and achada[0]) == intencao


def test_semelhanca_vai_do_minimo_a_um(lista: Frases) -> None:
    achada = lista.parecida("posso parcelar isso em dez veze", minimo=0.9)
    assert achada is not None
    assert 0.9 <= achada[1] <= 1.0
