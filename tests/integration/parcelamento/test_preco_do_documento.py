"""Who pays what the document asks for owes nothing and is owed nothing, though it was priced for a later business day."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from tests.integration.parcelamento.test_documentos import com_norma, de_encargos
from tests.support.parcelamento_sala import SalaParcelamento, centavos

SABADO: Final = date(2015, 5, 2)


@pytest.mark.parametrize("tipo", ["parcela", "quitacao"])
async def test_pix_no_sabado_do_que_foi_pedido_para_segunda(parcelamento: SalaParcelamento, tipo: str) -> None:
    await com_norma(parcelamento, de_encargos("federal"))
    plano = await parcelamento.formalizar(3)
    primeira = await parcelamento.documento(plano["id"], 1)
    await parcelamento.retornar((primeira["barras"], parcelamento.hoje, centavos(primeira["valor"])))
    parcelamento.ir_para(SABADO)
    await parcelamento.trabalhar()
    if tipo == "parcela":
        documento = await parcelamento.documento(plano["id"], 2)
    else:
        documento = await parcelamento.criar(f"/v1/parcelamentos/{plano['id']}/quitacao", None)
    assert (documento["vencimento"], documento["encargos"] != "0.00") == ("2015-05-04", True)
    [(txid,)] = await parcelamento.linhas(
        "select txid from parcelamento.documento where documento = $1::text::uuid", documento["id"]
    )
    await parcelamento.avisar(parcelamento.um_pix(txid, centavos(documento["valor"])))
    depois = await parcelamento.plano(plano["id"])
    assert await parcelamento.pendentes() == []
    pago = depois["pagamentos"][-1]
    assert (pago["resultado"], pago["excedente"], pago["pago_em"]) == ("em_atraso", "0.00", SABADO.isoformat())
    if tipo == "parcela":
        assert depois["parcelas"][2]["pago"] == "0.00", "nada da seguinte"
    else:
        assert depois["situacao"] == "quitado"
