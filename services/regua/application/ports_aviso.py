"""What following plans needs from outside: what they told, the warnings that are due, and who may be warned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from regua.application.ports import Ficha


class FatoDoParcelamento(NamedTuple):
    """Something that a plan told; `em` is the event's instant."""

    evento: UUID
    contribuinte: str
    parcelamento: UUID
    tipo: str
    em: datetime
    detalhe: Mapping[str, Any]


class RiscoNovo(NamedTuple):
    """A plan that will be lost on `perda_em`."""

    caso: UUID
    contribuinte: str
    parcelamento: UUID
    perda_em: date
    debitos: Sequence[str]
    avisado_em: datetime


@dataclass(frozen=True, slots=True)
class RiscoPendente:
    """A warning to be decided, and what is known of who would get it. `alcance`: channels valid for the taxpayer, without
    those that any registration of the person refused, with the language of each."""

    caso: UUID
    contribuinte: str
    pessoa: str
    tributo: str
    parcelamento: UUID
    perda_em: date
    tentativa: int
    hipotese: str | None
    reincidencia: int | None
    idiomas: Mapping[str, str | None]
    optou: frozenset[str]
    suspenso: bool
    promessa: bool
    contatos_hoje: int
    contatos_na_janela: int


class DecisaoAvulsa(NamedTuple):
    """A decision outside a ciclo. `resumo`: SHA-256 of `insumos`."""

    decisao: UUID
    caso: UUID
    contribuinte: str
    tributo: str
    data: date
    decidida_em: datetime
    resultado: str
    motivo: str | None
    hipotese: str
    etapa: int
    reincidencia: int
    rigidez: int
    insumos: str
    resumo: bytes
    acionamento: UUID | None


class Avisos(Protocol):
    """Plans and their warnings."""

    async def anotar(self, fatos: Sequence[FatoDoParcelamento]) -> None:
        """Keeps each once."""
        ...

    async def abrir(self, riscos: Sequence[RiscoNovo], agora: datetime) -> None:
        """Keeps each once, those of taxpayers that the régua knows; closed at once where the plan was paid or ended
        since. A newer date of loss takes the place of the older ones of its plan."""
        ...

    async def pendentes(self, hoje: date) -> list[UUID]:
        """Open warnings that nothing went out for."""
        ...

    async def travar(self, casos: Collection[UUID], *, hoje: date, desde: date, agora: datetime) -> list[RiscoPendente]:
        """Those of `casos` that nothing went out for, their persons held for the transaction. A ciclo that is writing ends
        first; contacts are the days from `desde` to `hoje` on which the person had one."""
        ...

    async def gravar(self, decisoes: Sequence[DecisaoAvulsa], fichas: Sequence[Ficha], agora: datetime) -> None:
        """Keeps decisions, the last of a day where none went out, and the rows of new acionamentos."""
        ...

    async def encerrar(self, ate: Mapping[UUID, datetime], motivo: str, agora: datetime) -> list[Ficha]:
        """Closes warnings of these plans told up to the instant beside each; what is still under way comes back locked."""
        ...
