"""The provider in memory passes the port's suite."""

from __future__ import annotations

import pytest

from tests.support.pix import PixEmMemoria
from tests.support.suite_pix import Provedor, SuiteDoPix


class TestPixEmMemoria(SuiteDoPix):
    @pytest.fixture
    def provedor(self) -> Provedor:
        pix = PixEmMemoria()

        async def pagar(txid: str, valor: int | None) -> None:
            pix.pagar(txid, valor)

        return Provedor(pix, pagar)
