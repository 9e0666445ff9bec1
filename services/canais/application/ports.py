"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypedDict
from uuid import UUID

from canais.domain.envio import Envio, Recibo
from canais.domain.estado import Estado
from canais.domain.falha import Familia
from canais.domain.redacao import ModeloEmUso, Redacao
from canais.domain.resposta import Resposta
from kernel.messaging.log import Saida


class Emissao(TypedDict):
    """An `acionamento.emitido` as it becomes a row: plain JSON, whose ids and instants only the database reads."""

    envio: str
    acionamento: str
    contribuinte: str
    canal: str
    modelo: str
    idioma: str
    codigo: str
    hipotese: str
    rigidez: int
    campanha: str
    nao_antes: str
    valido_ate: str
    traceparent: str | None


class Cancelamento(NamedTuple):
    """An `acionamento.cancelado`."""

    acionamento: UUID
    canal: str
    motivo: str
    cancelado_em: datetime


class Mudanca(NamedTuple):
    """A row before and after; `relatar`: other rooms are told."""

    antes: Envio
    depois: Envio


@dataclass(frozen=True, slots=True)
class Reivindicacao:
    """What a worker asks of the queue. `dia`: the local day, for what an address may receive."""

    canal: str
    provedor: str
    maximo: int
    trava: int
    agora: datetime
    dia: date


@dataclass(frozen=True, slots=True)
class ContatoMudado:
    """What became of a contact point, as other rooms are told of it."""

    contribuinte: str
    canal: str
    situacao: str
    verificado: bool
    idioma: str | None


class Envios(Protocol):
    """Rows of envio. Whatever is read for a change is locked until the transaction ends, in one order for all."""

    async def criar(self, emissoes: Sequence[Emissao], agora: datetime) -> list[Envio]:
        """Makes the rows that are not there yet, and answers those that were `suprimido` at once for a known reason."""
        ...

    async def travar(self, envios: Collection[UUID]) -> list[Envio]: ...

    async def ids_por_provedor(self, ids: Collection[str]) -> Mapping[str, UUID]: ...

    async def reivindicar(self, pedido: Reivindicacao) -> list[Envio]:
        """Takes up to `maximo` due rows: each comes back `enviando` under the lock, or `suprimido` with its reason."""
        ...

    async def sem_pedido(self, travas: Collection[int], em_curso: Collection[UUID]) -> list[Envio]:
        """Rows under these locks that are not among those in hand: claimed in a transaction whose answer was lost."""
        ...

    async def orfaos(self, limite: int) -> list[Envio]:
        """Rows `enviando` whose worker is gone."""
        ...

    async def vencidos(self, agora: datetime, limite: int) -> list[Envio]: ...

    async def a_consultar(self, agora: datetime, limite: int) -> list[Envio]:
        """Rows whose provider is due to be asked; not locked."""
        ...

    async def gravar(self, mudancas: Sequence[Mudanca], agora: datetime) -> None:
        """Writes the rows and their history."""
        ...

    async def gravar_meus(self, mudancas: Sequence[Mudanca], agora: datetime) -> set[UUID]:
        """Writes those rows, and their history, that are still as their claim left them. Answers which."""
        ...

    async def suprimir_na_origem(self, cancelamentos: Sequence[Cancelamento]) -> None:
        """Leaves tombstones."""
        ...


class Quarentena(Protocol):
    """Receipts whose envio is not known yet."""

    async def guardar(self, recibos: Sequence[Recibo]) -> None: ...

    async def retirar_conhecidos(self, limite: int) -> list[Recibo]:
        """Takes out those whose envio has shown up; each comes with it."""
        ...

    async def esquecer(self, antes_de: datetime) -> int: ...


class Contatos(Protocol):
    """Contact points and who asked to be left alone."""

    async def invalidar(self, pontos: Sequence[tuple[str, str, str, str]], agora: datetime) -> list[ContatoMudado]:
        """Marks (contribuinte, canal, endereco, motivo) as invalid, where it is still that address."""
        ...

    async def descadastrar(self, pontos: Sequence[tuple[str, str]], origem: str, agora: datetime) -> list[ContatoMudado]:
        """Opts (contribuinte, canal) out, and their address."""
        ...

    async def descadastrar_endereco(self, canal: str, chave: str, origem: str, agora: datetime) -> list[ContatoMudado]: ...

    async def recadastrar_endereco(self, canal: str, chave: str) -> list[ContatoMudado]:
        """Lifts what this address asked for itself."""
        ...

    async def chave_das_conversas(self) -> bytes:
        """The installation's secret, made with the database and never leaving it."""
        ...


class Modelos(Protocol):
    """Approved templates."""

    async def por_id(self, ids: Collection[UUID]) -> list[ModeloEmUso]: ...


class Saidas(Protocol):
    """The outbox."""

    async def gravar(self, saidas: Sequence[Saida]) -> None: ...


class Unidade(Protocol):
    """Everything that one transaction may touch."""

    @property
    def agora(self) -> datetime: ...
    @property
    def envios(self) -> Envios: ...
    @property
    def quarentena(self) -> Quarentena: ...
    @property
    def contatos(self) -> Contatos: ...
    @property
    def modelos(self) -> Modelos: ...
    @property
    def saidas(self) -> Saidas: ...


class Transacoes(Protocol):
    """Opens units of work; each commits on a normal exit."""

    @property
    def indisponivel(self) -> tuple[type[BaseException], ...]:
        """What says that the database is away, and nothing about the work at hand."""
        ...

    def abrir(self) -> AbstractAsyncContextManager[Unidade]: ...


class Pedido(NamedTuple):
    """A message to hand to a provider."""

    envio: UUID
    endereco: str
    codigo: str
    redacao: Redacao


class Provedor(Protocol):
    """One provider of one channel."""

    @property
    def nome(self) -> str: ...
    @property
    def familia(self) -> Familia: ...
    @property
    def prazo_s(self) -> float:
        """After how long a request is given up."""
        ...

    async def enviar(self, pedido: Pedido) -> Resposta:
        """Makes one request. Never raises for what the network or the provider does."""
        ...


class ConsultaImpossivel(Exception):
    """The provider could not be asked, or did not answer."""


class Achado(NamedTuple):
    """A message as its provider has it."""

    estado: Estado
    id_provedor: str
    codigo: str | None
    provedor_em: datetime | None


class Consultavel(Protocol):
    """A provider that can be asked what it accepted."""

    async def procurar(self, endereco: str, codigo: str) -> Achado | None:
        """The message to `endereco` that carries `codigo`. Raises `ConsultaImpossivel`."""
        ...

    async def estado_de(self, id_provedor: str) -> Achado | None:
        """What became of an accepted message; None where its provider does not know it. Raises `ConsultaImpossivel`."""
        ...


class Trava(Protocol):
    """The lock that says that this process lives."""

    async def numero(self) -> int:
        """The number under which it is held now; another one after a lost connection. Raises when it cannot be held."""
        ...


class Metricas(Protocol):
    """What canais counts."""

    def requisicoes(self, provedor: str, desfecho: str, n: int) -> None: ...
    def estado(self, canal: str, estado: str, n: int) -> None: ...
    def custo(self, canal: str, moeda: str, micros: int) -> None: ...
    def alerta(self, provedor: str, codigo: str) -> None: ...
