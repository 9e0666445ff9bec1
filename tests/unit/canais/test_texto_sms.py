"""SMS encoding and counting, on the vectors of 3GPP TS 23.038 as providers count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canais.domain.texto_sms import BASICA, EXTENSAO, medir, transliterar


@pytest.mark.parametrize(
    ("texto", "codificacao", "unidades", "segmentos"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2),
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 305, 2),
        # 306 septets would fit two parts, but for the pair that may not be cut
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("Você tem débito", "UCS-2", 15, 1),
        ("SEFAZ-AL: Débito de IPVA. É à vista? Ü Ç", "GSM-7", 40, 1),
    ],
)
def test_tamanho_de_um_sms(texto: str, codificacao: str, unidades: int, segmentos: int) -> None:
    medida = medir(texto)
    assert (medida.codificacao, medida.unidades, medida.segmentos) == (codificacao, unidades, segmentos)


def test_tabela_tem_cada_letra_em_seu_lugar() -> None:
    assert len(BASICA) == len(set(BASICA)) == 128
    assert {letra: BASICA.index(letra) for letra in "@ A¡a¿à\x1b"} == {
        "@": 0, " ": 32, "A": 65, "¡": 64, "a": 97, "¿": 96, "à": 127, "\x1b": 27,
    }  # fmt: skip
    assert not set(EXTENSAO) & set(BASICA)


def test_letras_de_fora_sao_ditas_uma_vez() -> None:
    assert medir("ação não").fora == ("ç", "ã")


def test_escape_nao_e_letra() -> None:
    assert medir("a\x1bb").codificacao == "UCS-2"


def test_transliteracao_guarda_as_letras_do_gsm() -> None:
    original = "Olá, João! Você tem débito “IPVA” nº 3 – R$ 1.234,56 até amanhã. Ação à vista…"
    assert transliterar(original) == 'Ola, Joao! Voce tem débito "IPVA" no 3 - R$ 1.234,56 até amanha. Acao à vista...'


def test_transliteracao_compoe_antes() -> None:
    assert transliterar("é") == "é"
    assert transliterar("a\u0301") == "a"


@given(st.text())
def test_texto_transliterado_e_sempre_gsm(texto: str) -> None:
    gsm = transliterar(texto)
    assert medir(gsm).codificacao == "GSM-7"
    assert transliterar(gsm) == gsm


@given(st.text(max_size=700))
def test_segmentos_comportam_o_texto(texto: str) -> None:
    medida = medir(texto)
    sozinho, dividido = (160, 153) if medida.codificacao == "GSM-7" else (70, 67)
    if medida.unidades <= sozinho:
        assert medida.segmentos == 1
    else:
        assert medida.segmentos * dividido >= medida.unidades
        # at most one unit is lost at the end of each part
        assert (medida.segmentos - 1) * (dividido - 1) < medida.unidades
