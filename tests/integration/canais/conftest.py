"""A bench with a provider that answers as told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kernel.persistence.banco import Banco
from tests.support.canais import Bancada, bancada
from tests.support.provedor_de_teste import ProvedorDeTeste, provedor_de_teste


@pytest.fixture
async def provedor() -> AsyncIterator[ProvedorDeTeste]:
    async with provedor_de_teste() as aberto:
        yield aberto


@pytest.fixture
async def mesa(banco: Banco, provedor: ProvedorDeTeste) -> AsyncIterator[Bancada]:
    async with bancada(banco, provedor.url) as pronta:
        yield pronta
