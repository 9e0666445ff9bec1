"""Money: what is read, what is refused, and that no cent gets lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.dinheiro import (
    LIMITE_CENTAVOS,
    DinheiroInvalido,
    centavos,
    de_centavos,
    de_decimal,
    formatar_brl,
    ler_centavos,
    ler_dinheiro,
    texto,
)

em_centavos = st.integers(-LIMITE_CENTAVOS, LIMITE_CENTAVOS)


@pytest.mark.parametrize(
    ("escrito", "lido"),
    [
        ("1234,56", 123456),
        ("1234.56", 123456),
        ("1234", 123400),
        ("1.234,56", 123456),
        ("1.234.567,89", 123456789),
        ("1234,5", 123450),
        ("0,01", 1),
        ("0", 0),
        ("-0,00", 0),
        (" 12,00 ", 1200),
        ("0001234,56", 123456),
        ("10000000000000,00", LIMITE_CENTAVOS),
    ],
)
def test_formas_aceitas(escrito: str, lido: int) -> None:
    assert ler_centavos(escrito) == lido
    assert ler_dinheiro(escrito) == de_centavos(lido)


@pytest.mark.parametrize(
    ("escrito", "motivo"),
    [
        ("", "vazio"),
        ("  ", "vazio"),
        ("1.234", "ambiguo"),
        ("1,234", "ambiguo"),
        ("-1.234", "ambiguo"),
        ("1.234.567", "ambiguo"),
        ("1,234.56", "formato"),
        ("1.23,45", "formato"),
        ("12.34,56", "formato"),
        ("1234.567", "casas_decimais"),
        ("1234,567", "casas_decimais"),
        ("1.234,567", "casas_decimais"),
        ("1e3", "formato"),
        ("1E+3", "formato"),
        ("NaN", "formato"),
        ("Infinity", "formato"),
        ("inf", "formato"),
        ("R$ 10,00", "formato"),
        ("10,", "formato"),
        (",50", "formato"),
        ("1_000", "formato"),
        ("+10", "formato"),
        ("--1", "formato"),
        ("１０,00", "formato"),
        ("0x10", "formato"),
        ("-0,01", "negativo"),
        ("10000000000000,01", "limite"),
        ("9" * 5000, "limite"),
        ("a" * 5000, "formato"),
    ],
)
def test_formas_recusadas(escrito: str, motivo: str) -> None:
    with pytest.raises(DinheiroInvalido) as erro:
        ler_dinheiro(escrito)
    assert erro.value.motivo == motivo


def test_negativo_so_quando_pedido() -> None:
    assert ler_centavos("-1.234,56", negativo=True) == -123456


@pytest.mark.parametrize(
    ("valor", "escrito"),
    [("1234.56", "R$ 1.234,56"), ("0", "R$ 0,00"), ("-0.05", "-R$ 0,05"), ("1234567.8", "R$ 1.234.567,80")],
)
def test_como_as_pessoas_leem(valor: str, escrito: str) -> None:
    assert formatar_brl(Decimal(valor)) == escrito


@pytest.mark.parametrize(("valor", "motivo"), [("NaN", "formato"), ("-Infinity", "formato"), ("0.001", "casas_decimais")])
def test_decimal_que_nao_e_dinheiro(valor: str, motivo: str) -> None:
    for funcao in (de_decimal, centavos, texto, formatar_brl):
        with pytest.raises(DinheiroInvalido) as erro:
            funcao(Decimal(valor))
        assert erro.value.motivo == motivo


def test_float_nao_e_dinheiro() -> None:
    with pytest.raises(TypeError):
        centavos(0.1)  # type: ignore[arg-type]


def test_duas_casas_sempre() -> None:
    assert texto(Decimal("1E+3")) == "1000.00"
    assert texto(Decimal("1.5000")) == "1.50"
    assert texto(Decimal("-0")) == "0.00"


@given(em_centavos)
def test_ida_e_volta_de_centavos(valor: int) -> None:
    dinheiro = de_centavos(valor)
    assert centavos(dinheiro) == valor
    assert dinheiro.as_tuple().exponent == -2
    assert ler_centavos(texto(dinheiro), negativo=True) == valor
    assert ler_centavos(texto(dinheiro).replace(".", ","), negativo=True) == valor


@given(em_centavos)
def test_ida_e_volta_do_que_as_pessoas_leem(valor: int) -> None:
    assert ler_centavos(formatar_brl(de_centavos(valor)).replace("R$ ", ""), negativo=True) == valor


@given(st.lists(st.integers(-(10**12), 10**12), max_size=50))
def test_soma_em_reais_e_a_soma_em_centavos(valores: list[int]) -> None:
    assert centavos(sum(map(de_centavos, valores), Decimal(0))) == sum(valores)


@given(st.text(max_size=30))
def test_qualquer_texto_e_lido_ou_recusado(escrito: str) -> None:
    try:
        lido = ler_centavos(escrito)
    except DinheiroInvalido:
        return
    assert 0 <= lido <= LIMITE_CENTAVOS
