"""How the simulator fails."""

from __future__ import annotations


class ErroDoSimulador(Exception):
    """Root of this room's errors. `codigo` is stable."""

    codigo = "erro_simulador"


class DiarioEmUso(ErroDoSimulador):
    """Another process holds the journal of this folder."""

    codigo = "diario_em_uso"


class DiarioCorrompido(ErroDoSimulador):
    """A line of the journal, other than a torn last one, cannot be read."""

    codigo = "diario_corrompido"


class EntradaInvalida(ErroDoSimulador):
    """A control request with fields that cannot be used. campos: (field, reason in Portuguese)."""

    codigo = "entrada_invalida"

    def __init__(self, *campos: tuple[str, str]) -> None:
        super().__init__("Confira os campos indicados e envie de novo.")
        self.campos = [{"campo": campo, "motivo": motivo} for campo, motivo in campos]


class RelogioAlheio(ErroDoSimulador):
    """The clock belongs to the process that embeds the simulator: it cannot be set from outside."""

    codigo = "relogio_alheio"
