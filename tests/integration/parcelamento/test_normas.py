"""Rule sets over HTTP: every version kept, a bad one refused by field, a good one in force for the next quote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from parcelamento.normas import normas_de_fabrica
from tests.support.parcelamento_sala import SalaParcelamento, campos, um_debito

NORMAS = "/v1/normas/parcelamento"
MP_189 = "ma-mp-189-2015"


def mudada(mudar: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """MP 189/2015 with something else in it."""
    documento = deepcopy(normas_de_fabrica()[MP_189])
    mudar(documento)
    return documento


async def test_as_normas_de_fabrica_estao_em_uso_com_o_que_nao_foi_verificado(parcelamento: SalaParcelamento) -> None:
    itens = (await parcelamento.obter(NORMAS, token="auditor"))["itens"]
    assert {n["norma"]: n["versao"] for n in itens} == dict.fromkeys(normas_de_fabrica(), 1)
    assert {n["norma"]: n["documento"] for n in itens} == normas_de_fabrica()
    assert all(n["documento"]["nao_verificados"] for n in itens)


async def test_cada_versao_fica_e_a_nova_vale_para_a_proxima_cotacao(parcelamento: SalaParcelamento) -> None:
    antes = await parcelamento.cotar()
    documento = mudada(lambda d: d["minimos"][1].update(valor="2000.00"))
    primeira = await parcelamento.pedir("PUT", NORMAS, json=documento, token="supervisor.Rosa")
    igual = await parcelamento.pedir("PUT", NORMAS, json=documento, token="supervisor.Rosa")
    assert [(r.status_code, r.json()["versao"], r.json()["autor"]) for r in (primeira, igual)] == [(200, 2, "Rosa")] * 2
    versoes = (await parcelamento.obter(f"{NORMAS}/{MP_189}"))["itens"]
    assert [v["versao"] for v in versoes] == [2, 1]
    assert versoes[0]["documento"] == documento
    depois = await parcelamento.cotar()
    assert max(p["parcelas"] for p in antes["planos"]) > max(p["parcelas"] for p in depois["planos"])
    de_antes = await parcelamento.criar("/v1/parcelamentos", {"cotacao": antes["cotacao"], "parcelas": 12})
    assert (de_antes["versao"], de_antes["numero_de_parcelas"]) == (1, 12)


async def test_norma_nova_se_usa_pelo_nome(parcelamento: SalaParcelamento) -> None:
    documento = mudada(lambda d: d.update(norma="ma-de-teste", nome="De teste"))
    assert (await parcelamento.pedir("PUT", NORMAS, json=documento)).json()["versao"] == 1
    dada = await parcelamento.cotar(um_debito(), norma="ma-de-teste")
    assert (await parcelamento.criar("/v1/parcelamentos", {"cotacao": dada["cotacao"], "parcelas": 2}))["norma"] == "ma-de-teste"


async def test_norma_ruim_e_recusada_por_campo_e_nada_muda(parcelamento: SalaParcelamento) -> None:
    casos: dict[str, tuple[dict[str, Any], str]] = {
        "fração acima de um": (
            mudada(lambda d: d["regimes"][0]["faixas"][0].update(reducao_multa="1.10")),
            "regimes[0].faixas[0].reducao_multa",
        ),
        "faixas que se cruzam": (mudada(lambda d: d["regimes"][0]["faixas"][1].update(de=2)), "regimes[0].faixas[1]"),
        "sem cancelamento": (mudada(lambda d: d.pop("cancelamento")), "cancelamento"),
        "datas trocadas": (mudada(lambda d: d["vigencia"].update(ate="2014-01-01")), "vigencia"),
        "campo desconhecido": (mudada(lambda d: d.update(brinde="sim")), "brinde"),
        "imputação de outra coisa": (mudada(lambda d: d.update(imputacao=["multa", "troco"])), "imputacao"),
        "dinheiro em número": (mudada(lambda d: d["minimos"][0].update(valor=100)), "minimos[0].valor"),
        "estado sem calendário": (mudada(lambda d: d.update(uf="XX")), "uf"),
        "acréscimos de que ninguém sabe": (mudada(lambda d: d.update(encargos="nao_ha")), "encargos"),
        "vazia": ({}, "norma"),
    }
    erradas = {}
    for caso, (documento, campo) in casos.items():
        resposta = await parcelamento.pedir("PUT", NORMAS, json=documento)
        ditos = campos(resposta)
        if not any(dito == campo or dito.startswith((f"{campo}.", f"{campo}[")) for dito in ditos):
            erradas[caso] = ditos
    assert erradas == {}
    assert await parcelamento.linhas("select max(versao) from parcelamento.norma") == [(1,)]


async def test_o_que_nao_e_objeto_e_quem_nao_pode(parcelamento: SalaParcelamento) -> None:
    documento = mudada(lambda d: d.update(nome="Outra"))
    assert (await parcelamento.pedir("PUT", NORMAS, json=[documento])).status_code == 422
    for token, status in (("operador", 403), ("integracao", 403), ("auditor", 403), (None, 401)):
        assert (await parcelamento.pedir("PUT", NORMAS, json=documento, token=token)).status_code == status, token
    assert (await parcelamento.pedir("GET", f"{NORMAS}/nao-ha")).status_code == 404
    assert await parcelamento.linhas("select max(versao) from parcelamento.norma") == [(1,)]


async def test_duas_versoes_ao_mesmo_tempo_nao_se_perdem(parcelamento: SalaParcelamento) -> None:
    documentos = [mudada(lambda d, n=n: d.update(nome=f"Versão {n}")) for n in range(4)]  # type: ignore[misc]
    respostas = await asyncio.gather(*(parcelamento.pedir("PUT", NORMAS, json=d) for d in documentos))
    assert sorted(r.json()["versao"] for r in respostas) == [2, 3, 4, 5]


async def test_semear_de_novo_nao_desfaz_o_que_alguem_mudou(parcelamento: SalaParcelamento) -> None:
    documento = mudada(lambda d: d.update(nome="Mudada por Rosa"))
    await parcelamento.pedir("PUT", NORMAS, json=documento)
    await parcelamento.parcelamento.semear()
    assert (await parcelamento.obter(f"{NORMAS}/{MP_189}"))["itens"][0]["documento"]["nome"] == "Mudada por Rosa"
