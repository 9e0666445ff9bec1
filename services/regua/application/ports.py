"""What the use cases outside the ciclo need from outside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID

from kernel.messaging.log import Saida
from regua.domain.acompanhamento import Acionamento
from regua.domain.canais import Proximo
from regua.domain.politica import Politica

if TYPE_CHECKING:
    from regua.application.ports_aviso import Avisos


@dataclass(frozen=True, slots=True)
class Ficha:
    """An acionamento as its row is: what its events say, and where it stands. `alcance`: channels valid for the taxpayer,
    without those that any registration of the person opted out of. Beside the ladder `modelo` names the text, `parcelamento`
    the plan it is about, and `ciclo` is the decision's id; on it both are None."""

    caso: UUID
    contribuinte: str
    pessoa: str
    tributo: str
    etapa: int
    tentativa: int
    hipotese: str
    reincidencia: int
    rigidez: int
    campanha: str
    ciclo: UUID
    politica: str
    decisao: bytes
    codigo: str
    idioma: str
    traceparent: str | None
    alcance: frozenset[str]
    situacao: Acionamento
    modelo: str | None = None
    parcelamento: UUID | None = None

    @property
    def acionamento(self) -> UUID:
        return self.situacao.acionamento


class EmissaoNova(NamedTuple):
    """A further channel of an acionamento. `data`: the local day that counts as the person's contact."""

    acionamento: UUID
    pessoa: str
    data: date
    emitido_em: datetime
    proximo: Proximo


class DegrauDatado(NamedTuple):
    """A rung consumed, and the local day that its days count from."""

    caso: UUID
    etapa: int
    dia: date


class TarefaNova(NamedTuple):
    """Work for a human."""

    tarefa: UUID
    contribuinte: str
    motivo: str
    caso: UUID | None
    acionamento: UUID | None
    rigidez: int | None
    solicitada_em: datetime


class ContatoInformado(NamedTuple):
    """What canais said of one contact point. `idioma` None: as it was."""

    contribuinte: str
    canal: str
    situacao: str
    verificado: bool
    idioma: str | None
    em: datetime


class SuspensaoNova(NamedTuple):
    """A rest of the collection; `ate` None is open."""

    suspensao: UUID
    contribuinte: str
    motivo: str
    desde: date
    ate: date | None
    origem: str
    criada_em: datetime


class PagamentoInformado(NamedTuple):
    """A payment told by an event, in cents."""

    evento: UUID
    contribuinte: str
    tributo: str | None
    debito: str | None
    parcelamento: UUID | None
    parcela: int | None
    pago_em: date
    valor: int


@dataclass(frozen=True, slots=True)
class Devido:
    """What is left of a contribuinte's debts beside what a decision saw. Cents, over all debts em aberto.

    `omissoes_vistas`, `omissoes`: undelivered declarations of its tributo that the decision saw, and those left of them.
    `do_tributo`: whether a debt em aberto of the acionamento's tributo is left; `parcelados`, `parados` (suspensos or
    ajuizados): whether one rests so.
    """

    acionamento: UUID
    visto: int
    restante: int
    omissoes_vistas: int
    omissoes: int
    do_tributo: bool
    parcelados: bool
    parados: bool
    suspenso: bool


class Acionamentos(Protocol):
    """Rows of acionamento and emissao. What is read for a change is locked until the transaction ends, in one order."""

    async def travar(self, acionamentos: Collection[UUID], *, com_alcance: Collection[UUID]) -> list[Ficha]:
        """`com_alcance`: those whose `alcance` and earlier tries are looked up; the others come with none."""
        ...

    async def travar_abertos(self, contribuintes: Collection[str]) -> list[Ficha]:
        """Those under way of these contribuintes; for cancelling: without `alcance`."""
        ...

    async def travar_no_canal(self, pontos: Collection[tuple[str, str]]) -> list[Ficha]:
        """Those under way of the persons of (contribuinte, canal), where that is the current channel."""
        ...

    async def devidos(self, acionamentos: Collection[UUID], hoje: date) -> list[Devido]: ...

    async def gravar(self, fichas: Sequence[Ficha], novas: Sequence[EmissaoNova], agora: datetime) -> None: ...

    async def datar(self, degraus: Sequence[DegrauDatado]) -> None:
        """Sets the caso's last consumed rung and its day; a caso already further up stays."""
        ...

    async def abrir_tarefas(self, tarefas: Sequence[TarefaNova]) -> None: ...

    async def soltar_sem_envio(self, contribuintes: Collection[str], agora: datetime) -> None:
        """Rungs given up because nothing ever left may be tried again: something about the contacts changed."""
        ...


class Contatos(Protocol):
    """The projection of what canais says is reachable."""

    async def aplicar(self, informados: Sequence[ContatoInformado]) -> list[ContatoInformado]:
        """Keeps what is newer than what is known, and answers those that changed the situation."""
        ...


class Suspensoes(Protocol):
    """Rests of the collection."""

    async def criar(self, novas: Sequence[SuspensaoNova]) -> None: ...

    async def encerrar(self, suspensoes: Collection[UUID], agora: datetime) -> None: ...


class Recebimentos(Protocol):
    """Payments and the situation of debts."""

    async def pagar(self, pagamentos: Sequence[PagamentoInformado], agora: datetime) -> None:
        """Keeps each once; an equal row that a file brought (debt, day and value) is the same payment."""
        ...

    async def situar_debitos(self, debitos: Collection[tuple[str, str]], *, de: Collection[str], para: str) -> None:
        """Moves debts (contribuinte, debito) that stand in one of `de`."""
        ...


class Politicas(Protocol):
    """Policies, read once for each version."""

    async def por_versao(self, versao: str) -> Politica: ...

    async def vigente(self, dia: date) -> Politica:
        """The approved one that is valid on `dia`. Raises PoliticaAusente."""
        ...


class Saidas(Protocol):
    """The outbox."""

    async def gravar(self, saidas: Sequence[Saida]) -> None: ...


class Unidade(Protocol):
    """Everything that one transaction may touch."""

    @property
    def agora(self) -> datetime: ...
    @property
    def acionamentos(self) -> Acionamentos: ...
    @property
    def contatos(self) -> Contatos: ...
    @property
    def suspensoes(self) -> Suspensoes: ...
    @property
    def recebimentos(self) -> Recebimentos: ...
    @property
    def avisos(self) -> Avisos: ...
    @property
    def politicas(self) -> Politicas: ...
    @property
    def saidas(self) -> Saidas: ...


class Avancador(Protocol):
    """Moves the virtual clock, from due instant to due instant, all rooms at rest between the steps."""

    async def avancar(self, ate: datetime) -> int:
        """How many steps it took. Raises `kernel.pendencias.NaoSossega`."""
        ...
