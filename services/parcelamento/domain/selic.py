"""The SELIC rate of each month, as tax tables use it: added up, never compounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kernel.domain.datas import Competencia
from parcelamento.errors import EstadoNaoPermite


class SelicAusente(EstadoNaoPermite):
    """A month that the sum needs is not in the table. `competencia` says which."""

    codigo = "selic_ausente"

    def __init__(self, competencia: Competencia) -> None:
        super().__init__(
            f"A taxa SELIC de {competencia.mes:02d}/{competencia.ano} não está na tabela: carregue-a antes de calcular os juros."
        )
        self.competencia = competencia


@dataclass(frozen=True, slots=True)
class TaxaMensal:
    """One month's rate in per cent (0.97 is 0.97%), and where the figure comes from."""

    competencia: Competencia
    taxa: Decimal
    fonte: str


@dataclass(frozen=True, slots=True)
class TabelaSelic:
    """The months that are known, in per cent. What is not there is an error, never zero."""

    taxas: Mapping[Competencia, Decimal]

    @classmethod
    def de(cls, taxas: Iterable[TaxaMensal]) -> TabelaSelic:
        """The table of these months."""
        return cls({t.competencia: t.taxa for t in taxas})

    def em(self, competencia: Competencia) -> Decimal:
        """The month's rate in per cent. Raises `SelicAusente`."""
        taxa = self.taxas.get(competencia)
        if taxa is None:
            raise SelicAusente(competencia)
        return taxa

    def soma(self, de: Competencia, ate: Competencia) -> Decimal:
        """The simple sum from `de` to `ate`, both in, in per cent; zero where `ate` comes before `de`.

        Raises `SelicAusente` with the first month that is missing. Source: Lei 9.430/1996, art. 5, § 3, and art. 61, § 3.
        """
        return sum((self.em(Competencia(indice)) for indice in range(de.indice, ate.indice + 1)), Decimal(0))
