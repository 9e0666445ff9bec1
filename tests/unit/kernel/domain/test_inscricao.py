"""Inscrição estadual of Alagoas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.inscricao import validar_ie_al


@pytest.mark.parametrize("texto", ["240000048", "240123450", "243000014", "248001230", "24.000.004-8", " 240000048 "])
def test_inscricao_de_alagoas_valida(texto: str) -> None:
    assert validar_ie_al(texto)


@pytest.mark.parametrize(
    "texto",
    ["", "ISENTO", "240000049", "240123456", "120000385", "24000004", "2400000488", "２40000048", "24000004X"],
)
def test_inscricao_de_alagoas_invalida(texto: str) -> None:
    assert not validar_ie_al(texto)


@given(st.integers(0, 999_999))
def test_so_um_digito_final_confere_e_completa_a_soma(numero: int) -> None:
    (certo,) = (dv for dv in range(10) if validar_ie_al(f"24{numero:06d}{dv}"))
    soma = sum(int(c) * peso for c, peso in zip(f"24{numero:06d}", range(9, 1, -1), strict=True))
    assert (soma + certo) % 11 == 0 or (certo == 0 and (soma + 10) % 11 == 0)
