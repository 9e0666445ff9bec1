"""What the régua asks of parcelamento: the offers for a taxpayer's open debts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from regua.errors import ErroDaRegua


class ParcelamentoIndisponivel(ErroDaRegua):
    """The room does not answer, or not as it should: nothing is wrong with the request."""

    codigo = "parcelamento_indisponivel"


class RecusadaPeloParcelamento(ErroDaRegua):
    """The room refused: its `status`, `codigo`, sentence and fields, as they came."""

    def __init__(self, status: int, problema: Mapping[str, Any]) -> None:
        super().__init__(str(problema.get("detail") or "O parcelamento recusou o pedido."), codigo=problema.get("codigo"))
        self.status = status
        self.campos = tuple(problema.get("campos") or ())


class Ofertador(Protocol):
    """The room that quotes."""

    async def ofertar(self, pedido: Mapping[str, Any]) -> Mapping[str, Any]:
        """`{cotacao, valida_ate, ofertas, recusados}` for a quote request as parcelamento takes it (contratos, "parcelamento").

        Raises ParcelamentoIndisponivel, RecusadaPeloParcelamento.
        """
        ...
