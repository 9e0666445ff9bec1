"""The OpenAPI description: problems documented on every operation, and a 3.0 view for the page at `/docs`.

The page's bundled Swagger UI (4.15) refuses OpenAPI 3.1, which is what FastAPI writes and `/openapi.json` serves.
"""

from __future__ import annotations

from typing import Any

from kernel.http.problema import ESQUEMA_DE_PROBLEMA, TIPO_DE_CONTEUDO

Json = dict[str, Any]

_METODOS = ("get", "put", "post", "delete", "patch", "head", "options")
_DO_FRAMEWORK = ("HTTPValidationError", "ValidationError")
_REFERENCIA = {"$ref": "#/components/responses/Problema"}
_SUCESSO_EM_INGLES = "Successful Response"


def documentar_problemas(esquema: Json) -> None:
    """Adds the problem's schema and response to `esquema`, in place; done once, done again changes nothing."""
    componentes = esquema.setdefault("components", {})
    esquemas = componentes.setdefault("schemas", {})
    for nome in _DO_FRAMEWORK:
        esquemas.pop(nome, None)
    esquemas["Problema"] = dict(ESQUEMA_DE_PROBLEMA)
    componentes.setdefault("responses", {})["Problema"] = {
        "description": "A requisição não foi atendida; `codigo` diz por quê.",
        "content": {TIPO_DE_CONTEUDO: {"schema": {"$ref": "#/components/schemas/Problema"}}},
    }
    for caminho in esquema.get("paths", {}).values():
        for metodo in _METODOS:
            if metodo in caminho:
                _documentar(caminho[metodo])


def _documentar(operacao: Json) -> None:
    respostas = operacao.setdefault("responses", {})
    if "HTTPValidationError" in str(respostas.get("422", "")):
        respostas["422"] = _REFERENCIA
    if operacao.get("security"):
        respostas.setdefault("401", _REFERENCIA)
        respostas.setdefault("403", _REFERENCIA)
    respostas.setdefault("default", _REFERENCIA)
    for resposta in respostas.values():
        if resposta.get("description") == _SUCESSO_EM_INGLES:
            resposta["description"] = "Sucesso."


def em_versao_30(esquema: Json) -> Json:
    """A copy of a 3.1 description in the terms of 3.0.3: nullable, boolean exclusive bounds, enum for const."""
    convertido: Json = _converter(esquema)
    convertido["openapi"] = "3.0.3"
    return convertido


def _converter(no: Any) -> Any:
    if isinstance(no, list):
        return [_converter(item) for item in no]
    if not isinstance(no, dict):
        return no
    # under `properties` the keys are field names, which may be called like any keyword
    novo = {k: _por_nome(v) if k == "properties" else _converter(v) for k, v in no.items()}
    for traduzir in (_nulo, _limites, _constante, _exemplos, _binario, _tupla):
        novo = traduzir(novo)
    return novo


def _por_nome(campos: Any) -> Any:
    return {nome: _converter(campo) for nome, campo in campos.items()} if isinstance(campos, dict) else campos


def _nulo(no: Json) -> Json:
    if isinstance(no.get("type"), list):
        no = {**no, "anyOf": [{"type": tipo} for tipo in no["type"]]}
        del no["type"]
    opcoes = no.get("anyOf")
    if not isinstance(opcoes, list) or {"type": "null"} not in opcoes:
        return no
    outras = [opcao for opcao in opcoes if opcao != {"type": "null"}]
    resto = {chave: valor for chave, valor in no.items() if chave != "anyOf"} | {"nullable": True}
    if len(outras) == 1 and "$ref" not in outras[0]:
        return {**outras[0], **resto}
    return {**resto, "allOf" if len(outras) == 1 else "anyOf": outras}


def _limites(no: Json) -> Json:
    for exclusivo, inclusivo in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        valor = no.get(exclusivo)
        if isinstance(valor, (int, float)) and not isinstance(valor, bool):
            no = {**no, inclusivo: valor, exclusivo: True}
    return no


def _constante(no: Json) -> Json:
    if "const" not in no:
        return no
    return {**{chave: valor for chave, valor in no.items() if chave != "const"}, "enum": [no["const"]]}


def _exemplos(no: Json) -> Json:
    exemplos = no.get("examples")
    if not isinstance(exemplos, list):
        return no
    resto = {chave: valor for chave, valor in no.items() if chave != "examples"}
    return {**resto, "example": exemplos[0]} if exemplos else resto


def _binario(no: Json) -> Json:
    if no.get("contentMediaType") != "application/octet-stream":
        return no
    return {**{chave: valor for chave, valor in no.items() if chave != "contentMediaType"}, "format": "binary"}


def _tupla(no: Json) -> Json:
    if "prefixItems" not in no:
        return no
    return {**{chave: valor for chave, valor in no.items() if chave != "prefixItems"}, "items": {}}
