"""What providers charge for a message, with the day from which it holds; millionths of the currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Preco:
    """`cobra_em`: the state at which the provider charges. `verificado`: checked against the provider's own list."""

    provedor: str
    desde: date
    valor_micros: int
    moeda: str
    cobra_em: Literal["aceito", "entregue"]
    verificado: bool
    fonte: str


PRECOS: Final[tuple[Preco, ...]] = (
    Preco(
        provedor="meta-whatsapp",
        desde=date(2025, 7, 1),
        valor_micros=6_800,
        moeda="USD",
        cobra_em="entregue",
        verificado=False,
        fonte="Meta, utility, Brasil; cobrado por mensagem entregue desde 2025-07-01 (tabela de terceiros, 2026-01 e 2026-10)",
    ),
    Preco(
        provedor="twilio-whatsapp",
        desde=date(2025, 7, 1),
        valor_micros=11_800,
        moeda="USD",
        cobra_em="entregue",
        verificado=False,
        fonte="Meta, utility, Brasil, mais taxa da Twilio por mensagem; confirmar no contrato",
    ),
    Preco(
        provedor="twilio-sms",
        desde=date(2025, 1, 1),
        valor_micros=45_000,
        moeda="USD",
        cobra_em="aceito",
        verificado=False,
        fonte="Estimativa por segmento para o Brasil; confirmar no contrato com a Twilio",
    ),
)
