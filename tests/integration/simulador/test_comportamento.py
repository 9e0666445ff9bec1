"""Each share of `PUT /comportamento`, counted from outside on a fixed seed, and the control's other routes."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.integration.simulador.apoio import SID, TOKEN, Plataforma, Servico, ate

RAPIDO = {"latencia_ms": [0, 1], "timeout_s": 0.02}


async def enviar(servico: Servico, quantos: int) -> Counter[Any]:
    """Answers by status; 'nada' where the connection was cut."""
    respostas: Counter[Any] = Counter()
    for n in range(quantos):
        try:
            resposta = await servico.postar_sms(StatusCallback=servico.retorno(f"e{n}"))
        except (httpx.RemoteProtocolError, httpx.ReadError):
            respostas["nada"] += 1
        else:
            respostas[resposta.status_code] += 1
    return respostas


async def test_taxas_de_resposta_somadas_e_repetiveis(servico: Servico) -> None:
    taxas = {"taxa_429": 0.2, "taxa_5xx": 0.2, "taxa_502_sem_corpo": 0.2, "timeout_antes": 0.1, "timeout_depois": 0.1}
    await servico.comportar(sms=RAPIDO | taxas)
    primeira = await enviar(servico, 100)
    contagem = await servico.contagem()
    await servico.comportar(sms=RAPIDO | taxas)
    assert await enviar(servico, 100) == primeira
    for status, esperado in ((429, 20), (503, 20), (502, 20), ("nada", 20), (201, 20)):
        assert abs(primeira[status] - esperado) <= 12, primeira
    # half of the 502 and all of timeout_depois are accepted besides the 201
    assert primeira[201] < contagem["aceitos"] < primeira[201] + primeira[502] + primeira["nada"]
    assert contagem["aceitos"] + contagem["recusados"] == 100
    assert sum(contagem["por_envio"].values()) == contagem["aceitos"]


@pytest.mark.parametrize(
    ("taxa", "resposta", "aceita"),
    [
        ("taxa_429", 429, 0),
        ("taxa_5xx", 503, 0),
        ("timeout_antes", "nada", 0),
        ("timeout_depois", "nada", 10),
        ("entregue", 201, 10),
    ],
)
async def test_o_que_cada_taxa_aceita(servico: Servico, taxa: str, resposta: Any, aceita: int) -> None:
    await servico.comportar(sms=RAPIDO | {taxa: 1.0})
    assert await enviar(servico, 10) == {resposta: 10}
    contagem = await servico.contagem()
    assert (contagem["aceitos"], contagem["recusados"]) == (aceita, 10 - aceita)


async def test_429_e_5xx_levam_o_corpo_do_provedor_e_502_nao(servico: Servico) -> None:
    await servico.comportar(sms={"taxa_429": 1.0})
    resposta = await servico.postar_sms()
    assert (resposta.json()["code"], resposta.headers["retry-after"]) == (20429, "1")
    await servico.comportar(sms={"taxa_5xx": 1.0})
    assert (await servico.postar_sms()).json()["code"] == 20503
    await servico.comportar(sms={"taxa_502_sem_corpo": 1.0})
    assert (await servico.postar_sms()).content == b""


async def test_quem_desiste_de_esperar_nao_prende_o_simulador(servico: Servico) -> None:
    await servico.comportar(sms={"timeout_depois": 1.0})
    with pytest.raises(httpx.ReadTimeout):
        async with httpx.AsyncClient(base_url=servico.url, timeout=0.5) as apressado:
            form = {"To": "+5582999990001", "From": "+15005550006", "Body": "x"}
            await apressado.post(f"/2010-04-01/Accounts/{SID}/Messages.json", data=form, auth=(SID, TOKEN))
    assert (await servico.contagem())["aceitos"] == 1


@pytest.mark.parametrize("taxa", ["duplicar", "reordenar", "descartar"])
async def test_recibos_duplicados_reordenados_e_descartados(servico: Servico, plataforma: Plataforma, taxa: str) -> None:
    await servico.comportar(sms=RAPIDO | {"entregue": 1.0, taxa: 1.0})
    assert await enviar(servico, 3) == {201: 3}

    async def ocorreram() -> bool:
        itens = await servico.mensagens("+5582999990001")
        return all(len(m["recibos"]) == 2 for m in itens)

    await ate(ocorreram)
    await servico.sem_devidos()
    por_envio: dict[str, list[str]] = {}
    for recebido in plataforma.recebidos:
        por_envio.setdefault(recebido.url.rsplit("/", 1)[1], []).append(recebido.form["MessageStatus"])
    esperado = {
        "duplicar": ["sent", "sent", "delivered", "delivered"],
        "reordenar": ["delivered", "sent"],
        "descartar": [],
    }[taxa]
    assert por_envio == ({} if not esperado else {f"e{n}": esperado for n in range(3)})
    item = (await servico.mensagens("+5582999990001"))[0]
    assert [r.get("descartado", False) for r in item["recibos"]] == [taxa == "descartar"] * 2
    assert [r["chegou"] for r in item["recibos"]] == [taxa != "descartar"] * 2


async def test_os_canais_sao_independentes(servico: Servico) -> None:
    await servico.comportar(whatsapp={"taxa_429": 1.0})
    assert (await servico.postar_sms()).status_code == 201
    assert (await servico.postar_sms(To="whatsapp:+5582999990001", From="whatsapp:+15005550006")).status_code == 429


async def test_comportamento_invalido_nomeia_o_campo_e_nada_muda(servico: Servico) -> None:
    antes = (await servico.http.get("/comportamento")).json()
    corpo = {"semente": "x", "canais": {"sms": {"taxa_429": 2, "inventado": 1}, "pombo": {}}}
    resposta = await servico.http.put("/comportamento", json=corpo)
    assert (resposta.status_code, resposta.headers["content-type"]) == (422, "application/problem+json")
    assert resposta.json()["codigo"] == "entrada_invalida"
    assert {c["campo"] for c in resposta.json()["campos"]} == {
        "semente", "canais.pombo", "canais.sms.taxa_429", "canais.sms.inventado",
    }  # fmt: skip
    assert (await servico.http.get("/comportamento")).json() == antes


@pytest.mark.parametrize(
    ("caminho", "corpo", "campos"),
    [
        ("/mensagens", {"de": "+5582999990001", "canal": "voz", "texto": "x"}, ["canal"]),
        ("/mensagens", {"de": "fulano", "canal": "sms", "texto": "x"}, ["de"]),
        ("/mensagens", {"canal": "sms", "outro": 1}, ["outro", "de", "texto"]),
        ("/mensagens", [], [""]),
    ],
)
async def test_entrada_invalida_no_controle(servico: Servico, caminho: str, corpo: Any, campos: list[str]) -> None:
    resposta = await servico.http.post(caminho, json=corpo)
    assert resposta.status_code == 422
    assert [c["campo"] for c in resposta.json()["campos"]] == campos


async def test_json_quebrado_no_controle(servico: Servico) -> None:
    assert (await servico.http.put("/comportamento", content=b"{")).status_code == 422


async def test_o_relogio_anda_a_partir_de_onde_foi_posto(servico: Servico) -> None:
    assert (await servico.http.put("/relogio", json={"agora": "2031-05-06T09:00:00-03:00"})).status_code == 200
    resposta = await servico.postar_sms()
    assert resposta.json()["date_created"].startswith("Tue, 06 May 2031 12:0")
    errados: list[Any] = [{"agora": "ontem"}, {"agora": "2031-05-06T09:00:00"}, {}, []]
    for errado in errados:
        assert (await servico.http.put("/relogio", json=errado)).status_code == 422


async def test_o_endereco_e_achado_de_qualquer_jeito_que_se_escreva(servico: Servico) -> None:
    await servico.postar_sms()
    for para in ("+5582999990001", "5582999990001", "whatsapp:+5582999990001", " 5582999990001"):
        assert len(await servico.mensagens(para)) == 1
    assert await servico.mensagens("+5582999990002") == []


async def test_lista_de_todas_em_paginas(servico: Servico) -> None:
    for n in range(5):
        await servico.postar_sms(Body=str(n))
    vistos, cursor = [], None
    while True:
        pagina = (await servico.http.get("/mensagens", params={"limite": 2} | ({"cursor": cursor} if cursor else {}))).json()
        vistos += [m["texto"] for m in pagina["itens"]]
        cursor = pagina["proximo"]
        if cursor is None:
            break
    assert vistos == ["4", "3", "2", "1", "0"]


async def test_paginas_saude_e_metricas(servico: Servico) -> None:
    await servico.postar_sms()
    assert "Simulador de provedores" in (await servico.http.get("/")).text
    assert (await servico.http.get("/saude/vivo")).status_code == 200
    assert (await servico.http.get("/saude/pronto")).status_code == 200
    assert 'simulador_pedidos_total{resultado="aceito"} 1.0' in (await servico.http.get("/metrics")).text
    assert "/comportamento" in (await servico.http.get("/openapi.json")).json()["paths"]
    assert (await servico.http.get("/docs")).status_code == 200
    assert (await servico.http.get("/nada")).json()["codigo"] == "nao_encontrado"


async def test_pedidos_simultaneos_contam_um_a_um(servico: Servico) -> None:
    await servico.comportar(sms=RAPIDO | {"entregue": 1.0})
    await asyncio.gather(*(servico.postar_sms(StatusCallback=servico.retorno(f"e{n % 10}")) for n in range(60)))
    assert (await servico.contagem())["por_envio"] == {f"e{n}": 6 for n in range(10)}
    await servico.sem_devidos()
