"""Fixtures of the simulator's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.simulador.apoio import Plataforma, Servico, abrir_servico, servir


@pytest.fixture
async def plataforma() -> AsyncIterator[Plataforma]:
    nossa = Plataforma()
    async with servir(nossa) as url:
        nossa.url = url
        yield nossa


@pytest.fixture
async def servico(tmp_path: Path, plataforma: Plataforma) -> AsyncIterator[Servico]:
    async with abrir_servico(tmp_path, plataforma) as aberto:
        yield aberto
