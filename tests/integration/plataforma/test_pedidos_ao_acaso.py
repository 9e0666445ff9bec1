"""Requests made from the API's own description, and from what no description foresees: none brings it down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.mundo import DEVEDOR, Mundo, Operacao
from tests.support.mundo import operacoes as listar

pytestmark = [pytest.mark.timeout(300)]

EXEMPLOS = 4
# What is there, by the name of its parameter: without it most requests would end at a 404.
CONHECIDOS: Mapping[str, str] = {
    "contribuinte": DEVEDOR.id,
    "versao": "2026-01",
    "a": "2026-01",
    "b": "2026-01",
    "campanha": "permanente",
    "provedor": "twilio-sms",
}
# What no schema foresees.
LIXO = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(
        ["", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00", "-1.00", "a" * 5000, "\u0000", "=1+1", "%", "'"]
    ),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def _valores(esquema: Mapping[str, Any], partes: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """What fits `esquema`, more or less; one in a few is not at all what it asks for."""
    return st.integers(0, 5).flatmap(lambda n: LIXO if n == 5 else _que_cabem(esquema, partes))


def _que_cabem(esquema: Mapping[str, Any], partes: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in esquema:
        return _que_cabem(partes[esquema["$ref"].rsplit("/", 1)[1]], partes)
    if "anyOf" in esquema:
        return st.one_of([_que_cabem(opcao, partes) for opcao in esquema["anyOf"]])
    if "enum" in esquema:
        return st.sampled_from(esquema["enum"])
    fazer = POR_TIPO.get(esquema.get("type", ""))
    return LIXO if fazer is None else fazer(esquema, partes)


def _objetos(esquema: Mapping[str, Any], partes: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    campos = {nome: _valores(campo, partes) for nome, campo in esquema.get("properties", {}).items()}
    pedidos = {nome: campos.pop(nome) for nome in esquema.get("required", []) if nome in campos}
    return st.fixed_dictionaries(pedidos, optional=campos)


def _textos(esquema: Mapping[str, Any], _partes: Mapping[str, Any]) -> st.SearchStrategy[str]:
    match esquema.get("format"):
        case "date":
            return (st.sampled_from([date.min, date.max]) | st.dates()).map(str)
        case "date-time":
            return st.datetimes(timezones=st.timezones()).map(lambda quando: quando.isoformat())
        case "uuid":
            return st.uuids().map(str)
    if "pattern" in esquema:
        return st.from_regex(esquema["pattern"])
    return st.text(min_size=esquema.get("minLength", 0), max_size=min(60, esquema.get("maxLength", 60)))


POR_TIPO: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], st.SearchStrategy[Any]]] = {
    "object": _objetos,
    "array": lambda e, partes: st.lists(_valores(e.get("items", {}), partes), max_size=3),
    "integer": lambda e, _: st.integers(e.get("minimum", -(10**20)), e.get("maximum", 10**20)),
    "number": lambda _e, _p: st.floats(allow_nan=False, allow_infinity=False) | st.decimals(-10, 10, places=3).map(str),
    "boolean": lambda _e, _p: st.booleans(),
    "null": lambda _e, _p: st.none(),
    "string": _textos,
}


@st.composite
def _pedidos(draw: st.DrawFn, operacao: Operacao, partes: Mapping[str, Any]) -> httpx.Request:
    metodo, caminho, descricao = operacao
    consulta: dict[str, str] = {}
    cabecalhos: dict[str, str] = {}
    for parametro in descricao.get("parameters", []):
        valor = str(draw(_valores(parametro["schema"], partes)))
        match parametro["in"]:
            case "path":
                if parametro["name"] in CONHECIDOS and draw(st.integers(0, 3)) < 3:
                    valor = CONHECIDOS[parametro["name"]]
                caminho = caminho.replace(f"{{{parametro['name']}}}", quote(valor or "-", safe=""))
            case "query" if not draw(st.booleans()):
                consulta[parametro["name"]] = valor
            case "header" if valor.isascii() and valor.isprintable() and draw(st.booleans()):
                cabecalhos[parametro["name"]] = valor.strip()
    corpo = descricao.get("requestBody", {}).get("content", {}).get("application/json")
    envio = {} if corpo is None else {"json": draw(_valores(corpo["schema"], partes))}
    return httpx.Request(metodo, f"http://plataforma{caminho}", params=consulta, headers=cabecalhos, **envio)


async def test_nenhum_pedido_derruba_a_api(mundo: Mundo) -> None:
    """Requests made from the API's own description: whatever comes is answered, and never by an internal error."""
    partes = (await mundo.api.get("/openapi.json")).json()["components"]["schemas"]
    # the clock would run days of ciclos at each example
    operacoes = [o for o in await listar(mundo) if not o[1].startswith("/v1/relogio/")]
    with httpx.Client(base_url=mundo.api.base_url, headers=mundo.api.headers, timeout=60) as http:
        for operacao in operacoes:
            await asyncio.to_thread(_pedir, http, operacao, partes)


def _pedir(http: httpx.Client, operacao: Operacao, partes: Mapping[str, Any]) -> None:
    # the first example is the simplest one: what is known, with everything that is optional, at the calendar's beginning
    @settings(max_examples=EXEMPLOS, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(_pedidos(operacao, partes))
    def pedir(pedido: httpx.Request) -> None:
        pedido.url = pedido.url.copy_with(host=http.base_url.host, port=http.base_url.port)
        pedido.headers.update({"Authorization": http.headers["Authorization"], "Host": http.base_url.netloc.decode()})
        resposta = http.send(pedido)
        assert resposta.status_code < 500, (pedido.method, str(pedido.url), pedido.content[:500], resposta.text)
        if resposta.status_code >= 400:
            assert resposta.json()["codigo"]
            assert resposta.headers["content-type"] == "application/problem+json"

    pedir()
