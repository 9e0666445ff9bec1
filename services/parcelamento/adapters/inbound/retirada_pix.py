"""The loop that removes charges nobody should pay any more; apart from payments, which must not wait for a provider."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from kernel.clock import Relogio
from kernel.metrics import Metricas
from kernel.persistence.banco import INDISPONIVEL, Banco
from parcelamento.adapters.outbound.pix_postgres import CobrancasPostgres
from parcelamento.application.ports_pix import PixPort
from parcelamento.application.retirar_pix import retirar_pix
from parcelamento.domain.calendarios import FUSO

_RONDA_S: Final = 5.0
_log = logging.getLogger(__name__)


class RetiradaDePix:
    """Asks the provider to remove them, until it does or their day is over."""

    def __init__(self, banco: Banco, relogio: Relogio, pix: PixPort, metricas: Metricas) -> None:
        self._cobrancas = CobrancasPostgres(banco)
        self._relogio = relogio
        self._pix = pix
        self._retiradas = metricas.contador("parcelamento_pix_retirados", "Cobranças Pix retiradas do provedor.")

    async def executar(self) -> None:
        """Runs until cancelled; waits out a database or a provider that is away."""
        while True:
            try:
                while await self.turno():
                    pass
            except INDISPONIVEL as erro:
                _log.warning("retirada de Pix espera: %s", type(erro).__name__)
            await asyncio.sleep(_RONDA_S)

    async def turno(self) -> int:
        """A batch; how many charges are done with, zero where the provider failed. Raises one of `INDISPONIVEL`."""
        agora = self._relogio.agora()
        feitas, falha = await retirar_pix(self._pix, self._cobrancas, hoje=agora.astimezone(FUSO).date(), agora=agora)
        self._retiradas.inc(feitas)
        if falha is None:
            return feitas
        _log.log(logging.ERROR if falha.alertar else logging.WARNING, "cobrança Pix não foi retirada: %s", falha.codigo)
        return 0
