"""What the operators' use cases need from outside: policies in the making, campaigns, approvals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PoliticaGuardada:
    """A policy's row. `estado`: rascunho, aprovada, recusada. `resumo`: SHA-256 of its canonical document."""

    versao: str
    documento: Mapping[str, Any]
    resumo: bytes
    estado: str
    autor: str
    aprovador: str | None
    criada_em: datetime
    aprovada_em: datetime | None
    valida_de: date
    valida_ate: date | None


@dataclass(frozen=True, slots=True)
class CampanhaGuardada:
    """A campaign's row, without its key. `estado`: rascunho, ativa, pausada, encerrada."""

    campanha: str
    nome: str
    estado: str
    politica: str | None
    segmento: Mapping[str, Any]
    canais: tuple[str, ...] | None
    valida_de: date | None
    valida_ate: date | None
    orcamento_micros: int | None
    moeda: str | None
    grupo_controle: Decimal
    autor: str
    criada_em: datetime
    atualizada_em: datetime


@dataclass(frozen=True, slots=True)
class Aprovacao:
    """Something that waits for a second person. `tipo`: rigidez_5 (`objeto` is `caso:etapa`) or politica (its version)."""

    aprovacao: UUID
    tipo: str
    objeto: str
    contribuinte: str | None
    autor: str
    estado: str
    decidida_por: str | None
    motivo: str | None
    criada_em: datetime
    decidida_em: datetime | None


class PoliticasEmPreparo(Protocol):
    """Policies as their authors and approvers see them. What is read for a change is locked."""

    async def criar(self, politica: PoliticaGuardada) -> bool:
        """False where the version is taken."""
        ...

    async def travar(self, versao: str) -> PoliticaGuardada | None: ...

    async def decidir(self, versao: str, estado: str, aprovador: str, agora: datetime) -> None: ...


class Campanhas(Protocol):
    """Campaigns. What is read for a change is locked."""

    async def criar(self, campanha: CampanhaGuardada, segredo: bytes) -> None: ...

    async def travar(self, campanha: str) -> CampanhaGuardada | None: ...

    async def gravar(self, campanha: CampanhaGuardada) -> None: ...

    async def politica_aprovada(self, versao: str) -> bool: ...


class Aprovacoes(Protocol):
    """The queue of approvals. What is read for a change is locked, in one order."""

    async def pedir(self, aprovacao: Aprovacao) -> None: ...

    async def travar(self, aprovacoes: Collection[UUID]) -> list[Aprovacao]: ...

    async def travar_por_objeto(self, tipo: str, objeto: str) -> Aprovacao | None: ...

    async def gravar(self, aprovacao: Aprovacao) -> None: ...

    async def politica_que_decidiu(self, contribuinte: str, caso: UUID) -> Mapping[str, Any] | None:
        """The document of the policy under which `caso` was decided last."""
        ...

    async def limitar_rigidez(self, caso: UUID, teto: int) -> None:
        """The caso is never firmer than `teto` from now on."""
        ...


class Escritorio(Protocol):
    """What operators may touch in one transaction."""

    @property
    def agora(self) -> datetime: ...
    @property
    def politicas(self) -> PoliticasEmPreparo: ...
    @property
    def campanhas(self) -> Campanhas: ...
    @property
    def aprovacoes(self) -> Aprovacoes: ...
