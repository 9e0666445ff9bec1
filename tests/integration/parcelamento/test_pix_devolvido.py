"""Money that came by Pix and went back: told to an operator once, whatever it had paid."""

from __future__ import annotations

from typing import Any

from tests.integration.parcelamento.test_pix_recebido import txid_de, uma_parcela
from tests.support.parcelamento_sala import SalaParcelamento, centavos


def com_devolucao(pix: dict[str, Any], valor: str) -> dict[str, Any]:
    devolucao = {"id": "D1", "rtrId": "D12345678202503101000abcdefghijk", "valor": valor, "status": "DEVOLVIDO"}
    return {**pix, "devolucoes": [{**devolucao, "horario": {"solicitacao": "2015-03-11T10:00:00.000Z"}}]}


async def test_devolucao_vai_para_a_lista_e_o_plano_fica_como_esta(parcelamento: SalaParcelamento) -> None:
    plano, documento = await uma_parcela(parcelamento)
    pix = parcelamento.um_pix(txid_de(documento), centavos(documento["valor"]))
    await parcelamento.avisar(pix)
    assert await parcelamento.pendentes() == []
    for _ in range(2):
        await parcelamento.avisar(com_devolucao(pix, documento["valor"]))
    [pendente] = await parcelamento.pendentes()
    assert pendente["motivo"] == "devolvido"
    assert (await parcelamento.plano(plano["id"]))["situacao"] == "ativo"
    assert len(await parcelamento.eventos("pagamento.confirmado")) == 1


async def test_devolvido_antes_de_aplicado_tambem(parcelamento: SalaParcelamento) -> None:
    _, documento = await uma_parcela(parcelamento)
    pix = com_devolucao(parcelamento.um_pix(txid_de(documento), centavos(documento["valor"])), "1.00")
    await parcelamento.avisar(pix)
    [pendente] = await parcelamento.pendentes()
    assert (pendente["motivo"], pendente["resultado"]) == ("devolvido", "antecipado")
