"""The SELIC table: what ships, how files are read, and which are refused."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.datas import Competencia, ler_competencia
from parcelamento.domain.selic import SelicAusente, TabelaSelic
from parcelamento.domain.selic_leitura import SelicRecusada, ler_selic
from parcelamento.normas.encargos import selic_de_fabrica
from tests.unit.parcelamento.apoio_encargos import tabela

JANEIRO = ler_competencia("2025-01")


def _lidas(conteudo: bytes) -> dict[str, str]:
    return {str(t.competencia): str(t.taxa) for t in ler_selic(conteudo, fonte="teste")}


def test_tabela_de_fabrica_vai_sem_buracos_de_2014_a_2025() -> None:
    taxas = ler_selic(selic_de_fabrica(), fonte="")
    meses = [t.competencia.indice for t in taxas]
    assert meses == list(range(ler_competencia("2014-01").indice, ler_competencia("2025-12").indice + 1))
    assert all(t.fonte for t in taxas)


@pytest.mark.parametrize(
    ("ano", "soma"),
    # each year's sum, from the accumulated table that a third party publishes (its difference from one January to the next)
    [
        *((2015, "12.66"), (2016, "13.23"), (2017, "9.02"), (2018, "6.20"), (2019, "5.63"), (2020, "2.49")),
        *((2021, "4.93"), (2022, "12.12"), (2023, "12.16"), (2024, "10.42")),
    ],
)
def test_soma_do_ano_confere_com_a_tabela_acumulada(ano: int, soma: str) -> None:
    tabela_ = TabelaSelic.de(ler_selic(selic_de_fabrica(), fonte=""))
    # accumulated for a debt of January leaves January itself out: February to the next January
    assert tabela_.soma(Competencia.de_ano_mes(ano, 2), Competencia.de_ano_mes(ano + 1, 1)) == Decimal(soma)


def test_soma_diz_o_primeiro_mes_que_falta() -> None:
    com_buraco = tabela(m2025_01="1.01", m2025_03="0.96")
    with pytest.raises(SelicAusente) as erro:
        com_buraco.soma(JANEIRO, JANEIRO.seguinte(5))
    assert erro.value.competencia == JANEIRO.seguinte(1)


def test_soma_de_intervalo_vazio_e_zero() -> None:
    assert TabelaSelic({}).soma(JANEIRO, JANEIRO.anterior()) == 0


@given(st.integers(0, 24), st.integers(0, 24))
def test_soma_se_parte_em_qualquer_mes(a: int, b: int) -> None:
    t = TabelaSelic({JANEIRO.seguinte(n): Decimal(n + 1) / 100 for n in range(60)})
    inteira = t.soma(JANEIRO, JANEIRO.seguinte(a + b + 1))
    assert inteira == t.soma(JANEIRO, JANEIRO.seguinte(a)) + t.soma(JANEIRO.seguinte(a + 1), JANEIRO.seguinte(a + b + 1))


@pytest.mark.parametrize(
    "conteudo",
    [
        b"competencia;taxa\n2025-01;1,01\n2025-02;0.99\n",
        b"\xef\xbb\xbfcompetencia;taxa\r\n2025-02;0,99\r\n\r\n2025-01;1.01",
        b'taxa;competencia;fonte\n"1,01";2025-01;RFB\n0,99;2025-02;\n',
        b'[{"data":"01/01/2025","valor":"1.01"},{"data":"01/02/2025","valor":"0.99"}]',
        b'\xef\xbb\xbf [{"valor":"0.99","data":"01/02/2025"},{"data":"01/01/2025","valor":"1.01"}]',
    ],
)
def test_arquivo_e_lido_em_ordem_de_tempo(conteudo: bytes) -> None:
    assert list(_lidas(conteudo).items()) == [("2025-01", "1.01"), ("2025-02", "0.99")]


def test_fonte_da_linha_prevalece() -> None:
    lidas = ler_selic(b"competencia;taxa;fonte\n2025-01;1,01;RFB\n2025-02;0,99;\n", fonte="envio")
    assert [t.fonte for t in lidas] == ["RFB", "envio"]


@pytest.mark.parametrize(
    ("conteudo", "campo", "motivo"),
    [
        (b"", "arquivo", "vazio"),
        (b"\x00\x01\x02", "arquivo", "texto"),
        (b"competencia;taxa\n", "arquivo", "nenhum m"),
        (b"[]", "arquivo", "nenhum m"),
        (b"competencia,taxa\n2025-01,1.01\n", "arquivo", "separador"),
        (b"mes;taxa\n2025-01;1,01\n", "arquivo", "faltam"),
        (b"competencia;taxa\n2025-01;1,01\n2025-13;1,01\n", "linha 3", "01 a 12"),
        (b"competencia;taxa\n\n01/2025;1,01\n", "linha 3", "aaaa-mm"),
        (b"competencia;taxa\n2025-01;\n", "linha 2", "percentual"),
        (b"competencia;taxa\n2025-01;-0,10\n", "linha 2", "percentual"),
        (b"competencia;taxa\n2025-01;1e1\n", "linha 2", "percentual"),
        (b"competencia;taxa\n2025-01;1,23456\n", "linha 2", "percentual"),
        (b"competencia;taxa\n2025-01;14,75\n", "linha 2", "anual"),
        (b"competencia;taxa\n2025-01;1,01;x\n", "linha 2", "3 campo"),
        (b"competencia;taxa\n2025-01;1,01\n2025-01;1,02\n", "linha 3", "mais de uma vez"),
        (b"competencia;taxa\n2025-01;1,01\n2025-02;\x01\n", "linha 3", "controle"),
        (b"competencia;taxa;fonte\n2025-01;1,01;" + b"x" * 201, "linha 2", "200"),
        (b"competencia;taxa\n2026-11;1,01\n", "linha 2", "ainda n"),
        (b'[{"data":"01/01/2025"', "arquivo", "JSON"),
        (b'[{"data":"01/01/2025","valor":"1.01"},3]', "item 2", "Precisa ser como"),
        (b'[{"data":"01/01/2025","valor":1.01}]', "item 1", "Precisa ser como"),
        (b'[{"data":"02/01/2025","valor":"0.045513"}]', "item 1", "4390"),
        (b'[{"data":"31/02/2025","valor":"1.01"}]', "item 1", "calend"),
        (b'[{"data":"01/11/2026","valor":"0.70"}]', "item 1", "ainda n"),
    ],
)
def test_arquivo_ruim_e_recusado_dizendo_onde(conteudo: bytes, campo: str, motivo: str) -> None:
    with pytest.raises(SelicRecusada) as erro:
        ler_selic(conteudo, fonte="teste", ate=ler_competencia("2026-10"))
    assert [c["campo"] for c in erro.value.campos] == [campo]
    assert motivo in erro.value.campos[0]["motivo"]


def test_todas_as_linhas_ruins_sao_ditas() -> None:
    with pytest.raises(SelicRecusada) as erro:
        ler_selic(b"competencia;taxa\nx;1\n2025-01;1,01\n2025-02;y\n2025-03;1;2\n", fonte="teste")
    assert [c["campo"] for c in erro.value.campos] == ["linha 2", "linha 4", "linha 5"]


@given(st.binary(max_size=200), st.sampled_from([b"", b"competencia;taxa\n", b"["]))
def test_bytes_quaisquer_sao_lidos_ou_recusados(conteudo: bytes, inicio: bytes) -> None:
    with contextlib.suppress(SelicRecusada):
        assert ler_selic(inicio + conteudo, fonte="teste")
