"""What running a load asks of a kind of file: to be taken apart into rows, and to show its lines again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from kernel.cargas.leitura import Bloco, Rejeicao


@dataclass(frozen=True, slots=True)
class Lido:
    """A block judged: `copia` is COPY text of `aceitas` rows; `lidos` counts bytes of the file so far."""

    copia: bytes
    aceitas: int
    rejeitadas: Sequence[Rejeicao] = field(repr=False)
    lidos: int


class ArquivoAberto(Protocol):
    """One file under way. Its iterators run in a thread, one at a time, and hold a block or two in memory."""

    @property
    def fatos(self) -> Mapping[str, Any]:
        """What the file says of itself as a whole; complete once `lidos` has ended."""
        ...

    def lidos(self) -> Iterator[Lido]:
        """The whole file, judged. Raises `ArquivoRecusado` wherever it finds that nothing of the file can be taken."""
        ...

    def linhas(self) -> Iterator[Bloco]:
        """The same lines once more, as they stand there: for those that the database refused."""
        ...


class TipoDeArquivo(Protocol):
    """A kind of file. Its rows are COPY text: the line's number, then `campos`."""

    @property
    def nome(self) -> str: ...

    @property
    def campos(self) -> tuple[str, ...]: ...

    def abrir(self, arquivo: BinaryIO) -> ArquivoAberto:
        """Begins at the file's first byte. Raises `ArquivoRecusado` for a beginning that is not of this kind."""
        ...
