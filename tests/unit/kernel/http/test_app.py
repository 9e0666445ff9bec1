"""What every process serves besides its routes: health, metrics, description, documentation, headers, trace."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, WebSocket
from pydantic import BaseModel, Field
from starlette.types import Message, Scope

from kernel import rastro
from kernel.http.auth import Identidade, Papel, exigir
from kernel.http.openapi import em_versao_30
from kernel.metrics import Metricas
from tests.unit.kernel.http.apoio import cliente, um_app

TRACO = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Item(BaseModel):
    nome: str | None = None
    valor: int = Field(gt=0)


def sala(nome: str) -> APIRouter:
    rotas = APIRouter(prefix=f"/v1/{nome}", tags=[nome])

    @rotas.get("/rastro")
    async def ver_rastro() -> dict[str, str | None]:
        return {"rastro": rastro.atual()}

    @rotas.get("/sincrona")
    def ver_rastro_de_outra_linha() -> dict[str, str | None]:
        return {"rastro": rastro.atual()}

    @rotas.post("/itens/{numero}")
    async def criar(numero: int, item: Item, quem: Annotated[Identidade, Depends(exigir(Papel.OPERADOR))]) -> Item:
        return item

    return rotas


async def test_vivo_e_pronto() -> None:
    async with cliente(um_app()) as http:
        assert (await http.get("/saude/vivo")).json() == {"estado": "vivo"}
        assert (await http.get("/saude/pronto")).json() == {"estado": "pronto", "partes": {"banco": True}}


async def test_nao_pronto_mostra_cada_parte() -> None:
    async def prontidao() -> Mapping[str, bool]:
        return {"banco": True, "log": False}

    async with cliente(um_app(prontidao=prontidao)) as http:
        resposta = await http.get("/saude/pronto")
    assert (resposta.status_code, resposta.json()["codigo"]) == (503, "nao_pronto")
    assert resposta.json()["partes"] == {"banco": True, "log": False}
    assert resposta.headers["content-type"] == "application/problem+json"


async def test_prontidao_sem_banco_e_503() -> None:
    async def prontidao() -> Mapping[str, bool]:
        raise ConnectionRefusedError("127.0.0.1:5432")

    async with cliente(um_app(prontidao=prontidao)) as http:
        assert (await http.get("/saude/pronto")).status_code == 503


async def test_metricas_por_modelo_de_rota() -> None:
    metricas = Metricas()
    metricas.contador("envios", "Envios.", ("canal",)).labels("sms").inc()
    async with cliente(um_app(sala("regua"), metricas=metricas), Papel.OPERADOR) as http:
        for numero in range(3):
            await http.post(f"/v1/regua/itens/{numero}", json={"valor": 1})
        await http.get("/nada/123")
        texto = (await http.get("/metrics")).text
    assert 'envios_total{canal="sms"} 1.0' in texto
    assert 'http_requisicoes_total{metodo="POST",rota="/v1/regua/itens/{numero}",status="200"} 3.0' in texto
    assert 'http_requisicoes_total{metodo="GET",rota="desconhecida",status="404"} 1.0' in texto
    assert "/nada/123" not in texto


async def test_varias_salas_em_um_app() -> None:
    async with cliente(um_app(sala("regua"), sala("canais"))) as http:
        for nome in ("regua", "canais"):
            assert (await http.get(f"/v1/{nome}/rastro")).status_code == 200
        descricao = (await http.get("/openapi.json")).json()
    assert {"/v1/regua/rastro", "/v1/canais/rastro", "/saude/pronto"} <= set(descricao["paths"])


async def test_descricao_documenta_problemas_em_portugues() -> None:
    async with cliente(um_app(sala("regua"), etiquetas={"regua": "A régua."})) as http:
        descricao = (await http.get("/openapi.json")).json()
    operacao = descricao["paths"]["/v1/regua/itens/{numero}"]["post"]
    problema = {"$ref": "#/components/responses/Problema"}
    assert {k: v for k, v in operacao["responses"].items() if k != "200"} == dict.fromkeys(
        ("401", "403", "422", "default"), problema
    )
    assert descricao["components"]["responses"]["Problema"]["content"].keys() == {"application/problem+json"}
    assert descricao["tags"] == [{"name": "regua", "description": "A régua."}]
    assert "HTTPValidationError" not in str(descricao)
    assert "Successful Response" not in str(descricao)


async def test_documentacao_e_servida_daqui() -> None:
    async with cliente(um_app(sala("regua"))) as http:
        pagina = await http.get("/docs")
        enderecos = re.findall(r'(?:src|href)="([^"]+)"', pagina.text)
        arquivos = [await http.get("/" + endereco) for endereco in enderecos]
    assert '<html lang="pt-BR">' in pagina.text
    assert "//" not in "".join(enderecos)
    assert [a.status_code for a in arquivos] == [200] * len(enderecos)
    politica = pagina.headers["content-security-policy"]
    assert "default-src 'none'" in politica
    assert "script-src 'self';" in politica
    assert "unsafe" not in politica
    assert "http" not in politica
    # nothing inline, which the policy would block
    assert not re.search(r"<script(?! src=)|<style|\son\w+=", pagina.text)


async def test_documentacao_so_serve_os_arquivos_da_pagina() -> None:
    async with cliente(um_app()) as http:
        for caminho in ("/docs/index.html", "/docs/..%2f__init__.py", "/docs/swagger-ui.js.map"):
            assert (await http.get(caminho)).status_code == 404


async def test_pagina_recebe_descricao_que_o_swagger_ui_entende() -> None:
    async with cliente(um_app(sala("regua"))) as http:
        descricao = (await http.get("/docs/openapi.json")).json()
    assert descricao["openapi"] == "3.0.3"
    campos = descricao["components"]["schemas"]["Item"]["properties"]
    assert campos["nome"] == {"type": "string", "title": "Nome", "nullable": True}
    assert campos["valor"] == {"type": "integer", "title": "Valor", "minimum": 0, "exclusiveMinimum": True}


@pytest.mark.parametrize(
    ("antes", "depois"),
    [
        ({"anyOf": [{"$ref": "#/x"}, {"type": "null"}]}, {"allOf": [{"$ref": "#/x"}], "nullable": True}),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"const": "a"}, {"enum": ["a"]}),
        ({"examples": ["a", "b"]}, {"example": "a"}),
        ({"type": "string", "contentMediaType": "application/octet-stream"}, {"type": "string", "format": "binary"}),
        ({"properties": {"const": {"const": 1}, "examples": {"type": "string"}}},
         {"properties": {"const": {"enum": [1]}, "examples": {"type": "string"}}}),
    ],
)  # fmt: skip
def test_versao_30(antes: dict[str, object], depois: dict[str, object]) -> None:
    assert em_versao_30({"e": antes})["e"] == depois


@pytest.mark.parametrize("caminho", ["/v1/regua/rastro", "/v1/regua/sincrona"])
async def test_rastro_de_quem_chama_chega_a_rota(caminho: str) -> None:
    async with cliente(um_app(sala("regua"))) as http:
        assert (await http.get(caminho, headers={"traceparent": TRACO})).json() == {"rastro": TRACO}
        novos = [(await http.get(caminho, headers={"traceparent": "x"})).json()["rastro"] for _ in range(2)]
    assert all(rastro.valido(novo) for novo in novos)
    assert novos[0] != novos[1]
    assert rastro.atual() is None


async def test_rastros_de_chamadas_simultaneas_nao_se_misturam() -> None:
    rotas = APIRouter()
    chegaram = asyncio.Barrier(2)

    @rotas.get("/junto")
    async def junto() -> dict[str, str | None]:
        await chegaram.wait()
        return {"rastro": rastro.atual()}

    enviados = [rastro.novo_rastro() for _ in range(2)]
    async with cliente(um_app(rotas)) as http:
        respostas = await asyncio.gather(*(http.get("/junto", headers={"traceparent": t}) for t in enviados))
    assert [r.json()["rastro"] for r in respostas] == enviados


async def test_websocket_passa_pela_borda_com_o_rastro() -> None:
    rotas = APIRouter()

    @rotas.websocket("/ws")
    async def conversa(ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text(str(rastro.atual()))
        await ws.close()

    enviadas: list[Message] = []

    async def receber() -> Message:
        return {"type": "websocket.connect"}

    async def enviar(mensagem: Message) -> None:
        enviadas.append(mensagem)

    escopo: Scope = {
        "type": "websocket",
        "path": "/ws",
        "query_string": b"",
        "headers": [(b"traceparent", TRACO.encode())],
        "subprotocols": [],
    }
    await um_app(rotas)(escopo, receber, enviar)
    assert [m["type"] for m in enviadas] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert enviadas[1]["text"] == TRACO


async def test_id_da_requisicao() -> None:
    async with cliente(um_app()) as http:
        assert (await http.get("/saude/vivo", headers={"x-request-id": "abc-1"})).headers["x-request-id"] == "abc-1"
        trocado = (await http.get("/saude/vivo", headers={"x-request-id": "a b<script>"})).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", trocado)


async def test_cabecalhos_de_seguranca_em_toda_resposta() -> None:
    async with cliente(um_app(corpo_maximo=10)) as http:
        respostas = [await http.get("/saude/vivo"), await http.get("/nada"), await http.post("/x", content=b"x" * 11)]
    for resposta in respostas:
        assert resposta.headers["x-content-type-options"] == "nosniff"
        assert resposta.headers["content-security-policy"].startswith("default-src 'none'")
        assert resposta.headers["x-request-id"]
