"""Webhooks on a real database: signatures, orders of arrival, what comes before its envio, what people write."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest
from fastapi import FastAPI

from canais.application.receber_mensagem import conversa_de
from canais.inject import Canais
from kernel.domain.telefone import chave_wa
from kernel.http.assinaturas import CABECALHO_META, CABECALHO_TWILIO, assinar_meta, assinar_twilio
from tests.support.canais import SEGUNDA, Bancada, ate_que, envio_id, um_acionamento
from tests.support.provedor_de_teste import ProvedorDeTeste

PUBLICA = "http://publico.exemplo"


class Porta:
    """Calls the room's routes as the providers do."""

    def __init__(self, canais: Canais) -> None:
        app = FastAPI()
        for rotas in canais.rotas:
            app.include_router(rotas)
        self.cliente = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLICA)

    async def twilio(self, caminho: str, assinatura: str | None = None, **campos: str) -> httpx.Response:
        certa = assinar_twilio("token-da-twilio", PUBLICA + caminho, list(campos.items()))
        return await self.cliente.post(
            caminho,
            content=urlencode(campos),
            headers={CABECALHO_TWILIO: assinatura or certa, "content-type": "application/x-www-form-urlencoded"},
        )

    async def recibo(self, n: int, status: str, **campos: str) -> httpx.Response:
        return await self.twilio(
            f"/webhooks/twilio/estado/{envio_id(n)}",
            **{"MessageSid": f"SM{n:032x}", "MessageStatus": status, "To": "+5582999990000", "CampoNovo": "", **campos},
        )

    async def meta(self, corpo: Any, assinatura: str | None = None) -> httpx.Response:
        bruto = orjson.dumps(corpo)
        return await self.cliente.post(
            "/webhooks/meta", content=bruto, headers={CABECALHO_META: assinatura or assinar_meta("segredo-da-meta", bruto)}
        )

    async def status_meta(self, *status: dict[str, Any]) -> httpx.Response:
        return await self.meta(
            {"object": "x", "entry": [{"changes": [{"field": "messages", "value": {"statuses": list(status)}}]}]}
        )


@pytest.fixture
async def canais(mesa: Bancada) -> AsyncIterator[Canais]:
    """The room at work, one SMS and one WhatsApp accepted by the provider."""
    await mesa.contatos(range(10))
    await mesa.contatos([1], canal="whatsapp")
    async with mesa.trabalhando() as trabalhando:
        await mesa.tratar(um_acionamento(1), um_acionamento(1, canal="whatsapp"))
        await ate_que(lambda: _estados(mesa, "aceito", "aceito"))
        yield trabalhando


@pytest.fixture
def porta(canais: Canais) -> Porta:
    return Porta(canais)


@pytest.mark.parametrize("ordem", list(itertools.permutations(["sent", "delivered", "delivered"])))
async def test_recibos_em_qualquer_ordem_terminam_iguais(mesa: Bancada, porta: Porta, ordem: tuple[str, ...]) -> None:
    for status in ordem:
        assert (await porta.recibo(1, status)).status_code == 200
    estados = [e["estado"] for e in await mesa.entregas() if e["canal"] == "sms"]
    assert estados[-1] == "entregue"
    assert len(set(estados)) == len(estados)


async def test_recibos_simultaneos_de_um_envio_deixam_cada_passo_na_historia(mesa: Bancada, porta: Porta) -> None:
    await asyncio.gather(*(porta.recibo(1, status) for status in ("sent", "delivered", "sent", "delivered")))
    historia = await mesa.linhas("select estado::text from canais.envio_historico where envio = $1 order by id", envio_id(1))
    assert [h[0] for h in historia] in (["aceito", "enviado", "entregue"], ["aceito", "entregue"])


async def test_falha_da_operadora_marca_o_contato_e_esgota_o_canal(mesa: Bancada, porta: Porta) -> None:
    await porta.recibo(1, "undelivered", ErrorCode="30005", RawDlrDoneDate="2601051310")
    entrega = [e for e in await mesa.entregas() if e["canal"] == "sms"][-1]
    assert (entrega["estado"], entrega["esgotado"], entrega["codigo"]) == ("falhou", True, "30005")
    assert entrega["provedor_em"] == "2026-01-05T13:10:00Z"
    contato = (await mesa.linhas("select situacao, motivo from canais.contato where contribuinte = 'c1' and canal = 'sms'"))[0]
    assert tuple(contato) == ("invalido", "30005")
    alterado = [e for e in await mesa.eventos() if e.tipo == "cobranca.contato.alterado.v1"]
    assert [(e.dados["canal"], e.dados["situacao"]) for e in alterado] == [("sms", "invalido")]


async def test_assinatura_errada_recebe_403_e_nao_deixa_nada(mesa: Bancada, porta: Porta) -> None:
    antes = len(await mesa.eventos())
    assert (await porta.recibo(1, "delivered", assinatura="x")).status_code == 403
    assert (await porta.meta({"entry": []}, assinatura="sha256=" + "0" * 64)).status_code == 403
    assert (await porta.twilio("/webhooks/twilio/entrada", assinatura="x", From="+5582900000001", Body="SAIR")).status_code == 403
    assert (await porta.cliente.get("/webhooks/meta?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1")).status_code == 403
    assert len(await mesa.eventos()) == antes
    assert await mesa.linhas("select from canais.descadastro_endereco") == []


async def test_verificacao_da_meta_devolve_o_desafio(porta: Porta) -> None:
    resposta = await porta.cliente.get("/webhooks/meta?hub.mode=subscribe&hub.verify_token=verificacao&hub.challenge=123")
    assert (resposta.status_code, resposta.text) == (200, "123")


async def test_recibos_da_meta_por_nosso_id_e_pelo_dela(mesa: Bancada, porta: Porta) -> None:
    nosso = {
        "id": "wamid.qualquer",
        "status": "sent",
        "timestamp": "1767618000",
        "biz_opaque_callback_data": str(envio_id(1, "whatsapp")),
    }
    id_meta = (await mesa.linhas("select id_provedor from canais.envio where canal = 'whatsapp'"))[0][0]
    dela = {"id": id_meta, "status": "read", "timestamp": "1767618001000"}
    assert (await porta.status_meta(nosso, {"status": "sem id"}, {"id": "x", "status": "deleted"})).status_code == 200
    assert (await porta.status_meta(dela)).status_code == 200
    entregas = [e for e in await mesa.entregas() if e["canal"] == "whatsapp"]
    assert [(e["estado"], e.get("provedor_em"), e.get("custo")) for e in entregas] == [
        ("aceito", None, None),
        ("enviado", "2026-01-05T13:00:00Z", None),
        ("lido", "2026-01-05T13:00:01Z", {"valor": "0.006800", "moeda": "USD"}),
    ]


async def test_recibo_antes_da_linha_espera_na_quarentena(mesa: Bancada, canais: Canais, porta: Porta) -> None:
    assert (await porta.recibo(7, "delivered")).status_code == 200
    assert len(await mesa.linhas("select from canais.recibo_quarentena")) == 1
    assert (await canais.pendencias(mesa.relogio.agora())).proximo is not None
    await mesa.tratar(um_acionamento(7, nao_antes=SEGUNDA + timedelta(hours=1)))
    canais.acordar()
    await ate_que(lambda: _estado_de(mesa, 7, "entregue"))
    assert await mesa.linhas("select from canais.recibo_quarentena") == []


async def test_recibo_desconhecido_e_esquecido_depois_de_sete_dias(mesa: Bancada, canais: Canais, porta: Porta) -> None:
    await porta.recibo(8, "delivered")
    await mesa.passar(7 * 24 * 3600 + 1)
    canais.acordar()
    await ate_que(lambda: _vazia(mesa, "select from canais.recibo_quarentena"))


async def test_recibo_depois_do_prazo_ainda_sobe(mesa: Bancada, canais: Canais, porta: Porta) -> None:
    await mesa.passar(24 * 3600 + 1)
    canais.acordar()
    await ate_que(lambda: _estados(mesa, "expirado", "expirado"))
    await porta.recibo(1, "delivered")
    entregas = [(e["estado"], e["esgotado"]) for e in await mesa.entregas() if e["canal"] == "sms"]
    assert entregas == [("aceito", False), ("expirado", True), ("entregue", False)]


async def test_recibo_perdido_e_perguntado_antes_de_expirar(mesa: Bancada, canais: Canais, provedor: ProvedorDeTeste) -> None:
    provedor.listaveis[0]["status"] = "delivered"
    await mesa.passar(24 * 3600 + 1)
    canais.acordar()
    await ate_que(lambda: _estados(mesa, "entregue", "expirado"))  # Meta cannot be asked
    assert await _estado_de(mesa, 1, "entregue")


@pytest.mark.parametrize("texto", ["SAIR", "sair.", " Não quero! ", "Pare"])
async def test_quem_pede_para_sair_sai_por_endereco(mesa: Bancada, porta: Porta, texto: str) -> None:
    await mesa.contatos([20, 21], endereco="+5582988887777", chave="8288887777")
    # WhatsApp and operators may drop the ninth digit
    resposta = await porta.twilio("/webhooks/twilio/entrada", MessageSid="SM1", From="+558288887777", Body=texto)
    assert (resposta.status_code, resposta.headers["content-type"].split(";")[0]) == (200, "text/xml")
    alterados = [e for e in await mesa.eventos() if e.tipo == "cobranca.contato.alterado.v1"]
    assert sorted((e.chave, e.dados["canal"], e.dados["situacao"]) for e in alterados) == [
        ("c20", "sms", "optou_sair"),
        ("c21", "sms", "optou_sair"),
    ]
    await mesa.contatos([22], endereco="+5582988887777", chave="8288887777")  # loaded later
    await mesa.tratar(um_acionamento(20), um_acionamento(22))
    assert {r[0] for r in await mesa.linhas("select motivo from canais.envio where contribuinte in ('c20', 'c22')")} == {
        "optou_sair"
    }
    await porta.twilio("/webhooks/twilio/entrada", MessageSid="SM2", From="+558288887777", Body="voltar")
    assert await mesa.linhas("select from canais.descadastro") == []
    voltou = [e for e in await mesa.eventos() if e.tipo == "cobranca.contato.alterado.v1"][-1]
    assert voltou.dados["situacao"] == "valido"


async def test_outra_mensagem_vira_evento_uma_vez(mesa: Bancada, porta: Porta) -> None:
    mensagem = {
        "from": "558288887777",
        "id": "wamid.entrada",
        "timestamp": "1767618000",
        "type": "text",
        "text": {"body": "cancelar o parcelamento"},
    }
    botao = {
        "from": "558288887777",
        "id": "wamid.botao",
        "type": "interactive",
        "interactive": {"button_reply": {"id": "op1", "title": "Sim"}},
    }
    for _ in range(2):
        await porta.meta({"entry": [{"changes": [{"value": {"messages": [mensagem, botao, {"id": 1}]}}]}]})
    recebidas = [e for e in await mesa.eventos() if e.tipo == "cobranca.mensagem.recebida.v1"]
    assert len({e.id for e in recebidas}) == 2
    assert [(e.dados["texto"], e.dados.get("opcao")) for e in recebidas[:2]] == [
        ("cancelar o parcelamento", None),
        ("Sim", "op1"),
    ]
    [conversa] = {e.dados["conversa"] for e in recebidas}
    async with mesa.banco.conexao() as con:
        segredo = await con.fetchval("select chave from canais.chave_das_conversas")
    assert len(segredo) == 32
    # of this installation: with another secret the same phone has another conversation
    assert conversa == str(conversa_de(segredo, "whatsapp", chave_wa("558288887777")))
    assert conversa != str(conversa_de(bytes(32), "whatsapp", chave_wa("558288887777")))


async def test_meta_ilegivel_mas_assinada(porta: Porta) -> None:
    bruto = b"{"
    resposta = await porta.cliente.post(
        "/webhooks/meta", content=bruto, headers={CABECALHO_META: assinar_meta("segredo-da-meta", bruto)}
    )
    assert resposta.status_code == 400
    tortos: list[Any] = [[], 1, {"entry": 1}, {"entry": [{"changes": "x"}]}, {"entry": [{"changes": [{"value": 3}]}]}]
    for corpo in tortos:
        assert (await porta.meta(corpo)).status_code == 200


async def test_endereco_de_recibo_que_nao_e_nosso(porta: Porta) -> None:
    assert (await porta.twilio("/webhooks/twilio/estado/nada", MessageStatus="sent")).status_code == 404


async def _estados(mesa: Bancada, *esperados: str) -> bool:
    return sorted(r[0] for r in await mesa.linhas("select estado::text from canais.envio")) == sorted(esperados)


async def _estado_de(mesa: Bancada, n: int, estado: str) -> bool:
    return [r[0] for r in await mesa.linhas("select estado::text from canais.envio where envio = $1", envio_id(n))] == [estado]


async def _vazia(mesa: Bancada, sql: str) -> bool:
    return not await mesa.linhas(sql)
