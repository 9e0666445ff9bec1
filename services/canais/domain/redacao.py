"""Fills a template's variables: the few that say nothing about the person or the debt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

VARIAVEIS: Final = ("codigo", "link", "telefone_sefaz")
_VARIAVEL: Final = re.compile(r"\{(codigo|link|telefone_sefaz)\}")


@dataclass(frozen=True, slots=True)
class ModeloEmUso:
    """An approved version of a template: it never changes. `nome_no_provedor`: where templates live at the provider."""

    modelo: UUID
    nome: str
    canal: str
    idioma: str
    texto: str
    nome_no_provedor: str | None


@dataclass(frozen=True, slots=True)
class Redacao:
    """A template with everything but the code filled in, so that a message costs one join of strings."""

    modelo: ModeloEmUso
    partes: tuple[str, ...]
    variaveis: tuple[str, ...]
    valores: tuple[str, ...]

    def texto(self, codigo: str) -> str:
        return codigo.join(self.partes)

    def parametros(self, codigo: str) -> list[str]:
        """The values of the variables in the order in which the text has them, for a template kept by the provider."""
        return [codigo if nome == "codigo" else valor for nome, valor in zip(self.variaveis, self.valores, strict=True)]


def preparar(modelo: ModeloEmUso, *, link: str, telefone_sefaz: str) -> Redacao:
    """Fills what is the same for everybody."""
    fixos = {"link": link, "telefone_sefaz": telefone_sefaz, "codigo": "{codigo}"}
    variaveis = tuple(_VARIAVEL.findall(modelo.texto))
    texto = _VARIAVEL.sub(lambda achado: fixos[achado[1]], modelo.texto)
    return Redacao(modelo, tuple(texto.split("{codigo}")), variaveis, tuple(fixos[v] for v in variaveis))
