"""The monthly follow-up over HTTP: whom to call, what was said, and names that can be deleted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.support.parcelamento_sala import SalaParcelamento, campos, centavos, um_debito

LISTA = "/v1/parcelamentos/acompanhamento"
TELEFONEMA = {"parcela": 2, "meio": "telefone", "pessoa": "Fulana de Tal", "compromisso": "paga até sexta"}
AVISO = {"parcela": 2, "meio": "aviso_de_debito"}


async def _pagar(sala: SalaParcelamento, plano: str, parcela: int, *, menos: int = 0) -> None:
    documento = await sala.documento(plano, parcela)
    await sala.retornar((documento["barras"], sala.hoje, centavos(documento["valor"]) - menos))


@pytest.fixture
async def plano(parcelamento: SalaParcelamento) -> str:
    """Of 2150.00 × 3, its entry paid; on 2015-04-20 the second installment (of the 15th) is overdue."""
    feito = await parcelamento.formalizar(3, um_debito("A", agencia="IMPERATRIZ"))
    await _pagar(parcelamento, feito["id"], 1)
    parcelamento.ir_para(date(2015, 4, 20))
    await parcelamento.trabalhar()
    return str(feito["id"])


async def _lista(sala: SalaParcelamento, **filtro: str) -> list[dict[str, Any]]:
    itens: list[dict[str, Any]] = (await sala.obter(LISTA, params=filtro))["itens"]
    return itens


async def _passos(sala: SalaParcelamento, mes: str) -> dict[int, str]:
    return {x["parcela"]: x["passo"] for x in await _lista(sala, mes=mes)}


async def test_vencida_esta_na_lista_com_o_que_falta(parcelamento: SalaParcelamento, plano: str) -> None:
    assert await _lista(parcelamento, mes="2015-04") == [
        {
            "parcelamento": plano,
            "parcela": 2,
            "contribuinte": "MA-1",
            "unidade": "IMPERATRIZ",
            "tributo": "ICMS",
            "situacao": "ativo",
            "vencimento": "2015-04-15",
            "valor": "2150.00",
            "pago": "0.00",
            "falta": "2150.00",
            "vencida": True,
            "dias_de_atraso": 5,
            "aviso_de_debito": False,
            "passo": "cobranca_por_telefone",
            "contato_em": None,
            "prometido_para": None,
        }
    ]
    # without a month: the current one
    assert len(await _lista(parcelamento)) == 1
    assert await _lista(parcelamento, mes="2015-03") == []
    assert len(await _lista(parcelamento, unidade="IMPERATRIZ")) == 1
    assert await _lista(parcelamento, unidade="SAO LUIS") == []


async def test_paga_em_parte_esta_na_lista_mesmo_no_prazo(parcelamento: SalaParcelamento, plano: str) -> None:
    await _pagar(parcelamento, plano, 2)
    assert await _lista(parcelamento) == []
    await _pagar(parcelamento, plano, 3, menos=50_00)
    # due in May: May's business
    assert await _lista(parcelamento, mes="2015-04") == []
    parcelamento.ir_para(date(2015, 5, 4))
    (item,) = await _lista(parcelamento, mes="2015-05")
    assert (item["parcela"], item["falta"], item["vencida"], item["dias_de_atraso"]) == (3, "50.00", False, 0)


async def test_passo_segue_a_portaria_mes_a_mes(parcelamento: SalaParcelamento, plano: str) -> None:
    sala, contatos = parcelamento, f"/v1/parcelamentos/{plano}/contatos"
    assert await _passos(sala, "2015-04") == {2: "cobranca_por_telefone"}
    await sala.criar(contatos, AVISO)
    assert await _passos(sala, "2015-04") == {2: "contato"}
    # the last hour of April in Maceió is already May in UTC
    sala.relogio.ir_para(datetime(2015, 5, 1, 2, 59, tzinfo=UTC))
    await sala.criar(contatos, TELEFONEMA | {"prometido_para": "2015-04-30"})
    (item,) = await _lista(sala, mes="2015-04")
    assert (item["passo"], item["prometido_para"], item["aviso_de_debito"]) == ("feito", "2015-04-30", True)
    sala.relogio.ir_para(datetime(2015, 5, 1, 3, 0, tzinfo=UTC))
    assert await _passos(sala, "2015-05") == {2: "contato"}
    assert await _passos(sala, "2015-04") == {2: "feito"}


async def test_contato_de_outra_parcela_nao_conta(parcelamento: SalaParcelamento, plano: str) -> None:
    await parcelamento.criar(f"/v1/parcelamentos/{plano}/contatos", TELEFONEMA | {"parcela": 3})
    assert await _passos(parcelamento, "2015-04") == {2: "cobranca_por_telefone"}


async def test_plano_encerrado_sai_da_lista(parcelamento: SalaParcelamento, plano: str) -> None:
    await parcelamento.criar(f"/v1/parcelamentos/{plano}/cancelar", {"motivo": "pedido"}, status=200)
    assert await _lista(parcelamento) == []


async def test_lista_vai_de_pagina_em_pagina(parcelamento: SalaParcelamento, plano: str) -> None:
    parcelamento.ir_para(date(2015, 5, 20))
    await parcelamento.trabalhar()
    primeira = await parcelamento.obter(LISTA, params={"limite": 1})
    segunda = await parcelamento.obter(LISTA, params={"limite": 1, "cursor": primeira["proximo"]})
    assert [x["parcela"] for x in (*primeira["itens"], *segunda["itens"])] == [2, 3]
    assert segunda["proximo"] is None


@pytest.mark.parametrize("mes", ["2015-05", "2015-13", "abril", ""])
async def test_mes_ruim(parcelamento: SalaParcelamento, mes: str) -> None:
    parcelamento.ir_para(date(2015, 4, 20))
    assert set(campos(await parcelamento.pedir("GET", LISTA, params={"mes": mes}))) == {"mes"}


async def test_caminho_do_acompanhamento_nao_e_tomado_por_um_plano(parcelamento: SalaParcelamento) -> None:
    assert (await parcelamento.pedir("GET", LISTA)).status_code == 200
    assert set(campos(await parcelamento.pedir("GET", "/v1/parcelamentos/acompanhar"))) == {"plano"}


@pytest.mark.parametrize(
    ("corpo", "quais"),
    [
        (TELEFONEMA | {"pessoa": "  "}, {"pessoa"}),
        ({"parcela": 2, "meio": "presencial"}, {"pessoa", "compromisso"}),
        (TELEFONEMA | {"parcela": 4}, {"parcela"}),
        (TELEFONEMA | {"prometido_para": "2015-04-19"}, {"prometido_para"}),
        (TELEFONEMA | {"meio": "sms"}, {"meio"}),
        (TELEFONEMA | {"pessoa": "x" * 501}, {"pessoa"}),
        (TELEFONEMA | {"cpf": "1"}, {"cpf"}),
    ],
)
async def test_contato_ruim_diz_os_campos(
    parcelamento: SalaParcelamento, plano: str, corpo: dict[str, Any], quais: set[str]
) -> None:
    resposta = await parcelamento.pedir("POST", f"/v1/parcelamentos/{plano}/contatos", json=corpo)
    assert set(campos(resposta)) == quais
    assert "Fulana" not in resposta.text
    assert await parcelamento.contar("contato") == {"contato": 0}


async def test_contato_de_plano_que_nao_ha(parcelamento: SalaParcelamento) -> None:
    for metodo, sufixo in (("POST", ""), ("GET", ""), ("DELETE", "/7f000000-0000-0000-0000-000000000000")):
        caminho = f"/v1/parcelamentos/7f000000-0000-0000-0000-000000000000/contatos{sufixo}"
        resposta = await parcelamento.pedir(metodo, caminho, json=TELEFONEMA)
        assert (resposta.status_code, resposta.json()["codigo"]) == (404, "nao_encontrado")


async def test_nome_apagado_deixa_so_que_houve_o_contato(
    parcelamento: SalaParcelamento, plano: str, caplog: pytest.LogCaptureFixture
) -> None:
    sala, contatos = parcelamento, f"/v1/parcelamentos/{plano}/contatos"
    feito = await sala.criar(contatos, TELEFONEMA, token="operador.Zeca")
    (lido,) = (await sala.obter(contatos, token="operador"))["itens"]
    assert (lido["pessoa"], lido["compromisso"], lido["autor"]) == ("Fulana de Tal", "paga até sexta", "Zeca")
    um = f"{contatos}/{feito['id']}"
    assert (await sala.pedir("DELETE", um, token="operador")).status_code == 403
    for quem in ("supervisor.Rita", "supervisor.Outra"):
        assert (await sala.pedir("DELETE", um, token=quem)).status_code == 204
    (lido,) = (await sala.obter(contatos))["itens"]
    assert (lido["pessoa"], lido["compromisso"], lido["excluido_por"]) == (None, None, "Rita")
    assert (lido["meio"], lido["parcela"]) == ("telefone", 2)
    # it was made all the same
    assert await _passos(sala, "2015-04") == {2: "feito"}
    assert "Fulana" not in caplog.text


async def test_repetir_com_a_mesma_chave_e_um_contato_so_e_nao_guarda_o_nome(parcelamento: SalaParcelamento, plano: str) -> None:
    caminho, chave = f"/v1/parcelamentos/{plano}/contatos", {"Idempotency-Key": "k-1", "Authorization": "Bearer operador"}
    respostas = [await parcelamento.pedir("POST", caminho, json=TELEFONEMA, token=None, headers=chave) for _ in range(2)]
    assert [r.status_code for r in respostas] == [201, 201]
    assert respostas[0].content == respostas[1].content
    assert await parcelamento.contar("contato") == {"contato": 1}
    guardadas = await parcelamento.linhas("select convert_from(resposta, 'UTF8') from parcelamento.idempotencia")
    assert len(guardadas) >= 1
    assert not [g for (g,) in guardadas if "Fulana" in g]


@pytest.mark.parametrize(
    ("papel", "le", "registra"),
    [("operador", 200, 201), ("supervisor", 200, 201), ("auditor", 200, 403), ("integracao", 403, 403)],
)
async def test_quem_pode(parcelamento: SalaParcelamento, plano: str, papel: str, le: int, registra: int) -> None:
    contatos = f"/v1/parcelamentos/{plano}/contatos"
    assert (await parcelamento.pedir("GET", LISTA, token=papel)).status_code == le
    assert (await parcelamento.pedir("GET", contatos, token=papel)).status_code == le
    assert (await parcelamento.pedir("POST", contatos, json=TELEFONEMA, token=papel)).status_code == registra
