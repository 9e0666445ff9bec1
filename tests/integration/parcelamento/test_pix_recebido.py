"""Pix from the provider's notice to the plan: once each, whatever is repeated, batched, unknown or hostile."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from parcelamento.domain import brcode
from tests.support.parcelamento_sala import SEGREDO, SalaParcelamento, centavos, um_debito

WEBHOOK = f"/webhooks/pix/{SEGREDO}/pix"


def txid_de(documento: Any) -> str:
    """As the payer's bank reads it from the code."""
    txid = brcode.ler(documento["pix"])["txid"]
    assert txid is not None
    return txid


async def uma_parcela(parcelamento: SalaParcelamento, nome: str = "D1") -> tuple[Any, Any]:
    plano = await parcelamento.formalizar(2, um_debito(nome))
    return plano, await parcelamento.documento(plano["id"], 1)


async def test_pix_paga_o_documento_e_conta_uma_vez(parcelamento: SalaParcelamento) -> None:
    plano, documento = await uma_parcela(parcelamento)
    pix = parcelamento.um_pix(txid_de(documento), centavos(documento["valor"]), infoPagador="sou o João, 99 9999-9999")
    for _ in range(3):
        assert await parcelamento.avisar(pix) == 200
    vivo = await parcelamento.plano(plano["id"])
    assert vivo["situacao"] == "ativo"
    [pagamento] = vivo["pagamentos"]
    assert {k: pagamento[k] for k in ("origem", "pago_em", "valor", "resultado")} == {
        "origem": "pix",
        "pago_em": "2015-03-10",
        "valor": documento["valor"],
        "resultado": "antecipado",
    }
    [confirmado] = await parcelamento.eventos("pagamento.confirmado")
    assert (confirmado.dados["fonte"], confirmado.dados["pagamento"]) == ("pix", pagamento["pagamento"])
    guardado = await parcelamento.linhas("select * from parcelamento.pagamento")
    assert "João" not in str(guardado)


async def test_o_dia_do_pix_e_o_local(parcelamento: SalaParcelamento) -> None:
    plano, documento = await uma_parcela(parcelamento)
    await parcelamento.avisar(
        parcelamento.um_pix(txid_de(documento), centavos(documento["valor"]), horario="2015-03-17T02:59:59.000Z")
    )
    [pagamento] = (await parcelamento.plano(plano["id"]))["pagamentos"]
    assert (pagamento["pago_em"], pagamento["resultado"]) == ("2015-03-16", "exato")


async def test_lote_com_repetidos_desconhecidos_e_hostis_so_o_que_serve_entra(parcelamento: SalaParcelamento) -> None:
    plano, documento = await uma_parcela(parcelamento)
    outro, do_outro = await uma_parcela(parcelamento, "D2")
    bom = parcelamento.um_pix(txid_de(documento), centavos(documento["valor"]))
    do_outro_plano = parcelamento.um_pix(txid_de(do_outro), centavos(do_outro["valor"]))
    desconhecido = parcelamento.um_pix("naoHaEsteDocumento0000001", 1234)
    sem_txid = parcelamento.um_pix(None, 50)
    hostis: list[Any] = [
        *(None, 7, [], {}, {"endToEndId": "curto"}),
        parcelamento.um_pix(txid_de(documento), 100, valor="-1.00"),
        parcelamento.um_pix(txid_de(documento), 100, valor="1.0"),
        parcelamento.um_pix(txid_de(documento), 100, horario="ontem"),
        parcelamento.um_pix("'; drop table parcelamento.pagamento; --", 100),
    ]
    lote = [bom, *hostis, bom, desconhecido, sem_txid, do_outro_plano]
    resposta = await parcelamento.pedir("POST", WEBHOOK, token=None, json={"pix": lote})
    assert resposta.status_code == 200
    await parcelamento.trabalhar()
    assert [(await parcelamento.plano(p["id"]))["situacao"] for p in (plano, outro)] == ["ativo", "ativo"]
    pendentes = await parcelamento.pendentes()
    assert [(p["motivo"], p["txid"], p["valor"]) for p in sorted(pendentes, key=lambda p: str(p["valor"]))] == [
        ("sem_documento", None, "0.50"),
        ("sem_documento", "naoHaEsteDocumento0000001", "12.34"),
    ]
    assert await parcelamento.contar("pagamento") == {"pagamento": 4}
    assert (await parcelamento.tipos()).count("pagamento.confirmado") == 2


async def test_o_mesmo_aviso_ao_mesmo_tempo_entra_uma_vez(parcelamento: SalaParcelamento) -> None:
    _, documento = await uma_parcela(parcelamento)
    itens = [parcelamento.um_pix(txid_de(documento), 1000 + n) for n in range(20)]
    lotes = [itens, itens[::-1], itens[5:], itens[:15]]
    respostas = await asyncio.gather(*(parcelamento.pedir("POST", WEBHOOK, token=None, json={"pix": lote}) for lote in lotes))
    assert [r.status_code for r in respostas] == [200] * 4
    await parcelamento.trabalhar()
    assert await parcelamento.contar("pagamento") == {"pagamento": 20}
    assert (await parcelamento.tipos()).count("pagamento.confirmado") == 20


async def test_segredo_errado_e_403_e_nada_fica(parcelamento: SalaParcelamento) -> None:
    _, documento = await uma_parcela(parcelamento)
    pix = parcelamento.um_pix(txid_de(documento), centavos(documento["valor"]))
    for segredo in ("errado", SEGREDO[:-1], SEGREDO + "x", SEGREDO.upper()):
        assert await parcelamento.avisar(pix, segredo=segredo) == 403
    assert (await parcelamento.pedir("POST", "/webhooks/pix/errado", token=None)).status_code == 403
    assert (await parcelamento.pedir("POST", f"/webhooks/pix/{SEGREDO}", token=None)).status_code == 200
    assert await parcelamento.contar("pagamento") == {"pagamento": 0}


async def test_o_que_nao_e_aviso_e_400(parcelamento: SalaParcelamento) -> None:
    for corpo in (b"", b"{", b"[]", b"null", b'{"pix": 7}', b'{"pix": null}', b"\xff\xfe", b'{"outra": []}'):
        resposta = await parcelamento.pedir("POST", WEBHOOK, token=None, content=corpo)
        assert resposta.status_code == 400, corpo
    assert (await parcelamento.pedir("POST", WEBHOOK, token=None, json={"pix": []})).status_code == 200
    assert await parcelamento.contar("pagamento") == {"pagamento": 0}


async def test_pix_e_retorno_do_mesmo_documento_sao_dois_pagamentos(parcelamento: SalaParcelamento) -> None:
    plano, documento = await uma_parcela(parcelamento)
    valor = centavos(documento["valor"])
    await parcelamento.avisar(parcelamento.um_pix(txid_de(documento), valor))
    await parcelamento.retornar((documento["barras"], parcelamento.hoje, valor))
    quitado = await parcelamento.plano(plano["id"])
    assert [p["resultado"] for p in quitado["pagamentos"]] in (
        ["antecipado", "em_duplicidade"],
        ["em_duplicidade", "antecipado"],
    )
    assert (quitado["situacao"], await parcelamento.pendentes()) == ("quitado", [])


async def test_documento_de_debitos_pago_duas_vezes_no_mesmo_aviso_sobra_um(parcelamento: SalaParcelamento) -> None:
    debito = {"debito": "A", "referencia": "2015-02", "vencimento": "2015-03-20", "principal": "300.00"}
    d = await parcelamento.criar("/v1/documentos", {"contribuinte": "MA-1", "debitos": [debito]})
    await parcelamento.avisar(*(parcelamento.um_pix(txid_de(d), 300_00) for _ in range(2)))
    pagos = await parcelamento.linhas("select resultado, excedente from parcelamento.pagamento order by resultado desc")
    assert pagos == [("exato", 0), ("em_duplicidade", 300_00)]


async def test_pix_de_plano_perdido_espera_uma_pessoa(parcelamento: SalaParcelamento) -> None:
    plano, documento = await uma_parcela(parcelamento)
    await parcelamento.passar_ate(date(2015, 3, 20))
    assert (await parcelamento.plano(plano["id"]))["situacao"] == "cancelado"
    await parcelamento.avisar(parcelamento.um_pix(txid_de(documento), centavos(documento["valor"])))
    assert [p["motivo"] for p in await parcelamento.pendentes()] == ["plano_cancelado"]
