"""The SELIC table in Postgres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kernel.domain.datas import Competencia
from kernel.persistence.banco import Conexao
from parcelamento.domain.selic import TabelaSelic, TaxaMensal


@dataclass(frozen=True, slots=True)
class TaxaGuardada:
    """A month as it is kept."""

    competencia: Competencia
    taxa: Decimal
    fonte: str
    carregada_em: datetime


class SelicPostgres:
    """The ports `LeituraDaSelic` and, inside a transaction, `GuardaDaSelic` on one connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def tabela(self) -> TabelaSelic:
        return TabelaSelic(await self._ler())

    async def travar(self) -> Mapping[Competencia, Decimal]:
        # readers go on; another load waits, so that what it calls new or changed is so
        await self._con.execute("lock table parcelamento.selic in share row exclusive mode")
        return await self._ler()

    async def gravar(self, taxas: Sequence[TaxaMensal], *, carregada_em: datetime) -> None:
        await self._con.executemany(
            """insert into parcelamento.selic (competencia, taxa, fonte, carregada_em) values ($1, $2, $3, $4)
               on conflict (competencia) do update
               set taxa = excluded.taxa, fonte = excluded.fonte, carregada_em = excluded.carregada_em""",
            [(t.competencia.indice, t.taxa, t.fonte, carregada_em) for t in taxas],
        )

    async def listar(self, *, antes_de: int | None, limite: int) -> list[TaxaGuardada]:
        """Months from the newest to the oldest, before the month of index `antes_de`."""
        linhas = await self._con.fetch(
            """select competencia, taxa, fonte, carregada_em from parcelamento.selic
               where $1::int is null or competencia < $1 order by competencia desc limit $2""",
            *(antes_de, limite),
        )
        return [TaxaGuardada(Competencia(c), taxa, fonte, em) for c, taxa, fonte, em in linhas]

    async def _ler(self) -> dict[Competencia, Decimal]:
        linhas = await self._con.fetch("select competencia, taxa from parcelamento.selic")
        return {Competencia(competencia): taxa for competencia, taxa in linhas}
