"""Lists by keyset: `?limite=&cursor=` in, `{"itens": […], "proximo": "…"|null}` out.

A cursor is the last item's key, opaque to callers. It gives no right, so it is validated strictly rather than signed: a
cursor that we could not have written is a 422. In a route:

    async def listar(pagina: Paginacao) -> Pagina[Envio]:
        linhas = await consulta(depois_de=pagina.depois_de(datetime, UUID), limite=pagina.buscar)
        return montar(linhas, pagina, chave=lambda l: (l.criado_em, l.id), item=Envio.de)
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar, overload
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from kernel.http.problema import EntradaInvalida

LIMITE_PADRAO = 50
LIMITE_MAXIMO = 500
_CURSOR_MAXIMO = 1000
_MAIOR_INTEIRO = 2**63 - 1

T = TypeVar("T")
L = TypeVar("L")
A = TypeVar("A", str, int, UUID, datetime, date)
B = TypeVar("B", str, int, UUID, datetime, date)
C = TypeVar("C", str, int, UUID, datetime, date)

Valor = str | int | UUID | datetime | date


class Pagina(BaseModel, Generic[T]):
    """A page of a list."""

    itens: list[T] = Field(description="Os itens desta página.")
    proximo: str | None = Field(description="O cursor da próxima página; null na última.")


@dataclass(frozen=True, slots=True)
class Pedido:
    """The page asked for."""

    limite: int
    cursor: str | None = None

    @property
    def buscar(self) -> int:
        """How many rows to read: one more than the page, to know whether there is another."""
        return self.limite + 1

    @overload
    def depois_de(self, a: type[A], /) -> tuple[A] | None: ...
    @overload
    def depois_de(self, a: type[A], b: type[B], /) -> tuple[A, B] | None: ...
    @overload
    def depois_de(self, a: type[A], b: type[B], c: type[C], /) -> tuple[A, B, C] | None: ...
    def depois_de(self, *tipos: type[Any]) -> tuple[Any, ...] | None:
        """The key after which the page begins, None on the first page. Raises `EntradaInvalida` on a wrong cursor."""
        return None if self.cursor is None else decodificar_cursor(self.cursor, *tipos)


def _ler_pedido(
    limite: Annotated[int, Query(ge=1, le=LIMITE_MAXIMO, description="Quantos itens, no máximo.")] = LIMITE_PADRAO,
    cursor: Annotated[str | None, Query(max_length=_CURSOR_MAXIMO, description="O `proximo` da página anterior.")] = None,
) -> Pedido:
    return Pedido(limite=limite, cursor=cursor)


Paginacao = Annotated[Pedido, Depends(_ler_pedido)]


def montar(linhas: Sequence[L], pedido: Pedido, *, chave: Callable[[L], tuple[Valor, ...]], item: Callable[[L], T]) -> Pagina[T]:
    """The page made of `linhas`, which were read with `limit pedido.buscar` in the order of `chave`."""
    visiveis = linhas[: pedido.limite]
    proximo = codificar_cursor(*chave(visiveis[-1])) if len(linhas) > pedido.limite else None
    return Pagina(itens=[item(linha) for linha in visiveis], proximo=proximo)


def codificar_cursor(*chave: Valor) -> str:
    """The cursor for a key of strings, integers, UUIDs, dates and aware instants."""
    texto = json.dumps([_simples(valor) for valor in chave], separators=(",", ":"))
    return base64.urlsafe_b64encode(texto.encode()).decode().rstrip("=")


def decodificar_cursor(cursor: str, *tipos: type[Any]) -> tuple[Any, ...]:
    """The key in `cursor`, of exactly these types. Raises `EntradaInvalida` for what `codificar_cursor` never wrote."""
    try:
        bruto = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        valores = json.loads(bruto)
        if type(valores) is not list:
            raise _recusa()
        chave = tuple(_LEITORES[tipo](valor) for tipo, valor in zip(tipos, valores, strict=True))
        canonico = codificar_cursor(*chave)
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as erro:
        raise _recusa() from erro
    if canonico != cursor:
        raise _recusa()
    return chave


def _recusa() -> EntradaInvalida:
    return EntradaInvalida(
        "O cursor não é desta lista.",
        campos=[{"campo": "cursor", "motivo": "Use o valor de `proximo` da página anterior, sem alterações."}],
    )


def _simples(valor: Valor) -> str | int:
    if isinstance(valor, datetime):
        if valor.tzinfo is None:
            raise ValueError("um instante sem fuso não serve de chave")
        return valor.astimezone(UTC).isoformat()
    if isinstance(valor, date):
        return valor.isoformat()
    return str(valor) if isinstance(valor, UUID) else valor


def _texto(valor: Any) -> str:
    # U+0000 and lone surrogates are what PostgreSQL cannot compare with
    if type(valor) is not str or "\x00" in valor:
        raise ValueError("não é texto")
    valor.encode()
    return valor


def _inteiro(valor: Any) -> int:
    if type(valor) is not int or abs(valor) > _MAIOR_INTEIRO:
        raise ValueError("não é inteiro")
    return valor


_LEITORES: dict[type[Any], Callable[[Any], Any]] = {
    str: _texto,
    int: _inteiro,
    UUID: lambda valor: UUID(_texto(valor)),
    datetime: lambda valor: datetime.fromisoformat(_texto(valor)),
    date: lambda valor: date.fromisoformat(_texto(valor)),
}
