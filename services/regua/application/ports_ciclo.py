"""What the ciclo needs from outside: one snapshot to read, one transaction to write, campaigns and policies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol
from uuid import UUID

import polars as pl

from kernel.clock import Relogio
from kernel.domain.calendario import Calendario
from regua.domain.acervo import Base
from regua.domain.estado import Estado
from regua.domain.politica import Politica


class CicloRecusado(Exception):
    """A ciclo that cannot be asked for; the message is for people."""

    codigo = "ciclo_recusado"


class DataRecusada(CicloRecusado):
    """Only the clock's own date is run."""

    codigo = "data_diferente_do_relogio"


class CampanhaDesconhecida(CicloRecusado):
    """There is no such campaign."""

    codigo = "campanha_desconhecida"


class CampanhaInativa(CicloRecusado):
    """The campaign is not running on that date."""

    codigo = "campanha_inativa"


class PoliticaAusente(CicloRecusado):
    """No approved policy is valid on that date, or there is none of that version."""

    codigo = "politica_ausente"


class CicloDesconhecido(CicloRecusado):
    """There is no such ciclo."""

    codigo = "ciclo_desconhecido"


@dataclass(frozen=True, slots=True)
class Campanha:
    """A campaign as the ciclo sees it. `canais` None: all that are served. `parte`: the control group's share."""

    campanha: str
    estado: str
    politica: str | None
    segmento: Mapping[str, Any]
    canais: tuple[str, ...] | None
    valida_de: date | None
    valida_ate: date | None
    orcamento_micros: int | None
    parte: Fraction
    segredo: bytes


@dataclass(frozen=True, slots=True)
class CicloGuardado:
    """A ciclo's row."""

    ciclo: UUID
    data: date
    campanha: str
    estado: str
    avaliados: int
    acionados: int
    retidos: int
    contagens: Mapping[str, Any]
    motivo: str | None
    politica: str | None
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Leitura:
    """One consistent snapshot. `instantaneo` is what `EscritaDoCiclo.gravar` compares with what came in meanwhile."""

    base: Base
    estado: Estado
    instantaneo: str

    def sem_registros(self) -> Leitura:
        """The same without debts, declarations and payments: the largest part, of no use once the facts are known."""
        b = self.base
        return replace(
            self, base=replace(b, debitos=b.debitos.clear(), declaracoes=b.declaracoes.clear(), pagamentos=b.pagamentos.clear())
        )


@dataclass(frozen=True, slots=True)
class Lote:
    """What a ciclo writes, a frame for each table, with columns named as theirs.

    `pessoas` (contribuinte, pessoa) of everyone in it: where something newer came in, all of a person's rows are left out.
    """

    ciclo: UUID
    politica: str
    agora: datetime
    decisoes: pl.DataFrame
    casos_novos: pl.DataFrame
    casos_mudados: pl.DataFrame
    casos_fechados: pl.DataFrame
    acionamentos: pl.DataFrame
    emissoes: pl.DataFrame
    tarefas: pl.DataFrame
    aprovacoes: pl.DataFrame
    sorteios: pl.DataFrame
    eventos: tuple[pl.DataFrame, ...]
    pessoas: pl.DataFrame


class LeituraDoCiclo(Protocol):
    """Reads what decisions are made of."""

    async def ler(self, *, data: date, politica: Politica, campanha: Campanha) -> Leitura:
        """The whole base, in one snapshot. What the campaign spent is read only where it has a budget."""
        ...

    async def ler_pessoa(self, contribuinte: str, *, data: date, politica: Politica, campanha: Campanha) -> Leitura:
        """The same of one person, without what was spent: all registrations of whoever `contribuinte` is. Empty frames
        for an unknown one."""
        ...


@dataclass(frozen=True, slots=True)
class Aprovada:
    """A caso whose message of the last rigidity was approved, and the campaign that asked for it."""

    aprovacao: UUID
    contribuinte: str
    caso: UUID
    campanha: str


class EscritaDoCiclo(Protocol):
    """Keeps ciclos and what they decide."""

    def vez(self) -> AbstractAsyncContextManager[None]:
        """The turn to run a ciclo: one process at a time, given back at once when that process dies."""
        ...

    def vez_livre(self) -> AbstractAsyncContextManager[bool]:
        """As `vez`, without waiting: whether the turn was free."""
        ...

    async def solicitar(self, ciclo: CicloGuardado, agora: datetime) -> CicloGuardado:
        """Keeps a new one, or returns the first of its (data, campanha)."""
        ...

    async def obter(self, ciclo: UUID) -> CicloGuardado | None: ...

    async def pendentes(self) -> list[UUID]:
        """Ciclos in `processando`, oldest first."""
        ...

    async def gravar(self, lote: Lote, instantaneo: str) -> CicloGuardado:
        """Writes all of `lote` and ends the ciclo, in one transaction. A ciclo already ended is returned as it is.

        Persons of whom a payment, a suspension or a change of a debt came in after `instantaneo` are left out: nothing of
        theirs is written, and the next ciclo decides on them. Raises ConflitoDeEscrita where somebody else wrote the same
        rung or stood in the way, or where many changed: read and decide again.
        """
        ...

    async def falhar(self, ciclo: UUID, motivo: str, agora: datetime) -> CicloGuardado: ...

    async def aprovadas(self) -> list[Aprovada]:
        """Those not decided again since, oldest first."""
        ...

    async def gravar_avulso(self, lote: Lote, instantaneo: str, aprovacao: UUID, data: date) -> None:
        """As `gravar`, outside a ciclo: `lote.ciclo` names the decision, and the approval counts as decided again. Raises
        ConflitoDeEscrita, also where something of the person came in after `instantaneo`."""
        ...

    async def dar_por_reavaliada(self, aprovacao: UUID, agora: datetime) -> None:
        """Nothing went out; the next ciclo decides."""
        ...


class ConflitoDeEscrita(Exception):
    """The database refused the transaction because of what others did at the same time."""


class RegrasDoCiclo(Protocol):
    """Campaigns and policies."""

    async def campanha(self, campanha: str) -> Campanha:
        """Raises CampanhaDesconhecida."""
        ...

    async def politica_vigente(self, data: date) -> Politica:
        """The approved policy that is valid on `data`, the latest to become so. Raises PoliticaAusente."""
        ...

    async def politica(self, versao: str, *, aprovada: bool) -> Politica:
        """That version; with `aprovada`, only if it was approved. Raises PoliticaAusente."""
        ...

    async def politica_por_resumo(self, resumo: str) -> Politica:
        """The one whose document has that SHA-256 (hexadecimal). Raises PoliticaAusente."""
        ...


@dataclass(frozen=True, slots=True)
class PortasDoCiclo:
    """All of it, and what the process serves. `canais_ativos`: channels that a running room serves."""

    leitura: LeituraDoCiclo
    escrita: EscritaDoCiclo
    regras: RegrasDoCiclo
    relogio: Relogio
    canais_ativos: Collection[str]
    calendario: Calendario = field(default_factory=Calendario.contato)
