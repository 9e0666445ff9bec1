"""What Jaque understands, as text files: phrases by language and intent, the rules of each language, the thresholds.

`intencoes/<idioma>/<intencao>.txt`: one phrase a line, as people write them. `regras_<idioma>.json`: the language's common
words, abbreviations and exact rules. `limiares.json`: below which confidence the menu is offered, below which a person.
A language is added by adding its files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any


@dataclass(frozen=True, slots=True)
class PacoteDeIdioma:
    """One language's files as they stand: `frases` by intent, in the order of the file; `regras` as in its JSON."""

    idioma: str
    frases: Mapping[str, tuple[str, ...]]
    regras: Mapping[str, Any]


def pacotes(pasta: Traversable | None = None) -> tuple[PacoteDeIdioma, ...]:
    """Every language below `pasta` (by default what ships with the room), by name. Raises OSError and ValueError."""
    raiz = pasta or files(__name__)
    achados = [filho for filho in (raiz / "intencoes").iterdir() if filho.is_dir()]
    return tuple(_pacote(raiz, filho) for filho in sorted(achados, key=lambda filho: filho.name))


def limiares(pasta: Traversable | None = None) -> Mapping[str, Any]:
    """The thresholds and what they stand on, as in `limiares.json`; those that ship with the room where `pasta` has none."""
    arquivo = (pasta or files(__name__)) / "limiares.json"
    lidos: Mapping[str, Any] = json.loads((arquivo if arquivo.is_file() else files(__name__) / "limiares.json").read_bytes())
    return lidos


def _pacote(raiz: Traversable, pasta: Traversable) -> PacoteDeIdioma:
    textos = sorted((arquivo for arquivo in pasta.iterdir() if arquivo.name.endswith(".txt")), key=lambda a: a.name)
    return PacoteDeIdioma(
        idioma=pasta.name,
        frases={arquivo.name.removesuffix(".txt"): _linhas(arquivo) for arquivo in textos},
        regras=json.loads((raiz / f"regras_{pasta.name}.json").read_bytes()),
    )


def _linhas(arquivo: Traversable) -> tuple[str, ...]:
    return tuple(linha.strip() for linha in arquivo.read_text("utf-8").splitlines() if linha.strip())
