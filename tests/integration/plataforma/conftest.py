"""One platform for the tests of this folder that only ask."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.mundo import Mundo, abrir_mundo


@pytest.fixture(scope="package")
async def mundo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mundo]:
    async with abrir_mundo(tmp_path_factory.mktemp("mundo")) as aberto:
        yield aberto
