"""How the room's refusals look over HTTP: their status in one table; `codigo`, text and `campos` are their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from canais.errors import (
    AutorNaoAprova,
    ContatoDesconhecido,
    ContatoRecusado,
    FalhaDeCanais,
    ModeloDesconhecido,
    ModeloJaDecidido,
    ModeloRecusado,
)

ERROS: Final[Mapping[type[Exception], int]] = {
    FalhaDeCanais: 400,
    ModeloRecusado: 422,
    ModeloDesconhecido: 404,
    ModeloJaDecidido: 409,
    AutorNaoAprova: 403,
    ContatoDesconhecido: 404,
    ContatoRecusado: 422,
}
"""For `criar_app(erros=…)`."""
