"""Late charges: the figures of the laws, a second calculation, and what no rule may break."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.calendario import Calendario
from parcelamento.domain.atualizacao import DebitoEmAberto, atualizar
from parcelamento.domain.encargos import SEM_ATRASO, SemVersaoVigente, acrescimos, mora
from parcelamento.domain.encargos_leitura import ler_encargos
from parcelamento.domain.selic import SelicAusente, TabelaSelic
from tests.unit.parcelamento.apoio_encargos import (
    centavos,
    documento,
    juros_selic,
    multa_de_alagoas,
    multa_federal,
    regra,
    tabela,
    tabela_constante,
)

MIL_REAIS = 100_000
PRIMEIRO = date(2025, 3, 1)
SEM_TABELA = TabelaSelic({})
UM_POR_CENTO = tabela_constante("2014-01", 200)
BANCARIO_AL = Calendario.bancario("AL")

AL = regra("al")
FEDERAL = regra("federal")
NENHUM = regra("nenhum")
REGRAS = st.sampled_from([AL, FEDERAL, NENHUM])
VALORES = st.integers(0, 10**13)
VENCIMENTOS = st.dates(date(2014, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("dias", "reais"),
    # Lei (AL) 5.900/1996, art. 96, I; Decreto 37.518/1998; IN SEF 13/2008, art. 2, § 2, I
    [
        *((1, "2.00"), (15, "30.00"), (29, "58.00"), (30, "60.00"), (31, "90.00"), (59, "90.00"), (60, "90.00")),
        *((61, "150.00"), (62, "150.00"), (365, "150.00")),
    ],
)
def test_multa_de_alagoas_por_dia_de_atraso(dias: int, reais: str) -> None:
    a = acrescimos(MIL_REAIS, PRIMEIRO, PRIMEIRO + timedelta(days=dias), AL, UM_POR_CENTO)
    assert a.multa == int(Decimal(reais) * 100)
    assert a.dias_de_atraso == dias


@pytest.mark.parametrize(
    ("dias", "reais"),
    # Lei 9.430/1996, art. 61, caput, §§ 1 and 2: 0.33% a day, at most 20%, reached on day 61
    [(1, "3.30"), (15, "49.50"), (30, "99.00"), (31, "102.30"), (60, "198.00"), (61, "200.00"), (62, "200.00"), (900, "200.00")],
)
def test_multa_federal_por_dia_de_atraso(dias: int, reais: str) -> None:
    a = acrescimos(MIL_REAIS, PRIMEIRO, PRIMEIRO + timedelta(days=dias), FEDERAL, UM_POR_CENTO)
    assert a.multa == int(Decimal(reais) * 100)


@pytest.mark.parametrize(
    ("vencimento", "pago_em", "taxa"),
    # Lei 9.430/1996, art. 61, § 3: the months between, and 1% in the month of payment
    [
        (date(2025, 1, 31), date(2025, 5, 10), "0.0401"),
        (date(2025, 1, 1), date(2025, 5, 31), "0.0401"),
        (date(2025, 1, 31), date(2025, 2, 1), "0.01"),
        (date(2025, 1, 31), date(2025, 2, 28), "0.01"),
        (date(2025, 1, 10), date(2025, 1, 31), "0"),
        (date(2025, 1, 31), date(2025, 3, 1), "0.0199"),
        (date(2024, 12, 31), date(2025, 2, 3), "0.0201"),
    ],
)
def test_juros_pela_soma_da_selic(vencimento: date, pago_em: date, taxa: str) -> None:
    selic = tabela(m2025_01="1.01", m2025_02="0.99", m2025_03="0.96", m2025_04="1.06")
    a = acrescimos(MIL_REAIS, vencimento, pago_em, FEDERAL, selic)
    assert a.taxa_juros == Decimal(taxa)
    assert a.juros == int(MIL_REAIS * Decimal(taxa))


def test_mes_que_falta_na_tabela_e_dito() -> None:
    selic = tabela(m2025_02="0.99", m2025_04="1.06")
    with pytest.raises(SelicAusente, match="03/2025") as erro:
        acrescimos(MIL_REAIS, date(2025, 1, 31), date(2025, 5, 10), FEDERAL, selic)
    assert str(erro.value.competencia) == "2025-03"
    assert erro.value.codigo == "selic_ausente"


def test_mes_seguinte_ao_do_vencimento_nao_precisa_da_tabela() -> None:
    assert acrescimos(MIL_REAIS, date(2026, 10, 30), date(2026, 11, 20), FEDERAL, SEM_TABELA).juros == 1000


def test_regra_nenhuma_nao_cobra() -> None:
    a = acrescimos(MIL_REAIS, date(2014, 1, 10), date(2026, 11, 20), NENHUM, SEM_TABELA)
    assert (a.multa, a.juros, a.dias_de_atraso) == (0, 0, 4697)


@pytest.mark.parametrize(
    ("vencimento", "pago_em", "dias"),
    # CTN, art. 210, sole paragraph
    [
        (date(2026, 10, 31), date(2026, 10, 31), 0),  # Saturday
        (date(2026, 10, 31), date(2026, 11, 3), 0),  # All Souls' on Monday: Tuesday is the first day with banks
        (date(2026, 10, 31), date(2026, 11, 4), 1),
        (date(2026, 9, 16), date(2026, 9, 17), 0),  # the state's holiday, a Wednesday
        (date(2026, 9, 16), date(2026, 9, 18), 1),
        (date(2026, 9, 18), date(2026, 9, 21), 3),  # due on a Friday: the weekend counts
    ],
)
def test_prazo_em_dia_sem_banco_termina_no_dia_util_seguinte(vencimento: date, pago_em: date, dias: int) -> None:
    a = acrescimos(MIL_REAIS, vencimento, pago_em, AL, SEM_TABELA, calendario=BANCARIO_AL)
    assert a.dias_de_atraso == dias
    assert a.multa == 200 * dias
    assert (a.fundamento == SEM_ATRASO) == (dias == 0)


def test_prazo_estendido_para_o_outro_mes_leva_os_juros_com_ele() -> None:
    # due on Saturday, 31 October, in term until 3 November: November is the month of the due date
    a = acrescimos(MIL_REAIS, date(2026, 10, 31), date(2026, 11, 30), AL, SEM_TABELA, calendario=BANCARIO_AL)
    assert (a.dias_de_atraso, a.juros) == (27, 0)


def test_fundamento_diz_a_norma_da_multa_e_a_dos_juros() -> None:
    a = acrescimos(MIL_REAIS, PRIMEIRO, date(2025, 4, 2), FEDERAL, UM_POR_CENTO)
    assert "Lei 9.430/1996, art. 61, caput" in a.fundamento
    assert "art. 61, § 3º" in a.fundamento


@given(VALORES, VENCIMENTOS, st.integers(1, 1500))
def test_confere_com_a_conta_em_fracoes(principal: int, vencimento: date, dias: int) -> None:
    pago_em = vencimento + timedelta(days=dias)
    juros = juros_selic(vencimento, pago_em, UM_POR_CENTO)
    for r, multa in ((FEDERAL, multa_federal(dias)), (AL, multa_de_alagoas(dias))):
        a = acrescimos(principal, vencimento, pago_em, r, UM_POR_CENTO)
        assert (a.multa, a.juros) == (centavos(principal * multa), centavos(principal * juros))
        assert mora(r, UM_POR_CENTO)(vencimento, pago_em) == a.taxa_multa + a.taxa_juros


@given(REGRAS, VALORES, VENCIMENTOS, st.integers(0, 800), st.integers(0, 200))
def test_esperar_nunca_barateia(r: Any, principal: int, vencimento: date, dias: int, mais: int) -> None:
    antes = acrescimos(principal, vencimento, vencimento + timedelta(days=dias), r, UM_POR_CENTO, calendario=BANCARIO_AL)
    depois = acrescimos(principal, vencimento, vencimento + timedelta(days=dias + mais), r, UM_POR_CENTO, calendario=BANCARIO_AL)
    assert antes.multa <= depois.multa
    assert antes.juros <= depois.juros


@given(REGRAS, VALORES, VENCIMENTOS, st.integers(-400, 0))
def test_ate_o_vencimento_nada_e_cobrado(r: Any, principal: int, vencimento: date, dias: int) -> None:
    util = BANCARIO_AL.proximo_dia_util(vencimento)
    for pago_em in (util, util + timedelta(days=dias)):
        a = acrescimos(principal, vencimento, pago_em, r, SEM_TABELA, calendario=BANCARIO_AL)
        assert not any((a.multa, a.juros, a.taxa_multa, a.taxa_juros))


def test_principal_negativo_e_erro_de_quem_chama() -> None:
    with pytest.raises(ValueError, match="negative"):
        acrescimos(-1, PRIMEIRO, PRIMEIRO, AL, SEM_TABELA)


def _duas_versoes(versao_por: str) -> dict[str, Any]:
    """0.33% a day to the end of 2024, 0.10% a day from 2025 on."""
    d = documento("federal")
    d["versao_por"] = versao_por
    d["versoes"].append({**documento("federal")["versoes"][0], "vigente_de": "2025-01-01"})
    d["versoes"][0]["vigente_ate"] = "2024-12-31"
    d["versoes"][1]["multa"] = {"faixas": [{"ate_dias": None, "por_dia": "0.001"}], "teto": "0.20", "fundamento": "Lei nova"}
    return d


@pytest.mark.parametrize(
    ("versao_por", "vencimento", "multa"),
    [
        ("vencimento", date(2024, 12, 31), 3300),
        ("vencimento", date(2025, 1, 1), 1000),
        ("pagamento", date(2024, 12, 31), 1000),
        ("pagamento", date(2025, 1, 1), 1000),
        ("pagamento", date(2024, 12, 21), 3300),
    ],
)
def test_versao_e_a_vigente_no_dia_que_a_regra_escolhe(versao_por: str, vencimento: date, multa: int) -> None:
    r = ler_encargos(_duas_versoes(versao_por))
    a = acrescimos(MIL_REAIS, vencimento, vencimento + timedelta(days=10), r, UM_POR_CENTO)
    assert a.multa == multa
    assert ("Lei nova" in a.fundamento) == (multa == 1000)


def test_antes_da_primeira_versao_nao_ha_o_que_cobrar_e_isso_e_dito() -> None:
    with pytest.raises(SemVersaoVigente, match="14/04/1998") as erro:
        acrescimos(MIL_REAIS, date(1998, 4, 14), date(1998, 5, 14), AL, UM_POR_CENTO)
    assert erro.value.campos[0]["campo"] == "vencimento"


def test_juros_mensais_contam_os_meses_depois_do_vencimento() -> None:
    d = documento("al")
    d["nao_verificados"] = []
    d["versoes"][0]["juros"] = {"tipo": "mensal", "ao_mes": "0.01", "fundamento": "1% ao mês"}
    r = ler_encargos(d)
    pagos = {date(2025, 1, 31): "0", date(2025, 2, 1): "0.01", date(2025, 5, 10): "0.04", date(2026, 1, 1): "0.12"}
    for pago_em, taxa in pagos.items():
        assert acrescimos(MIL_REAIS, date(2025, 1, 10), pago_em, r, SEM_TABELA).taxa_juros == Decimal(taxa)


def _debito(**campos: Any) -> DebitoEmAberto:
    return DebitoEmAberto(**{"debito": "D1", "principal": MIL_REAIS, "vencimento": date(2025, 1, 31), **campos})


def test_debito_sem_encargos_e_atualizado_pela_regra() -> None:
    selic = tabela(m2025_02="0.99", m2025_03="0.96", m2025_04="1.06")
    d = atualizar(_debito(), date(2025, 5, 10), FEDERAL, selic)
    assert (d.origem, d.multa, d.juros, d.total, d.dias_de_atraso) == ("calculados", 20_000, 4010, 124_010, 99)


@pytest.mark.parametrize(("multa", "juros"), [(5000, 0), (0, 1), (5000, 700)])
def test_debito_que_veio_com_encargos_fica_com_os_dois(multa: int, juros: int) -> None:
    d = atualizar(_debito(multa=multa, juros=juros), date(2026, 5, 10), FEDERAL, SEM_TABELA)
    assert (d.origem, d.multa, d.juros, d.total) == ("informados", multa, juros, MIL_REAIS + multa + juros)
    assert "informados" in d.fundamento


def test_debito_no_prazo_nao_tem_encargos() -> None:
    d = atualizar(_debito(vencimento=date(2026, 10, 31)), date(2026, 11, 3), AL, SEM_TABELA, calendario=BANCARIO_AL)
    assert (d.origem, d.total, d.dias_de_atraso) == ("sem_atraso", MIL_REAIS, 0)
