"""Errors as RFC 9457 `application/problem+json`, in Portuguese, each with a stable `codigo`."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar, TypedDict

import asyncpg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kernel.http.validacao import Campo, traduzir

__all__ = [
    "Campo",
    "Conflito",
    "EntradaInvalida",
    "Indisponivel",
    "MuitasRequisicoes",
    "NaoAutenticado",
    "NaoEncontrado",
    "Problema",
    "SemPermissao",
    "mapear_erros",
    "registrar_tratadores",
    "resposta_de_problema",
]

TIPO_DE_CONTEUDO = "application/problem+json"

_log = logging.getLogger(__name__)


class Problema(Exception):
    """A refusal that the caller is told about. Subclasses fix status, code and title; the instance says what happened."""

    status: ClassVar[int] = 400
    codigo: str = "requisicao_invalida"
    titulo: str = "Requisição inválida"

    def __init__(
        self,
        detalhe: str | None = None,
        *,
        campos: Iterable[Campo] = (),
        codigo: str | None = None,
        cabecalhos: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detalhe or self.titulo)
        self.detalhe = detalhe
        self.campos = tuple(campos)
        self.cabecalhos = dict(cabecalhos or {})
        if codigo is not None:
            self.codigo = codigo


class NaoAutenticado(Problema):
    status = 401
    codigo = "nao_autenticado"
    titulo = "É preciso se identificar"


class SemPermissao(Problema):
    status = 403
    codigo = "sem_permissao"
    titulo = "Sem permissão"


class NaoEncontrado(Problema):
    status = 404
    codigo = "nao_encontrado"
    titulo = "Não encontrado"


class Conflito(Problema):
    status = 409
    codigo = "conflito"
    titulo = "Conflito com o estado atual"


class EntradaInvalida(Problema):
    status = 422
    codigo = "entrada_invalida"
    titulo = "Há dados inválidos"


class MuitasRequisicoes(Problema):
    status = 429
    codigo = "muitas_requisicoes"
    titulo = "Muitas requisições: aguarde um pouco"


class Indisponivel(Problema):
    status = 503
    codigo = "indisponivel"
    titulo = "Serviço temporariamente indisponível"


class _Padrao(TypedDict):
    codigo: str
    titulo: str
    detalhe: str | None


# What the framework refuses before a route runs, and the titles of statuses that rooms map their errors to.
_POR_STATUS: Mapping[int, _Padrao] = {
    400: {
        "codigo": "requisicao_invalida",
        "titulo": "Requisição inválida",
        "detalhe": "O corpo da requisição não pôde ser lido.",
    },
    401: {"codigo": "nao_autenticado", "titulo": NaoAutenticado.titulo, "detalhe": None},
    403: {"codigo": "sem_permissao", "titulo": SemPermissao.titulo, "detalhe": None},
    404: {"codigo": "nao_encontrado", "titulo": NaoEncontrado.titulo, "detalhe": "Não há nada neste endereço."},
    405: {"codigo": "metodo_nao_permitido", "titulo": "Método não permitido", "detalhe": "Este endereço não aceita este método."},
    406: {"codigo": "formato_nao_oferecido", "titulo": "Formato não oferecido", "detalhe": None},
    409: {"codigo": "conflito", "titulo": Conflito.titulo, "detalhe": None},
    410: {"codigo": "nao_existe_mais", "titulo": "Não existe mais", "detalhe": None},
    413: {
        "codigo": "corpo_grande_demais",
        "titulo": "Corpo grande demais",
        "detalhe": "O corpo da requisição passa do tamanho aceito neste endereço.",
    },
    415: {"codigo": "tipo_de_conteudo_recusado", "titulo": "Tipo de conteúdo recusado", "detalhe": None},
    422: {"codigo": "entrada_invalida", "titulo": EntradaInvalida.titulo, "detalhe": None},
    429: {"codigo": "muitas_requisicoes", "titulo": MuitasRequisicoes.titulo, "detalhe": None},
    500: {"codigo": "erro_interno", "titulo": "Erro interno", "detalhe": None},
    502: {"codigo": "falha_do_provedor", "titulo": "O provedor não respondeu como devia", "detalhe": None},
    503: {"codigo": "indisponivel", "titulo": Indisponivel.titulo, "detalhe": None},
}

# The database is away or restarting: nothing is wrong with the request.
_BANCO_FORA: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    ConnectionRefusedError,
)


def _padrao(status: int) -> _Padrao:
    if status in _POR_STATUS:
        return _POR_STATUS[status]
    generico = status if status in {s.value for s in HTTPStatus} else 500
    return {"codigo": f"http_{generico}", "titulo": "A requisição não pôde ser atendida", "detalhe": None}


def resposta_de_problema(
    status: int,
    *,
    codigo: str | None = None,
    titulo: str | None = None,
    detalhe: str | None = None,
    campos: Iterable[Campo] = (),
    cabecalhos: Mapping[str, str] | None = None,
    **extras: object,
) -> Response:
    """The problem as a response; `extras` are extension members of RFC 9457."""
    padrao = _padrao(status)
    corpo: dict[str, Any] = {
        "type": "about:blank",
        "title": titulo or padrao["titulo"],
        "status": status,
        "codigo": codigo or padrao["codigo"],
    }
    if texto := detalhe or padrao["detalhe"]:
        corpo["detail"] = texto
    if lista := list(campos):
        corpo["campos"] = lista
    corpo.update(extras)
    # a caller may put a lone surrogate in a field's name, which UTF-8 has no bytes for
    return Response(
        json.dumps(corpo, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"),
        status_code=status,
        headers={**(cabecalhos or {}), "Content-Language": "pt-BR", "Cache-Control": "no-store"},
        media_type=TIPO_DE_CONTEUDO,
    )


def mapear_erros(app: FastAPI, tabela: Mapping[type[Exception], int]) -> None:
    """Answers each room exception in `tabela`, and its subclasses, with its status.

    An exception carries a stable `codigo`, says in Portuguese what happened as its text, and may have `campos`. The
    nearest class of the tree decides; several rooms may call this on one app.
    """
    for tipo, status in tabela.items():
        app.add_exception_handler(tipo, _tratador_da_sala(status))


def _tratador_da_sala(status: int) -> Any:
    async def tratar(_: Request, erro: Exception) -> Response:
        return resposta_de_problema(
            status,
            codigo=getattr(erro, "codigo", None),
            detalhe=str(erro) or None,
            campos=getattr(erro, "campos", ()),
            cabecalhos=getattr(erro, "cabecalhos", None),
        )

    return tratar


async def _do_problema(_: Request, erro: Problema) -> Response:
    return resposta_de_problema(
        erro.status,
        codigo=erro.codigo,
        titulo=erro.titulo,
        detalhe=erro.detalhe,
        campos=erro.campos,
        cabecalhos=erro.cabecalhos,
    )


async def _da_validacao(_: Request, erro: RequestValidationError) -> Response:
    erros = erro.errors()
    ilegivel = next((e for e in erros if e["type"] == "json_invalid"), None)
    if ilegivel is not None:
        return resposta_de_problema(
            400,
            codigo="json_invalido",
            titulo="JSON inválido",
            detalhe=f"O corpo não é um JSON válido (a leitura parou no caractere {ilegivel['loc'][-1]}).",
        )
    campos = traduzir(erros)
    return resposta_de_problema(422, detalhe="Confira os campos indicados e envie de novo.", campos=campos)


async def _do_framework(_: Request, erro: HTTPException) -> Response:
    # its `detail` is English and may repeat what was sent
    if erro.status_code < 400:
        return Response(status_code=erro.status_code, headers=erro.headers)
    return resposta_de_problema(erro.status_code, cabecalhos=erro.headers)


async def _do_banco_fora(_: Request, erro: Exception) -> Response:
    _log.warning("banco indisponível durante uma requisição: %s", type(erro).__name__)
    return resposta_de_problema(503, detalhe="Tente de novo em instantes.", cabecalhos={"Retry-After": "5"})


async def _do_caractere(_: Request, erro: Exception) -> Response:
    # PostgreSQL text takes no U+0000, which JSON and addresses may carry
    return resposta_de_problema(422, detalhe="Há um caractere que não pode ser guardado (por exemplo, o nulo).")


def registrar_tratadores(app: FastAPI) -> None:
    """Answers every refusal of ours, of the framework and of the database's absence as a problem."""
    tratadores: dict[type[Exception], Any] = {
        Problema: _do_problema,
        RequestValidationError: _da_validacao,
        HTTPException: _do_framework,
        asyncpg.CharacterNotInRepertoireError: _do_caractere,
        asyncpg.UntranslatableCharacterError: _do_caractere,
        **dict.fromkeys(_BANCO_FORA, _do_banco_fora),
    }
    for tipo, tratador in tratadores.items():
        app.add_exception_handler(tipo, tratador)


ESQUEMA_DE_PROBLEMA: Mapping[str, Any] = {
    "type": "object",
    "title": "Problema",
    "description": "O que impediu a requisição (RFC 9457). `codigo` é estável; os textos podem mudar.",
    "required": ["type", "title", "status", "codigo"],
    "properties": {
        "type": {"type": "string", "description": "Sempre `about:blank`: o que distingue um problema é `codigo`."},
        "title": {"type": "string", "description": "Resumo, em português."},
        "status": {"type": "integer", "description": "O mesmo da resposta HTTP."},
        "codigo": {"type": "string", "description": "Código estável, para programas.", "examples": ["entrada_invalida"]},
        "detail": {"type": "string", "description": "O que aconteceu neste caso."},
        "campos": {
            "type": "array",
            "description": "Campos recusados, quando o problema está nos dados enviados.",
            "items": {
                "type": "object",
                "required": ["campo", "motivo"],
                "properties": {
                    "campo": {"type": "string", "description": "Caminho do campo, como `debitos[0].principal`."},
                    "motivo": {"type": "string", "description": "Por que não foi aceito."},
                },
            },
        },
        "ocorrencia": {"type": "string", "description": "Em erros internos: o número a informar ao suporte."},
    },
}
