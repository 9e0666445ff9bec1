"""How the room's refusals look over HTTP: `codigo` → status in one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from kernel.http.problema import Campo, Conflito, EntradaInvalida, NaoEncontrado, Problema, SemPermissao

PROBLEMAS: Final[Mapping[type[FalhaDeCanais], type[Problema]]] = {
    ModeloRecusado: EntradaInvalida,
    ModeloDesconhecido: NaoEncontrado,
    ModeloJaDecidido: Conflito,
    AutorNaoAprova: SemPermissao,
    ContatoDesconhecido: NaoEncontrado,
    ContatoRecusado: EntradaInvalida,
}


@contextmanager
def como_problema() -> Iterator[None]:
    """Turns a refusal of the room into the problem that the caller gets."""
    try:
        yield
    except FalhaDeCanais as falha:
        problema = PROBLEMAS.get(type(falha))
        if problema is None:
            raise
        raise problema(str(falha), codigo=falha.codigo, campos=_campos(falha)) from falha


def _campos(falha: FalhaDeCanais) -> list[Campo]:
    match falha:
        case ModeloRecusado():
            return [Campo(campo="texto", motivo=motivo) for motivo in falha.motivos]
        case ContatoRecusado():
            return [Campo(campo=falha.campo, motivo=str(falha))]
        case _:
            return []
