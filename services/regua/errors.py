"""How the régua refuses: a small tree, each with a stable `codigo` and a sentence in Portuguese; inject maps it to statuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict


class CampoRecusado(TypedDict):
    """Which field, and why."""

    campo: str
    motivo: str


class ErroDaRegua(Exception):
    """A refusal that the caller is told about."""

    codigo = "regua"

    def __init__(self, mensagem: str, *, codigo: str | None = None) -> None:
        super().__init__(mensagem)
        if codigo is not None:
            self.codigo = codigo


class NaoExiste(ErroDaRegua):
    """What was asked for is not there."""

    codigo = "nao_encontrado"


class EstadoNaoPermite(ErroDaRegua):
    """What is there does not allow it now."""

    codigo = "conflito"


class AutorNaoAprova(ErroDaRegua):
    """Two persons are needed, and this is the first one again."""

    codigo = "autor_nao_aprova"


class DadosRecusados(ErroDaRegua):
    """The input is understood and not acceptable; `campos` says where."""

    codigo = "entrada_invalida"

    def __init__(self, mensagem: str, *, campos: Sequence[CampoRecusado] = (), codigo: str | None = None) -> None:
        super().__init__(mensagem, codigo=codigo)
        self.campos = tuple(campos)


def recusar(campo: str, motivo: str, *, codigo: str | None = None) -> DadosRecusados:
    """A refusal of one field."""
    return DadosRecusados(f"{campo}: {motivo}", campos=({"campo": campo, "motivo": motivo},), codigo=codigo)
