"""The whole room on a real database, its API in process and a clock that stands still."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from kernel.persistence.banco import abrir_banco
from kernel.persistence.servidor import Servidor
from tests.support.regua_sala import Sala, abrir_sala, migrar_sala

_MODELO = "modelo_regua"
_numeros = itertools.count(1)


@pytest.fixture(scope="session")
async def modelo_regua(servidor_postgres: Servidor) -> str:
    """A database with the schemas, the policy and the permanent campaign, to be copied: faster than migrating for each test."""
    con = await asyncpg.connect(servidor_postgres.url)
    await con.execute(f"create database {_MODELO}")
    await con.close()
    async with abrir_banco(servidor_postgres.url_de(_MODELO), aplicacao="testes", maximo=2) as banco:
        await migrar_sala(banco)
    return _MODELO


@pytest.fixture
async def url_sala(servidor_postgres: Servidor, modelo_regua: str) -> AsyncIterator[str]:
    """A copy of it, dropped after the test."""
    nome = f"regua{next(_numeros)}"
    con = await asyncpg.connect(servidor_postgres.url)
    try:
        await con.execute(f"create database {nome} template {modelo_regua}")
        yield servidor_postgres.url_de(nome)
        await con.execute(f"drop database {nome} with (force)")
    finally:
        await con.close()


@pytest.fixture
async def sala(url_sala: str, tmp_path: Path) -> AsyncIterator[Sala]:
    """The room with a policy and the permanent campaign, and nobody in it."""
    async with abrir_banco(url_sala, aplicacao="testes", maximo=12) as banco, abrir_sala(banco, tmp_path) as aberta:
        yield aberta
