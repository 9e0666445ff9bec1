"""Dates and competências."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.datas import Competencia, CompetenciaInvalida, DataInvalida, ler_competencia, ler_data, mes_de

dias = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize("texto", ["29/02/2024", "2024-02-29", " 2024-02-29\n"])
def test_os_dois_formatos_dao_o_mesmo_dia(texto: str) -> None:
    assert ler_data(texto) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("texto", "motivo"),
    [
        ("", "vazio"),
        ("29/02/2023", "inexistente"),
        ("31/04/2026", "inexistente"),
        ("2026-13-01", "inexistente"),
        ("00/01/2026", "inexistente"),
        ("1/2/2026", "formato"),
        ("01/02/26", "formato"),
        ("2026/02/01", "formato"),
        ("01-02-2026", "formato"),
        ("20260201", "formato"),
        ("2026-02-01T00:00", "formato"),
        ("２026-02-01", "formato"),
        ("01/02/0206", "ano"),
        ("2200-01-01", "ano"),
    ],
)
def test_data_recusada(texto: str, motivo: str) -> None:
    with pytest.raises(DataInvalida) as erro:
        ler_data(texto)
    assert erro.value.motivo == motivo


@given(dias)
def test_ida_e_volta_da_data(dia: date) -> None:
    assert ler_data(dia.isoformat()) == dia
    assert ler_data(f"{dia:%d/%m}/{dia.year:04d}") == dia


@pytest.mark.parametrize(
    ("texto", "motivo"),
    [("", "vazio"), ("2026-00", "inexistente"), ("2026-13", "inexistente"), ("2026-1", "formato"), ("1899-12", "ano")]
    + [(texto, "formato") for texto in ("01/2026", "202601", "2026-01-01", "２026-01")],
)
def test_competencia_recusada(texto: str, motivo: str) -> None:
    with pytest.raises(CompetenciaInvalida) as erro:
        ler_competencia(texto)
    assert erro.value.motivo == motivo


def test_competencia_conta_meses() -> None:
    janeiro = ler_competencia("2026-01")
    assert janeiro.indice == 2026 * 12
    assert str(janeiro.anterior()) == "2025-12"
    assert str(janeiro.anterior(13)) == "2024-12"
    assert str(janeiro.seguinte(12)) == "2027-01"
    assert (janeiro.primeiro_dia, janeiro.ultimo_dia) == (date(2026, 1, 1), date(2026, 1, 31))


@given(dias, st.integers(-600, 600))
def test_aritmetica_de_competencias(dia: date, meses: int) -> None:
    competencia = mes_de(dia)
    assert Competencia.de_indice(competencia.indice) == competencia
    assert competencia.seguinte(meses).anterior(meses) == competencia
    assert competencia.primeiro_dia <= dia <= competencia.ultimo_dia
    assert mes_de(competencia.ultimo_dia + timedelta(days=1)) == competencia.seguinte()
    assert ler_competencia(str(competencia)) == competencia


@given(dias, dias)
def test_ordem_das_competencias_e_a_dos_dias(um: date, outro: date) -> None:
    assert (mes_de(um) < mes_de(outro)) == ((um.year, um.month) < (outro.year, outro.month))
