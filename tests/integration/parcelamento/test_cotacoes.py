"""Quotes over HTTP on a real database: the contract's shapes, who may ask, every bad input, and the same answer years later."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from parcelamento.normas import normas_de_fabrica
from tests.support.parcelamento_sala import SalaParcelamento, campos, centavos, soma, um_debito, um_pedido

COTACOES = "/v1/parcelamentos/cotacoes"
DE_MP_189 = "ma-mp-189-2015"


async def test_resposta_tem_a_forma_do_contrato(parcelamento: SalaParcelamento) -> None:
    dada = await parcelamento.cotar(
        um_debito("A"), um_debito("B", fato_gerador="2014-10"), um_debito("C", natureza="obrigacao_acessoria")
    )
    assert set(dada) == {"cotacao", "valida_ate", "recusados", "planos", "indisponiveis"}
    assert dada["valida_ate"] == "2015-03-10"
    assert [(set(r), r["debito"], r["motivo"]) for r in dada["recusados"]] == [
        ({"debito", "motivo", "fundamento"}, "C", "obrigacao_acessoria")
    ]
    plano = next(p for p in dada["planos"] if p["parcelas"] == 3)
    assert set(plano) == {
        *("parcelas", "regime", "reducao_multa", "reducao_juros", "total_sem_reducao", "desconto", "total", "entrada"),
        *("valores", "vencimentos", "fundamento"),
    }
    # A: 6000 + 15% of 3000; B keeps its 9000
    assert {k: plano[k] for k in ("regime", "reducao_multa", "total_sem_reducao", "desconto", "total", "entrada")} == {
        "regime": "misto",
        "reducao_multa": "0.85",
        "total_sem_reducao": "18000.00",
        "desconto": "2550.00",
        "total": "15450.00",
        "entrada": "0.00",
    }
    assert plano["valores"] == ["5150.00", "5150.00", "5150.00"]
    assert plano["vencimentos"] == ["2015-03-15", "2015-04-15", "2015-05-15"]


async def test_cada_numero_de_parcelas_esta_num_lugar_so_e_os_valores_somam(parcelamento: SalaParcelamento) -> None:
    dada = await parcelamento.cotar(um_debito(principal="7000.01", multa="333.33", juros="0.07"))
    numeros = [p["parcelas"] for p in (*dada["planos"], *dada["indisponiveis"])]
    assert sorted(numeros) == list(range(1, 61))
    for plano in dada["planos"]:
        assert soma(plano["valores"]) == centavos(plano["total"])
        assert len(plano["valores"]) == len(plano["vencimentos"]) == plano["parcelas"]
        assert centavos(plano["total_sem_reducao"]) - centavos(plano["desconto"]) == centavos(plano["total"])
    motivos = {i["parcelas"]: i["motivo"] for i in dada["indisponiveis"]}
    assert motivos[1] == "percentual_nao_definido"
    assert motivos[60] == "abaixo_do_minimo"


async def test_todos_recusados_deixam_os_sessenta_sem_debitos(parcelamento: SalaParcelamento) -> None:
    dada = await parcelamento.cotar(um_debito("A", natureza="icms_st_retido"), um_debito("B", fato_gerador="2015-01"))
    assert [(r["debito"], r["motivo"]) for r in dada["recusados"]] == [("A", "icms_st_retido"), ("B", "fora_da_norma")]
    assert dada["planos"] == []
    assert dada["indisponiveis"] == [{"parcelas": n, "motivo": "sem_debitos"} for n in range(1, 61)]


@pytest.mark.parametrize(
    ("data", "motivo"),
    [
        ("2015-02-02", "fora_da_vigencia"),  # the day before the norm's start
        ("2014-05-01", "fora_da_vigencia"),
        ("2014-04-30", "fato_gerador_futuro"),  # the fact is later than the quote's day
    ],
)
async def test_data_antes_da_norma_recusa_os_debitos_com_fundamento(
    parcelamento: SalaParcelamento, data: str, motivo: str
) -> None:
    dada = await parcelamento.cotar(data=data)
    assert [r["motivo"] for r in dada["recusados"]] == [motivo]
    assert dada["recusados"][0]["fundamento"].startswith("Portaria 46/2015")
    assert dada["planos"] == []


async def test_data_depois_da_concessao_recusa_o_regime_i(parcelamento: SalaParcelamento) -> None:
    parcelamento.ir_para(date(2015, 6, 1))
    ate_ali = await parcelamento.cotar(um_debito("A"), um_debito("B", fato_gerador="2014-08"), data="2015-05-29")
    depois = await parcelamento.cotar(um_debito("A"), um_debito("B", fato_gerador="2014-08"), data="2015-05-30")
    assert ate_ali["recusados"] == []
    assert [(r["debito"], r["motivo"]) for r in depois["recusados"]] == [("A", "fora_da_vigencia")]
    assert {p["regime"] for p in depois["planos"]} == {"II"}


async def test_dois_mil_debitos_e_o_maximo(parcelamento: SalaParcelamento) -> None:
    dois_mil = await parcelamento.cotar(*(um_debito(f"D{n}") for n in range(2000)))
    assert len(dois_mil["planos"]) == 59
    resposta = await parcelamento.pedir("POST", COTACOES, json=um_pedido(*(um_debito(f"D{n}") for n in range(5000))))
    assert campos(resposta) == {"debitos": "Aceita no máximo 2000 item(ns)."}
    assert (await parcelamento.contar("cotacao")) == {"cotacao": 1}


def _sem(nome: str) -> dict[str, Any]:
    pedido = um_pedido()
    del pedido[nome]
    return pedido


RUINS: dict[str, tuple[Any, str]] = {
    "sem debitos": (_sem("debitos"), "debitos"),
    "lista vazia": (um_pedido() | {"debitos": []}, "debitos"),
    "sem data": (_sem("data"), "data"),
    "sem contribuinte": (_sem("contribuinte"), "contribuinte"),
    "data que nao existe": (um_pedido(data="2015-02-30"), "data"),
    "data por extenso": (um_pedido(data="10/03/2015"), "data"),
    "data de outra era": (um_pedido(data="0001-01-01"), "data"),
    "data adiante": (um_pedido(data="2015-04-10"), "data"),
    "norma desconhecida": (um_pedido(norma="nao-ha"), "norma"),
    "norma mal escrita": (um_pedido(norma="MP 189"), "norma"),
    "regime desconhecido": (um_pedido() | {"contribuinte": {"regime": "mei"}}, "contribuinte.regime"),
    "id com espaço": (um_pedido(contribuinte="MA 1"), "contribuinte.id"),
    "honorarios acima de um": (um_pedido(honorarios_pge="1.01"), "honorarios_pge"),
    "honorarios em numero": (um_pedido(honorarios_pge=0.1), "honorarios_pge"),
    "campo desconhecido": (um_pedido(desconto="0.50"), "desconto"),
    "campo desconhecido no debito": (um_pedido(um_debito(acrescimo="1.00")), "debitos[0].acrescimo"),
    "negativo": (um_pedido(um_debito("A"), um_debito("B", principal="-1.00")), "debitos[1].principal"),
    "numero em vez de texto": (um_pedido(um_debito(multa=10)), "debitos[0].multa"),
    "sem centavos": (um_pedido(um_debito(juros="10")), "debitos[0].juros"),
    "virgula": (um_pedido(um_debito(juros="10,00")), "debitos[0].juros"),
    "tres casas": (um_pedido(um_debito(principal="10.001")), "debitos[0].principal"),
    "infinito": (um_pedido(um_debito(principal="Infinity")), "debitos[0].principal"),
    "nan": (um_pedido(um_debito(principal="NaN")), "debitos[0].principal"),
    "grande demais": (um_pedido(um_debito(principal="1" * 13 + ".00")), "debitos[0].principal"),
    "mes que nao existe": (um_pedido(um_debito(fato_gerador="2014-13")), "debitos[0].fato_gerador"),
    "dia em vez de mes": (um_pedido(um_debito(fato_gerador="2014-05-01")), "debitos[0].fato_gerador"),
    "conta desconhecida": (um_pedido(um_debito(conta=4)), "debitos[0].conta"),
    "natureza desconhecida": (um_pedido(um_debito(natureza="iss")), "debitos[0].natureza"),
    "debito sem nome": (um_pedido(um_debito("")), "debitos[0].debito"),
    "ciencia que nao existe": (um_pedido(um_debito(ciencia_em="2015-02-29")), "debitos[0].ciencia_em"),
    "debito duas vezes": (um_pedido(um_debito("A"), um_debito("B"), um_debito("A")), "debitos"),
    "multa reduzida sem debito": (um_pedido(multa_reduzida_20=True), "multa_reduzida_20"),
}


async def test_entrada_ruim_diz_o_campo_em_portugues_e_nada_fica(parcelamento: SalaParcelamento) -> None:
    erradas = {}
    for caso, (corpo, campo) in RUINS.items():
        resposta = await parcelamento.pedir("POST", COTACOES, json=corpo)
        ditos = campos(resposta)
        ingles = {"field", "should", "value", "input", "must", "error"} & set(" ".join(ditos.values()).lower().split())
        if list(ditos) != [campo] or ingles or resposta.headers["content-type"] != "application/problem+json":
            erradas[caso] = ditos
    assert erradas == {}
    assert await parcelamento.contar("cotacao", "idempotencia") == {"cotacao": 0, "idempotencia": 0}


@pytest.mark.parametrize(
    ("corpo", "codigo"),
    [
        (um_pedido(norma="nao-ha"), "norma_desconhecida"),
        (um_pedido(data="2015-04-10"), "data_adiante"),
        (um_pedido(multa_reduzida_20=True), "multa_reduzida_sem_debito"),
    ],
)
async def test_recusas_da_norma_tem_codigo_proprio(parcelamento: SalaParcelamento, corpo: Any, codigo: str) -> None:
    assert (await parcelamento.pedir("POST", COTACOES, json=corpo)).json()["codigo"] == codigo


async def test_trinta_dias_adiante_ainda_se_cota(parcelamento: SalaParcelamento) -> None:
    assert (await parcelamento.cotar(data="2015-04-09"))["valida_ate"] == "2015-04-09"


async def test_quem_pode_cotar_e_quem_pode_ler(parcelamento: SalaParcelamento) -> None:
    for token, status in (("operador", 201), ("integracao", 201), ("supervisor", 201), ("auditor", 403), ("x", 401), (None, 401)):
        assert (await parcelamento.pedir("POST", COTACOES, json=um_pedido(), token=token)).status_code == status, token
    cotacao = (await parcelamento.cotar())["cotacao"]
    for token, status in (("auditor", 200), ("operador", 200), (None, 401)):
        assert (await parcelamento.pedir("GET", f"{COTACOES}/{cotacao}", token=token)).status_code == status, token


async def test_mesma_chave_da_a_mesma_cotacao_e_outro_corpo_e_recusado(parcelamento: SalaParcelamento) -> None:
    chave = {"Idempotency-Key": "k-1"}
    primeira = await parcelamento.pedir("POST", COTACOES, json=um_pedido(), headers=chave)
    repetida = await parcelamento.pedir("POST", COTACOES, json=um_pedido(), headers=chave)
    outra = await parcelamento.pedir("POST", COTACOES, json=um_pedido(reparcelamento=True), headers=chave)
    assert (primeira.status_code, repetida.status_code) == (201, 201)
    assert repetida.content == primeira.content
    assert repetida.headers["Idempotency-Replayed"] == "true"
    assert (outra.status_code, outra.json()["codigo"]) == (422, "idempotencia_conflitante")
    assert await parcelamento.contar("cotacao") == {"cotacao": 1}


async def test_dez_anos_depois_e_com_a_norma_mudada_a_cotacao_e_a_mesma_ao_byte(parcelamento: SalaParcelamento) -> None:
    dada = await parcelamento.pedir(
        "POST", COTACOES, json=um_pedido(um_debito("A"), um_debito("B", fato_gerador="2014-09", conta=1), honorarios_pge="0.10")
    )
    cotacao = dada.json()["cotacao"]
    documento = deepcopy(normas_de_fabrica()[DE_MP_189])
    for faixa in documento["regimes"][0]["faixas"]:
        faixa["reducao_multa"] = "0.10"
    documento["lancamento"]["multa"] = "0.50"
    gravada = await parcelamento.pedir("PUT", "/v1/normas/parcelamento", json=documento)
    assert (gravada.status_code, gravada.json()["versao"]) == (200, 2)
    parcelamento.ir_para(date(2025, 3, 10))
    lida = await parcelamento.pedir("GET", f"{COTACOES}/{cotacao}")
    refeita = await parcelamento.criar(f"{COTACOES}/{cotacao}/reexecutar", None, status=200)
    assert lida.content == dada.content
    assert refeita["igual"] is True
    # and the new version does change what is quoted now
    assert {p["reducao_multa"] for p in (await parcelamento.cotar(um_debito("A")))["planos"]} == {"0.10"}


async def test_cotacao_que_se_refaz_diferente_e_dita(parcelamento: SalaParcelamento) -> None:
    cotacao = (await parcelamento.cotar())["cotacao"]
    async with parcelamento.banco.transacao() as con:
        await con.execute("update parcelamento.cotacao set resumo = sha256('outra') where cotacao = $1::uuid", cotacao)
    assert (await parcelamento.criar(f"{COTACOES}/{cotacao}/reexecutar", None, status=200))["igual"] is False
    resposta = await parcelamento.pedir("POST", "/v1/parcelamentos", json={"cotacao": cotacao, "parcelas": 2})
    assert (resposta.status_code, resposta.json()["codigo"]) == (409, "cotacao_divergente")
    assert await parcelamento.contar("plano") == {"plano": 0}


async def test_cotacao_que_nao_ha(parcelamento: SalaParcelamento) -> None:
    ninguem = "00000000-0000-4000-8000-000000000000"
    assert (await parcelamento.pedir("GET", f"{COTACOES}/{ninguem}")).status_code == 404
    assert (await parcelamento.pedir("POST", f"{COTACOES}/{ninguem}/reexecutar")).status_code == 404
    assert (await parcelamento.pedir("GET", f"{COTACOES}/nao-e-uuid")).status_code == 422


async def test_ofertas_economizam_o_que_dizem(parcelamento: SalaParcelamento) -> None:
    dada = await parcelamento.criar("/v1/parcelamentos/ofertas", um_pedido())
    assert set(dada) == {"cotacao", "valida_ate", "ofertas", "recusados"}
    rotulos = [o["rotulo"] for o in dada["ofertas"]]
    assert rotulos[0] == "menor_total"
    assert set(rotulos) <= {"menor_total", "menor_parcela", "intermediario"}
    inteira = await parcelamento.obter(f"{COTACOES}/{dada['cotacao']}")
    for oferta in dada["ofertas"]:
        plano = oferta["plano"]
        assert plano in inteira["planos"]
        assert centavos(oferta["economia"]) == centavos(plano["total_sem_reducao"]) - centavos(plano["total"])
    menor = min(centavos(p["total"]) for p in inteira["planos"])
    assert centavos(dada["ofertas"][0]["plano"]["total"]) == menor


async def test_cotacoes_ao_mesmo_tempo_sao_todas_guardadas(parcelamento: SalaParcelamento) -> None:
    feitas = await asyncio.gather(*(parcelamento.cotar(um_debito(f"D{n}")) for n in range(8)))
    assert len({f["cotacao"] for f in feitas}) == 8
    assert await parcelamento.contar("cotacao") == {"cotacao": 8}
