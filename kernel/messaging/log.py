"""The port of the event log: what the embedded table and Kafka both promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

Cabecalhos = tuple[tuple[str, bytes], ...]


class LogIndisponivel(Exception):
    """The log cannot be reached now; nothing is known to be wrong with the record. Retry later."""


@dataclass(frozen=True, slots=True)
class Topico:
    """A topic as `schemas/topics/*.yaml` declares it."""

    nome: str
    particoes: int = 12
    retencao_dias: float = 30


class Saida(NamedTuple):
    """A record on its way to the log. Records with one `chave` keep their order. A tuple: thousands are made a second."""

    topico: str
    chave: str
    valor: bytes
    cabecalhos: Cabecalhos = ()


class Registro(NamedTuple):
    """A record read from the log. A tuple, as `Saida`."""

    topico: str
    particao: int
    offset: int
    chave: str
    valor: bytes
    cabecalhos: Cabecalhos = ()


class Producer(Protocol):
    """Appends records."""

    async def publish(self, saidas: Sequence[Saida]) -> None:
        """Appends all, in order for each key, and returns once they are durable.

        Raises `LogIndisponivel`; then any part may have been appended, and publishing again gives duplicates that the
        consumer's inbox drops.
        """
        ...


class Consumer(Protocol):
    """One member of a consumer group over some topics.

    Within a group each partition has one reader at a time. Positions are the group's, not the member's: what one member
    did not commit, another reads again.
    """

    async def fetch(self, *, maximo: int, espera_s: float) -> list[Registro]:
        """Up to `maximo` records, in order within each partition; empty after `espera_s` seconds without any.

        Never returns records of a paused partition, nor of one that the group has taken from this member. Raises
        `LogIndisponivel`.
        """
        ...

    async def commit(self, registros: Sequence[Registro]) -> None:
        """Makes the position of each partition in `registros` the one after its last record there.

        Silently skips partitions that the group took away meanwhile (their next reader starts from what was committed).
        Raises `LogIndisponivel`.
        """
        ...

    def pause(self, topicos: Sequence[str]) -> None:
        """Stops handing out records of these topics while membership goes on (back-pressure)."""
        ...

    def resume(self, topicos: Sequence[str]) -> None:
        """Hands them out again, from the first one not yet handed out."""
        ...

    async def close(self) -> None:
        """Leaves the group cleanly; another member may take over at once."""
        ...


class Log(Protocol):
    """A log as a whole: makes topics, producers and consumers, and says how far a group is behind."""

    async def create_topics(self, topicos: Sequence[Topico]) -> None:
        """Makes those that do not exist yet; leaves the others as they are."""
        ...

    async def producer(self) -> Producer: ...

    async def consumer(self, *, grupo: str, topicos: Sequence[str], membro: str) -> Consumer:
        """Joins `grupo`. `membro` is stable across restarts of one worker (Kafka's static membership), unique in the group."""
        ...

    async def lag(self, *, grupo: str, topicos: Sequence[str]) -> Mapping[str, int]:
        """Records appended and not committed by the group, by topic."""
        ...

    async def close(self) -> None: ...
