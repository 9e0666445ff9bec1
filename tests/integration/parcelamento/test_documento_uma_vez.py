"""No debt has two documents in force, nor one beside its active plan; and who may only read issues none."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from tests.support.parcelamento_sala import DIA, SalaParcelamento, centavos, um_debito

AUDITOR = "auditor"


def pedido(*debitos: str, **campos: Any) -> dict[str, Any]:
    base = {"referencia": "2014-12", "vencimento": "2015-01-19", "principal": "10.00"}
    return {"contribuinte": "MA-1", "uf": "MA", "debitos": [base | {"debito": d} | campos for d in debitos]}


async def situacao(sala: SalaParcelamento, documento: Any) -> str:
    return str((await sala.obter(f"/v1/documentos/{documento['id']}"))["situacao"])


async def test_pedido_duas_vezes_e_o_mesmo_em_qualquer_ordem(parcelamento: SalaParcelamento) -> None:
    um, outro, terceiro = [
        await parcelamento.criar("/v1/documentos", p) for p in (pedido("A", "B"), pedido("A", "B"), pedido("A"))
    ]
    assert um == outro
    assert terceiro["id"] != um["id"], "outros débitos, outro documento"
    assert [await situacao(parcelamento, d) for d in (um, terceiro)] == ["emitido", "emitido"]


async def test_ao_mesmo_tempo_tambem(parcelamento: SalaParcelamento) -> None:
    feitos = await asyncio.gather(*(parcelamento.criar("/v1/documentos", pedido("A")) for _ in range(6)))
    assert len({d["id"] for d in feitos}) == 1
    assert await parcelamento.contar("documento") == {"documento": 1}


async def test_outro_preco_substitui_o_de_antes(parcelamento: SalaParcelamento) -> None:
    ontem = await parcelamento.criar("/v1/documentos", pedido("A"))
    parcelamento.ir_para(date(2015, 3, 11))
    hoje = await parcelamento.criar("/v1/documentos", pedido("A"))
    assert [await situacao(parcelamento, d) for d in (ontem, hoje)] == ["substituido", "emitido"]
    alheio = await parcelamento.criar("/v1/documentos", pedido("A") | {"contribuinte": "MA-2"})
    assert await situacao(parcelamento, hoje) == "emitido", "de outro contribuinte"
    assert alheio["id"] != hoje["id"]


async def test_debito_em_parcelamento_ativo_se_paga_pelo_parcelamento(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(3, um_debito("A"))
    await parcelamento.criar("/v1/documentos", pedido("A"))
    primeira = await parcelamento.documento(plano["id"], 1)
    await parcelamento.retornar((primeira["barras"], DIA, centavos(primeira["valor"])))
    recusa = await parcelamento.pedir("POST", "/v1/documentos", json=pedido("A", "B"))
    assert (recusa.status_code, recusa.json()["codigo"]) == (409, "debito_parcelado")
    assert "A" in recusa.json()["detail"]


async def test_auditor_le_o_documento_em_vigor_e_nao_emite_nenhum(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(3)
    caminho = f"/v1/parcelamentos/{plano['id']}/parcelas/1/documento"
    for onde in (caminho, f"{caminho}.pdf"):
        sem = await parcelamento.pedir("GET", onde, token=AUDITOR)
        assert sem.status_code == 404, onde
    assert await parcelamento.contar("documento") == {"documento": 0}
    emitido = await parcelamento.documento(plano["id"], 1)
    assert await parcelamento.obter(caminho, token=AUDITOR) == emitido


async def test_auditor_refaz_a_cotacao(parcelamento: SalaParcelamento) -> None:
    cotacao = (await parcelamento.cotar())["cotacao"]
    refeita = await parcelamento.criar(f"/v1/parcelamentos/cotacoes/{cotacao}/reexecutar", None, status=200, token=AUDITOR)
    assert refeita["igual"] is True


async def test_caractere_que_nao_se_guarda_e_recusado_ja_na_cotacao(parcelamento: SalaParcelamento) -> None:
    """A quote with it was given, and could never become a plan."""
    recusa = await parcelamento.pedir(
        "POST",
        "/v1/parcelamentos/cotacoes",
        json={"contribuinte": {"regime": "normal"}, "data": "2015-03-10", "debitos": [um_debito(agencia="São\0 Luís")]},
    )
    assert recusa.status_code == 422
    assert [c["campo"] for c in recusa.json()["campos"]] == ["debitos[0].agencia"]
    aceita = await parcelamento.cotar(um_debito(agencia="São Luís - Anjo da Guarda"))
    assert aceita["planos"]


async def test_numero_de_parcelas_e_numero_e_motivo_diz_algo(parcelamento: SalaParcelamento) -> None:
    """`true` made a plan of one installment."""
    cotacao = (await parcelamento.cotar())["cotacao"]
    for parcelas in (True, "3", 3.5):
        recusa = await parcelamento.pedir("POST", "/v1/parcelamentos", json={"cotacao": cotacao, "parcelas": parcelas})
        assert recusa.status_code == 422, parcelas
    plano = await parcelamento.criar("/v1/parcelamentos", {"cotacao": cotacao, "parcelas": 3})
    vazio = await parcelamento.pedir("POST", f"/v1/parcelamentos/{plano['id']}/cancelar", json={"motivo": "     "})
    assert vazio.status_code == 422
