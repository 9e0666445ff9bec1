"""Who may import whom: the contracts in pyproject.toml hold, cover every room, and would notice a breach."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.arvore import RAIZ, arvore, modulos, nome, salas

LINT = Path(sys.executable).parent / "lint-imports"
CONFIGURACAO = RAIZ / "pyproject.toml"
ANDARES = ("adapters", "application", "domain", "normas")
KERNEL = ("domain", "http", "messaging", "persistence")


def _contratos() -> dict[str, dict[str, Any]]:
    secao = tomllib.loads(CONFIGURACAO.read_text("utf-8"))["tool"]["importlinter"]
    return {contrato["id"]: contrato for contrato in secao["contracts"]}


def _raizes() -> list[str]:
    raizes: list[str] = tomllib.loads(CONFIGURACAO.read_text("utf-8"))["tool"]["importlinter"]["root_packages"]
    return raizes


def _lint(pasta: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own tool on our own tree
        [LINT, "--config", CONFIGURACAO, "--no-cache", "--no-logo"],
        cwd=pasta,
        env={**os.environ, "COLUMNS": "300", "PYTHONPATH": f"{pasta}{os.pathsep}{pasta / 'services'}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_contratos_de_importacao_valem() -> None:
    resultado = _lint(RAIZ)
    assert resultado.returncode == 0, resultado.stdout + resultado.stderr


def test_toda_sala_esta_nos_contratos() -> None:
    todas = {sala.name for sala in salas()}
    contratos = _contratos()
    assert todas | {"kernel", "schemas"} == set(_raizes())
    assert set(contratos["andares"]["containers"]) == todas
    assert set(contratos["salas-independentes"]["modules"]) == todas - {"plataforma"}
    assert set(contratos["plataforma-por-cima"]["source_modules"]) == todas - {"plataforma"} | {"kernel", "schemas"}
    for contrato in ("kernel-por-baixo", "eventos-leves"):
        assert todas - {"plataforma"} <= set(contratos[contrato]["forbidden_modules"])


@pytest.fixture
def predio(tmp_path: Path) -> Path:
    """A small building of the same rooms and floors, in which nothing is wrong."""
    for raiz in _raizes():
        andares = {"kernel": KERNEL, "schemas": ()}.get(raiz, ANDARES)
        for pasta in (tmp_path / raiz, *(tmp_path / raiz / andar for andar in andares)):
            pasta.mkdir(parents=True)
            (pasta / "__init__.py").touch()
    (tmp_path / "kernel" / "persistence" / "banco.py").write_text("import asyncpg\n")
    (tmp_path / "regua" / "adapters" / "banco.py").write_text("import regua.application\nimport kernel.persistence.banco\n")
    (tmp_path / "regua" / "domain" / "ciclo.py").write_text("import polars\nimport regua.normas\nimport kernel.domain\n")
    (tmp_path / "plataforma" / "inject.py").write_text("import regua\nimport canais\nimport schemas\n")
    return tmp_path


def test_predio_sem_defeito_passa(predio: Path) -> None:
    resultado = _lint(predio)
    assert resultado.returncode == 0, resultado.stdout + resultado.stderr


@pytest.mark.parametrize(
    ("arquivo", "importa", "contrato"),
    [
        ("regua/domain/x.py", "canais.domain", "salas-independentes"),
        ("canais/adapters/x.py", "simulador", "salas-independentes"),
        ("canais/adapters/x.py", "plataforma", "plataforma-por-cima"),
        ("kernel/messaging/x.py", "schemas", "kernel-por-baixo"),
        ("kernel/http/x.py", "regua.domain", "kernel-por-baixo"),
        ("schemas/x.py", "kernel.persistence", "eventos-leves"),
        ("regua/domain/x.py", "regua.application", "andares"),
        ("regua/application/x.py", "regua.adapters", "andares"),
        ("canais/normas/x.py", "canais.domain", "andares"),
        ("simulador/errors.py", "simulador.normas", "andares"),
        ("plataforma/domain/x.py", "plataforma.adapters", "andares"),
        ("regua/utils.py", "json", "andares"),
        ("regua/domain/x.py", "httpx", "nucleo-sem-entrada-e-saida"),
        ("canais/application/x.py", "asyncpg", "nucleo-sem-entrada-e-saida"),
        ("simulador/application/x.py", "kernel.persistence.banco", "nucleo-sem-entrada-e-saida"),
        ("kernel/domain/x.py", "sqlalchemy", "nucleo-sem-entrada-e-saida"),
    ],
)
def test_contrato_percebe(predio: Path, arquivo: str, importa: str, contrato: str) -> None:
    (predio / arquivo).write_text(f"import {importa}\n")
    resultado = _lint(predio)
    assert resultado.returncode == 1, resultado.stdout + resultado.stderr
    assert f"{_contratos()[contrato]['name']} BROKEN" in resultado.stdout


def _importados(arquivo: Path) -> set[str]:
    nos = list(ast.walk(arvore(arquivo)))
    diretos = {apelido.name for no in nos if isinstance(no, ast.Import) for apelido in no.names}
    return diretos | {no.module for no in nos if isinstance(no, ast.ImportFrom) and no.module}


def test_schemas_so_usa_o_envelope_e_pydantic() -> None:
    alheios = {
        (nome(arquivo), importado)
        for arquivo in modulos("schemas")
        for importado in _importados(arquivo)
        if importado.partition(".")[0] not in sys.stdlib_module_names | {"pydantic", "schemas"}
        and not importado.startswith("kernel.messaging.")
    }
    # pyyaml is there for developers alone, and so is the generator
    assert alheios == {("schemas/gerar.py", "yaml")}


def test_gerador_nao_e_importado_em_execucao() -> None:
    assert [
        nome(arquivo) for arquivo in modulos("kernel", "schemas", "services") if "schemas.gerar" in _importados(arquivo)
    ] == []
