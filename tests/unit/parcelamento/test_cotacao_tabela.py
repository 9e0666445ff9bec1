"""MP 189/2015 item by item: each row cites Portaria 46/2015, Anexo III, and must equal a second calculation.

Where a row brings figures worked by hand, both must equal them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import pytest

from parcelamento.domain.cotacao import Indisponivel, consolidar, cotar
from parcelamento.domain.debito import Pedido
from tests.unit.parcelamento.apoio_cotacao import MP_189, resposta_de, um_debito, um_pedido
from tests.unit.parcelamento.calculo_independente import calcular

LIMITES = (2, 3, 4, 5, 12, 13, 36, 37, 48, 49, 60)
"""Every number of installments at which a band or an entry begins or ends."""

ABAIXO = "abaixo_do_minimo"

Literal = tuple[int, int, int, int, int] | str
"""By hand: total, entry, first, second and last installment in cents; or why there is no plan."""


@dataclass(frozen=True)
class Linha:
    item: str
    pedido: Pedido
    parcelas: int
    a_mao: Literal | None = None


def _linhas(item: str, pedido: Pedido, a_mao: dict[int, Literal]) -> list[Linha]:
    return [Linha(item, pedido, n, literal) for n, literal in a_mao.items()]


def _so_calculadas(item: str, pedido: Pedido, numeros: tuple[int, ...] = LIMITES) -> list[Linha]:
    return [Linha(item, pedido, n) for n in numeros]


UM_I = um_debito("2014-05")
UM_II = um_debito("2014-10")
MENOR_II = um_debito("2014-12", 30_000_00, 6_000_00, 1_000_00)
RECENTE_II = um_debito("2014-09", 10_000_00, 2_000_00, 500_00, lancado_em=date(2015, 2, 20), ciencia_em=date(2015, 2, 20))
ANTIGO_II = um_debito("2014-08", 20_000_00, 4_000_00, 700_35, lancado_em=date(2015, 1, 5), ciencia_em=date(2015, 1, 8))


def _so_principal(valor: int, **outros: object) -> Pedido:
    return um_pedido(um_debito("2014-10", valor, 0, 0, natureza="diferenca_aliquota"), **outros)  # type: ignore[arg-type]


REGIME_I: list[Linha] = [
    *_linhas("14, I, a", um_pedido(UM_I), {2: (62_400_01, 0, 31_200_01, 31_200_00, 31_200_00)}),
    *_linhas("14, I, b", um_pedido(UM_I), {3: (63_600_01, 0, 21_200_01, 21_200_00, 21_200_00)}),
    *_linhas("14, I, c", um_pedido(UM_I), {4: (64_800_01, 0, 16_200_01, 16_200_00, 16_200_00)}),
    *_linhas(
        "14, I, d",
        um_pedido(UM_I),
        {5: (66_000_01, 0, 13_200_01, 13_200_00, 13_200_00), 12: (66_000_01, 0, 5_500_01, 5_500_00, 5_500_00)},
    ),
    *_so_calculadas("14, I, d", um_pedido(UM_I), (6, 7, 8, 9, 10, 11)),
    *_linhas(
        "14, I, e",
        um_pedido(UM_I),
        {
            13: (74_400_03, 0, 5_723_08, 5_723_08, 5_723_07),
            36: (74_400_03, 0, 2_066_67, 2_066_67, 2_066_66),
            37: (74_400_03, 3_720_00, 3_720_00, 1_963_34, 1_963_33),
            48: (74_400_03, 3_720_00, 3_720_00, 1_503_84, 1_503_83),
            49: (74_400_03, 7_440_00, 7_440_00, 1_395_01, 1_395_00),
            60: (74_400_03, 7_440_00, 7_440_00, 1_134_92, 1_134_91),
        },
    ),
    *_so_calculadas("14, I, e", um_pedido(UM_I), (14, 24, 35, 42, 55)),
]

REGIME_II: list[Linha] = [
    *_linhas(
        "14, II, a",
        um_pedido(UM_II),
        {
            2: (84_000_05, 0, 42_000_03, 42_000_02, 42_000_02),
            3: (84_000_05, 0, 28_000_02, 28_000_02, 28_000_01),
            12: (84_000_05, 0, 7_000_01, 7_000_01, 7_000_00),
            13: (84_000_05, 0, 6_461_55, 6_461_55, 6_461_54),
            36: (84_000_05, 0, 2_333_34, 2_333_34, 2_333_33),
        },
    ),
    *_linhas(
        "14, II, b",
        um_pedido(UM_II),
        {37: (84_000_05, 4_200_00, 4_200_00, 2_216_67, 2_216_66), 48: (84_000_05, 4_200_00, 4_200_00, 1_697_88, 1_697_87)},
    ),
    # 10% is 8,400.005: half up
    *_linhas(
        "14, II, c",
        um_pedido(UM_II),
        {49: (84_000_05, 8_400_01, 8_400_01, 1_575_01, 1_575_00), 60: (84_000_05, 8_400_01, 8_400_01, 1_281_36, 1_281_35)},
    ),
    *_so_calculadas("14, II", um_pedido(UM_II), (4, 5, 24, 47, 59)),
]

MISTO: list[Linha] = _linhas(
    "14, III",
    um_pedido(UM_I, MENOR_II),
    {
        2: (99_400_01, 0, 49_700_01, 49_700_00, 49_700_00),
        3: (100_600_01, 0, 33_533_34, 33_533_34, 33_533_33),
        4: (101_800_01, 0, 25_450_01, 25_450_00, 25_450_00),
        5: (103_000_01, 0, 20_600_01, 20_600_00, 20_600_00),
        12: (103_000_01, 0, 8_583_34, 8_583_34, 8_583_33),
        13: (111_400_03, 0, 8_569_24, 8_569_24, 8_569_23),
        36: (111_400_03, 0, 3_094_45, 3_094_45, 3_094_44),
        37: (111_400_03, 5_570_00, 5_570_00, 2_939_73, 2_939_72),
        48: (111_400_03, 5_570_00, 5_570_00, 2_251_71, 2_251_70),
        49: (111_400_03, 11_140_00, 11_140_00, 2_088_76, 2_088_75),
        60: (111_400_03, 11_140_00, 11_140_00, 1_699_33, 1_699_32),
    },
)

REPARCELAMENTO: list[Linha] = [
    *_linhas(
        "14, IV",
        um_pedido(UM_I, reparcelamento=True),
        {
            2: (62_400_01, 31_200_01, 31_200_01, 31_200_00, 31_200_00),
            # the first of ten equal parts is not lower than 10%: no separate entry
            10: (66_000_01, 6_600_01, 6_600_01, 6_600_00, 6_600_00),
            11: (66_000_01, 6_600_00, 6_600_00, 5_940_01, 5_940_00),
            12: (66_000_01, 6_600_00, 6_600_00, 5_400_01, 5_400_00),
            37: (74_400_03, 7_440_00, 7_440_00, 1_860_01, 1_860_00),
            60: (74_400_03, 7_440_00, 7_440_00, 1_134_92, 1_134_91),
        },
    ),
    *_so_calculadas("14, IV", um_pedido(UM_I, reparcelamento=True), (3, 4, 5, 9, 13, 36, 48, 49)),
    *_so_calculadas("14, IV", um_pedido(UM_II, reparcelamento=True)),
    *_so_calculadas("14, IV", um_pedido(UM_I, MENOR_II, reparcelamento=True)),
]

MULTA_REDUZIDA: list[Linha] = [
    *_linhas(
        "11 e 12",
        um_pedido(UM_I, RECENTE_II, multa_reduzida_20=True),
        {
            2: (74_900_01, 37_450_01, 37_450_01, 37_450_00, 37_450_00),
            36: (86_900_03, 2_500_00, 2_500_00, 2_411_43, 2_411_42),
            37: (86_900_03, 6_220_00, 6_220_00, 2_241_12, 2_241_11),
            49: (86_900_03, 9_940_00, 9_940_00, 1_603_34, 1_603_33),
        },
    ),
    # alone: 20% of 12,500.00 is the first of five equal parts
    *_linhas(
        "12",
        um_pedido(RECENTE_II, multa_reduzida_20=True),
        {
            4: (12_500_00, 3_125_00, 3_125_00, 3_125_00, 3_125_00),
            5: (12_500_00, 2_500_00, 2_500_00, 2_500_00, 2_500_00),
            6: (12_500_00, 2_500_00, 2_500_00, 2_000_00, 2_000_00),
            21: (12_500_00, 2_500_00, 2_500_00, 500_00, 500_00),
            22: ABAIXO,
        },
    ),
    # of two debts alike, the one of account 12 and the one without account pay no 20%: 2,500.00 of 25,000.00
    *_linhas(
        "11 (contas)",
        um_pedido(RECENTE_II, replace(RECENTE_II, conta=12), multa_reduzida_20=True),
        {10: (25_000_00, 2_500_00, 2_500_00, 2_500_00, 2_500_00), 11: (25_000_00, 2_500_00, 2_500_00, 2_250_00, 2_250_00)},
    ),
    *_linhas(
        "11 (contas)",
        um_pedido(RECENTE_II, replace(RECENTE_II, conta=None), multa_reduzida_20=True),
        {11: (25_000_00, 2_500_00, 2_500_00, 2_250_00, 2_250_00)},
    ),
    *_so_calculadas("11 e 12", um_pedido(RECENTE_II, ANTIGO_II, MENOR_II, multa_reduzida_20=True)),
    *_so_calculadas("12 e 14, IV", um_pedido(UM_I, RECENTE_II, ANTIGO_II, multa_reduzida_20=True, reparcelamento=True)),
]

LANCAMENTO: list[Linha] = [
    *_linhas("23 (conta 1)", um_pedido(um_debito(conta=1)), {2: (64_200_01, 0, 32_100_01, 32_100_00, 32_100_00)}),
    *_linhas("23 (conta 2)", um_pedido(um_debito(conta=2)), {2: (64_200_01, 0, 32_100_01, 32_100_00, 32_100_00)}),
    *_linhas("23 (conta 3)", um_pedido(um_debito(conta=3)), {2: (62_400_01, 0, 31_200_01, 31_200_00, 31_200_00)}),
    *_linhas("23 (conta 12)", um_pedido(um_debito(conta=12)), {2: (62_400_01, 0, 31_200_01, 31_200_00, 31_200_00)}),
    # 30% of 5,000.05 is 1,500.015: half up, 1,500.02
    *_linhas("23", um_pedido(um_debito("2014-10", 5_000_05, 0, 0, conta=1)), {2: (6_500_07, 0, 3_250_04, 3_250_03, 3_250_03)}),
    *_so_calculadas("23", um_pedido(um_debito(conta=1), um_debito("2014-11", conta=2, principal=7_777_77)), (3, 12, 13, 37, 60)),
]

HONORARIOS: list[Linha] = [
    *_linhas(
        "13",
        um_pedido(um_debito(divida_ativa=True), honorarios="0.10"),
        {2: (68_640_01, 0, 34_320_01, 34_320_00, 34_320_00)},
    ),
    *_linhas(
        "13 (fora da dívida ativa)",
        um_pedido(um_debito(), honorarios="0.10"),
        {2: (62_400_01, 0, 31_200_01, 31_200_00, 31_200_00)},
    ),
    *_linhas(
        "13 (sem percentual cadastrado)",
        um_pedido(um_debito(divida_ativa=True)),
        {2: (62_400_01, 0, 31_200_01, 31_200_00, 31_200_00)},
    ),
    *_so_calculadas(
        "13", um_pedido(um_debito(divida_ativa=True, conta=1), MENOR_II, honorarios="0.2"), (3, 4, 5, 12, 13, 37, 60)
    ),
]

MINIMO: list[Linha] = [
    *_linhas("19, b", _so_principal(1_000_00), {2: (1_000_00, 0, 500_00, 500_00, 500_00), 3: ABAIXO}),
    *_linhas("19, b", _so_principal(999_99), {2: ABAIXO}),
    *_linhas("19, b", _so_principal(6_000_00), {12: (6_000_00, 0, 500_00, 500_00, 500_00), 13: ABAIXO}),
    *_linhas("19, b", _so_principal(18_000_00), {36: (18_000_00, 0, 500_00, 500_00, 500_00), 37: ABAIXO}),
    # an entry leaves less to the others: 10% of 32,777.78 is 3,277.78, and 59 × 500.00 are left
    *_linhas("19, b e 14, II, c", _so_principal(32_777_78), {60: (32_777_78, 3_277_78, 3_277_78, 500_00, 500_00)}),
    *_linhas("19, b e 14, II, c", _so_principal(32_777_77), {60: ABAIXO}),
    *_linhas(
        "19, a",
        _so_principal(200_00, regime="simples", receita=120_000_00),
        {2: (200_00, 0, 100_00, 100_00, 100_00), 3: ABAIXO},
    ),
    *_linhas("19, a", _so_principal(199_99, regime="simples", receita=120_000_00), {2: ABAIXO}),
    *_linhas("19, a (receita acima)", _so_principal(999_99, regime="simples", receita=120_000_01), {2: ABAIXO}),
    *_linhas(
        "19, b (receita acima)",
        _so_principal(1_000_00, regime="simples", receita=120_000_01),
        {2: (1_000_00, 0, 500_00, 500_00, 500_00)},
    ),
    *_linhas("19, b (receita não informada)", _so_principal(999_99, regime="simples"), {2: ABAIXO}),
    *_linhas("19, b (não é do Simples)", _so_principal(999_99, receita=50_000_00), {2: ABAIXO}),
    # 3,600.00 in 36: the least of the small company
    *_linhas(
        "19, a",
        _so_principal(3_600_00, regime="simples", receita=0),
        {36: (3_600_00, 0, 100_00, 100_00, 100_00), 37: ABAIXO},
    ),
]

LINHAS = [*REGIME_I, *REGIME_II, *MISTO, *REPARCELAMENTO, *MULTA_REDUZIDA, *LANCAMENTO, *HONORARIOS, *MINIMO]


def test_a_tabela_cobre_a_fonte() -> None:
    assert len(LINHAS) >= 120
    assert sum(linha.a_mao is not None for linha in LINHAS) >= 30
    for grupo in (REGIME_I, REGIME_II, MISTO):
        assert set(LIMITES) <= {linha.parcelas for linha in grupo} | ({2, 3, 4, 5, 12, 13} if grupo is REGIME_II else set())


@pytest.mark.parametrize("linha", LINHAS, ids=lambda linha: f"item {linha.item} n={linha.parcelas}")
def test_item_da_portaria(linha: Linha) -> None:
    dito = resposta_de(cotar(linha.pedido, MP_189), linha.parcelas)
    esperado = calcular(linha.pedido, linha.parcelas)
    if isinstance(esperado, str):
        assert dito == Indisponivel(linha.parcelas, esperado)
        assert linha.a_mao in (None, esperado)
        return
    assert not isinstance(dito, Indisponivel)
    assert (dito.regime, Fraction(dito.reducao_multa), Fraction(dito.reducao_juros)) == (
        esperado.regime,
        esperado.reducao,
        esperado.reducao,
    )
    assert (dito.total_sem_reducao, dito.total) == (esperado.total_sem_reducao, esperado.total)
    assert dito.desconto == esperado.total_sem_reducao - esperado.total
    assert (dito.entrada, list(dito.valores)) == (esperado.entrada, esperado.valores)
    assert list(dito.vencimentos) == esperado.vencimentos
    if linha.a_mao is not None:
        assert (dito.total, dito.entrada, dito.valores[0], dito.valores[1], dito.valores[-1]) == linha.a_mao


@pytest.mark.parametrize("linha", LINHAS, ids=lambda linha: f"item {linha.item} n={linha.parcelas}")
def test_o_fundamento_cita_o_item(linha: Linha) -> None:
    dito = resposta_de(cotar(linha.pedido, MP_189), linha.parcelas)
    if isinstance(dito, Indisponivel):
        return
    faixa_i = {2: "a", 3: "b", 4: "c"}.get(linha.parcelas, "d" if linha.parcelas <= 12 else "e")
    faixa_ii = "a" if linha.parcelas <= 36 else "b" if linha.parcelas <= 48 else "c"
    if dito.regime in ("I", "misto"):
        assert f"item 14, I, {faixa_i}" in dito.fundamento
    if dito.regime in ("II", "misto"):
        assert f"item 14, II, {faixa_ii}" in dito.fundamento
    assert ("item 14, III" in dito.fundamento) == (dito.regime == "misto")
    assert ("item 14, IV" in dito.fundamento) == linha.pedido.reparcelamento
    assert ("itens 11, 12 e 20" in dito.fundamento) == linha.pedido.multa_reduzida_20


@pytest.mark.parametrize("n", LIMITES)
def test_cada_debito_consolidado_tem_a_reducao_do_seu_regime(n: int) -> None:
    pedido = um_pedido(UM_I, MENOR_II)
    primeiro, segundo = consolidar(pedido, MP_189, n)
    mantido = {2: (2_000_00, 400_01), 3: (3_000_00, 600_01), 4: (4_000_00, 800_01)}.get(
        n, (5_000_00, 1_000_01) if n <= 12 else (12_000_00, 2_400_03)
    )
    assert (primeiro.regime, primeiro.multa, primeiro.juros) == ("I", 20_000_00, 4_000_05)
    assert (primeiro.multa_reduzida, primeiro.juros_reduzidos) == mantido
    assert (segundo.regime, segundo.multa_reduzida, segundo.juros_reduzidos) == ("II", 6_000_00, 1_000_00)


def test_cota_unica_nao_tem_percentual_na_fonte() -> None:
    for pedido in (um_pedido(UM_I), um_pedido(UM_II), um_pedido(UM_I, UM_II, reparcelamento=True)):
        assert resposta_de(cotar(pedido, MP_189), 1) == Indisponivel(1, "percentual_nao_definido")
