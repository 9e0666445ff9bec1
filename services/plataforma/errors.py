"""How the platform's own parts fail."""

from __future__ import annotations


class ExemploFalhou(RuntimeError):
    """The example base could not be loaded; the message says at which step, in Portuguese."""

    codigo = "exemplo_falhou"
