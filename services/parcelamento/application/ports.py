"""What parcelamento's use cases need from outside: everything that one transaction may touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.messaging.log import Saida
from parcelamento.application.ports_documentos import Documentos
from parcelamento.domain.cotacao import PlanoProposto
from parcelamento.domain.encargos import RegraDeEncargos
from parcelamento.domain.imputacao import SaldoDoDebito
from parcelamento.domain.norma import Norma
from parcelamento.domain.pagamento import Aplicacao, Mora
from parcelamento.domain.plano import Plano
from parcelamento.domain.selic import TabelaSelic


@dataclass(frozen=True, slots=True)
class NormaEmUso:
    """One version of a rule set, as read from its document."""

    id: str
    versao: int
    norma: Norma
    documento: Mapping[str, Any]


class Normas(Protocol):
    async def atual(self, norma: str) -> NormaEmUso | None:
        """The newest version of `norma`."""
        ...

    async def versao(self, norma: str, versao: int) -> NormaEmUso: ...


@dataclass(frozen=True, slots=True)
class CotacaoGuardada:
    """A quote as it was given. `entrada`: the request as canonical JSON; `resumo`: the SHA-256 of `resposta`."""

    cotacao: UUID
    contribuinte: str | None
    norma: str
    versao: int
    data: date
    valida_ate: date
    entrada: bytes
    resposta: bytes
    resumo: bytes
    autor: str
    criada_em: datetime


class Cotacoes(Protocol):
    async def guardar(self, cotacao: CotacaoGuardada) -> None: ...

    async def ler(self, cotacao: UUID) -> CotacaoGuardada | None: ...


@dataclass(frozen=True, slots=True)
class PlanoNovo:
    """What is kept of a plan besides its life."""

    plano: Plano
    cotacao: UUID
    norma: str
    versao: int
    proposto: PlanoProposto
    reparcelamento: bool
    tributo: str
    unidade: str
    formalizado_em: datetime
    prazo: date | None
    autor: str


class Planos(Protocol):
    async def da_cotacao(self, cotacao: UUID) -> UUID | None:
        """The plan that was made of a quote, the quote locked until the transaction ends."""
        ...

    async def em_plano_ativo(self, contribuinte: str, debitos: Sequence[str]) -> list[str]:
        """Those of `debitos` that are in an active plan."""
        ...

    async def criar(self, novo: PlanoNovo) -> list[str]:
        """Keeps the plan, unless some of its debts are in a living one: then keeps nothing that lasts, and names them."""
        ...

    async def ler(self, plano: UUID) -> PlanoEmVida | None:
        """One plan, not locked."""
        ...

    async def registro(self, plano: UUID) -> RegistroDoPlano | None:
        """How it was made."""
        ...

    async def travar(self, planos: Sequence[UUID]) -> list[PlanoEmVida]:
        """The plans, locked in the order of their ids until the transaction ends."""
        ...

    async def vencendo(self, ate: date, limite: int) -> list[UUID]:
        """Living plans whose `prazo` came by `ate`, the oldest ones, locked in the order of their ids."""
        ...

    async def adiar(self, planos: Sequence[UUID], prazo: date) -> None:
        """Has them looked at again on `prazo`; changes nothing else."""
        ...

    async def gravar(self, planos: Sequence[PlanoMudado]) -> None: ...


@dataclass(frozen=True, slots=True)
class RegistroDoPlano:
    """How a plan was made, and by whom."""

    cotacao: UUID
    formalizado_em: datetime
    autor: str


@dataclass(frozen=True, slots=True)
class PlanoEmVida:
    """A plan and what following it up needs of its norm."""

    plano: Plano
    norma: NormaEmUso
    tributo: str


@dataclass(frozen=True, slots=True)
class PlanoMudado:
    """A plan as it is now. `ativado_em`, `encerrado_em`: the days on which it became so, where it just did; `saldos`: if lost."""

    plano: Plano
    prazo: date | None
    ativado_em: date | None = None
    encerrado_em: date | None = None
    motivo: str | None = None
    saldos: tuple[SaldoDoDebito, ...] = ()


@dataclass(frozen=True, slots=True)
class PagamentoAAplicar:
    """A payment of a document. `parcela` None: of the plan's whole balance; `plano` None: of debts."""

    pagamento: UUID
    documento: UUID
    plano: UUID | None
    parcela: int | None
    pago_em: date
    valor: int
    valor_do_documento: int
    preco_em: date | None
    """The day for which a document with charges was priced; None for one without."""
    ja_pago: int
    """By earlier payments of the document, those of the same batch apart."""


@dataclass(frozen=True, slots=True)
class PagamentoAplicado:
    """What became of a payment. `resultado` None: it could not be applied; `pendencia`: why an operator must look at it."""

    pagamento: UUID
    resultado: str | None
    excedente: int
    pendencia: str | None
    plano: UUID | None
    aplicacoes: tuple[Aplicacao, ...]
    documento: UUID
    liquidado: bool
    """The document needs no more."""


class Encargos(Protocol):
    async def mora(self, regra: str) -> Mora:
        """Late charges by the rule of that name, on the SELIC table as it stands."""
        ...

    async def regra(self, regra: str) -> RegraDeEncargos: ...

    async def selic(self) -> TabelaSelic: ...


class Pagamentos(Protocol):
    async def a_aplicar(self, limite: int) -> list[PagamentoAAplicar]:
        """The oldest payments that wait, locked; those of one plan together in their order."""
        ...

    async def gravar(self, aplicados: Sequence[PagamentoAplicado], agora: datetime) -> None: ...


class Saidas(Protocol):
    async def gravar(self, saidas: Sequence[Saida]) -> None: ...


class Unidade(Protocol):
    """One transaction."""

    @property
    def agora(self) -> datetime: ...

    @property
    def hoje(self) -> date:
        """The local date."""
        ...

    @property
    def normas(self) -> Normas: ...

    @property
    def cotacoes(self) -> Cotacoes: ...

    @property
    def planos(self) -> Planos: ...

    @property
    def documentos(self) -> Documentos: ...

    @property
    def encargos(self) -> Encargos: ...

    @property
    def pagamentos(self) -> Pagamentos: ...

    @property
    def saidas(self) -> Saidas: ...
