"""Text as people write it, brought down to plain words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatbot.domain.texto import MAXIMO_DE_CARACTERES, normalizar

HOSTIL = st.text(st.one_of(st.characters(), st.sampled_from("aáAçñ9٣१ \t\n\r\u200b\u202e\u200f😂👍🏽.-/@'`´’_kK")), max_size=120)


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("Olá, JÁ PAGUEI!", "ola ja paguei"),
        ("oiiii", "oi"),
        ("paaaaarem com issooo", "parem com isso"),
        ("carro e passo", "carro e passo"),
        ("s a i r", "sair"),
        ("P.A.R.E", "pare"),
        ("a a a a", "a"),
        ("x y aaa", "xya"),
        ("ＳＡＩＲ", "sair"),
        ("sa\u200bir \u202e", "sair"),
        ("não\x00quero\x07mais", "nao quero mais"),
        ("😂😂😂", ""),
        ("👍🏽 ok", "ok"),
        ("?!...", ""),
        ("", ""),
        ("ABC1D23", "placa"),
        ("minha placa é abc-1234", "minha placa e placa"),
        ("código K7WQ2MZP", "codigo codigo"),
        ("https://exemplo.al.gov.br/x?y=1 é de vocês?", "link e de voces"),
        ("escreva a fulano@exemplo.com", "escreva a email"),
        ("cnpj 12.345.678/0001-90", "cnpj cnpj"),
        ("cpf 123.456.789-09", "cpf cpf"),
        ("R$ 1.234,56", "9 reais"),
        ("pago 18/12/2026", "pago dia 9"),
        ("12x", "9 x"),
        ("renavam 115862860", "renavam numerolongo"),
        ("(82) 99999-0000", "9"),
        ("don't", "dont"),
    ],
)
def test_texto_vira_palavras(texto: str, esperado: str) -> None:
    assert normalizar(texto) == esperado


@example("k k k")
@example("\u0130\u0345 a a a bb")
@given(HOSTIL)
def test_normalizar_duas_vezes_nao_muda_nada(texto: str) -> None:
    assert normalizar(normalizar(texto)) == normalizar(texto)


@given(HOSTIL)
def test_sobram_so_palavras_entre_espacos(texto: str) -> None:
    normal = normalizar(texto)
    assert normal == " ".join(normal.split())
    assert all(c == " " or c.isalnum() for c in normal)


@pytest.mark.parametrize("texto", ["a" * 50_000, "pare " * 20_000, "\ufdfa" * 20_000, "9a" * 20_000, "😂" * 20_000])
def test_texto_enorme_e_limitado(texto: str) -> None:
    assert len(normalizar(texto)) <= MAXIMO_DE_CARACTERES
