"""The examples are normative: each is a whole event, valid by schema and by class, and the envelope keeps its bytes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from kernel.messaging.envelope import codificar, decodificar
from schemas.evento import envelopar
from schemas.gerar import paginas_escritas, tipo_da_pasta
from schemas.registro import EVENTOS, POR_TIPO
from schemas.topicos import PASTA

EXEMPLOS = sorted((PASTA / "examples").glob("*/*/*.json"))
CADA_EXEMPLO = pytest.mark.parametrize("arquivo", EXEMPLOS, ids=lambda arquivo: f"{arquivo.parent.parent.name}/{arquivo.stem}")
DOCUMENTO_OU_TELEFONE = re.compile(r"(?<![0-9a-f-])\+?[0-9]{10,14}(?![0-9a-f-])|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}")


def _lido(arquivo: Path) -> dict[str, Any]:
    exemplo: dict[str, Any] = json.loads(arquivo.read_text("utf-8"))
    return exemplo


def _validador(tipo: str) -> Draft202012Validator:
    esquema = json.loads((PASTA / "gerados" / f"{tipo}.json").read_text("utf-8"))
    return Draft202012Validator(esquema, format_checker=FormatChecker())


def test_cada_tipo_tem_exemplo_e_cada_exemplo_um_tipo() -> None:
    assert {tipo_da_pasta(arquivo) for arquivo in EXEMPLOS} == {evento.tipo for evento in EVENTOS}


def test_nada_mais_na_pasta_dos_exemplos() -> None:
    assert sorted(caminho for caminho in (PASTA / "examples").rglob("*") if caminho.is_file()) == EXEMPLOS


@CADA_EXEMPLO
def test_exemplo_vale_pelo_esquema(arquivo: Path) -> None:
    exemplo = _lido(arquivo)
    assert exemplo["type"] == tipo_da_pasta(arquivo)
    _validador(exemplo["type"]).validate(exemplo)


@CADA_EXEMPLO
def test_exemplo_vale_pela_classe_que_o_escreveria_igual(arquivo: Path) -> None:
    exemplo = _lido(arquivo)
    dados = POR_TIPO[exemplo["type"]].model_validate(exemplo["data"])
    lido = decodificar(arquivo.read_bytes())
    escrito = envelopar(
        dados, id_=lido.id, origem=lido.origem.removeprefix("/"), instante=lido.instante, traceparent=lido.traceparent
    )
    assert codificar(escrito) == orjson.dumps(exemplo)


@CADA_EXEMPLO
def test_envelope_guarda_os_bytes_do_exemplo(arquivo: Path) -> None:
    compacto = orjson.dumps(_lido(arquivo))
    assert codificar(decodificar(compacto)) == compacto


@CADA_EXEMPLO
def test_exemplo_vem_de_quem_a_pagina_diz(arquivo: Path) -> None:
    exemplo = _lido(arquivo)
    topico = POR_TIPO[exemplo["type"]].model_validate(exemplo["data"]).topico()
    pagina = next(pagina for pagina in paginas_escritas() if pagina.topico == topico)
    escritores = next(evento.escritores for evento in pagina.eventos if evento.tipo == exemplo["type"])
    assert exemplo["source"].removeprefix("/") in escritores


@CADA_EXEMPLO
def test_exemplo_nao_traz_documento_nem_telefone(arquivo: Path) -> None:
    assert DOCUMENTO_OU_TELEFONE.search(arquivo.read_text("utf-8")) is None


def test_ids_dos_exemplos_nao_se_repetem() -> None:
    ids = [_lido(arquivo)["id"] for arquivo in EXEMPLOS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("mudanca", "motivo"),
    [
        ({"data": {"telefone": "x"}}, "Additional properties"),
        ({"data": {"canal": "telegrama"}}, "is not one of"),
        ({"data": {"custo": {"valor": "0.0068", "moeda": "USD"}}}, "is not valid under any"),
        ({"source": "canais"}, "does not match"),
        ({"id": "1"}, "is not a 'uuid'"),
        ({"specversion": "0.3"}, "was expected"),
    ],
)
def test_esquema_recusa(mudanca: dict[str, Any], motivo: str) -> None:
    exemplo = _lido(PASTA / "examples" / "entrega.atualizada" / "v1" / "whatsapp_entregue.json")
    mudado = exemplo | mudanca | {"data": exemplo["data"] | mudanca.get("data", {})}
    erros = [erro.message for erro in _validador(exemplo["type"]).iter_errors(mudado)]
    assert any(motivo in erro for erro in erros), erros
