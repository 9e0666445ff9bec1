"""Cents: half goes up, nothing gets lost in a split."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelamento.domain.reparticao import fracao, meia_acima, ratear, repartir

centavos = st.integers(0, 10**15)
taxas = st.decimals(0, 1, places=6, allow_nan=False)


@pytest.mark.parametrize(
    ("valor", "inteiro"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999999", 2), ("0.4", 0), ("100", 100), ("40000.5", 40001)]
)
def test_meio_centavo_sobe(valor: str, inteiro: int) -> None:
    assert meia_acima(Decimal(valor)) == inteiro


@pytest.mark.parametrize(
    ("valor", "taxa", "inteiro"),
    [
        (400005, "0.1", 40001),
        (500005, "0.30", 150002),
        (8400005, "0.10", 840001),
        (5, "0.10", 1),
        (4, "0.10", 0),
        (7, "1", 7),
        (7, "0", 0),
    ],
)
def test_fracao_arredonda_meio_para_cima(valor: int, taxa: str, inteiro: int) -> None:
    assert fracao(valor, Decimal(taxa)) == inteiro


@given(centavos, taxas)
def test_fracao_fica_a_no_maximo_meio_centavo_do_exato(valor: int, taxa: Decimal) -> None:
    erro = fracao(valor, taxa) - valor * Fraction(taxa)
    assert -Fraction(1, 2) < erro <= Fraction(1, 2)


@given(st.integers(0, 10**9), taxas)
def test_fracao_e_meia_acima_concordam(valor: int, taxa: Decimal) -> None:
    assert fracao(valor, taxa) == meia_acima(valor * taxa)


def test_mil_em_tres() -> None:
    assert repartir(100_000, 3) == (33_334, 33_333, 33_333)


@given(centavos, st.integers(1, 180))
def test_partes_somam_o_total_e_as_sobras_vao_para_as_primeiras(total: int, n: int) -> None:
    partes = repartir(total, n)
    assert len(partes) == n
    assert sum(partes) == total
    assert list(partes) == sorted(partes, reverse=True)
    assert partes[0] - partes[-1] <= 1


@pytest.mark.parametrize(("total", "n"), [(1, 0), (1, -1), (-1, 2)])
def test_nao_se_reparte_o_que_nao_tem_partes(total: int, n: int) -> None:
    with pytest.raises(ValueError, match="one part"):
        repartir(total, n)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=50))
def test_rateio_soma_o_total_e_segue_os_pesos(total: int, pesos: list[int]) -> None:
    partes = ratear(total, pesos)
    assert sum(partes) == total
    assert min(partes) >= 0
    if soma := sum(pesos):
        assert all(abs(parte - Fraction(total * peso, soma)) <= 1 for parte, peso in zip(partes, pesos, strict=True))
