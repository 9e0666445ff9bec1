"""What a message costs, by provider and day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from canais.domain.estado import Estado
from canais.normas.precos import Preco

_COBRADOS: dict[str, frozenset[Estado]] = {
    "aceito": frozenset({"aceito", "enviado", "expirado", "entregue", "lido"}),
    "entregue": frozenset({"entregue", "lido"}),
}


class Tabela:
    """Prices with the day from which each holds."""

    def __init__(self, precos: Iterable[Preco]) -> None:
        self._por_provedor: dict[str, list[Preco]] = {}
        for preco in sorted(precos, key=lambda p: p.desde, reverse=True):
            self._por_provedor.setdefault(preco.provedor, []).append(preco)

    def em(self, provedor: str, dia: date) -> Preco | None:
        """The price in force on `dia`."""
        return next((p for p in self._por_provedor.get(provedor, ()) if p.desde <= dia), None)

    def ao_chegar_em(self, estado: Estado, provedor: str | None, agora: datetime) -> tuple[int, str] | None:
        """What the provider has charged by the time a message is in `estado`: (millionths, currency); None while nothing."""
        preco = self.em(provedor, agora.date()) if provedor is not None else None
        if preco is None or estado not in _COBRADOS[preco.cobra_em]:
            return None
        return preco.valor_micros, preco.moeda


def decimal_de_micros(micros: int) -> str:
    """Millionths as text with six decimals: 6800 → `0.006800`. `micros` is not negative."""
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
