"""Whether a published event version is still what was published: only an optional field may come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

_SO_TEXTO = frozenset({"title", "description", "default", "examples", "$schema", "$id"})
_DE_FORA = frozenset({"enum", "const", "properties", "required"})


@dataclass(frozen=True, slots=True)
class Campo:
    """One field of a schema. `tipo` is its type with all its limits, as canonical JSON; `valores` its closed set, if any."""

    tipo: str
    obrigatorio: bool
    valores: tuple[str, ...] | None = None


Forma = Mapping[str, Campo]
"""Fields by path (`data.custo.valor`)."""


def forma_de(esquema: Mapping[str, Any]) -> dict[str, Campo]:
    """The fields of a JSON Schema, those of nested objects included, without titles, descriptions and defaults."""
    return dict(_campos(esquema, esquema.get("$defs", {}), ""))


def incompatibilidades(publicada: Forma, atual: Forma) -> tuple[str, ...]:
    """Why `atual` may not replace `publicada` under the same version; empty if it may.

    Source: "a field may be added, optional; anything else is a new version beside the old one". So a set that gains a value
    breaks too: a consumer of the published version does not know it.
    """
    perdas = [motivo for nome, antes in publicada.items() for motivo in _perdas(nome, antes, atual.get(nome))]
    novos = [
        f"{nome}: campo novo e obrigatório"
        for nome, campo in atual.items()
        if nome not in publicada and campo.obrigatorio and _pai_publicado(nome, publicada)
    ]
    return (*perdas, *novos)


def para_json(forma: Forma) -> dict[str, Any]:
    """The form as plain JSON, for the frozen copy."""
    return {nome: asdict(campo) for nome, campo in forma.items()}


def de_json(mapa: Mapping[str, Mapping[str, Any]]) -> dict[str, Campo]:
    """What `para_json` wrote."""
    return {
        nome: Campo(campo["tipo"], campo["obrigatorio"], None if campo["valores"] is None else tuple(campo["valores"]))
        for nome, campo in mapa.items()
    }


def _perdas(nome: str, antes: Campo, depois: Campo | None) -> Iterator[str]:
    if depois is None:
        yield f"{nome}: campo removido"
        return
    if depois.tipo != antes.tipo or (depois.valores is None) != (antes.valores is None):
        yield f"{nome}: tipo mudou de {antes.tipo} para {depois.tipo}"
    if depois.obrigatorio and not antes.obrigatorio:
        yield f"{nome}: passou a ser obrigatório"
    if antes.obrigatorio and not depois.obrigatorio:
        yield f"{nome}: deixou de ser obrigatório"
    if antes.valores is not None and depois.valores is not None:
        yield from (f"{nome}: valor {valor} removido" for valor in antes.valores if valor not in depois.valores)
        yield from (f"{nome}: valor {valor} acrescentado" for valor in depois.valores if valor not in antes.valores)


def _pai_publicado(nome: str, publicada: Forma) -> bool:
    """A required field inside an object that is itself new and optional asks nothing of old producers."""
    pai = nome.rpartition(".")[0]
    return not pai or pai in publicada


def _campos(esquema: Mapping[str, Any], definicoes: Mapping[str, Any], prefixo: str) -> Iterator[tuple[str, Campo]]:
    exigidos = esquema.get("required", ())
    for nome, bruto in esquema.get("properties", {}).items():
        aberto = _aberto(bruto, definicoes)
        caminho = f"{prefixo}{nome}"
        yield caminho, Campo(_canonico(_sem_valores(aberto)), nome in exigidos, _valores(aberto))
        for objeto in _alternativas(aberto):
            yield from _campos(objeto, definicoes, f"{caminho}.")


def _aberto(no: Any, definicoes: Mapping[str, Any]) -> Any:
    """`no` with every local reference replaced by what it names and all mere text dropped."""
    if isinstance(no, list):
        return [_aberto(item, definicoes) for item in no]
    if not isinstance(no, Mapping):
        return no
    if "$ref" in no:
        return _aberto(definicoes[no["$ref"].removeprefix("#/$defs/")], definicoes)
    return {
        chave: {nome: _aberto(campo, definicoes) for nome, campo in valor.items()}
        if chave == "properties"
        else _aberto(valor, definicoes)
        for chave, valor in no.items()
        if chave not in _SO_TEXTO
    }


def _alternativas(no: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a value may be: each branch of a choice, and the items of a list."""
    if "items" in no:
        return _alternativas(no["items"])
    return [parte for ramo in no["anyOf"] for parte in _alternativas(ramo)] if "anyOf" in no else [no]


def _valores(no: Mapping[str, Any]) -> tuple[str, ...] | None:
    achados = [
        _canonico(valor)
        for parte in _alternativas(no)
        for valor in parte.get("enum", [parte["const"]] if "const" in parte else [])
    ]
    return tuple(sorted(achados)) if achados else None


def _sem_valores(no: Mapping[str, Any]) -> dict[str, Any]:
    """The type alone: closed sets and the fields of nested objects are compared for themselves."""
    limpo: dict[str, Any] = {chave: valor for chave, valor in no.items() if chave not in _DE_FORA}
    if "anyOf" in limpo:
        limpo["anyOf"] = [_sem_valores(parte) for parte in limpo["anyOf"]]
    if "items" in limpo:
        limpo["items"] = _sem_valores(limpo["items"])
    return limpo


def _canonico(valor: Any) -> str:
    return json.dumps(valor, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
