"""A rung is never skipped and never repeated, whatever the days do."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regua.domain.etapa import proximo_passo, situar
from tests.support.regua_casos import casos
from tests.support.regua_politica import politica

POLITICA = politica()
HOJE = date(2026, 3, 16)


def situado(data: date = HOJE, **diferenca: object) -> dict[str, object]:
    return situar(casos(diferenca), POLITICA, data).row(0, named=True)


@pytest.mark.parametrize(
    ("consumida", "atraso", "dias_desde", "devida", "etapa"),
    [
        (0, 0, None, False, 1),
        (0, 1, None, True, 1),
        (0, 400, None, True, 1),
        (1, 5, 4, True, 2),
        (1, 5, 3, False, 1),
        (1, 4, 4, False, 1),
        (2, 15, 10, True, 3),
        (2, 99, 9, False, 2),
        (3, 30, 15, True, 4),
        (4, 45, 15, True, 5),
        (4, 44, 99, False, 4),
        (5, 999, 999, False, 5),
    ],
)
def test_os_dias_de_cada_etapa(consumida: int, atraso: int, dias_desde: int | None, devida: bool, etapa: int) -> None:
    em = None if dias_desde is None else HOJE - timedelta(days=dias_desde)
    linha = situado(etapa_consumida=consumida, dias_atraso=atraso, etapa_em=em)
    assert (linha["devida"], linha["etapa"]) == (devida, etapa)


def test_a_recusa_do_supervisor_segura_a_rigidez() -> None:
    assert situado(reincidencia=4, etapa_consumida=1, etapa_em=date(2026, 1, 1), dias_atraso=60)["rigidez"] == 5
    assert situado(reincidencia=4, etapa_consumida=1, etapa_em=date(2026, 1, 1), dias_atraso=60, teto_rigidez=4)["rigidez"] == 4


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 20)), min_size=1, max_size=25), st.integers(0, 60))
def test_um_degrau_nunca_e_pulado_nem_repetido(passos: list[tuple[int, int]], atraso: int) -> None:
    """Days go by; now and then a rung goes out, and it is delivered some days later."""
    desde = HOJE - timedelta(days=atraso)
    dia, consumida, em, andamento, entrega = HOJE, 0, None, None, None
    saidas: list[tuple[int, date]] = []
    for salto, demora in passos:
        dia += timedelta(days=salto)
        if andamento is not None and entrega is not None and dia >= entrega:
            consumida, em, andamento = andamento, entrega, None
        linha = situado(
            dia,
            etapa_consumida=consumida,
            etapa_em=em,
            andamento=andamento,
            dias_atraso=(dia - desde).days,
        )
        passo = proximo_passo(POLITICA, desde=desde, etapa_consumida=consumida, etapa_em=em, em_andamento=andamento is not None)
        assert linha["devida"] == (passo is not None and passo[1] <= dia)
        if linha["devida"]:
            saidas.append((int(str(linha["etapa"])), dia))
            andamento, entrega = int(str(linha["etapa"])), dia + timedelta(days=demora)
    assert [e for e, _ in saidas] == list(range(1, len(saidas) + 1))
    for (_, antes), (etapa, depois) in pairwise(saidas):
        assert (depois - antes).days >= POLITICA.etapas[etapa - 1].dias_apos_anterior


def test_a_rigidez_do_quadro_e_a_do_mapa() -> None:
    linhas = [{"etapa_consumida": e, "reincidencia": r} for e in range(5) for r in range(1, 8)]
    quadro = situar(casos(*({**x, "dias_atraso": 99, "etapa_em": date(2025, 1, 1)} for x in linhas)), POLITICA, HOJE)
    esperadas = [POLITICA.rigidez(x["etapa_consumida"] + 1, x["reincidencia"]) for x in linhas]
    assert quadro["rigidez"].to_list() == esperadas
    assert quadro.select(pl.col("devida").all()).item()
