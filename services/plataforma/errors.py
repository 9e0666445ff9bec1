"""How the platform's own parts fail."""

from __future__ import annotations


class FimInesperado(RuntimeError):
    """The platform ended by a defect; the message says where the trace is, in Portuguese."""

    codigo = "fim_inesperado"


class ExemploFalhou(RuntimeError):
    """The example base could not be loaded; the message says at which step, in Portuguese."""

    codigo = "exemplo_falhou"
