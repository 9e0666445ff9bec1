"""A lost plan's balance quoted anew: at what values, for whom, and nothing half-done."""

from __future__ import annotations

import zlib
from datetime import date
from typing import Any

import orjson

from tests.support.parcelamento_sala import SalaParcelamento, campos, centavos, um_debito

DEPOIS = date(2015, 3, 20)


async def _pagar(sala: SalaParcelamento, plano: str, parcela: int) -> None:
    documento = await sala.documento(plano, parcela)
    await sala.retornar((documento["barras"], sala.hoje, centavos(documento["valor"])))


async def _um_plano(sala: SalaParcelamento, parcelas: int = 4, **debito: Any) -> str:
    """Its entry paid, ten days old."""
    plano = (await sala.formalizar(parcelas, um_debito("A", **debito)))["id"]
    await _pagar(sala, plano, 1)
    sala.ir_para(DEPOIS)
    await sala.trabalhar()
    return str(plano)


async def _cancelar(sala: SalaParcelamento, plano: str) -> None:
    await sala.criar(f"/v1/parcelamentos/{plano}/cancelar", {"motivo": "pedido"}, status=200)


async def _recusa(sala: SalaParcelamento, plano: str, corpo: Any = None, papel: str = "supervisor") -> tuple[int, str]:
    resposta = await sala.pedir("POST", f"/v1/parcelamentos/{plano}/reparcelar", json=corpo or {}, token=papel)
    return resposta.status_code, resposta.json()["codigo"]


def _de(dada: Any, parcelas: int) -> Any:
    return next(p for p in dada["planos"] if p["parcelas"] == parcelas)


async def test_saldo_do_cancelado_e_cotado_com_a_entrada_do_reparcelamento(parcelamento: SalaParcelamento) -> None:
    plano = await _um_plano(parcelamento)
    await _cancelar(parcelamento, plano)
    antes = await parcelamento.plano(plano)
    dada = await parcelamento.criar(f"/v1/parcelamentos/{plano}/reparcelar", {}, token="operador")
    # 1650.00 was paid, all of it of the fine: 350.00 of it, 1000.00 and 6000.00 are left
    em_4, em_13 = _de(dada, 4), _de(dada, 13)
    assert (em_4["total_sem_reducao"], em_4["total"], em_4["valores"][0]) == ("7350.00", "6270.00", "1567.50")
    # 6000.00 + 60% of 1350.00, at least a tenth of it first (Anexo III, item 14, IV)
    assert (em_13["total"], em_13["entrada"], em_13["valores"][:2]) == ("6810.00", "681.00", ["681.00", "510.75"])
    assert dada["recusados"] == []
    # a quote changes nothing
    assert await parcelamento.plano(plano) == antes
    novo = await parcelamento.criar("/v1/parcelamentos", {"cotacao": dada["cotacao"], "parcelas": 4})
    assert (novo["reparcelamento"], novo["total"], novo["contribuinte"]) == (True, "6270.00", "MA-1")


async def test_sem_corpo_e_o_mesmo_pedido(parcelamento: SalaParcelamento) -> None:
    plano = await _um_plano(parcelamento)
    await _cancelar(parcelamento, plano)
    assert (await parcelamento.pedir("POST", f"/v1/parcelamentos/{plano}/reparcelar")).status_code == 201


async def test_a_multa_do_lancamento_nao_e_somada_outra_vez(parcelamento: SalaParcelamento) -> None:
    plano = await _um_plano(parcelamento, conta=1, multa="0.00", ciencia_em=None)
    await _cancelar(parcelamento, plano)
    dada = await parcelamento.criar(f"/v1/parcelamentos/{plano}/reparcelar", {})
    # 30% of 6000.00 less the 1640.00 that were paid, 1000.00 of interest, 6000.00
    assert _de(dada, 4)["total_sem_reducao"] == "7160.00"


async def test_o_em_curso_e_cancelado_junto_com_a_cotacao(parcelamento: SalaParcelamento) -> None:
    plano = await _um_plano(parcelamento)
    corpo = {"cancelar": True}
    assert await _recusa(parcelamento, plano) == (409, "parcelamento_em_curso")
    assert await _recusa(parcelamento, plano, corpo, "operador") == (403, "sem_permissao")
    assert (await parcelamento.plano(plano))["situacao"] == "ativo"
    dada = await parcelamento.criar(f"/v1/parcelamentos/{plano}/reparcelar", corpo, token="supervisor")
    assert _de(dada, 4)["total"] == "6270.00"
    cancelado = await parcelamento.plano(plano)
    assert (cancelado["situacao"], cancelado["motivo"]) == ("cancelado", "reparcelamento")
    assert (await parcelamento.tipos())[-1] == "parcelamento.cancelado"


async def test_sem_proposta_o_em_curso_continua_e_nada_fica(parcelamento: SalaParcelamento) -> None:
    plano = await _um_plano(parcelamento)
    # MP 189/2015 grants nothing after May 29
    parcelamento.ir_para(date(2015, 6, 1))
    await parcelamento.trabalhar()
    antes = (await parcelamento.plano(plano), await parcelamento.tipos(), await parcelamento.contar("cotacao"))
    assert await _recusa(parcelamento, plano, {"cancelar": True}) == (409, "sem_propostas")
    assert await _recusa(parcelamento, plano, {"cancelar": True, "norma": "nenhuma"}) == (422, "norma_desconhecida")
    assert (await parcelamento.plano(plano), await parcelamento.tipos(), await parcelamento.contar("cotacao")) == antes


async def test_pagamento_a_caminho_impede_o_cancelamento(parcelamento: SalaParcelamento) -> None:
    plano = await _um_plano(parcelamento)
    documento = await parcelamento.documento(plano, 2)
    txid = (await parcelamento.linhas("select txid from parcelamento.documento where documento = $1", documento["id"]))[0][0]
    aviso = parcelamento.um_pix(txid, centavos(documento["valor"]))
    resposta = await parcelamento.pedir(
        "POST", "/webhooks/pix/segredo-do-webhook-de-teste/pix", token=None, json={"pix": [aviso]}
    )
    assert resposta.status_code == 200
    assert await _recusa(parcelamento, plano, {"cancelar": True}) == (409, "pagamento_a_aplicar")
    await parcelamento.trabalhar()
    dada = await parcelamento.criar(f"/v1/parcelamentos/{plano}/reparcelar", {"cancelar": True})
    # 3300.00 paid: the fine, the interest, and 300.00 of the principal
    assert _de(dada, 4)["total_sem_reducao"] == "5700.00"


async def test_o_saldo_que_ja_passou_a_outro_plano_e_o_de_la(parcelamento: SalaParcelamento) -> None:
    plano = await _um_plano(parcelamento)
    await _cancelar(parcelamento, plano)
    dada = await parcelamento.criar(f"/v1/parcelamentos/{plano}/reparcelar", {})
    novo = (await parcelamento.criar("/v1/parcelamentos", {"cotacao": dada["cotacao"], "parcelas": 4}))["id"]
    assert await _recusa(parcelamento, plano) == (409, "ja_reparcelado")
    await _pagar(parcelamento, novo, 1)
    parcelamento.ir_para(date(2015, 3, 23))
    await _cancelar(parcelamento, novo)
    assert await _recusa(parcelamento, plano) == (409, "ja_reparcelado")
    outra = await parcelamento.criar(f"/v1/parcelamentos/{novo}/reparcelar", {})
    # 7350.00 less 1567.50
    assert _de(outra, 4)["total_sem_reducao"] == "5782.50"


async def test_quitado_inexistente_e_pedido_ruim(parcelamento: SalaParcelamento) -> None:
    plano = await _um_plano(parcelamento, 2)
    await _pagar(parcelamento, plano, 2)
    assert await _recusa(parcelamento, plano, {"cancelar": True}) == (409, "parcelamento_quitado")
    assert await _recusa(parcelamento, "7f000000-0000-0000-0000-000000000000") == (404, "nao_encontrado")
    assert await _recusa(parcelamento, plano, {}, "integracao") == (403, "sem_permissao")
    resposta = await parcelamento.pedir(
        "POST", f"/v1/parcelamentos/{plano}/reparcelar", json={"receita_bruta_ano_anterior": "-1.00", "x": 1, "cancelar": 1}
    )
    assert set(campos(resposta)) == {"receita_bruta_ano_anterior", "x", "cancelar"}


async def test_receita_do_ano_anterior_e_de_um_ano_so(parcelamento: SalaParcelamento) -> None:
    sala, optante = parcelamento, {"id": "MA-1", "regime": "simples", "receita_bruta_ano_anterior": "100000.00"}
    debito = um_debito("A", natureza="diferenca_aliquota", principal="1000.00", multa="0.00", juros="0.00")
    cotacao = await sala.criar("/v1/parcelamentos/cotacoes", {"contribuinte": optante, "data": "2015-03-10", "debitos": [debito]})
    plano = (await sala.criar("/v1/parcelamentos", {"cotacao": cotacao["cotacao"], "parcelas": 10}))["id"]
    await _cancelar(sala, plano)
    assert _de(await sala.criar(f"/v1/parcelamentos/{plano}/reparcelar", {}), 10)["valores"][0] == "100.00"
    sala.ir_para(date(2016, 3, 10))
    await sala.criar(f"/v1/parcelamentos/{plano}/reparcelar", {"norma": "al-icms-ordinario"})
    (entrada,) = (await sala.linhas("select entrada from parcelamento.cotacao order by criada_em desc limit 1"))[0]
    assert orjson.loads(zlib.decompress(entrada))["contribuinte"]["receita_bruta_ano_anterior"] is None
