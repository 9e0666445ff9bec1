"""How parcelamento refuses: a small tree, each with a stable `codigo` and a sentence in Portuguese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict


class CampoRecusado(TypedDict):
    """Which field, and why."""

    campo: str
    motivo: str


class ErroDeParcelamento(Exception):
    """A refusal that the caller is told about."""

    codigo = "parcelamento"

    def __init__(self, mensagem: str, *, codigo: str | None = None) -> None:
        super().__init__(mensagem)
        if codigo is not None:
            self.codigo = codigo


class NaoExiste(ErroDeParcelamento):
    """What was asked for is not there."""

    codigo = "nao_encontrado"


class EstadoNaoPermite(ErroDeParcelamento):
    """What is there does not allow it now."""

    codigo = "conflito"


class DadosRecusados(ErroDeParcelamento):
    """The input is understood and not acceptable; `campos` says where."""

    codigo = "entrada_invalida"

    def __init__(self, mensagem: str, *, campos: Sequence[CampoRecusado] = (), codigo: str | None = None) -> None:
        super().__init__(mensagem, codigo=codigo)
        self.campos = tuple(campos)


def recusar(campo: str, motivo: str, *, codigo: str | None = None) -> DadosRecusados:
    """A refusal of one field."""
    return DadosRecusados(f"{campo}: {motivo}", campos=({"campo": campo, "motivo": motivo},), codigo=codigo)
