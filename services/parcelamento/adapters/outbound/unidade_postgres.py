"""Units of work on Postgres: the ports of the use cases bound to one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kernel.messaging import outbox
from kernel.messaging.log import Saida
from kernel.persistence.banco import Conexao
from parcelamento.adapters.outbound.cotacoes_postgres import CotacoesPostgres
from parcelamento.adapters.outbound.documentos_postgres import DocumentosPostgres
from parcelamento.adapters.outbound.encargos_postgres import EncargosPostgres
from parcelamento.adapters.outbound.normas_postgres import CacheDeNormas, NormasPostgres
from parcelamento.adapters.outbound.pagamentos_postgres import PagamentosPostgres
from parcelamento.adapters.outbound.planos_postgres import PlanosPostgres
from parcelamento.domain.calendarios import FUSO

SALA: Final = "parcelamento"


class _Saidas:
    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def gravar(self, saidas: Sequence[Saida]) -> None:
        await outbox.gravar(self._con, SALA, saidas)


@dataclass(frozen=True, slots=True)
class UnidadePostgres:
    """Everything that one transaction may touch. `hoje`: the local date of `agora`."""

    agora: datetime
    hoje: date
    normas: NormasPostgres
    cotacoes: CotacoesPostgres
    planos: PlanosPostgres
    documentos: DocumentosPostgres
    encargos: EncargosPostgres
    pagamentos: PagamentosPostgres
    saidas: _Saidas


class Unidades:
    """Binds the ports to a connection that is inside a transaction."""

    def __init__(self) -> None:
        self._cache = CacheDeNormas()

    def __call__(self, con: Conexao, agora: datetime) -> UnidadePostgres:
        normas = NormasPostgres(con, self._cache)
        return UnidadePostgres(
            agora=agora,
            hoje=agora.astimezone(FUSO).date(),
            normas=normas,
            cotacoes=CotacoesPostgres(con),
            planos=PlanosPostgres(con, normas),
            documentos=DocumentosPostgres(con),
            encargos=EncargosPostgres(con),
            pagamentos=PagamentosPostgres(con),
            saidas=_Saidas(con),
        )
