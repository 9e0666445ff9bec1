"""Twilio's side, driven by the official library."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.request_validator import RequestValidator

from tests.integration.simulador.apoio import SID, TOKEN, Plataforma, Servico, abrir_servico, ate

CHAVES = {
    "account_sid", "api_version", "body", "date_created", "date_sent", "date_updated", "direction", "error_code",
    "error_message", "from", "messaging_service_sid", "num_media", "num_segments", "price", "price_unit", "sid", "status",
    "subresource_uris", "to", "uri",
}  # fmt: skip
RAPIDO = {"latencia_ms": [0, 1], "entregue": 1.0, "lido": 1.0}


async def criar(servico: Servico, **campos: Any) -> Any:
    pedido = {"to": "+5582999990001", "from_": "+15005550006", "body": "Olá"} | campos
    return await asyncio.to_thread(servico.twilio().messages.create, **pedido)


async def test_a_resposta_de_criacao_tem_as_chaves_da_twilio(servico: Servico) -> None:
    resposta = await servico.postar_sms(Body="á" * 71)
    corpo = resposta.json()
    assert resposta.status_code == 201
    assert set(corpo) == CHAVES
    assert (corpo["status"], corpo["num_segments"], corpo["date_sent"], corpo["direction"]) == (
        "queued",
        "2",
        None,
        "outbound-api",
    )


async def test_a_biblioteca_oficial_cria_busca_altera_e_apaga(servico: Servico) -> None:
    await servico.comportar(sms=RAPIDO)
    criada = await criar(servico)
    assert criada.sid.startswith("SM")
    assert criada.status == "queued"
    cliente = servico.twilio()

    async def entregue() -> bool:
        return bool((await asyncio.to_thread(cliente.messages(criada.sid).fetch)).status == "delivered")

    await ate(entregue)
    buscada = await asyncio.to_thread(cliente.messages(criada.sid).fetch)
    assert buscada.date_sent is not None
    assert (await asyncio.to_thread(cliente.messages(criada.sid).update, body="")).body == ""
    assert await asyncio.to_thread(cliente.messages(criada.sid).delete)
    with pytest.raises(TwilioRestException) as erro:
        await asyncio.to_thread(cliente.messages(criada.sid).fetch)
    assert (erro.value.status, erro.value.code) == (404, 20404)


async def test_a_lista_pagina_e_filtra_como_a_twilio(servico: Servico) -> None:
    await servico.comportar(sms={"latencia_ms": [0, 0]})
    for n in range(7):
        await servico.postar_sms(To=f"+558299999000{n % 2}", Body=str(n))
    cliente = servico.twilio()
    todas = await asyncio.to_thread(cliente.messages.list, page_size=2)
    assert [m.body for m in todas] == ["6", "5", "4", "3", "2", "1", "0"]
    de_um = await asyncio.to_thread(cliente.messages.list, to="+5582999990001", page_size=1)
    assert [m.body for m in de_um] == ["5", "3", "1"]
    assert await asyncio.to_thread(cliente.messages.list, from_="+19999999999") == []

    async def enviadas() -> bool:
        itens = await servico.mensagens("+5582999990000") + await servico.mensagens("+5582999990001")
        return all(m["recibos"] for m in itens)

    await ate(enviadas)
    hoje = datetime.now(UTC)
    for filtros, quantas in (
        ({"date_sent": hoje}, 7),
        ({"date_sent_after": hoje - timedelta(hours=1)}, 7),
        ({"date_sent_before": hoje - timedelta(hours=1)}, 0),
        ({"date_sent_after": hoje + timedelta(hours=1)}, 0),
    ):
        assert len(await asyncio.to_thread(cliente.messages.list, **filtros)) == quantas, filtros


async def test_o_que_nao_foi_enviado_nao_tem_data_e_nao_passa_no_filtro_de_data(servico: Servico) -> None:
    await servico.comportar(sms={"latencia_ms": [3_600_000, 3_600_000]})
    criada = await criar(servico)
    cliente = servico.twilio()
    assert (await asyncio.to_thread(cliente.messages(criada.sid).fetch)).date_sent is None
    assert await asyncio.to_thread(cliente.messages.list, date_sent=datetime.now(UTC)) == []
    assert len(await asyncio.to_thread(cliente.messages.list, to="+5582999990001")) == 1


@pytest.mark.parametrize(
    ("campos", "codigo"),
    [
        ({"To": ""}, 21604),
        ({"To": "123"}, 21211),
        ({"To": "+558232152000"}, 21614),
        ({"To": "+55829999900"}, 21211),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"From": "whatsapp:+15005550006"}, 63007),
        ({"StatusCallback": "http://nome_com_risco/x"}, 21609),
        (
            {
                "To": "whatsapp:+5582999990001",
                "From": "whatsapp:+1500555",
                "Body": "",
                "ContentSid": "HX1",
                "ContentVariables": "{",
            },
            21656,
        ),
    ],
)
async def test_recusas_de_pedido(servico: Servico, campos: dict[str, str], codigo: int) -> None:
    resposta = await servico.postar_sms(**campos)
    assert (resposta.status_code, resposta.json()["code"]) == (400, codigo)
    assert set(resposta.json()) == {"code", "message", "more_info", "status"}
    contagem = await servico.contagem()
    assert (contagem["aceitos"], contagem["recusados"]) == (0, 1)


async def test_senha_errada_e_401_20003(servico: Servico) -> None:
    with pytest.raises(TwilioRestException) as erro:
        await asyncio.to_thread(servico.twilio("outra").messages.create, to="+5582999990001", from_="+15005550006", body="x")
    assert (erro.value.status, erro.value.code) == (401, 20003)
    with pytest.raises(TwilioException, match="20003"):
        await asyncio.to_thread(servico.twilio("outra").messages.list)


async def test_recibos_chegam_assinados_e_em_ordem(servico: Servico, plataforma: Plataforma) -> None:
    await servico.comportar(sms=RAPIDO, whatsapp=RAPIDO)
    await criar(servico, status_callback=servico.retorno("envio-1"))
    await servico.sem_devidos()
    zap = {"to": "whatsapp:+5582999990001", "from_": "whatsapp:+15005550006"}
    modelo = {"content_sid": "HX1", "content_variables": '{"1":"x"}', "body": None}
    await criar(servico, **zap, **modelo, status_callback=servico.retorno("envio-2"))
    await servico.sem_devidos()
    estados = [(r.url.rsplit("/", 1)[1], r.form["MessageStatus"]) for r in plataforma.recebidos]
    assert estados == [
        ("envio-1", "sent"), ("envio-1", "delivered"),
        ("envio-2", "sent"), ("envio-2", "delivered"), ("envio-2", "read"),
    ]  # fmt: skip
    validador = RequestValidator(TOKEN)
    for recebido in plataforma.recebidos:
        assinatura = recebido.cabecalhos["x-twilio-signature"]
        assert validador.validate(recebido.url, recebido.form, assinatura)
        assert not validador.validate(recebido.url, recebido.form | {"MessageStatus": "outro"}, assinatura)
    primeiro, ultimo = plataforma.recebidos[0].form, plataforma.recebidos[-1].form
    comuns = {"MessageSid", "SmsSid", "AccountSid", "From", "To", "MessageStatus", "SmsStatus", "ApiVersion"}
    assert set(primeiro) == comuns
    assert primeiro["MessageSid"] == primeiro["SmsSid"] == (await servico.mensagens("+5582999990001"))[0]["id"]
    assert set(ultimo) == comuns | {"ChannelPrefix", "ChannelInstallSid", "EventType"}
    assert (ultimo["EventType"], ultimo["To"]) == ("READ", "whatsapp:+5582999990001")
    assert (await servico.contagem())["por_envio"] == {"envio-1": 1, "envio-2": 1}


async def test_a_twilio_nao_repete_recibo_e_a_verdade_diz_quais_chegaram(servico: Servico, plataforma: Plataforma) -> None:
    plataforma.responder = lambda r: Response(status_code=500 if r.form["MessageStatus"] == "sent" else 200)
    await servico.comportar(sms=RAPIDO)
    await criar(servico, status_callback=servico.retorno("e"))
    await servico.sem_devidos()
    [mensagem] = await servico.mensagens("+5582999990001")
    assert [(r["estado"], r["chegou"], r["entregue"]) for r in mensagem["recibos"]] == [
        ("sent", False, False),
        ("delivered", True, True),
    ]
    assert len(plataforma.recebidos) == 2


async def test_falha_de_entrega_leva_o_codigo(servico: Servico, plataforma: Plataforma) -> None:
    await servico.comportar(sms=RAPIDO | {"falha": {"30003": 1.0}})
    criada = await criar(servico, status_callback=servico.retorno("e"))
    await servico.sem_devidos()
    assert [(r.form["MessageStatus"], r.form.get("ErrorCode")) for r in plataforma.recebidos] == [
        ("sent", None),
        ("undelivered", "30003"),
    ]
    buscada = await asyncio.to_thread(servico.twilio().messages(criada.sid).fetch)
    assert (buscada.status, buscada.error_code) == ("undelivered", 30003)


@pytest.mark.parametrize("palavra", ["STOP", "sair", "Parar."])
async def test_quem_escreveu_sair_nao_recebe_ate_voltar(servico: Servico, plataforma: Plataforma, palavra: str) -> None:
    pessoa = "+5582999990001"
    assert (await servico.http.post("/mensagens", json={"de": pessoa, "canal": "sms", "texto": palavra})).status_code == 201
    await servico.sem_devidos()
    [recebido] = plataforma.recebidos
    assert recebido.url.endswith("/webhooks/twilio/entrada")
    assert (recebido.form["From"], recebido.form["Body"]) == (pessoa, palavra)
    assert RequestValidator(TOKEN).validate(recebido.url, recebido.form, recebido.cabecalhos["x-twilio-signature"])
    resposta = await servico.postar_sms()
    assert (resposta.status_code, resposta.json()["code"]) == (400, 21610)
    assert (await servico.postar_sms(To="+5582999990002")).status_code == 201
    await servico.http.post("/mensagens", json={"de": pessoa, "canal": "sms", "texto": "START"})
    assert (await servico.postar_sms()).status_code == 201


async def test_cancelar_so_antes_do_envio(servico: Servico) -> None:
    await servico.comportar(sms={"latencia_ms": [3_600_000, 3_600_000]})
    criada = await criar(servico, status_callback=servico.retorno("e"))
    assert (await servico.contagem())["recibos_devidos"] > 0
    cancelada = await asyncio.to_thread(servico.twilio().messages(criada.sid).update, status="canceled")
    assert cancelada.status == "canceled"
    assert (await servico.contagem())["recibos_devidos"] == 0
    with pytest.raises(TwilioRestException):
        await asyncio.to_thread(servico.twilio().messages(criada.sid).update, status="canceled")


TWIML = b"""<?xml version="1.0"?><Response><Say language="pt-BR">Secretaria da Fazenda de Alagoas</Say>
<Gather numDigits="1" action="/tecla"><Say>Digite um</Say></Gather><Hangup/></Response>"""


async def test_ligacao_atendida_busca_o_roteiro_e_avisa_em_sequencia(servico: Servico, plataforma: Plataforma) -> None:
    def responder(r: Any) -> Response:
        corpo = TWIML if r.url.endswith("/roteiro") else b"<Response><Say>Obrigado</Say></Response>"
        return Response(corpo, media_type="text/xml")

    plataforma.responder = responder
    await servico.comportar(voz={"atendida": 1.0, "latencia_ms": [0, 1], "teclas": ["1"]})
    ligacao = await asyncio.to_thread(
        servico.twilio().calls.create,
        to="+558232152000",
        from_="+15005550006",
        url=f"{plataforma.url}/roteiro",
        status_callback=f"{plataforma.url}/webhooks/twilio/voz/lig-1/estado",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert ligacao.status == "queued"
    await servico.sem_devidos()
    validador = RequestValidator(TOKEN)
    for recebido in plataforma.recebidos:
        assert validador.validate(recebido.url, recebido.form, recebido.cabecalhos["x-twilio-signature"])
    estados = [r.form for r in plataforma.recebidos if r.url.endswith("/estado")]
    assert [(e["CallStatus"], e["SequenceNumber"]) for e in estados] == [
        ("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3"),
    ]  # fmt: skip
    [tecla] = [r.form for r in plataforma.recebidos if r.url.endswith("/tecla")]
    assert tecla["Digits"] == "1"
    fim = await asyncio.to_thread(servico.twilio().calls(ligacao.sid).fetch)
    assert fim.status == "completed"
    assert int(fim.duration) == int(estados[-1]["CallDuration"]) > 3
    [item] = (await servico.http.get("/ligacoes", params={"para": "+558232152000"})).json()["itens"]
    assert item["ouvido"] == ["Secretaria da Fazenda de Alagoas", "Digite um", "Obrigado"]
    assert item["envio"] == "lig-1"
    assert (await servico.contagem())["por_envio"] == {"lig-1": 1}
    assert await servico.mensagens("+558232152000") == []


async def test_ligacao_sem_resposta_e_so_os_eventos_pedidos(servico: Servico, plataforma: Plataforma) -> None:
    await servico.comportar(voz={"atendida": 0.0, "latencia_ms": [0, 1], "falha": {"busy": 0.0}})
    retorno = f"{plataforma.url}/webhooks/twilio/voz/l/estado"
    await asyncio.to_thread(
        servico.twilio().calls.create, to="+5582999990001", from_="+15005550006", twiml="<Response/>", status_callback=retorno
    )
    await servico.sem_devidos()
    assert [r.form["CallStatus"] for r in plataforma.recebidos] == ["no-answer"]
    [ligacao] = await asyncio.to_thread(servico.twilio().calls.list, status="no-answer")
    assert ligacao.to == "+5582999990001"


@pytest.mark.parametrize(("pedido", "antes"), [("canceled", "queued"), ("completed", "in-progress")])
async def test_ligacao_desligada_avisa_o_fim(servico: Servico, plataforma: Plataforma, pedido: str, antes: str) -> None:
    lenta = 800 if pedido == "canceled" else 0
    await servico.comportar(voz={"atendida": 1.0, "latencia_ms": [lenta, lenta]})
    solta = asyncio.Event()

    class Presa(Response):
        async def __call__(self, *ligacao: Any) -> None:
            await solta.wait()
            await super().__call__(*ligacao)

    plataforma.responder = lambda r: Presa() if r.url.endswith("/roteiro") else Response()
    cliente = servico.twilio()
    ligacao = await asyncio.to_thread(
        cliente.calls.create,
        to="+5582999990001",
        from_="+15005550006",
        url=f"{plataforma.url}/roteiro",
        status_callback=f"{plataforma.url}/webhooks/twilio/voz/l/estado",
    )

    async def chegou_la() -> bool:
        return bool((await asyncio.to_thread(cliente.calls(ligacao.sid).fetch)).status == antes)

    await ate(chegou_la)
    assert (await asyncio.to_thread(cliente.calls(ligacao.sid).update, status=pedido)).status == pedido
    solta.set()
    await servico.sem_devidos()
    estados = [r.form["CallStatus"] for r in plataforma.recebidos if r.url.endswith("/estado")]
    assert estados == [pedido]
    with pytest.raises(TwilioRestException) as erro:
        await asyncio.to_thread(cliente.calls(ligacao.sid).update, status=pedido)
    assert erro.value.code == 21220


async def test_o_relogio_mostrado_e_o_de_quem_embute(tmp_path: Path, plataforma: Plataforma) -> None:
    instante = datetime(2031, 5, 6, 12, 0, 0, tzinfo=UTC)
    async with abrir_servico(tmp_path, plataforma, agora=lambda: instante) as servico:
        criada = await criar(servico)
        assert criada.date_created == instante
        recusa = await servico.http.put("/relogio", json={"agora": instante.isoformat()})
        assert (recusa.status_code, recusa.json()["codigo"]) == (409, "relogio_alheio")


async def test_caminho_desconhecido_responde_no_formato_da_twilio(servico: Servico) -> None:
    resposta = await servico.http.get(f"/2010-04-01/Accounts/{SID}/Nada.json", auth=(SID, TOKEN))
    assert (resposta.status_code, resposta.json()["code"]) == (404, 20404)
