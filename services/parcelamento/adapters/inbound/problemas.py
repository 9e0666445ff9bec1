"""How the room's refusals look over HTTP: their status in one table; `codigo`, text and `campos` are their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from parcelamento.errors import DadosRecusados, ErroDeParcelamento, EstadoNaoPermite, NaoExiste

ERROS: Final[Mapping[type[Exception], int]] = {
    ErroDeParcelamento: 400,
    NaoExiste: 404,
    EstadoNaoPermite: 409,
    DadosRecusados: 422,
}
"""For `criar_app(erros=…)`."""
