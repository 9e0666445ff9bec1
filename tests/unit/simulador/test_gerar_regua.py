"""The synthetic base seen with the régua's definitions: rates, hypotheses, and nobody at fault by accident."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import mean, pstdev
from tempfile import TemporaryDirectory

import pytest

from simulador.domain.base_bloco import Parametros
from tests.unit.simulador.apoio_gerar import Base, indice

HOJE = date(2026, 11, 23)
ICMS, IPVA = 265, 1735
# hypothesis → how many of the 265 ICMS taxpayers: from the shares that the base promises
ESPERADAS = {"H1": (60, 72), "H2": (7, 9), "H3": (8, 10), "H4": (3, 5), "H5": (8, 10), "H6": (3, 5), "H7": (8, 10), "H8": (1, 4)}


@pytest.fixture(scope="module")
def base() -> Iterator[Base]:
    with TemporaryDirectory() as pasta:
        yield Base.gerada(Path(pasta), Parametros(icms=ICMS, ipva=IPVA, semente=1, hoje=HOJE))


def test_inadimplencia_do_icms_tem_a_media_e_o_desvio_de_s1_nas_ultimas_doze(base: Base) -> None:
    taxas = [float(taxa) for taxa in base.taxas_icms()[-12:]]
    assert mean(taxas) == pytest.approx(7.47, abs=0.02)
    assert pstdev(taxas) == pytest.approx(1.34, abs=0.02)


@pytest.mark.parametrize("semente", [2, 3, 4])
@pytest.mark.parametrize("pedida", [0.03, 0.0747, 0.15])
def test_inadimplencia_pedida_vale_para_qualquer_semente(tmp_path: Path, semente: int, pedida: float) -> None:
    parametros = Parametros(
        icms=600, ipva=900, semente=semente, hoje=HOJE, inadimplencia_icms=pedida, inadimplencia_ipva=2 * pedida
    )
    base = Base.gerada(tmp_path, parametros)
    assert mean(float(taxa) for taxa in base.taxas_icms()[-12:]) == pytest.approx(100 * pedida, rel=0.02)
    assert float(base.taxa_ipva()) == pytest.approx(200 * pedida, rel=0.05)


def test_inadimplencia_do_ipva_e_de_um_quinto_do_valor_do_ano(base: Base) -> None:
    assert float(base.taxa_ipva()) == pytest.approx(20, abs=0.3)


def test_toda_hipotese_aparece_na_parte_prometida(base: Base) -> None:
    contagem = Counter(h for (_, tributo), h in base.hipoteses().items() if tributo == "ICMS")
    fora = {h: contagem[h] for h, (menor, maior) in ESPERADAS.items() if not menor <= contagem[h] <= maior}
    assert fora == {}


def test_a_maior_parte_dos_devedores_apenas_esqueceu(base: Base) -> None:
    for tributo in ("ICMS", "IPVA"):
        contagem = Counter(h for (_, t), h in base.hipoteses().items() if t == tributo)
        assert contagem["H1"] > contagem.total() / 2


@pytest.mark.parametrize(
    "hoje", [date(2026, 11, 1), date(2026, 11, 11), date(2026, 11, 20), date(2027, 1, 4), date(2028, 2, 29), date(2026, 12, 31)]
)
def test_as_oito_hipoteses_existem_em_qualquer_dia_do_mes(tmp_path: Path, hoje: date) -> None:
    base = Base.gerada(tmp_path, Parametros(icms=ICMS, ipva=100, semente=5, hoje=hoje))
    assert set(base.hipoteses().values()) == {f"H{n}" for n in range(1, 9)}
    assert mean(float(taxa) for taxa in base.taxas_icms()[-12:]) == pytest.approx(7.47, abs=0.05)


def test_quem_paga_certo_nao_tem_divergencia(tmp_path: Path) -> None:
    # the rate scales the typing errors as well: at zero, only late payers and people without fault are left
    base = Base.gerada(tmp_path, Parametros(icms=600, ipva=10, semente=6, hoje=HOJE, inadimplencia_icms=0))
    assert [caso for caso in base.divergencias() if caso[1] == "ICMS"] == []
    assert set(base.taxas_icms()) == {0}
    assert any(linha["multa"] != "0,00" for linha in base.linhas["debitos"] if linha["tributo"] == "ICMS")


def test_divergencias_sao_poucas_e_estao_na_janela(base: Base) -> None:
    divergencias = base.divergencias()
    por_tributo = Counter(tributo for _, tributo in divergencias)
    assert por_tributo["ICMS"] == pytest.approx(ICMS * 0.05, abs=3)
    assert por_tributo["IPVA"] < IPVA * 0.03
    assert all(base.na_janela(competencia) for quais in divergencias.values() for competencia in quais)


def test_omissoes_sao_as_de_h3_e_h4_e_nada_mais(base: Base) -> None:
    omissos = base.omissoes()
    assert len(omissos) == pytest.approx(ICMS * 0.05, abs=1)
    assert all(tributo == "ICMS" for _, tributo in omissos)


def test_contumaz_deve_muito_e_ha_meses(base: Base) -> None:
    abertos = base.em_aberto()
    contumazes = [caso for caso, h in base.hipoteses().items() if h == "H8"]
    assert any(sum(saldo for _, saldo in abertos[caso]) >= 500_000 for caso in contumazes)
    assert all(len(abertos[caso]) >= 4 for caso in contumazes)


def test_ha_o_que_a_regua_deixa_em_paz(base: Base) -> None:
    situacoes = Counter(linha["situacao"] for linha in base.linhas["debitos"])
    assert set(situacoes) == {"aberto", "suspenso", "parcelado", "pago", "ajuizado"}
    antigas = [d for d in base.linhas["debitos"] if d["situacao"] == "aberto" and d["vencimento"] < "2021-11-23"]
    assert {d["tributo"] for d in antigas} == {"ICMS", "IPVA"}


def test_ha_reincidentes_que_pagaram_com_mais_de_trinta_dias(base: Base) -> None:
    vencimentos = {d["debito"]: date.fromisoformat(d["vencimento"]) for d in base.linhas["debitos"]}
    atrasados = {
        p["contribuinte"]
        for p in base.linhas["pagamentos"]
        if p["debito"] in vencimentos and (date.fromisoformat(p["pago_em"]) - vencimentos[p["debito"]]).days > 30
    }
    assert len(atrasados) > 0.05 * (ICMS + IPVA)


def test_cada_regime_tem_as_24_competencias_anteriores(base: Base) -> None:
    por_contribuinte = Counter(linha["contribuinte"] for linha in base.linhas["declaracoes"])
    assert set(por_contribuinte.values()) == {24}
    meses = {indice(linha["competencia"]) for linha in base.linhas["declaracoes"]}
    assert meses == set(range(base.mes - 24, base.mes))
