"""What the simulator needs from outside: a journal, an HTTP client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

Linha = Mapping[str, Any]


class Diario(Protocol):
    """An append-only list of records that survives the death of the process."""

    def ler(self) -> Iterator[dict[str, Any]]:
        """Every record, oldest first. A torn last one is left out, and overwritten by the next."""
        ...

    def anexar(self, linha: Linha) -> None:
        """The record is out of this process's hands on return."""
        ...

    def trocar(self, linhas: Iterable[Linha]) -> None:
        """Puts these records in the place of all there are, atomically."""
        ...

    @property
    def tamanho(self) -> int:
        """Bytes."""
        ...


class RespostaHttp(NamedTuple):
    """What a webhook answered."""

    status: int
    corpo: bytes


class ClienteHttp(Protocol):
    """Calls the platform's webhooks."""

    async def pedir(self, metodo: str, url: str, corpo: bytes, cabecalhos: Mapping[str, str]) -> RespostaHttp | None:
        """The answer, or None where there was none (refused, reset, too late)."""
        ...
