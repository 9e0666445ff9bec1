"""A plan lost although paid in time is put back: only where its payments would have saved it, and told once to the others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from parcelamento.adapters.outbound.unidade_postgres import Unidades
from parcelamento.application.acompanhar_planos import acompanhar_planos
from tests.support.parcelamento_sala import SalaParcelamento, centavos

NOTA = {"nota": "O banco mandou o retorno com três dias de atraso."}


@pytest.fixture
async def ativo(parcelamento: SalaParcelamento) -> str:
    """Six installments, one paid: lost on June 16, with three overdue. It is June 12."""
    sala = parcelamento
    plano = await sala.formalizar(6)
    documento = await sala.documento(plano["id"], 1)
    await sala.retornar((documento["barras"], sala.hoje, centavos(documento["valor"])))
    await sala.passar_ate(date(2015, 6, 12))
    return str(plano["id"])


async def _pedir(sala: SalaParcelamento, plano: str, corpo: Any = None, quem: str = "supervisor.Rita") -> tuple[int, Any]:
    resposta = await sala.pedir("POST", f"/v1/parcelamentos/{plano}/restabelecer", json=corpo or NOTA, token=quem)
    return resposta.status_code, resposta.json().get("codigo")


async def _perder(sala: SalaParcelamento, plano: str, ate: date) -> None:
    await sala.passar_ate(ate)
    assert (await sala.plano(plano))["situacao"] == "cancelado"


async def test_pago_antes_da_perda_volta_a_viver(parcelamento: SalaParcelamento, ativo: str) -> None:
    sala = parcelamento
    documento = await sala.documento(ativo, 2)
    await _perder(sala, ativo, date(2015, 6, 18))
    valor = centavos(documento["valor"])
    await sala.retornar((documento["barras"], date(2015, 6, 12), valor))
    (espera,) = await sala.pendentes()
    assert espera["motivo"] == "plano_cancelado"
    assert await _pedir(sala, ativo) == (200, None)
    await sala.trabalhar()
    vivo = await sala.plano(ativo)
    assert (vivo["situacao"], vivo["motivo"], vivo["encerrado_em"]) == ("ativo", None, None)
    assert (vivo["parcelas"][1]["situacao"], vivo["parcelas"][1]["quitada_em"]) == ("paga", "2015-06-12")
    assert {vivo["debitos"][0][f"saldo_{p}"] for p in ("principal", "multa", "juros", "honorarios")} == {None}
    assert await sala.pendentes() == []
    # the same money is not told of again, and the debts are in the plan as before
    assert (await sala.tipos())[-2:] == ["pagamento.confirmado", "parcelamento.ativado"]
    assert len(await sala.eventos("pagamento.confirmado")) == 2
    assert [e.dados["data"] for e in await sala.eventos("parcelamento.ativado")] == ["2015-03-10", "2015-06-18"]
    assert await sala.linhas("select debito from parcelamento.debito_parcelado") == [("D1",)]
    decidido = await sala.linhas("select motivo, acao, nota, por from parcelamento.pagamento_resolucao")
    assert decidido == [("plano_cancelado", "restabelecer", NOTA["nota"], "Rita")]
    assert await _pedir(sala, ativo) == (409, "nao_restabelecivel")


async def test_perdido_de_novo_e_dito_de_novo(parcelamento: SalaParcelamento, ativo: str) -> None:
    sala = parcelamento
    documento = await sala.documento(ativo, 2)
    await _perder(sala, ativo, date(2015, 6, 18))
    await sala.retornar((documento["barras"], date(2015, 6, 12), centavos(documento["valor"])))
    assert await _pedir(sala, ativo) == (200, None)
    await _perder(sala, ativo, date(2015, 7, 20))
    # `eventos` holds that no id is used twice: the second would pass for the first
    assert [e.dados["data"] for e in await sala.eventos("parcelamento.cancelado")] == ["2015-06-16", "2015-07-16"]
    (debito,) = (await sala.plano(ativo))["debitos"]
    assert debito["saldo_principal"] is not None


async def test_entrada_paga_em_dia_ativa_o_plano(parcelamento: SalaParcelamento) -> None:
    sala = parcelamento
    plano = (await sala.formalizar(2))["id"]
    documento = await sala.documento(plano, 1)
    await _perder(sala, plano, date(2015, 3, 18))
    await sala.retornar((documento["barras"], date(2015, 3, 16), centavos(documento["valor"])))
    assert await _pedir(sala, plano) == (200, None)
    await sala.trabalhar()
    vivo = await sala.plano(plano)
    assert (vivo["situacao"], vivo["ativado_em"]) == ("ativo", "2015-03-16")
    assert [e.dados["data"] for e in await sala.eventos("parcelamento.ativado")] == ["2015-03-16"]


async def test_o_worker_nao_o_perde_antes_de_aplicar_os_pagamentos(parcelamento: SalaParcelamento) -> None:
    sala = parcelamento
    plano = (await sala.formalizar(2))["id"]
    documento = await sala.documento(plano, 1)
    await _perder(sala, plano, date(2015, 3, 18))
    await sala.retornar((documento["barras"], date(2015, 3, 16), centavos(documento["valor"])))
    assert await _pedir(sala, plano) == (200, None)
    # another worker, between its two turns
    async with sala.banco.transacao() as con:
        assert await acompanhar_planos(Unidades()(con, sala.relogio.agora()), date(2015, 3, 17)) == 0
    await sala.trabalhar()
    assert (await sala.plano(plano))["situacao"] == "ativo"


async def test_pago_no_dia_da_perda_ou_depois_nao_volta(parcelamento: SalaParcelamento, ativo: str) -> None:
    sala = parcelamento
    documento = await sala.documento(ativo, 2)
    await _perder(sala, ativo, date(2015, 6, 18))
    antes = await sala.plano(ativo)
    assert await _pedir(sala, ativo) == (409, "nao_restabelecivel")
    await sala.retornar((documento["barras"], date(2015, 6, 16), centavos(documento["valor"])))
    assert await _pedir(sala, ativo) == (409, "pago_depois_da_perda")
    assert (await sala.plano(ativo))["parcelas"] == antes["parcelas"]
    assert [p["motivo"] for p in await sala.pendentes()] == ["plano_cancelado"]


async def test_pagamento_que_nao_bastava_nao_traz_o_plano(parcelamento: SalaParcelamento, ativo: str) -> None:
    sala = parcelamento
    documento = await sala.documento(ativo, 2)
    await _perder(sala, ativo, date(2015, 6, 18))
    await sala.retornar((documento["barras"], date(2015, 6, 12), centavos(documento["valor"]) - 1_00))
    assert await _pedir(sala, ativo) == (409, "perdido_mesmo_assim")


async def test_cancelado_por_uma_pessoa_nao_volta(parcelamento: SalaParcelamento, ativo: str) -> None:
    sala = parcelamento
    documento = await sala.documento(ativo, 2)
    # whatever the person wrote
    await sala.criar(f"/v1/parcelamentos/{ativo}/cancelar", {"motivo": "parcelas_em_atraso"}, status=200)
    await sala.retornar((documento["barras"], sala.hoje, centavos(documento["valor"])))
    assert await _pedir(sala, ativo) == (409, "nao_restabelecivel")


async def test_debitos_em_outro_plano_nao_voltam(parcelamento: SalaParcelamento) -> None:
    sala = parcelamento
    plano = (await sala.formalizar(2))["id"]
    documento = await sala.documento(plano, 1)
    await _perder(sala, plano, date(2015, 3, 18))
    await sala.formalizar(2, data="2015-03-18")
    await sala.retornar((documento["barras"], date(2015, 3, 16), centavos(documento["valor"])))
    assert await _pedir(sala, plano) == (409, "ja_reparcelado")


async def test_quem_pode_e_pedido_ruim(parcelamento: SalaParcelamento, ativo: str) -> None:
    assert await _pedir(parcelamento, ativo, quem="operador") == (403, "sem_permissao")
    assert await _pedir(parcelamento, ativo, {"nota": "  "}) == (422, "entrada_invalida")
    assert await _pedir(parcelamento, ativo) == (409, "nao_restabelecivel")
    assert await _pedir(parcelamento, "7f000000-0000-0000-0000-000000000000") == (404, "nao_encontrado")
