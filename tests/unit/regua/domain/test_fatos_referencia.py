"""The columnar facts equal the slow reference on any small base: the text is computed twice, in two ways."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from regua.domain.fatos import apurar
from regua.domain.politica_leitura import ler_politica
from regua.normas import documento_da_politica
from tests.support.regua_base import em_colunas
from tests.support.regua_referencia import (
    BaseDeReferencia,
    Debito,
    Declaracao,
    Lembrete,
    Pagamento,
    Referencia,
    Suspensao,
)

DEFINICOES = ler_politica(documento_da_politica()).definicoes
PESSOAS = {"C1": "P1", "C2": "P1", "C3": "P3"}

contribuintes = st.sampled_from(sorted(PESSOAS))
tributos = st.sampled_from(["ICMS", "IPVA"])
valores = st.sampled_from([0, 1, 2, 49_99, 50_00, 99_99, 100_00, 100_01, 100_02, 300_00, 10**12])
situacoes = st.sampled_from(["aberto", "aberto", "aberto", "pago", "suspenso", "parcelado", "ajuizado"])
datas = st.sampled_from([date(2026, 3, 16), date(2024, 2, 29), date(2025, 3, 1), date(2026, 1, 1), date(2025, 2, 28)])


def perto(data: date, antes: int, depois: int = 40) -> st.SearchStrategy[date]:
    """Days around `data`, with the edges of the definitions among them."""
    bordas = [data - timedelta(days=n) for n in (0, 1, 9, 10, 11, 30, 31, 89, 90, 91, 364, 365, 366)]
    antigas = [data.replace(year=data.year - 5, day=min(data.day, 28)) + timedelta(days=n) for n in (-1, 0, 1, 2)]
    uteis = [d for d in bordas + antigas if d >= data - timedelta(days=antes)]
    return st.sampled_from(uteis) | st.dates(data - timedelta(days=antes), data + timedelta(days=depois))


def mes_de(dia: date) -> int:
    return dia.year * 12 + dia.month - 1


@st.composite
def bases(desenho: st.DrawFn) -> tuple[BaseDeReferencia, date]:
    data = desenho(datas)
    meses = st.integers(mes_de(data) - 15, mes_de(data)) | st.integers(mes_de(data) - 30, mes_de(data) + 1)
    ids = [f"D{i}" for i in range(8)]
    debitos = desenho(
        st.lists(
            st.builds(Debito, st.sampled_from(ids), contribuintes, tributos, meses, perto(data, 2000), valores, situacoes),
            max_size=8,
            unique_by=lambda d: d.debito,
        )
    )
    declaracoes = desenho(
        st.lists(
            st.builds(
                Declaracao,
                contribuintes,
                tributos,
                meses,
                perto(data, 500),
                st.none() | perto(data, 500),
                st.none() | valores,
                st.integers(0, 2),
            ),
            max_size=16,
            unique_by=lambda d: (d.contribuinte, d.tributo, d.competencia),
        )
    )
    return BaseDeReferencia(
        pessoas=PESSOAS,
        debitos=tuple(debitos),
        declaracoes=tuple(declaracoes),
        pagamentos=tuple(desenho(st.lists(pagamentos_de(debitos, data, meses), max_size=8))),
        lembretes=tuple(
            desenho(
                st.lists(
                    st.builds(Lembrete, st.sampled_from(["P1", "P3"]), perto(data, 400, 0), st.none() | perto(data, 400, 0)),
                    max_size=4,
                )
            )
        ),
        suspensoes=tuple(desenho(st.lists(suspensoes_perto(data), max_size=3))),
    ), data


def pagamentos_de(debitos: list[Debito], data: date, meses: st.SearchStrategy[int]) -> st.SearchStrategy[Pagamento]:
    livres = st.builds(
        Pagamento,
        st.none() | st.sampled_from(["D0", "D1", "D-desconhecido"]),
        contribuintes,
        tributos,
        meses,
        perto(data, 500),
        valores,
    )
    if not debitos:
        return livres
    dos_debitos = st.sampled_from(debitos).flatmap(
        lambda d: st.builds(
            Pagamento,
            st.sampled_from([d.debito, d.debito, None]),
            st.just(d.contribuinte),
            st.just(d.tributo),
            st.just(d.competencia),
            st.sampled_from([d.vencimento + timedelta(days=n) for n in (-5, 30, 31)]) | perto(data, 500),
            st.sampled_from([d.total, d.total // 2, d.total + 1, d.total + 2]),
        )
    )
    return dos_debitos | livres


def suspensoes_perto(data: date) -> st.SearchStrategy[Suspensao]:
    motivos = st.sampled_from(["ja_pagou", "contesta", "sem_condicoes", "judicial", "promessa", "parcelamento"])
    return st.builds(Suspensao, contribuintes, motivos, perto(data, 120), st.none(), st.booleans())


def apurados(base: BaseDeReferencia, data: date) -> dict[tuple[str, str], dict[str, Any]]:
    linhas = apurar(em_colunas(base), data, DEFINICOES).to_dicts()
    return {(x["contribuinte"], x["tributo"]): x for x in linhas}


def comparar(base: BaseDeReferencia, data: date) -> None:
    referencia = Referencia(base, data)
    achados = apurados(base, data)
    assert sorted(achados) == referencia.casos()
    for (contribuinte, tributo), achado in achados.items():
        esperado = referencia.fatos(contribuinte, tributo)
        queda = Fraction(achado["queda_receita_num"], achado["queda_receita_den"])
        assert {**{k: achado[k] for k in esperado if k != "queda_receita"}, "queda_receita": queda} == esperado


@settings(max_examples=250, deadline=None)
@given(bases())
def test_os_fatos_em_colunas_sao_os_do_texto(caso: tuple[BaseDeReferencia, date]) -> None:
    comparar(*caso)
