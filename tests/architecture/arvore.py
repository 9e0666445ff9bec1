"""The files of the repository as the architecture's tests see them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

RAIZ = Path(__file__).parents[2]
CODIGO = ("kernel", "schemas", "services")
FEITAS_PELA_MAQUINA = frozenset({"__pycache__", "build", "dist", "target", "node_modules"})


def arquivos(*pastas: str) -> Iterator[Path]:
    """Every file below these folders of the repository (all of it by default), hidden and built ones left out."""
    for pasta in pastas or (".",):
        yield from _abaixo(RAIZ / pasta)


def modulos(*pastas: str) -> list[Path]:
    """Every Python module below these folders."""
    return sorted(arquivo for arquivo in arquivos(*pastas) if arquivo.suffix == ".py")


def salas() -> list[Path]:
    """The folder of each room."""
    return sorted(pasta for pasta in (RAIZ / "services").iterdir() if (pasta / "__init__.py").exists())


def nucleo() -> list[Path]:
    """`domain/` and `application/` of every room and the kernel: no clock there, no chance, no setting."""
    return [
        arquivo for arquivo in modulos("kernel", "services") if {"domain", "application"} & set(arquivo.relative_to(RAIZ).parts)
    ]


def arvore(arquivo: Path) -> ast.Module:
    """What Python makes of the file."""
    return ast.parse(arquivo.read_text("utf-8"), filename=str(arquivo))


def nome(arquivo: Path) -> str:
    """The file's path within the repository."""
    return str(arquivo.relative_to(RAIZ)) if arquivo.is_relative_to(RAIZ) else arquivo.name


def _abaixo(pasta: Path) -> Iterator[Path]:
    for filho in sorted(pasta.iterdir()):
        if filho.name in FEITAS_PELA_MAQUINA or (filho.name.startswith(".") and filho.name not in {".ci", ".gitignore"}):
            continue
        if filho.is_dir() and not filho.is_symlink():
            if not filho.name.endswith(".egg-info"):
                yield from _abaixo(filho)
        elif filho.is_file():
            yield filho
