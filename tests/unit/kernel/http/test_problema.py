"""Every refusal is a problem in Portuguese with a stable code, and leaks nothing."""

from __future__ import annotations

import logging
import typing
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from enum import StrEnum

import asyncpg
import pytest
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import core_schema
from starlette.types import Message, Scope

from kernel.http.borda import RespostaInterrompida
from kernel.http.problema import EntradaInvalida, MuitasRequisicoes, NaoEncontrado, mapear_erros
from kernel.http.validacao import _COM_TEXTO_PROPRIO, _FRASES
from tests.unit.kernel.http.apoio import cliente, um_app

# Types that only Python objects give, never JSON, forms, paths or queries.
SO_EM_PYTHON = {
    "no_such_attribute", "needs_python_object", "get_attribute_error", "named_tuple_type", "default_factory_not_called",
    "frozen_dict_type", "ordered_dict_type", "counter_type", "missing_sentinel_error", "ellipsis_error",
    "is_instance_of", "is_subclass_of", "callable_type",
}  # fmt: skip


class Tributo(StrEnum):
    ICMS = "ICMS"
    IPVA = "IPVA"


class Debito(BaseModel):
    model_config = ConfigDict(extra="forbid")
    principal: Decimal = Field(gt=0, decimal_places=2)
    tributo: Tributo
    vencimento: date

    @field_validator("vencimento")
    @classmethod
    def _nao_antes_da_lei(cls, valor: date) -> date:
        if valor.year < 1990:
            raise ValueError("Não há dívida anterior a 1990.")
        return valor


class Pedido(BaseModel):
    debitos: list[Debito] = Field(min_length=1)


class ErroDaSala(Exception):
    codigo = "erro_da_sala"


class NormaAusente(ErroDaSala):
    codigo = "norma_ausente"


class NormaVencida(NormaAusente):
    codigo = "norma_vencida"


def rotas() -> APIRouter:
    r = APIRouter()

    @r.post("/pedidos")
    async def criar(pedido: Pedido, limite: int = 10) -> dict[str, int]:
        return {"debitos": len(pedido.debitos), "limite": limite}

    @r.post("/bruto")
    async def bruto(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @r.get("/falhas/{qual}")
    async def falhar(qual: str) -> None:
        raise {
            "ausente": NaoEncontrado("A campanha não existe."),
            "propria": EntradaInvalida("Falta o contribuinte.", codigo="contribuinte_ausente"),
            "rapido": MuitasRequisicoes(cabecalhos={"Retry-After": "7"}),
            "sala": NormaAusente("Não há norma para esta data."),
            "sala_filha": NormaVencida("A norma venceu."),
            "sala_raiz": ErroDaSala("Algo da sala."),
            "inesperada": RuntimeError("CPF 123.456.789-09 de Maria"),
            "banco": asyncpg.ConnectionDoesNotExistError("senha no texto"),
            "nulo": asyncpg.CharacterNotInRepertoireError("invalid byte sequence"),
        }[qual]

    @r.get("/meio")
    async def meio() -> StreamingResponse:
        async def partes() -> AsyncIterator[bytes]:
            yield b"comeco"
            raise RuntimeError("CPF 123.456.789-09")

        return StreamingResponse(partes())

    return r


@pytest.mark.parametrize(
    ("caminho", "status", "codigo", "detalhe"),
    [
        ("ausente", 404, "nao_encontrado", "A campanha não existe."),
        ("propria", 422, "contribuinte_ausente", "Falta o contribuinte."),
        ("rapido", 429, "muitas_requisicoes", None),
        ("sala", 422, "norma_ausente", "Não há norma para esta data."),
        ("sala_filha", 409, "norma_vencida", "A norma venceu."),
        ("sala_raiz", 400, "erro_da_sala", "Algo da sala."),
        ("banco", 503, "indisponivel", "Tente de novo em instantes."),
        ("nulo", 422, "entrada_invalida", "Há um caractere que não pode ser guardado (por exemplo, o nulo)."),
    ],
)
async def test_cada_falha_vira_um_problema(caminho: str, status: int, codigo: str, detalhe: str | None) -> None:
    app = um_app(rotas(), erros={ErroDaSala: 400, NormaAusente: 422})
    mapear_erros(app, {NormaVencida: 409})
    async with cliente(app) as http:
        resposta = await http.get(f"/falhas/{caminho}")
    assert resposta.status_code == status
    assert resposta.headers["content-type"] == "application/problem+json"
    corpo = resposta.json()
    assert (corpo["status"], corpo["codigo"], corpo.get("detail")) == (status, codigo, detalhe)
    assert corpo["title"]


async def test_retry_after_chega_a_quem_chama() -> None:
    async with cliente(um_app(rotas())) as http:
        assert (await http.get("/falhas/rapido")).headers["retry-after"] == "7"


async def test_erro_inesperado_nao_vaza_nem_na_resposta_nem_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with cliente(um_app(rotas())) as http:
            resposta = await http.get("/falhas/inesperada")
    assert (resposta.status_code, resposta.json()["codigo"]) == (500, "erro_interno")
    assert "123.456" not in resposta.text + caplog.text
    assert resposta.json()["ocorrencia"] in caplog.text
    assert "builtins.RuntimeError" in caplog.text
    assert "falhar" in caplog.text
    assert resposta.headers["x-request-id"]


async def test_erro_depois_de_comecar_a_resposta_interrompe_sem_vazar(caplog: pytest.LogCaptureFixture) -> None:
    async with cliente(um_app(rotas())) as http:
        with pytest.raises(RespostaInterrompida) as erro:
            await http.get("/meio")
    assert erro.value.__suppress_context__
    assert "123.456" not in caplog.text + str(erro.value)


async def test_validacao_nomeia_os_campos_em_portugues() -> None:
    dados = {
        "debitos": [
            {"principal": "0.00", "tributo": "ISS", "vencimento": "1980-01-01"},
            {"principal": "x", "vencimento": "ontem", "cor": "azul"},
        ]
    }
    async with cliente(um_app(rotas())) as http:
        resposta = await http.post("/pedidos?limite=muitos", json=dados)
    assert (resposta.status_code, resposta.json()["codigo"]) == (422, "entrada_invalida")
    campos = {c["campo"]: c["motivo"] for c in resposta.json()["campos"]}
    assert campos == {
        "limite": "Precisa ser um número inteiro.",
        "debitos[0].principal": "Precisa ser maior que 0.",
        "debitos[0].tributo": "Precisa ser um destes: 'ICMS' ou 'IPVA'.",
        "debitos[0].vencimento": "Não há dívida anterior a 1990.",
        "debitos[1].principal": 'Precisa ser um número decimal, escrito com ponto (por exemplo "10.50").',
        "debitos[1].tributo": "Campo obrigatório.",
        "debitos[1].vencimento": "Precisa ser uma data (aaaa-mm-dd).",
        "debitos[1].cor": "Campo desconhecido.",
    }


def test_todo_tipo_de_erro_do_pydantic_que_chega_por_http_tem_frase() -> None:
    tipos = set(typing.get_args(core_schema.ErrorType))
    assert tipos - set(_FRASES) - _COM_TEXTO_PROPRIO == SO_EM_PYTHON
    assert not set(_FRASES) - tipos


async def test_nome_de_campo_com_surrogado_nao_derruba_a_resposta() -> None:
    corpo = b'{"debitos": [{"principal": "1.00", "tributo": "ICMS", "vencimento": "2026-01-01", "\\ud800": 1}]}'
    async with cliente(um_app(rotas())) as http:
        resposta = await http.post("/pedidos", content=corpo, headers={"content-type": "application/json"})
    assert resposta.status_code == 422


@pytest.mark.parametrize("corpo", [b"{", b'{"debitos": [}', b"nada"])
async def test_json_malformado(corpo: bytes) -> None:
    async with cliente(um_app(rotas())) as http:
        resposta = await http.post("/pedidos", content=corpo, headers={"content-type": "application/json"})
    assert (resposta.status_code, resposta.json()["codigo"]) == (400, "json_invalido")


@pytest.mark.parametrize("corpo", [b'{"debitos": "\xff"}', b"[" * 100_000])
async def test_corpo_ilegivel(corpo: bytes) -> None:
    async with cliente(um_app(rotas())) as http:
        resposta = await http.post("/pedidos", content=corpo, headers={"content-type": "application/json"})
    assert (resposta.status_code, resposta.json()["codigo"]) == (400, "requisicao_invalida")


@pytest.mark.parametrize(
    ("metodo", "caminho", "status", "codigo"),
    [("GET", "/nada", 404, "nao_encontrado"), ("DELETE", "/pedidos", 405, "metodo_nao_permitido")],
)
async def test_rota_e_metodo_desconhecidos(metodo: str, caminho: str, status: int, codigo: str) -> None:
    async with cliente(um_app(rotas())) as http:
        resposta = await http.request(metodo, caminho)
    assert (resposta.status_code, resposta.json()["codigo"]) == (status, codigo)
    assert resposta.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert resposta.headers["allow"] == "POST"


async def em_partes(tamanho: int, parte: int = 1000) -> AsyncIterator[bytes]:
    for _ in range(tamanho // parte):
        yield b"x" * parte


@pytest.mark.parametrize(("tamanho", "status"), [(5000, 200), (6000, 413)])
@pytest.mark.parametrize("anunciado", [True, False])
async def test_corpo_grande_demais_e_recusado_anunciado_ou_nao(tamanho: int, status: int, *, anunciado: bool) -> None:
    async with cliente(um_app(rotas(), corpo_maximo=5000)) as http:
        resposta = await http.post("/bruto", content=b"x" * tamanho if anunciado else em_partes(tamanho))
    assert resposta.status_code == status
    if status == 413:
        assert resposta.json()["codigo"] == "corpo_grande_demais"


async def test_corpo_anunciado_grande_demais_e_recusado_lendo_so_um_pouco() -> None:
    enviadas: list[Message] = []
    lidos = 0

    async def receber() -> Message:
        nonlocal lidos
        assert not enviadas, "quem ainda escreve perderia a resposta"
        lidos += 2**20
        return {"type": "http.request", "body": b"x" * 2**20, "more_body": True}

    async def enviar(mensagem: Message) -> None:
        enviadas.append(mensagem)

    cabecalhos = [(b"content-length", b"99999999999")]
    escopo: Scope = {"type": "http", "method": "POST", "path": "/bruto", "query_string": b"", "headers": cabecalhos}
    await um_app(rotas(), corpo_maximo=5000)(escopo, receber, enviar)
    assert enviadas[0]["status"] == 413
    assert (b"connection", b"close") in enviadas[0]["headers"]
    assert lidos == 8 * 2**20


async def test_quem_vai_embora_nao_e_um_erro_nosso(caplog: pytest.LogCaptureFixture) -> None:
    enviadas: list[Message] = []

    async def receber() -> Message:
        return {"type": "http.disconnect"}

    async def enviar(mensagem: Message) -> None:
        enviadas.append(mensagem)

    escopo: Scope = {"type": "http", "method": "POST", "path": "/bruto", "query_string": b"", "headers": []}
    await um_app(rotas())(escopo, receber, enviar)
    assert enviadas == []
    assert "erro interno" not in caplog.text


async def test_json_grande_em_partes_e_413_e_nao_400() -> None:
    async with cliente(um_app(rotas(), corpo_maximo=5000)) as http:
        resposta = await http.post("/pedidos", content=em_partes(6000), headers={"content-type": "application/json"})
    assert (resposta.status_code, resposta.json()["codigo"]) == (413, "corpo_grande_demais")


async def test_caminho_livre_aceita_qualquer_tamanho() -> None:
    async with cliente(um_app(rotas(), corpo_maximo=5000, corpo_por_caminho={"/bruto": None})) as http:
        assert (await http.post("/bruto", content=em_partes(50_000))).json() == {"bytes": 50_000}
