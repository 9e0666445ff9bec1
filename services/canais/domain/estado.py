"""The states of an envio: a lattice whose join is the maximum, so that order and repetition of receipts do not matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

Estado = Literal["pendente", "enviando", "incerto", "aceito", "enviado", "expirado", "falhou", "entregue", "lido", "suprimido"]

ESTADOS: Final[tuple[Estado, ...]] = get_args(Estado)
"""In rising order; the enum `canais.estado` has the same one. `suprimido` stands apart: only `pendente` leads to it."""

POSTO: Final[dict[Estado, int]] = {estado: posto for posto, estado in enumerate(ESTADOS)}

# States that end a channel without a delivery; `incerto` joins them at `valido_ate`.
_FINAIS_SEM_ENTREGA: Final[frozenset[Estado]] = frozenset({"expirado", "falhou", "suprimido"})

RELATAVEIS: Final[frozenset[Estado]] = frozenset(set(ESTADOS) - {"pendente", "enviando"})
"""States that other rooms are told of: the first two say nothing yet."""


def juntar(atual: Estado, visto: Estado) -> Estado:
    """The state after `visto` was observed of an envio in `atual`: the higher one.

    `suprimido` was never handed to a provider: it takes no observation, and only `pendente` becomes it. Joining is
    associative, commutative and idempotent over what a provider reports.
    """
    if atual == "suprimido":
        return atual
    if visto == "suprimido":
        return visto if atual == "pendente" else atual
    return max(atual, visto, key=POSTO.__getitem__)


def percorrer(atual: Estado, vistos: Iterable[Estado]) -> list[Estado]:
    """The states that an envio rises through when `vistos` come one after another; repetitions and steps back leave none."""
    subidas = []
    for visto in vistos:
        novo = juntar(atual, visto)
        if novo != atual:
            subidas.append(novo)
            atual = novo
    return subidas


def esgota(estado: Estado, *, prazo_vencido: bool) -> bool:
    """Whether the channel is over: nothing was delivered and nothing is awaited any more."""
    return estado in _FINAIS_SEM_ENTREGA or (estado == "incerto" and prazo_vencido)
