"""asyncapi.yaml is a whole AsyncAPI 3.0 document: what is required is there, and every reference leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from schemas.gerar import paginas_escritas
from schemas.registro import EVENTOS
from schemas.topicos import PASTA

NOME = re.compile(r"[A-Za-z0-9._-]+")
CAMPOS_DA_RAIZ = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}


@pytest.fixture(scope="module")
def documento() -> dict[str, Any]:
    lido: dict[str, Any] = yaml.safe_load((PASTA / "asyncapi.yaml").read_text("utf-8"))
    return lido


def _referencias(no: Any) -> Iterator[str]:
    if isinstance(no, dict):
        if isinstance(no.get("$ref"), str):
            yield no["$ref"]
        for valor in no.values():
            yield from _referencias(valor)
    elif isinstance(no, list):
        for valor in no:
            yield from _referencias(valor)


def _resolve(referencia: str, documento: dict[str, Any]) -> Any:
    arquivo, _, ponteiro = referencia.partition("#")
    no: Any = json.loads((PASTA / arquivo).read_text("utf-8")) if arquivo else documento
    for parte in filter(None, ponteiro.split("/")):
        no = no[parte.replace("~1", "/").replace("~0", "~")]
    return no


def test_raiz_tem_o_que_a_versao_3_exige(documento: dict[str, Any]) -> None:
    assert documento["asyncapi"] == "3.0.0"
    assert documento["info"]["title"]
    assert documento["info"]["version"]
    assert set(documento) <= CAMPOS_DA_RAIZ


def test_servidor_e_kafka(documento: dict[str, Any]) -> None:
    servidor = documento["servers"]["kafka"]
    assert servidor["protocol"] == "kafka"
    assert set(re.findall(r"\{(\w+)\}", servidor["host"])) == set(servidor["variables"])


def test_toda_referencia_leva_a_algo(documento: dict[str, Any]) -> None:
    referencias = list(_referencias(documento))
    assert len(referencias) > len(EVENTOS)
    assert all(_resolve(referencia, documento) for referencia in referencias)


def test_referencia_quebrada_e_percebida(documento: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        _resolve("#/components/messages/cobranca.divida.perdoada.v1", documento)
    with pytest.raises(FileNotFoundError):
        _resolve("./gerados/cobranca.divida.perdoada.v1.json", documento)


def test_cada_topico_e_um_canal_com_suas_mensagens(documento: dict[str, Any]) -> None:
    canais = documento["channels"]
    assert {canal["address"]: set(canal["messages"]) for canal in canais.values()} == {
        pagina.topico: {evento.tipo for evento in pagina.eventos} for pagina in paginas_escritas()
    }
    assert all(canal["bindings"]["kafka"]["topicConfiguration"]["retention.ms"] >= 86_400_000 for canal in canais.values())


def test_cada_mensagem_tem_seu_esquema_e_exemplo(documento: dict[str, Any]) -> None:
    mensagens = documento["components"]["messages"]
    assert set(mensagens) == {evento.tipo for evento in EVENTOS}
    for tipo, mensagem in mensagens.items():
        assert _resolve(mensagem["payload"]["$ref"], documento)["properties"]["type"]["const"] == tipo
        assert mensagem["contentType"] == "application/cloudevents+json"
        assert mensagem["examples"]


def test_operacoes_dizem_quem_envia_e_quem_recebe(documento: dict[str, Any]) -> None:
    feitas = set()
    for nome, operacao in documento["operations"].items():
        sala, verbo, topico = nome.split(".")
        assert (operacao["action"], verbo) in {("send", "envia"), ("receive", "recebe")}
        assert operacao["channel"] == {"$ref": f"#/channels/{topico}"}
        assert operacao["tags"] == [{"name": sala}]
        feitas.add((sala, verbo, topico))
    paginas = paginas_escritas()
    envios = {(sala, "envia", pagina.topico) for pagina in paginas for sala in pagina.escritores}
    assert feitas == envios | {(sala, "recebe", pagina.topico) for pagina in paginas for sala in pagina.leitores}


def test_mensagens_de_uma_operacao_sao_do_seu_canal(documento: dict[str, Any]) -> None:
    for operacao in documento["operations"].values():
        prefixo = operacao["channel"]["$ref"] + "/messages/"
        assert operacao["messages"]
        assert all(mensagem["$ref"].startswith(prefixo) for mensagem in operacao["messages"])


def test_nomes_servem_de_chave(documento: dict[str, Any]) -> None:
    componentes = documento["components"]["messages"]
    assert all(NOME.fullmatch(nome) for nome in (*componentes, *documento["channels"], *documento["operations"]))
