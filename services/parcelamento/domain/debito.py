"""What a quote is asked for: the debts, the taxpayer as a norm sees them, and the request that holds both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, get_args

from kernel.domain.datas import Competencia
from parcelamento.errors import DadosRecusados

RegimeDoOptante = Literal["normal", "simples"]

Natureza = Literal[
    "icms",
    "icms_st_retido",
    "simples",
    "diferenca_aliquota",
    "obrigacao_acessoria",
    "ipva",
    "ipva_motocicleta",
    "itcd",
]
NATUREZAS: Final[tuple[str, ...]] = get_args(Natureza)
"""Kinds of debt that a norm may speak of."""

CONTAS: Final = (1, 2, 3, 12)
"""Current accounts of ICMS whose debts may be split. Source: Portaria 46/2015, Anexo III, item 7."""


class PedidoRecusado(DadosRecusados):
    """A request that no quote can answer: `codigo` is stable, `campo` is the path of the field, `motivo` says why."""

    def __init__(self, codigo: str, campo: str, motivo: str) -> None:
        super().__init__(f"{campo}: {motivo}", campos=({"campo": campo, "motivo": motivo},), codigo=codigo)
        self.campo = campo
        self.motivo = motivo


@dataclass(frozen=True, slots=True)
class Debito:
    """One debt as it stands on the day of the quote, in cents. `em_parcelamento`: it is in an active plan."""

    debito: str
    tributo: str
    agencia: str | None
    conta: int | None
    natureza: str
    fato_gerador: Competencia
    lancado_em: date | None
    ciencia_em: date | None
    divida_ativa: bool
    principal: int
    multa: int
    juros: int
    em_parcelamento: bool = False


@dataclass(frozen=True, slots=True)
class Optante:
    """The taxpayer as the norm sees them; `receita_bruta_ano_anterior` in cents, None where it is not known."""

    id: str | None
    regime: RegimeDoOptante
    receita_bruta_ano_anterior: int | None


@dataclass(frozen=True, slots=True)
class Pedido:
    """A request for a quote. `honorarios_pge`: fraction of the PGE's fee, None for the norm's own."""

    optante: Optante
    data: date
    reparcelamento: bool
    multa_reduzida_20: bool
    honorarios_pge: Decimal | None
    debitos: tuple[Debito, ...]
