"""The interval of the campaign's effect, against figures published with the method and computed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regua.application.relatorios import Grupo, efeito


@pytest.mark.parametrize(
    ("contatados", "retidos", "minimo", "maximo"),
    [
        # Newcombe (1998), table II, method 10
        (Grupo(70, 56), Grupo(80, 48), 0.0524, 0.3339),
        (Grupo(10, 9), Grupo(10, 3), 0.1705, 0.8090),
        (Grupo(56, 5), Grupo(29, 0), -0.0381, 0.1926),
        (Grupo(10, 10), Grupo(20, 0), 0.6791, 1.0000),
    ],
)
def test_intervalo_de_newcombe(contatados: Grupo, retidos: Grupo, minimo: float, maximo: float) -> None:
    e = efeito(contatados, retidos)
    assert e.minimo == pytest.approx(minimo, abs=5e-5)
    assert e.maximo == pytest.approx(maximo, abs=5e-5)


def test_sem_um_dos_grupos_nao_ha_efeito() -> None:
    e = efeito(Grupo(10, 1), Grupo(0, 0))
    assert (e.diferenca, e.minimo, e.maximo) == (None, None, None)


_GRUPOS = st.integers(1, 5000).flatmap(lambda n: st.integers(0, n).map(lambda x: Grupo(n, x)))


@settings(deadline=None)
@given(_GRUPOS, _GRUPOS)
def test_intervalo_contem_a_diferenca_e_e_simetrico(a: Grupo, b: Grupo) -> None:
    ida, volta = efeito(a, b), efeito(b, a)
    assert ida.minimo is not None
    assert ida.maximo is not None
    assert ida.diferenca is not None
    assert volta.maximo is not None
    assert -1 - 1e-9 <= ida.minimo <= ida.diferenca + 1e-9
    assert ida.diferenca - 1e-9 <= ida.maximo <= 1 + 1e-9
    assert volta.maximo == pytest.approx(-ida.minimo)
