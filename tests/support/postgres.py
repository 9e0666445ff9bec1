"""A throwaway PostgreSQL for the test session, and a fresh database for each test that asks for one."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from kernel.persistence.banco import Banco, abrir_banco
from kernel.persistence.servidor import Servidor, servidor_embutido

# Durability is not what these tests are about; the servers of chaos tests keep it on.
RAPIDO = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
_numeros = itertools.count(1)


@pytest.fixture(scope="session")
def servidor_postgres() -> Iterator[Servidor]:
    with tempfile.TemporaryDirectory(prefix="regua-pg-") as pasta:
        Path(pasta).chmod(0o755)
        with servidor_embutido(Path(pasta), ajustes=RAPIDO) as servidor:
            yield servidor


@pytest.fixture
async def url_banco(servidor_postgres: Servidor) -> AsyncIterator[str]:
    """The URL of an empty database, dropped after the test."""
    nome = f"t{next(_numeros)}"
    con = await asyncpg.connect(servidor_postgres.url)
    try:
        await con.execute(f"create database {nome}")
        yield servidor_postgres.url_de(nome)
        await con.execute(f"drop database {nome} with (force)")
    finally:
        await con.close()


@pytest.fixture
async def banco(url_banco: str) -> AsyncIterator[Banco]:
    """A pool on an empty database."""
    async with abrir_banco(url_banco, aplicacao="testes", maximo=20) as aberto:
        yield aberto
