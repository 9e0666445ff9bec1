"""The audit report of plans: which ones, what is told of each, and their sums by situação and by unidade.

Source: Portaria 46/2015, Anexo III, item 27, c and d.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

Tipo = Literal["texto", "inteiro", "dinheiro", "dia", "sim_nao"]


@dataclass(frozen=True, slots=True)
class FiltroDaAuditoria:
    """Which plans; None asks nothing. `de` and `ate`: the plan's day, both in."""

    de: date | None = None
    ate: date | None = None
    unidade: str | None = None
    situacao: str | None = None
    tributo: str | None = None


@dataclass(frozen=True, slots=True)
class Coluna:
    """What is told of a plan: its name in data, its title for people, and its kind. Money is cents."""

    nome: str
    titulo: str
    tipo: Tipo


COLUNAS: Final = (
    Coluna("plano", "Parcelamento", "texto"),
    Coluna("contribuinte", "Contribuinte", "texto"),
    Coluna("unidade", "Unidade", "texto"),
    Coluna("tributo", "Tributo", "texto"),
    Coluna("situacao", "Situação", "texto"),
    Coluna("motivo", "Motivo do cancelamento", "texto"),
    Coluna("norma", "Norma", "texto"),
    Coluna("versao", "Versão da norma", "inteiro"),
    Coluna("regime", "Regime", "texto"),
    Coluna("reparcelamento", "Reparcelamento", "sim_nao"),
    Coluna("data", "Formalizado em", "dia"),
    Coluna("ativado_em", "Ativado em", "dia"),
    Coluna("encerrado_em", "Encerrado em", "dia"),
    Coluna("total_sem_reducao", "Total sem redução", "dinheiro"),
    Coluna("desconto", "Desconto", "dinheiro"),
    Coluna("total", "Total", "dinheiro"),
    Coluna("pago", "Pago", "dinheiro"),
    Coluna("encargos", "Acréscimos pagos", "dinheiro"),
    Coluna("saldo", "Saldo a pagar", "dinheiro"),
    Coluna("devolvido", "Saldo devolvido aos débitos", "dinheiro"),
    Coluna("parcelas", "Parcelas", "inteiro"),
    Coluna("parcelas_pagas", "Parcelas pagas", "inteiro"),
    Coluna("parcelas_parciais", "Parcelas pagas em parte", "inteiro"),
    Coluna("parcelas_vencidas", "Parcelas vencidas", "inteiro"),
    Coluna("valor_vencido", "Valor vencido", "dinheiro"),
    Coluna("primeiro_vencimento", "Primeiro vencimento", "dia"),
    Coluna("ultimo_vencimento", "Último vencimento", "dia"),
)
SOMADAS: Final = tuple(
    c
    for c in COLUNAS
    if c.tipo == "dinheiro" or c.nome in {"parcelas", "parcelas_pagas", "parcelas_parciais", "parcelas_vencidas"}
)
"""The columns that are added up, besides the number of plans."""


@dataclass(slots=True)
class Soma:
    """How many plans, and the sums of `SOMADAS`."""

    planos: int = 0
    valores: dict[str, int] = field(default_factory=lambda: {c.nome: 0 for c in SOMADAS})

    def somar(self, linha: Mapping[str, Any]) -> None:
        """Adds one plan."""
        self.planos += 1
        for nome in self.valores:
            self.valores[nome] += linha[nome]


@dataclass(slots=True)
class Totais:
    """The sums of a report, taken while its rows go by."""

    geral: Soma = field(default_factory=Soma)
    por_situacao: dict[str, Soma] = field(default_factory=dict)
    por_unidade: dict[str, Soma] = field(default_factory=dict)

    def somar(self, linhas: Iterable[Mapping[str, Any]]) -> None:
        """Adds plans."""
        for linha in linhas:
            self.geral.somar(linha)
            self.por_situacao.setdefault(linha["situacao"], Soma()).somar(linha)
            self.por_unidade.setdefault(linha["unidade"], Soma()).somar(linha)
