"""The payment provider's side: what it refuses, what it tells, and what survives."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from tests.integration.simulador.apoio import (
    PIX_CHAVE,
    PIX_ID,
    PIX_SEGREDO,
    Plataforma,
    Recebido,
    Servico,
    abrir_servico,
    ate,
)
from tests.integration.simulador.apoio_pix import AGORA, RAPIDO, TXID, Cliente, um_pedido


@pytest.fixture
async def servico(tmp_path: Path, plataforma: Plataforma) -> AsyncIterator[Servico]:
    async with abrir_servico(tmp_path, plataforma, agora=lambda: AGORA) as aberto:
        yield aberto


@pytest.fixture
async def cliente(servico: Servico) -> Cliente:
    return await Cliente(servico).entrar()


def avisados(plataforma: Plataforma) -> list[list[str]]:
    """The endToEndIds of each notice, in order."""
    return [[pix["endToEndId"] for pix in json.loads(recebido.corpo)["pix"]] for recebido in plataforma.recebidos]


async def test_cobranca_criada_e_consultada(cliente: Cliente) -> None:
    criada = await cliente.criar(valor={"original": "100.00", "multa": {"modalidade": "2", "valorPerc": "2.00"}})
    for campo in ("location", "txid", "devedor", "calendario", "revisao", "status", "valor", "chave", "recebedor", "loc"):
        assert campo in criada
    assert criada["calendario"]["criacao"] == "2026-03-10T15:00:00.000Z"
    assert (criada["status"], criada["revisao"], criada["loc"]["tipoCob"]) == ("ATIVA", 0, "cobv")
    assert len(criada["location"]) <= 77
    assert (await cliente.pedir("GET", f"cobv/{TXID}")).json() == criada
    sem_validade = await cliente.criar("b" * 26, calendario={"dataDeVencimento": "2026-03-10"})
    assert sem_validade["calendario"]["validadeAposVencimento"] == 30


async def test_put_repetido_e_o_mesmo_e_diferente_e_revisao(cliente: Cliente) -> None:
    criada = await cliente.criar()
    assert await cliente.criar() == criada
    assert (await cliente.criar(valor={"original": "1.00"}))["revisao"] == 1
    antes = await cliente.pedir("GET", f"cobv/{TXID}", revisao="0")
    assert (antes.json()["valor"]["original"], antes.json()["revisao"]) == ("100.00", 0)
    for errada in ("2", "-1", "x", "", "99999999999999999999"):
        resposta = await cliente.pedir("GET", f"cobv/{TXID}", revisao=errada)
        assert (resposta.status_code, resposta.json()["title"]) == (400, "CobVConsultaInvalida")


@pytest.mark.parametrize("txid", ["a" * 25, "a" * 36, "a" * 25 + "-", "%C3%A7" * 26])
async def test_txid_fora_do_padrao(cliente: Cliente, txid: str) -> None:
    resposta = await cliente.pedir("PUT", f"cobv/{txid}", um_pedido())
    assert (resposta.status_code, resposta.json()["violacoes"][0]["propriedade"]) == (400, "cobv.txid")


async def test_revisao_muda_so_o_que_diz_e_remocao_vai_sozinha(cliente: Cliente) -> None:
    await cliente.criar()
    revista = await cliente.pedir("PATCH", f"cobv/{TXID}", {"valor": {"multa": {"modalidade": 1, "valorPerc": "5.00"}}})
    assert revista.json()["valor"] == {"original": "100.00", "multa": {"modalidade": 1, "valorPerc": "5.00"}}
    removida = {"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"}
    ruins: list[Any] = [
        [],
        {"status": "CONCLUIDA"},
        removida | {"chave": PIX_CHAVE},
        {"valor": {"original": "0.00"}},
        {"valor": "x"},
    ]
    for ruim in ruins:
        assert (await cliente.pedir("PATCH", f"cobv/{TXID}", ruim)).status_code == 400
    assert (await cliente.pedir("PATCH", f"cobv/{TXID}", removida)).json()["status"] == "REMOVIDA_PELO_USUARIO_RECEBEDOR"
    assert (await cliente.pedir("PATCH", f"cobv/{TXID}", removida)).status_code == 400
    assert (await cliente.pedir("PUT", f"cobv/{TXID}", um_pedido(valor={"original": "1.00"}))).status_code == 400
    assert (await cliente.pedir("PATCH", f"cobv/{'x' * 30}", removida)).status_code == 404


async def test_sem_token_sem_escopo_e_sem_caminho(cliente: Cliente, servico: Servico) -> None:
    estranho = Cliente(servico)
    for token in ("x", "Bearer", TXID):
        estranho.token = token
        assert (await estranho.pedir("GET", f"cobv/{TXID}")).status_code == 401
    so_le = await Cliente(servico).entrar("cobv.read")
    assert (await so_le.pedir("GET", f"cobv/{TXID}")).status_code == 404
    assert (await so_le.pedir("PUT", f"cobv/{TXID}", um_pedido())).status_code == 403
    assert (await so_le.pedir("GET", f"webhook/{PIX_CHAVE}")).status_code == 403
    assert (await cliente.pedir("GET", "cob/x")).status_code == 404
    assert (await cliente.pedir("DELETE", f"cobv/{TXID}")).status_code == 405
    for auth, dados, esperado in (
        ((PIX_ID, "x"), {"grant_type": "client_credentials"}, 401),
        (("x", PIX_SEGREDO), {"grant_type": "client_credentials"}, 401),
        ((PIX_ID, PIX_SEGREDO), {"grant_type": "password"}, 400),
        ((PIX_ID, PIX_SEGREDO), {}, 400),
    ):
        assert (await servico.http.post("/pix/oauth/token", data=dados, auth=auth)).status_code == esperado


async def test_webhook_da_chave(cliente: Cliente) -> None:
    caminho = f"webhook/{PIX_CHAVE}"
    assert (await cliente.pedir("GET", caminho)).status_code == 404
    ruins: list[Any] = [
        {},
        [],
        {"webhookUrl": 1},
        {"webhookUrl": "ftp://x"},
        {"webhookUrl": "http://["},
        {"webhookUrl": "x" * 3000},
    ]
    for ruim in ruins:
        assert (await cliente.pedir("PUT", caminho, ruim)).json()["title"] == "WebhookOperacaoInvalida"
    assert (await cliente.pedir("PUT", "webhook/outra", {"webhookUrl": "https://x.br"})).status_code == 400
    assert (await cliente.pedir("PUT", caminho, {"webhookUrl": "https://x.br/y"})).status_code == 200
    assert (await cliente.pedir("GET", caminho)).json()["webhookUrl"] == "https://x.br/y"
    assert (await cliente.pedir("DELETE", caminho)).status_code == 204
    assert (await cliente.pedir("DELETE", caminho)).status_code == 404


async def test_o_payload_diz_quanto_se_paga_no_dia(cliente: Cliente) -> None:
    multa, juros = {"modalidade": 2, "valorPerc": "2.00"}, {"modalidade": 3, "valorPerc": "1.00"}
    criada = await cliente.criar(valor={"original": "100.00", "multa": multa, "juros": juros})
    caminho = "/" + criada["location"].partition("/")[2]
    hoje = (await cliente.http.get(caminho)).json()
    assert (hoje["valor"], hoje["txid"]) == ({"original": "100.00", "final": "100.00"}, TXID)
    assert hoje["calendario"]["apresentacao"]
    tarde = (await cliente.http.get(caminho, params={"DPP": "2026-04-09"})).json()
    assert tarde["valor"] == {"original": "100.00", "multa": "2.00", "juros": "0.33", "final": "102.33"}
    for dia in ("2026-03-09", "2026-04-30", "x", ""):
        assert (await cliente.http.get(caminho, params={"DPP": dia})).status_code == 400
    assert (await cliente.http.get("/pix/qr/v2/cobv/nada")).status_code == 404
    await cliente.pedir("PATCH", f"cobv/{TXID}", {"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"})
    assert (await cliente.http.get(caminho)).status_code == 410


async def test_pagamento_conclui_a_cobranca_e_avisa(cliente: Cliente, plataforma: Plataforma) -> None:
    await cliente.cadastrar()
    await cliente.criar()
    (pago,) = await cliente.pagar()
    await cliente.servico.sem_devidos()
    (recebido,) = plataforma.recebidos
    assert (recebido.metodo, recebido.url) == ("POST", f"{plataforma.url}/webhooks/pix/segredo/pix")
    (pix,) = json.loads(recebido.corpo)["pix"]
    assert len(pix["endToEndId"]) == 32
    assert pix == {
        "endToEndId": pago["endToEndId"],
        "txid": TXID,
        "valor": "100.00",
        "componentesValor": {"original": {"valor": "100.00"}},
        "chave": PIX_CHAVE,
        "horario": "2026-03-10T15:00:00.000Z",
        "infoPagador": "texto livre do pagador",
    }
    consultada = (await cliente.pedir("GET", f"cobv/{TXID}")).json()
    assert (consultada["status"], consultada["pix"]) == ("CONCLUIDA", [pix])
    (item,) = (await cliente.http.get("/pix/cobrancas")).json()["itens"]
    assert (item["status"], item["pix"][0]["avisado"], item["pix"][0]["avisos_devidos"]) == ("CONCLUIDA", True, 0)


async def test_pago_tarde_leva_multa_e_juros_e_depois_do_prazo_nao_passa(cliente: Cliente) -> None:
    multa, juros = {"modalidade": 2, "valorPerc": "2.00"}, {"modalidade": 3, "valorPerc": "1.00"}
    await cliente.criar(valor={"original": "100.00", "multa": multa, "juros": juros})
    resposta = await cliente.http.post("/pix/pagar", json={"txid": TXID, "em": "2026-04-30T00:00:00-03:00"})
    assert (resposta.status_code, resposta.json()["campos"][0]["campo"]) == (422, "em")
    (pago,) = await cliente.pagar(em="2026-04-09T23:59:59-03:00")
    assert (pago["valor"], pago["horario"]) == ("102.33", "2026-04-10T02:59:59.000Z")


async def test_paga_se_pelo_endereco_com_outro_valor_e_mais_de_uma_vez(cliente: Cliente) -> None:
    criada = await cliente.criar()
    resposta = await cliente.http.post("/pix/pagar", json={"location": criada["location"], "valor": "0.01", "vezes": 3})
    itens = resposta.json()["itens"]
    assert [item["valor"] for item in itens] == ["0.01"] * 3
    assert len({item["endToEndId"] for item in itens}) == 3
    assert [item["avisos_devidos"] for item in itens] == [0] * 3
    assert (await cliente.http.post("/pix/pagar", json={"txid": TXID})).json()["campos"][0]["motivo"].endswith("CONCLUIDA")


async def test_qr_estatico_e_pago_sem_cobranca(cliente: Cliente, plataforma: Plataforma) -> None:
    await cliente.cadastrar()
    resposta = await cliente.http.post("/pix/pagar", json={"chave": PIX_CHAVE, "txid": "DARE2026000012345", "valor": "7.00"})
    assert resposta.status_code == 201
    await cliente.servico.sem_devidos()
    (pix,) = json.loads(plataforma.recebidos[0].corpo)["pix"]
    assert (pix["txid"], pix["valor"]) == ("DARE2026000012345", "7.00")


@pytest.mark.parametrize(
    ("corpo", "campos"),
    [
        ([], [""]),
        ({}, ["txid"]),
        ({"txid": TXID, "location": "x"}, ["txid"]),
        ({"txid": "nada"}, ["txid"]),
        ({"txid": 1}, ["txid"]),
        ({"location": "x/y"}, ["location"]),
        ({"location": []}, ["location"]),
        ({"txid": TXID, "outro": 1}, ["outro"]),
        ({"txid": TXID, "valor": 1, "vezes": 0, "em": "ontem"}, ["valor", "vezes", "em"]),
        ({"txid": TXID, "valor": "0.00", "vezes": True, "em": "2026-03-10T10:00:00"}, ["valor", "vezes", "em"]),
        ({"txid": TXID, "vezes": 1001, "em": "0001-01-01T00:00:00Z"}, ["vezes", "em"]),
        ({"chave": "x"}, ["txid", "valor"]),
        ({"chave": "", "txid": "a" * 26, "valor": "1.00"}, ["txid", "chave"]),
    ],
)
async def test_pagamento_que_nao_serve_nomeia_os_campos(cliente: Cliente, corpo: Any, campos: list[str]) -> None:
    await cliente.criar()
    resposta = await cliente.http.post("/pix/pagar", json=corpo)
    assert resposta.status_code == 422
    assert [c["campo"] for c in resposta.json()["campos"]] == campos
    assert (await cliente.pedir("GET", f"cobv/{TXID}")).json()["status"] == "ATIVA"


@pytest.mark.parametrize(
    ("comportamento", "esperado"),
    [
        ({}, [[0], [1], [2], [3]]),
        ({"agrupar": 1.0}, [[0, 1, 2, 3]]),
        ({"reordenar": 1.0}, [[3], [0], [1], [2]]),
        ({"duplicar": 1.0}, [[0], [1], [2], [3], [0], [1], [2], [3]]),
        ({"agrupar": 1.0, "duplicar": 1.0}, [[0, 1, 2, 3], [0, 1, 2, 3]]),
        ({"descartar": 1.0}, []),
    ],
)
async def test_avisos_juntos_trocados_repetidos_e_perdidos(
    cliente: Cliente, plataforma: Plataforma, comportamento: dict[str, float], esperado: list[list[int]]
) -> None:
    await cliente.servico.comportar(pix={"latencia_ms": [0, 0]} | comportamento)
    await cliente.cadastrar()
    await cliente.criar()
    pagos = [item["endToEndId"] for item in await cliente.pagar(vezes=4)]
    await cliente.servico.sem_devidos()
    assert [[pagos.index(id_) for id_ in aviso] for aviso in avisados(plataforma)] == esperado


async def test_aviso_que_nao_chega_e_repetido_ate_chegar(cliente: Cliente, plataforma: Plataforma) -> None:
    respostas = iter([500, 403])
    plataforma.responder = lambda _: Response(status_code=next(respostas, 200))
    await cliente.servico.comportar(pix=RAPIDO)
    await cliente.cadastrar()
    await cliente.criar()
    (pago,) = await cliente.pagar()
    await cliente.servico.sem_devidos()
    assert avisados(plataforma) == [[pago["endToEndId"]]] * 3


async def test_o_comportamento_se_repete_com_a_mesma_semente(cliente: Cliente) -> None:
    taxas = {"taxa_429": 0.3, "taxa_5xx": 0.3, "taxa_502_sem_corpo": 0.2}

    async def respostas() -> list[int]:
        await cliente.servico.comportar(pix=taxas)
        return [(await cliente.pedir("GET", f"cobv/{TXID}")).status_code for _ in range(40)]

    primeira = await respostas()
    assert set(primeira) == {404, 429, 502, 503}
    assert await respostas() == primeira


async def test_reiniciado_sabe_tudo_e_avisa_o_que_devia(tmp_path: Path, plataforma: Plataforma) -> None:
    plataforma.responder = lambda _: Response(status_code=503)
    async with abrir_servico(tmp_path / "x", plataforma, agora=lambda: AGORA, compactar_em_bytes=2000) as servico:
        cliente = await Cliente(servico).entrar()
        await cliente.servico.comportar(pix=RAPIDO | {"duplicar": 1.0})
        await cliente.cadastrar()
        criada = await cliente.criar()
        await cliente.criar(valor={"original": "50.00"})
        for n in range(10):
            await cliente.criar(f"{n:026d}")
        (pago,) = await cliente.pagar()
        await ate(lambda: bool(plataforma.recebidos))
        assert (await servico.contagem())["recibos_devidos"] == 2
        antes = (await servico.http.get("/pix/cobrancas")).json()
    plataforma.recebidos.clear()
    plataforma.responder = lambda _: Response(status_code=200)
    async with abrir_servico(tmp_path / "x", plataforma, agora=lambda: AGORA) as servico:
        cliente = Cliente(servico)
        cliente.token = "de-antes"
        assert (await cliente.pedir("GET", f"cobv/{TXID}")).status_code == 401
        await cliente.entrar()
        await servico.sem_devidos()
        assert avisados(plataforma) == [[pago["endToEndId"]]] * 2
        depois = (await servico.http.get("/pix/cobrancas")).json()
        assert [c | {"pix": []} for c in depois["itens"]] == [c | {"pix": []} for c in antes["itens"]]
        guardada = (await cliente.pedir("GET", f"cobv/{TXID}")).json()
        assert (guardada["location"], guardada["revisao"], guardada["status"]) == (criada["location"], 1, "CONCLUIDA")


async def test_recebido_pela_plataforma_tem_o_corpo_em_json(cliente: Cliente, plataforma: Plataforma) -> None:
    vistos: list[Recebido] = plataforma.recebidos
    await cliente.cadastrar()
    await cliente.criar()
    await cliente.pagar()
    await cliente.servico.sem_devidos()
    assert vistos[0].cabecalhos["content-type"] == "application/json"


async def test_lista_em_paginas(cliente: Cliente) -> None:
    for n in range(5):
        await cliente.criar(f"{n:026d}")
    vistos, cursor = [], None
    while True:
        pagina = (await cliente.http.get("/pix/cobrancas", params={"limite": 2} | ({"cursor": cursor} if cursor else {}))).json()
        vistos += [int(c["txid"]) for c in pagina["itens"]]
        cursor = pagina["proximo"]
        if cursor is None:
            break
    assert vistos == [4, 3, 2, 1, 0]
    assert (await cliente.http.get("/pix/cobrancas", params={"cursor": "x"})).status_code == 422
