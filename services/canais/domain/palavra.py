"""Reads whether a short message asks to leave or to come back."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from canais.normas.palavras import SAIR, VOLTAR

Pedido = Literal["sair", "voltar"]
_NAO_LETRA = re.compile(r"[^a-z0-9]+")


def pedido_de(texto: str) -> Pedido | None:
    """What `texto` asks, or None. Only the whole message counts: "cancelar o parcelamento" is no request to leave."""
    sem_acento = "".join(c for c in unicodedata.normalize("NFD", texto.lower()) if not unicodedata.combining(c))
    palavra = _NAO_LETRA.sub(" ", sem_acento).strip()
    if palavra in SAIR:
        return "sair"
    return "voltar" if palavra in VOLTAR else None
