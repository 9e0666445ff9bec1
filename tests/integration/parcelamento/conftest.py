"""The whole room on a real database, its API in process and a clock that stands still until a test moves it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from kernel.persistence.banco import abrir_banco
from kernel.persistence.servidor import Servidor
from tests.support.parcelamento_sala import SalaParcelamento, abrir_parcelamento, migrar_parcelamento

_MODELO = "modelo_parcelamento"
_numeros = itertools.count(1)


@pytest.fixture(scope="session")
async def modelo_parcelamento(servidor_postgres: Servidor, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the schemas, the norms and the SELIC table, to be copied: faster than migrating for each test."""
    con = await asyncpg.connect(servidor_postgres.url)
    await con.execute(f"create database {_MODELO}")
    await con.close()
    async with abrir_banco(servidor_postgres.url_de(_MODELO), aplicacao="testes", maximo=4) as banco:
        await migrar_parcelamento(banco, tmp_path_factory.mktemp("modelo"))
    return _MODELO


@pytest.fixture
async def url_parcelamento(servidor_postgres: Servidor, modelo_parcelamento: str) -> AsyncIterator[str]:
    """A copy of it, dropped after the test."""
    nome = f"parcelamento{next(_numeros)}"
    con = await asyncpg.connect(servidor_postgres.url)
    try:
        await con.execute(f"create database {nome} template {modelo_parcelamento}")
        yield servidor_postgres.url_de(nome)
        await con.execute(f"drop database {nome} with (force)")
    finally:
        await con.close()


@pytest.fixture
async def parcelamento(url_parcelamento: str, tmp_path: Path) -> AsyncIterator[SalaParcelamento]:
    """The room on 2015-03-10 at nine, with the norms that ship and no plan in it."""
    async with (
        abrir_banco(url_parcelamento, aplicacao="testes", maximo=12) as banco,
        abrir_parcelamento(banco, tmp_path) as aberta,
    ):
        yield aberta
