"""The norms that ship: each reads, says what is not verified, and gives the figures of its source."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from parcelamento.domain.cotacao import Indisponivel, PedidoRecusado, PlanoProposto, consolidar, cotar
from parcelamento.domain.norma_leitura import ler_norma
from parcelamento.normas import normas_de_fabrica
from tests.unit.parcelamento.apoio_cotacao import MP_189, NORMAS, motivos, plano_de, resposta_de, um_debito, um_pedido

AL_ICMS, AL_IPVA = NORMAS["al-icms-ordinario"], NORMAS["al-ipva-atraso"]
MP_245, MP_305 = NORMAS["ma-mp-245-2017"], NORMAS["ma-mp-305-2020-ipva"]
HOJE = date(2026, 11, 23)

# figures that fatos/parcelamento.md has from the press, from repealed acts or not at all, and those assumed
INCERTOS = {
    "ma-mp-189-2015": {
        "cota_unica",
        "reducao_multa_30_dias",
        "honorarios_pge",
        "juros_mensal",
        "vigencia.ate",
        "encargos",
        "imputacao[3]",
    }
    | {
        f"cancelamento.{campo}"
        for campo in (
            "parcelas_em_atraso",
            "consecutivas",
            "dias_de_atraso",
            "aviso_dias",
            "tolerancia_entrada_dias",
            "perde_reducao",
        )
    },
    "al-icms-ordinario": {
        "minimos[0].valor",
        "entradas[1].fracao",
        "reparcelamento.entrada_minima",
        "cancelamento",
        "juros_mensal",
    },
    "al-ipva-atraso": {"regimes[0].faixas[0].ate", "minimos[0].valor", "cancelamento", "juros_mensal"},
    "ma-mp-245-2017": {"vigencia", "minimos", "cancelamento", "juros_mensal"},
    "ma-mp-305-2020-ipva": {"vigencia", "regimes[0].fato_gerador.ate", "cancelamento", "juros_mensal"},
}


def _ipva(principal: int, fato: str = "2019-01", **outros: Any) -> Any:
    return um_debito(fato, principal, 200_00, 100_01, tributo="IPVA", natureza="ipva", conta=None, **outros)


@pytest.mark.parametrize("nome", INCERTOS)
def test_cada_norma_diz_o_que_nao_esta_verificado(nome: str) -> None:
    assert NORMAS.keys() == INCERTOS.keys()
    norma = NORMAS[nome]
    assert norma.norma == nome
    assert INCERTOS[nome] <= {item.campo for item in norma.nao_verificados}


def test_documentos_sao_de_quem_pede() -> None:
    normas_de_fabrica()["ma-mp-189-2015"]["regimes"].clear()
    assert normas_de_fabrica()["ma-mp-189-2015"]["regimes"]


def test_documentos_nao_tem_numeros_de_ponto_flutuante() -> None:
    for documento in normas_de_fabrica().values():
        json.loads(json.dumps(documento), parse_float=pytest.fail)


def test_mp_189_cancela_com_tres_parcelas_ou_noventa_dias() -> None:
    regra = MP_189.cancelamento
    assert (regra.parcelas_em_atraso, regra.consecutivas, regra.dias_de_atraso) == (3, False, 90)
    assert (regra.aviso_dias, regra.tolerancia_entrada_dias, regra.perde_reducao) == (15, 0, True)
    assert MP_189.imputacao == ("multa", "juros", "principal", "honorarios")
    assert not MP_189.cota_unica


# fatos/parcelamento.md: AL, ICMS: up to 60, first of at least 10%, nothing reduced
def test_al_icms_ordinario() -> None:
    pedido = um_pedido(um_debito("2026-05"), data=HOJE)
    assert plano_de(pedido, 1, AL_ICMS).valores == (84_000_05,)
    # 10% is 8,400.005; ten equal parts begin with 8,400.01
    assert plano_de(pedido, 10, AL_ICMS).entrada == 8_400_01
    doze = plano_de(pedido, 12, AL_ICMS)
    # the rest, 75,600.04 in 11: 6,872.73 each and one cent over
    assert (doze.total, doze.desconto, doze.valores[:3]) == (84_000_05, 0, (8_400_01, 6_872_74, 6_872_73))
    assert plano_de(pedido, 60, AL_ICMS).parcelas == 60
    assert plano_de(um_pedido(um_debito("2026-05"), data=HOJE, reparcelamento=True), 12, AL_ICMS).entrada == 12_600_01


@pytest.mark.parametrize(("valor", "ha"), [(773_60, True), (773_59, False)])
def test_al_icms_minimo_de_vinte_upfal(valor: int, ha: bool) -> None:
    pedido = um_pedido(um_debito("2026-05", valor, 0, 0), data=HOJE)
    assert isinstance(resposta_de(cotar(pedido, AL_ICMS), 2), PlanoProposto if ha else Indisponivel)


def test_al_icms_recusa_outro_tributo_e_o_que_esta_em_parcelamento() -> None:
    pedido = um_pedido(_ipva(1_000_00), um_debito("2026-05", em_parcelamento=True), um_debito("2026-12"), data=HOJE)
    assert [r.motivo for r in cotar(pedido, AL_ICMS).recusados] == [
        "tributo_fora_da_norma",
        "parcelamento_ativo",
        "fato_gerador_futuro",
    ]


# fatos/parcelamento.md: AL, IPVA: up to 6, R$ 100.00 each
def test_al_ipva_atraso() -> None:
    cotacao = cotar(um_pedido(_ipva(1_000_00), data=HOJE), AL_IPVA)
    assert [p.parcelas for p in cotacao.planos] == [1, 2, 3, 4, 5, 6]
    assert {p.total for p in cotacao.planos} == {1_300_01}
    assert plano_de(um_pedido(_ipva(1_000_00), data=HOJE), 6, AL_IPVA).valores == (216_67, *[216_67] * 4, 216_66)
    assert motivos(cotacao) == dict.fromkeys(range(7, 61), "acima_do_maximo")


def test_al_ipva_minimo_de_cem_reais_por_parcela_e_nao_no_pagamento_unico() -> None:
    cotacao = cotar(um_pedido(um_debito("2020-01", 99_99, 0, 0, tributo="IPVA", natureza="ipva", conta=None), data=HOJE), AL_IPVA)
    assert [p.valores for p in cotacao.planos] == [(99_99,)]
    assert motivos(cotacao)[2] == "abaixo_do_minimo"


# fatos/parcelamento.md: MP 245/2017: 100% at once, 80% up to 60, 50% from 61 to 120, facts to 2017-06-30
@pytest.mark.parametrize(
    ("parcelas", "total", "reducao"),
    [
        (1, 60_000_00, "1.00"),
        (2, 64_800_01, "0.80"),
        (60, 64_800_01, "0.80"),
        (61, 72_000_03, "0.50"),
        (120, 72_000_03, "0.50"),
    ],
)
def test_mp_245(parcelas: int, total: int, reducao: str) -> None:
    plano = plano_de(um_pedido(um_debito("2017-06"), data=date(2017, 8, 1)), parcelas, MP_245)
    assert (plano.total, str(plano.reducao_multa), str(plano.reducao_juros), plano.entrada) == (total, reducao, reducao, 0)
    assert len(plano.valores) == parcelas


def test_mp_245_responde_ate_120_e_recusa_fatos_de_julho_de_2017() -> None:
    pedido = um_pedido(um_debito("2017-06"), um_debito("2017-07"), data=date(2017, 8, 1))
    cotacao = cotar(pedido, MP_245)
    assert [r.motivo for r in cotacao.recusados] == ["fora_da_norma"]
    assert sorted([*(p.parcelas for p in cotacao.planos), *motivos(cotacao)]) == list(range(1, 121))


@pytest.mark.parametrize(
    ("receita", "minimo"), [(120_000_00, 100_00), (120_000_01, 200_00), (720_000_00, 200_00), (720_000_01, 500_00)]
)
def test_minimo_por_porte(receita: int, minimo: int) -> None:
    def ha(valor: int) -> bool:
        pedido = um_pedido(um_debito("2017-06", 2 * valor, 0, 0), data=date(2017, 8, 1), regime="simples", receita=receita)
        return isinstance(resposta_de(cotar(pedido, MP_245), 2), PlanoProposto)

    assert ha(minimo)
    assert not ha(minimo - 1)


# fatos/parcelamento.md: MP 305/2020: IPVA, 100% at once, 50% up to 12; least R$ 30.00 for motorcycles, else R$ 100.00
@pytest.mark.parametrize(("parcelas", "total"), [(1, 1_000_00), (2, 1_150_01), (7, 1_150_01)])
def test_mp_305(parcelas: int, total: int) -> None:
    plano = plano_de(um_pedido(_ipva(1_000_00), data=date(2020, 3, 2)), parcelas, MP_305)
    assert (plano.total, plano.vencimentos[0]) == (total, date(2020, 3, 7))


@pytest.mark.parametrize(("naturezas", "maior"), [(["ipva_motocicleta"], 12), (["ipva"], 3), (["ipva", "ipva_motocicleta"], 3)])
def test_mp_305_minimo_de_motocicleta_so_onde_todos_sao(naturezas: list[str], maior: int) -> None:
    partes = [um_debito("2019-01", 360_00 // len(naturezas), 0, 0, tributo="IPVA", natureza=n, conta=None) for n in naturezas]
    cotacao = cotar(um_pedido(*partes, data=date(2020, 3, 2)), MP_305)
    assert cotacao.planos[-1].parcelas == maior


@pytest.mark.parametrize("dia", [date(2019, 12, 31), date(2021, 1, 1)])
def test_fora_da_vigencia_da_norma(dia: date) -> None:
    cotacao = cotar(um_pedido(_ipva(1_000_00), data=dia), MP_305)
    assert [r.motivo for r in cotacao.recusados] == ["fora_da_vigencia"]


def test_norma_sem_multa_reduzida_diz_que_nao_a_preve() -> None:
    with pytest.raises(PedidoRecusado) as erro:
        cotar(um_pedido(um_debito("2026-05"), data=HOJE, multa_reduzida_20=True), AL_ICMS)
    assert (erro.value.codigo, erro.value.motivo) == (
        "multa_reduzida_sem_debito",
        "nenhum débito tem direito à multa reduzida: a norma não a prevê.",
    )


def test_norma_que_nao_permite_reparcelar() -> None:
    documento = normas_de_fabrica()["ma-mp-189-2015"]
    documento["reparcelamento"]["permitido"] = False
    with pytest.raises(PedidoRecusado) as erro:
        cotar(um_pedido(um_debito(), reparcelamento=True), ler_norma(documento))
    assert (erro.value.codigo, erro.value.campo) == ("reparcelamento_nao_permitido", "reparcelamento")


# what the source leaves open and a state may set
def test_cota_unica_da_mp_189_depois_de_definida() -> None:
    documento = normas_de_fabrica()["ma-mp-189-2015"]
    documento["cota_unica"] = {"reducao_multa": "1.00", "reducao_juros": "0.50", "regimes": ["I"], "fundamento": "Ato tal"}
    norma = ler_norma(documento)
    assert norma.cota_unica
    # I: 60,000.00 + 0 + 2,000.025; II pays whole
    assert plano_de(um_pedido(um_debito()), 1, norma).valores == (62_000_03,)
    misto = plano_de(um_pedido(um_debito(), um_debito("2014-10")), 1, norma)
    assert (misto.total, misto.fundamento.split("; ")[0]) == (62_000_03 + 84_000_05, "Ato tal")
    assert plano_de(um_pedido(um_debito("2014-10")), 1, norma).desconto == 0


def test_reducao_da_multa_em_trinta_dias_depois_de_definida() -> None:
    documento = normas_de_fabrica()["ma-mp-189-2015"]
    documento["reducao_multa_30_dias"] = "0.50"
    norma = ler_norma(documento)
    recente = um_debito("2014-10", 10_000_00, 2_000_01, 500_00, ciencia_em=date(2015, 3, 1))
    pedido = um_pedido(recente, um_debito("2014-11", 1_000_00, 100_00, 0, conta=12), multa_reduzida_20=True)
    plano = plano_de(pedido, 6, norma)
    # 10,000.00 + 1,000.01 + 500.00, and 1,100.00 that is not eligible; 20% of the former is 2,300.00
    assert (plano.total, plano.desconto, plano.entrada) == (12_600_01, 1_000_00, 2_300_00)
    assert str(plano.reducao_multa) == "0.00"


def test_honorarios_da_norma_valem_onde_o_pedido_nao_os_traz() -> None:
    documento = normas_de_fabrica()["ma-mp-189-2015"]
    documento["honorarios_pge"] = "0.10"
    norma = ler_norma(documento)
    debito = um_debito(divida_ativa=True)
    assert plano_de(um_pedido(debito), 2, norma).total == 68_640_01
    assert plano_de(um_pedido(debito, honorarios="0"), 2, norma).total == 62_400_01
    # without reduction: 84,000.05 and its 8,400.005
    assert plano_de(um_pedido(debito), 2, norma).total_sem_reducao == 92_400_06


def test_juros_das_parcelas_depois_de_definidos() -> None:
    documento = normas_de_fabrica()["ma-mp-189-2015"]
    documento["juros_mensal"] = "0.01"
    norma = ler_norma(documento)
    pedido = um_pedido(um_debito("2014-10", 2_000_00, 0, 50_00), um_debito("2014-10", 950_00, 0, 0))
    plano = plano_de(pedido, 3, norma)
    assert plano.valores == (1_000_00, 1_010_00, 1_020_00)
    assert (plano.total, plano.total_sem_reducao) == (3_030_00, 3_030_00)
    # the 30.00 of interest, in proportion to 2,050.00 and 950.00
    primeiro, segundo = consolidar(pedido, norma, 3)
    assert (primeiro.juros, primeiro.juros_reduzidos, primeiro.juros_do_parcelamento) == (70_50, 70_50, 20_50)
    assert (segundo.juros, segundo.juros_reduzidos, segundo.juros_do_parcelamento) == (9_50, 9_50, 9_50)
