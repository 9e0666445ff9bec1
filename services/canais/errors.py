"""How canais fails: one small tree, each class with a stable `codigo` that the edge maps to a status."""

from __future__ import annotations

from typing import ClassVar


class FalhaDeCanais(Exception):
    """The root. The text is for people, in Portuguese."""

    codigo: ClassVar[str] = "falha_de_canais"
