"""What pydantic refuses, said in Portuguese: one sentence per error type, and the field's path. Never the value itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict


class Campo(TypedDict):
    """A field that was refused: its path (`debitos[0].principal`) and why."""

    campo: str
    motivo: str


_MAXIMO_DE_CAMPOS = 50
_MAXIMO_DO_CAMINHO = 200
_ONDE = frozenset({"body", "query", "path", "header", "cookie"})
_GENERICO = "Valor inválido."

# pydantic's error types (pydantic_core 2.50); `{…}` are keys of the error's own context.
_FRASES: Mapping[str, str] = {
    "missing": "Campo obrigatório.",
    "missing_argument": "Campo obrigatório.",
    "missing_keyword_only_argument": "Campo obrigatório.",
    "missing_positional_only_argument": "Campo obrigatório.",
    "extra_forbidden": "Campo desconhecido.",
    "unexpected_keyword_argument": "Campo desconhecido.",
    "unexpected_positional_argument": "Campo desconhecido.",
    "multiple_argument_values": "Campo informado mais de uma vez.",
    "frozen_field": "Campo que não pode ser alterado.",
    "frozen_instance": "Não pode ser alterado.",
    "invalid_key": "As chaves precisam ser textos.",
    "json_type": "Precisa ser um texto com JSON.",
    "json_invalid": "Não é um JSON válido.",
    "recursion_loop": "O valor contém a si mesmo.",
    "recursion_depth_exceeded": "O valor tem níveis demais.",
    "model_type": "Precisa ser um objeto.",
    "model_attributes_type": "Precisa ser um objeto.",
    "dataclass_type": "Precisa ser um objeto.",
    "dataclass_exact_type": "Precisa ser um objeto.",
    "dict_type": "Precisa ser um objeto.",
    "mapping_type": "Precisa ser um objeto.",
    "arguments_type": "Precisa ser um objeto ou uma lista.",
    "none_required": "Precisa ficar vazio (null).",
    "greater_than": "Precisa ser maior que {gt}.",
    "greater_than_equal": "Precisa ser maior ou igual a {ge}.",
    "less_than": "Precisa ser menor que {lt}.",
    "less_than_equal": "Precisa ser menor ou igual a {le}.",
    "multiple_of": "Precisa ser múltiplo de {multiple_of}.",
    "finite_number": "Precisa ser um número finito.",
    "too_short": "Precisa de pelo menos {min_length} item(ns).",
    "too_long": "Aceita no máximo {max_length} item(ns).",
    "iterable_type": "Precisa ser uma lista.",
    "iteration_error": "Precisa ser uma lista.",
    "list_type": "Precisa ser uma lista.",
    "tuple_type": "Precisa ser uma lista.",
    "set_type": "Precisa ser uma lista.",
    "frozen_set_type": "Precisa ser uma lista.",
    "deque_type": "Precisa ser uma lista.",
    "set_item_not_hashable": "Os itens da lista precisam ser valores simples.",
    "string_type": "Precisa ser um texto.",
    "string_unicode": "Tem um caractere inválido.",
    "string_not_ascii": "Aceita somente letras sem acento, números e sinais comuns.",
    "string_too_short": "Precisa de pelo menos {min_length} caractere(s).",
    "string_too_long": "Aceita no máximo {max_length} caractere(s).",
    "string_pattern_mismatch": "Não está no formato esperado.",
    "bytes_type": "Precisa ser um texto.",
    "bytes_too_short": "Precisa de pelo menos {min_length} byte(s).",
    "bytes_too_long": "Aceita no máximo {max_length} byte(s).",
    "bytes_invalid_encoding": "A codificação não é válida.",
    "enum": "Precisa ser um destes: {expected}.",
    "literal_error": "Precisa ser um destes: {expected}.",
    "union_tag_invalid": "O tipo precisa ser um destes: {expected_tags}.",
    "union_tag_not_found": "Falta dizer o tipo.",
    "bool_type": "Precisa ser verdadeiro ou falso (true ou false).",
    "bool_parsing": "Precisa ser verdadeiro ou falso (true ou false).",
    "int_type": "Precisa ser um número inteiro.",
    "int_parsing": "Precisa ser um número inteiro.",
    "int_parsing_size": "O número é grande demais.",
    "int_from_float": "Precisa ser um número inteiro, sem casas decimais.",
    "float_type": "Precisa ser um número.",
    "float_parsing": "Precisa ser um número.",
    "complex_type": "Precisa ser um número.",
    "complex_str_parsing": "Precisa ser um número.",
    "fraction_type": "Precisa ser um número.",
    "fraction_parsing": "Precisa ser um número.",
    "decimal_type": 'Precisa ser um número decimal, escrito como texto (por exemplo "10.50").',
    "decimal_parsing": 'Precisa ser um número decimal, escrito com ponto (por exemplo "10.50").',
    "decimal_max_digits": "Aceita no máximo {max_digits} dígito(s).",
    "decimal_max_places": "Aceita no máximo {decimal_places} casa(s) decimal(is).",
    "decimal_whole_digits": "Aceita no máximo {whole_digits} dígito(s) antes do ponto.",
    "date_type": "Precisa ser uma data (aaaa-mm-dd).",
    "date_parsing": "Precisa ser uma data (aaaa-mm-dd).",
    "date_from_datetime_parsing": "Precisa ser uma data (aaaa-mm-dd).",
    "date_from_datetime_inexact": "Precisa ser uma data, sem hora (aaaa-mm-dd).",
    "date_past": "Precisa ser uma data passada.",
    "date_future": "Precisa ser uma data futura.",
    "time_type": "Precisa ser uma hora (hh:mm).",
    "time_parsing": "Precisa ser uma hora (hh:mm).",
    "time_delta_type": "Precisa ser uma duração.",
    "time_delta_parsing": "Precisa ser uma duração.",
    "datetime_type": "Precisa ser uma data com hora (aaaa-mm-ddThh:mm:ssZ).",
    "datetime_parsing": "Precisa ser uma data com hora (aaaa-mm-ddThh:mm:ssZ).",
    "datetime_object_invalid": "Precisa ser uma data com hora (aaaa-mm-ddThh:mm:ssZ).",
    "datetime_from_date_parsing": "Precisa ser uma data com hora (aaaa-mm-ddThh:mm:ssZ).",
    "datetime_past": "Precisa estar no passado.",
    "datetime_future": "Precisa estar no futuro.",
    "timezone_naive": "Não pode ter fuso horário.",
    "timezone_aware": "Precisa ter fuso horário.",
    "timezone_offset": "O fuso horário não é o esperado.",
    "url_type": "Precisa ser um endereço (URL).",
    "url_parsing": "Precisa ser um endereço (URL) válido.",
    "url_syntax_violation": "Precisa ser um endereço (URL) válido.",
    "url_too_long": "O endereço aceita no máximo {max_length} caracteres.",
    "url_scheme": "O endereço precisa começar com um destes: {expected_schemes}.",
    "uuid_type": "Precisa ser um identificador UUID.",
    "uuid_parsing": "Precisa ser um identificador UUID.",
    "uuid_version": "Precisa ser um UUID da versão {expected_version}.",
}

# Raised by validators of ours with Portuguese text; the text is for the caller.
_COM_TEXTO_PROPRIO = frozenset({"value_error", "assertion_error"})


def traduzir(erros: Sequence[Any]) -> list[Campo]:
    """The refused fields of pydantic's `errors()`, at most 50 of them."""
    return [{"campo": _caminho(e["loc"]), "motivo": _motivo(e)} for e in erros[:_MAXIMO_DE_CAMPOS]]


def _motivo(erro: Mapping[str, Any]) -> str:
    contexto = erro.get("ctx") or {}
    if erro["type"] in _COM_TEXTO_PROPRIO:
        return str(contexto.get("error") or _GENERICO)
    # types outside the table are ours (PydanticCustomError), in Portuguese; pydantic's are all in it, and a test holds that
    frase = _FRASES.get(erro["type"])
    if frase is None:
        return str(erro.get("msg") or _GENERICO)
    try:
        return frase.format_map({chave: _ou(valor) for chave, valor in contexto.items()})
    except KeyError:
        return _GENERICO


def _ou(valor: object) -> str:
    return str(valor).replace(" or ", " ou ")


def _caminho(loc: Sequence[int | str]) -> str:
    partes = loc[1:] if loc and loc[0] in _ONDE else loc
    texto = ""
    for parte in partes:
        texto += f"[{parte}]" if isinstance(parte, int) else f".{parte}"
    return texto.removeprefix(".")[:_MAXIMO_DO_CAMINHO] or "corpo"
