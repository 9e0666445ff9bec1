"""Meta's side: WhatsApp Cloud API and Messenger."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from starlette.responses import Response

from tests.integration.simulador.apoio import (
    META_SEGREDO,
    META_TOKEN,
    META_VERIFICACAO,
    PAGINA,
    WHATSAPP_ID,
    Plataforma,
    Recebido,
    Servico,
)

RAPIDO = {"latencia_ms": [0, 1], "entregue": 1.0, "lido": 1.0}
PESSOA = "5582999990001"
MODELO = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": PESSOA,
    "type": "template",
    "template": {
        "name": "aviso_h1_r1",
        "language": {"policy": "deterministic", "code": "pt_BR"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "ABCD1234"}]}],
    },
    "biz_opaque_callback_data": "envio-1",
}


def texto(corpo: str = "Olá") -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": PESSOA, "type": "text", "text": {"body": corpo}}


def assinado(r: Recebido) -> bool:
    esperado = "sha256=" + hmac.new(META_SEGREDO.encode(), r.corpo, hashlib.sha256).hexdigest()
    return r.cabecalhos["x-hub-signature-256"] == esperado


def estado(r: Recebido) -> dict[str, Any]:
    dados: dict[str, Any] = json.loads(r.corpo)["entry"][0]["changes"][0]["value"]["statuses"][0]
    return dados


async def test_modelo_aceito_e_seus_estados_devolvem_o_nosso_id(servico: Servico, plataforma: Plataforma) -> None:
    await servico.comportar(whatsapp=RAPIDO)
    resposta = await servico.postar_meta(MODELO)
    assert resposta.status_code == 200
    corpo = resposta.json()
    [mensagem] = corpo["messages"]
    assert mensagem["id"].startswith("wamid.")
    assert mensagem["message_status"] == "accepted"
    assert corpo["contacts"] == [{"input": PESSOA, "wa_id": PESSOA}]
    await servico.sem_devidos()
    assert all(assinado(r) and r.url == f"{plataforma.url}/webhooks/meta" for r in plataforma.recebidos)
    estados = [estado(r) for r in plataforma.recebidos]
    assert [e["status"] for e in estados] == ["sent", "delivered", "read"]
    assert {(e["id"], e["recipient_id"], e["biz_opaque_callback_data"]) for e in estados} == {(mensagem["id"], PESSOA, "envio-1")}
    assert estados[0]["pricing"]["pricing_model"] == "PMP"
    assert "pricing" not in estados[2]
    envelope = json.loads(plataforma.recebidos[0].corpo)
    assert envelope["object"] == "whatsapp_business_account"
    assert envelope["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] == WHATSAPP_ID
    [item] = await servico.mensagens(f"+{PESSOA}")
    assert (item["envio"], item["texto"], item["canal"]) == ("envio-1", "[aviso_h1_r1] ABCD1234", "whatsapp")


async def test_falha_chega_como_estado_com_o_codigo(servico: Servico, plataforma: Plataforma) -> None:
    await servico.comportar(whatsapp=RAPIDO | {"falha": {"131049": 1.0}})
    assert (await servico.postar_meta(MODELO)).status_code == 200
    await servico.sem_devidos()
    estados = [estado(r) for r in plataforma.recebidos]
    assert [e["status"] for e in estados] == ["sent", "failed"]
    assert estados[1]["errors"][0]["code"] == 131049


@pytest.mark.parametrize(
    ("corpo", "status", "codigo"),
    [
        (texto() | {"messaging_product": "sms"}, 400, 100),
        ({"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}}, 400, 100),
        (texto() | {"to": "abc"}, 400, 131009),
        (texto() | {"type": "poema"}, 400, 100),
        (texto(""), 400, 131008),
        (texto("x" * 4097), 400, 131009),
        (MODELO | {"template": {"name": "x"}}, 400, 131008),
        ([], 400, 100),
    ],
)
async def test_recusas_no_formato_da_meta(servico: Servico, corpo: Any, status: int, codigo: int) -> None:
    resposta = await servico.postar_meta(corpo)
    erro = resposta.json()["error"]
    assert (resposta.status_code, erro["code"]) == (status, codigo)
    assert {"message", "type", "fbtrace_id"} <= set(erro)
    assert (await servico.contagem())["recusados"] == 1


async def test_token_errado_190_e_numero_desconhecido_100_33(servico: Servico) -> None:
    resposta = await servico.postar_meta(MODELO, token="outro")
    assert (resposta.status_code, resposta.json()["error"]["code"]) == (401, 190)
    erro = (await servico.postar_meta(MODELO, objeto="999")).json()["error"]
    assert (erro["code"], erro["error_subcode"]) == (100, 33)
    assert (await servico.contagem())["aceitos"] == 0


async def test_json_quebrado_e_recusado(servico: Servico) -> None:
    autorizacao = {"Authorization": f"Bearer {META_TOKEN}"}
    resposta = await servico.http.post(f"/v25.0/{WHATSAPP_ID}/messages", content=b"{nao", headers=autorizacao)
    assert (resposta.status_code, resposta.json()["error"]["code"]) == (400, 100)


async def test_limite_de_taxa_e_429_130429(servico: Servico) -> None:
    await servico.comportar(whatsapp={"taxa_429": 1.0})
    resposta = await servico.postar_meta(MODELO)
    assert (resposta.status_code, resposta.json()["error"]["code"]) == (429, 130429)
    assert resposta.headers["retry-after"] == "1"


async def test_codigo_de_pedido_e_modelo_inexistente(servico: Servico) -> None:
    await servico.comportar(whatsapp={"falha": {"131056": 1.0}})
    assert (await servico.postar_meta(MODELO)).json()["error"]["code"] == 131056
    await servico.comportar(whatsapp={"modelos": ["outro"]})
    assert (await servico.postar_meta(MODELO)).json()["error"]["code"] == 132001


async def test_marca_de_leitura_nao_e_envio(servico: Servico) -> None:
    corpo = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}
    assert (await servico.postar_meta(corpo)).json() == {"success": True}
    assert (await servico.contagem())["aceitos"] == 0


async def test_a_meta_repete_ate_a_resposta_2xx(servico: Servico, plataforma: Plataforma) -> None:
    tentativas: dict[str, int] = {}

    def responder(r: Recebido) -> Response:
        nome = estado(r)["status"]
        tentativas[nome] = tentativas.get(nome, 0) + 1
        return Response(status_code=200 if tentativas[nome] > 1 else 503)

    plataforma.responder = responder
    await servico.comportar(whatsapp=RAPIDO | {"lido": 0.0})
    await servico.postar_meta(MODELO)
    await servico.sem_devidos()
    assert tentativas == {"sent": 2, "delivered": 2}
    [item] = await servico.mensagens(PESSOA)
    assert all(r["chegou"] for r in item["recibos"])


@pytest.mark.parametrize("objeto", ["me", PAGINA])
async def test_messenger_envia_e_avisa_por_marca_d_agua(servico: Servico, plataforma: Plataforma, objeto: str) -> None:
    await servico.comportar(messenger=RAPIDO)
    corpo = {
        "messaging_type": "UPDATE",
        "recipient": {"id": "7788"},
        "message": {"text": "Olá", "metadata": "envio-9"},
    }
    resposta = await servico.http.post(f"/v25.0/{objeto}/messages", params={"access_token": META_TOKEN}, json=corpo)
    assert resposta.status_code == 200
    assert resposta.json()["recipient_id"] == "7788"
    await servico.sem_devidos()
    eventos = [json.loads(r.corpo)["entry"][0]["messaging"][0] for r in plataforma.recebidos]
    assert eventos[0]["delivery"]["mids"] == [resposta.json()["message_id"]]
    assert eventos[1]["read"]["watermark"] >= eventos[0]["delivery"]["watermark"]
    assert (eventos[0]["sender"]["id"], eventos[0]["recipient"]["id"]) == ("7788", PAGINA)
    assert all(assinado(r) for r in plataforma.recebidos)
    assert (await servico.contagem())["por_envio"] == {"envio-9": 1}


async def test_falha_no_messenger_e_resposta(servico: Servico) -> None:
    await servico.comportar(messenger={"falha": {"551": 1.0}})
    resposta = await servico.postar_meta({"recipient": {"id": "1"}, "message": {"text": "x"}}, objeto="me")
    assert (resposta.status_code, resposta.json()["error"]["code"]) == (400, 551)


async def test_a_pessoa_escreve_no_whatsapp_e_no_messenger(servico: Servico, plataforma: Plataforma) -> None:
    await servico.http.post("/mensagens", json={"de": f"+{PESSOA}", "canal": "whatsapp", "texto": "já paguei"})
    await servico.http.post("/mensagens", json={"de": "7788", "canal": "messenger", "texto": "oi"})
    await servico.sem_devidos()
    assert all(assinado(r) for r in plataforma.recebidos)
    corpos = {json.loads(r.corpo)["object"]: json.loads(r.corpo) for r in plataforma.recebidos}
    [mensagem] = corpos["whatsapp_business_account"]["entry"][0]["changes"][0]["value"]["messages"]
    assert (mensagem["from"], mensagem["text"]["body"]) == (PESSOA, "já paguei")
    [evento] = corpos["page"]["entry"][0]["messaging"]
    assert (evento["sender"]["id"], evento["message"]["text"]) == ("7788", "oi")


async def test_verificacao_do_webhook(servico: Servico, plataforma: Plataforma) -> None:
    def responder(r: Recebido) -> Response:
        assert f"hub.verify_token={META_VERIFICACAO}" in r.url
        return Response("1158201444", media_type="text/plain")

    plataforma.responder = responder
    assert (await servico.http.post("/webhooks/verificacao")).json() == {"confere": True}
    plataforma.responder = lambda _: Response(status_code=403)
    assert (await servico.http.post("/webhooks/verificacao")).json() == {"confere": False}
