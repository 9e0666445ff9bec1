"""Sets how the providers behave."""

from __future__ import annotations

from simulador.application.registro import Registro
from simulador.application.registro_pix import RegistroPix
from simulador.domain.comportamento import Comportamento, ler_comportamento
from simulador.errors import EntradaInvalida


class Comportar:
    """The new behaviour holds from the next request on, and the draws begin anew: same seed, same fates."""

    def __init__(self, registro: Registro, pix: RegistroPix) -> None:
        self._registro = registro
        self._pix = pix

    def __call__(self, dados: object) -> Comportamento:
        """Raises EntradaInvalida naming every refused field; then nothing changes."""
        lido = ler_comportamento(dados)
        if isinstance(lido, list):
            raise EntradaInvalida(*((erro.campo, erro.motivo) for erro in lido))
        self._registro.comportar(lido)
        self._pix.recomecar()
        return lido
