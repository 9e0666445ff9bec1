"""An identity check answers yes or no, and does the same work for both."""

from __future__ import annotations

import pytest

from regua.application.identificar import FATOS, REGISTROS, Registro, conferir, normalizar

MARIA = Registro(
    "C1",
    {"documento": "52998224725", "nome": "Maria da Conceição Araújo", "municipio": "Maceió"},
    {"renavam": True, "placa": False},
)


@pytest.mark.parametrize(
    ("fatos", "confere"),
    [
        ({"nome": "maria da conceicao  ARAUJO"}, True),
        ({"nome": "Maria da Conceição Araújo", "municipio": "maceio"}, True),
        ({"nome": "Maria da Conceição Araújo", "municipio": "Penedo"}, False),
        ({"nome": "Maria"}, False),
        ({"renavam": "00123456789"}, True),
        ({"placa": "ABC1234"}, False),
        ({"inscricao_estadual": "1"}, False),  # she has none
        ({"inscricao_estadual": "..."}, False),
        ({"nome": "---"}, False),
        ({}, False),
    ],
)
def test_todos_os_fatos_precisam_conferir(fatos: dict[str, str], *, confere: bool) -> None:
    assert conferir([MARIA], fatos) == ("C1" if confere else None)


def test_texto_sem_letra_nenhuma_nao_confere_com_outro() -> None:
    assert conferir([Registro("C2", {"nome": "***"}, {})], {"nome": "---"}) is None


def test_sem_registro_ninguem_confere() -> None:
    assert conferir([], {"nome": "Maria"}) is None


def test_entre_varios_registros_o_que_confere() -> None:
    outro = Registro("C0", {"nome": "Outra"}, {})
    assert conferir([outro, MARIA], {"municipio": "Maceió"}) == "C1"


def test_registros_demais_sao_um_erro_de_quem_chama() -> None:
    with pytest.raises(ValueError, match="more registrations"):
        conferir([MARIA] * (REGISTROS + 1), {"nome": "x"})


@pytest.mark.parametrize("registros", [[], [MARIA], [MARIA] * REGISTROS])
@pytest.mark.parametrize("fatos", [{"nome": "x"}, {"nome": "Maria da Conceição Araújo"}, {"nome": "x", "placa": "y"}])
def test_o_trabalho_e_sempre_o_mesmo(registros: list[Registro], fatos: dict[str, str]) -> None:
    comparacoes: list[tuple[int, int]] = []

    def comparar(a: bytes, b: bytes) -> bool:
        comparacoes.append((len(a), len(b)))
        return a == b

    conferir(registros, fatos, comparar=comparar)
    assert comparacoes == [(32, 32)] * (REGISTROS * len(FATOS))


@pytest.mark.parametrize(("texto", "esperado"), [("  José  D'Ávila ", "jose d avila"), ("ÇÃO", "cao"), ("ﬁm", "fim"), ("", "")])
def test_normalizar(texto: str, esperado: str) -> None:
    assert normalizar(texto) == esperado
