"""The offer to who cannot pay at once: their open debts quoted by parcelamento, one offer for each tributo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from regua.application.ports_parcelamento import Ofertador
from regua.domain.oferta import DebitoAberto, Devedor, pedido_de_oferta


@dataclass(frozen=True, slots=True)
class OfertaDoTributo:
    """`resposta`: what parcelamento answered, `{cotacao, valida_ate, ofertas, recusados}`."""

    tributo: str
    norma: str
    resposta: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OfertasDoContribuinte:
    """`sem_norma`: tributos with open debts for which no norm is set."""

    ofertas: tuple[OfertaDoTributo, ...]
    sem_norma: tuple[str, ...]


async def ofertar(
    ofertador: Ofertador, devedor: Devedor, debitos: Sequence[DebitoAberto], *, normas: Mapping[str, str], data: date
) -> OfertasDoContribuinte:
    """Asks for one offer a tributo, by the norm that `normas` names. Raises as `Ofertador.ofertar`."""
    tributos = sorted({d.tributo for d in debitos})
    com_norma = [(t, normas[t]) for t in tributos if t in normas]
    ofertas = []
    for tributo, norma in com_norma:
        pedido = pedido_de_oferta(devedor, [d for d in debitos if d.tributo == tributo], norma=norma, data=data)
        ofertas.append(OfertaDoTributo(tributo, norma, await ofertador.ofertar(pedido)))
    return OfertasDoContribuinte(tuple(ofertas), tuple(t for t in tributos if t not in normas))
