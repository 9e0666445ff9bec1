"""The token bucket: never more than its rate, always what it promised, bounded memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.http.limite import Limite
from kernel.http.problema import MuitasRequisicoes


def test_rajada_e_reposicao() -> None:
    limite = Limite(capacidade=2, por_segundo=0.5)
    assert [limite.espera_s("a", 0.0) for _ in range(3)] == [0.0, 0.0, 2.0]
    assert limite.espera_s("b", 0.0) == 0.0
    assert limite.espera_s("a", 2.0) == 0.0
    assert limite.espera_s("a", 2.0) == 2.0


@given(
    st.integers(1, 5),
    st.floats(0.01, 50),
    st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_nunca_passa_da_taxa_e_a_espera_anunciada_basta(capacidade: int, taxa: float, passos: list[float]) -> None:
    limite = Limite(capacidade=capacidade, por_segundo=taxa)
    agora, aceitas = 0.0, 0
    for passo in passos:
        agora += passo
        espera = limite.espera_s("a", agora)
        aceitas += espera == 0
        assert aceitas <= capacidade + agora * taxa + 1e-6
        if espera > 0:
            agora += espera + 1e-9
            assert limite.espera_s("a", agora) == pytest.approx(0, abs=1e-6)
            aceitas += 1


def test_relogio_que_volta_nao_da_fichas() -> None:
    limite = Limite(capacidade=1, por_segundo=1)
    assert limite.espera_s("a", 10.0) == 0
    assert limite.espera_s("a", 5.0) > 0
    assert limite.espera_s("a", 10.5) > 0
    assert limite.espera_s("a", 11.0) == 0


def test_memoria_limitada_esquece_a_chave_parada_ha_mais_tempo() -> None:
    limite = Limite(capacidade=1, por_segundo=0.001, maximo_de_chaves=2)
    for chave in ("a", "b", "a", "c"):
        limite.espera_s(chave, 0.0)
    assert len(limite) == 2
    assert limite.espera_s("a", 0.0) > 0
    assert limite.espera_s("b", 0.0) == 0


def test_recusa_diz_quando_voltar() -> None:
    limite = Limite(capacidade=1, por_segundo=0.4)
    limite.exigir("a", 0.0)
    with pytest.raises(MuitasRequisicoes) as erro:
        limite.exigir("a", 0.0)
    assert erro.value.cabecalhos == {"Retry-After": "3"}
