"""A policy is refused when it would make the régua act wrongly, and its hash tells nothing but its content."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regua.domain.politica import Condicao
from regua.domain.politica_leitura import PoliticaInvalida, ler_politica
from tests.support.regua_politica import documento, politica, trocado

mapas = st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=5, max_size=5)


def test_a_politica_padrao_traz_os_numeros_do_texto() -> None:
    p = politica()
    assert [r.hipotese for r in p.regras] == ["H8", "H4", "H6", "H7", "H2", "H5", "H3", "H1"]
    assert [e.dias_de_atraso for e in p.etapas] == [1, 5, 15, 30, 45]
    assert [e.dias_apos_anterior for e in p.etapas] == [0, 4, 10, 15, 15]
    assert p.limites.minimo_centavos == 50_00
    assert p.prazos.contesta_dias == 90


def test_o_mapa_padrao_e_a_formula() -> None:
    p = politica()
    for etapa in range(1, 6):
        for reincidencia in range(1, 9):
            assert p.rigidez(etapa, reincidencia) == min(5, etapa + min(reincidencia, 4) - 1)


@given(mapas)
def test_so_passa_o_mapa_que_nunca_cai(mapa: list[list[int]]) -> None:
    colunas = [list(c) for c in zip(*mapa, strict=True)]
    cai = any(b < a for linha in mapa + colunas for a, b in pairwise(linha))
    if cai:
        with pytest.raises(PoliticaInvalida, match="a rigidez cai"):
            politica(mapa=mapa)
    else:
        assert [list(linha) for linha in politica(mapa=mapa).mapa] == mapa


@given(st.lists(st.integers(1, 5), min_size=20, max_size=20))
def test_o_maximo_acumulado_sempre_passa(casas: list[int]) -> None:
    mapa = [[max(casas[a * 4 + b] for a in range(e + 1) for b in range(r + 1)) for r in range(4)] for e in range(5)]
    assert [list(linha) for linha in politica(mapa=mapa).mapa] == mapa


def test_o_resumo_ignora_espacos_e_ordem_das_chaves() -> None:
    invertido = dict(reversed(documento().items()))
    assert ler_politica(json.dumps(invertido, indent=3)).resumo == politica().resumo
    assert politica(versao="2026-02").resumo != politica().resumo


@pytest.mark.parametrize(
    ("caminho", "valor", "campo"),
    [
        ("hipoteses.0.criterio", {"fato": "cor_dos_olhos", "minimo": 1}, "hipoteses[0].criterio.fato"),
        ("hipoteses.0.criterio", {"fato": "valor_aberto", "minimo": 500000}, "hipoteses[0].criterio.minimo"),
        ("hipoteses.0.criterio", {"fato": "omissoes", "minimo": 0}, "hipoteses[0].criterio.minimo"),
        ("hipoteses.0.criterio", {"fato": "omissoes", "minimo": True}, "hipoteses[0].criterio.minimo"),
        ("hipoteses.0.criterio", {"fato": "queda_receita", "minimo": "1.5"}, "hipoteses[0].criterio.minimo"),
        ("hipoteses.0.criterio", {"fato": "sem_condicoes", "minimo": False}, "hipoteses[0].criterio.minimo"),
        ("hipoteses.0.criterio", {"algum": []}, "hipoteses[0].criterio"),
        ("hipoteses.0.criterio", {"nenhum": []}, "hipoteses[0].criterio"),
        ("hipoteses.0.criterio", {"todos": []}, "hipoteses"),
        ("hipoteses.7.criterio", {"fato": "omissoes", "minimo": 1}, "hipoteses"),
        ("hipoteses.0.hipotese", "H1", "hipoteses"),
        ("etapas.2.dias_de_atraso", 5, "etapas"),
        ("etapas.1.dias_apos_anterior", 0, "etapas[1].dias_apos_anterior"),
        ("etapas.1.etapa", 3, "etapas"),
        ("mapa.0", [1, 2, 3], "mapa"),
        ("mapa.0.0", 6, "mapa"),
        ("mapa.0.0", True, "mapa"),
        ("niveis.4.aprovacao", ..., "niveis[4].aprovacao"),
        ("niveis.4.rigidez_se_recusada", 5, "niveis[4].rigidez_se_recusada"),
        ("niveis.0.canais", [], "niveis[0].canais"),
        ("niveis.0.canais.0.canal", "pombo", "niveis[0].canais[0].canal"),
        ("niveis.0.canais.0.espera_horas", 0, "niveis[0].canais[0].espera_horas"),
        ("limites.por_dia", 2, "limites.por_dia"),
        ("limites.minimo", 50, "limites.minimo"),
        ("horario.semana.0", ["20:00", "08:00"], "horario"),
        ("horario.semana.0", ["8h", "20h"], "horario.semana[0]"),
        ("horario.fuso", "America/Atlantida", "horario"),
        ("suspensoes.contesta_dias", -1, "suspensoes.contesta_dias"),
        ("definicoes.janela_meses", "12", "definicoes.janela_meses"),
        ("custos.sms", "0.0000001", "custos.sms"),
        ("versao", "", "versao"),
    ],
)
def test_o_que_esta_errado_e_recusado_com_o_campo(caminho: str, valor: Any, campo: str) -> None:
    with pytest.raises(PoliticaInvalida) as erro:
        ler_politica(trocado(caminho, valor))
    assert erro.value.campo == campo


def test_o_mapa_que_cai_diz_onde() -> None:
    with pytest.raises(PoliticaInvalida, match="na etapa 2, da reincidência 3 para a 4"):
        ler_politica(trocado("mapa.1.3", 3))


def test_json_ilegivel_e_recusado() -> None:
    with pytest.raises(PoliticaInvalida, match="JSON"):
        ler_politica(b"{")


def test_os_minimos_sao_exatos() -> None:
    criterio = (
        politica(
            hipoteses=[
                {**h, "criterio": {"fato": "queda_receita", "minimo": "0.30"}} if h["hipotese"] == "H2" else h
                for h in documento()["hipoteses"]
            ]
        )
        .regras[4]
        .criterio
    )
    assert criterio == Condicao("queda_receita", Fraction(3, 10))
