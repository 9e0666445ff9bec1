"""How reading a value from outside fails: one shape for every reader of this package."""

from collections.abc import Mapping
from typing import ClassVar


class EntradaInvalida(ValueError):
    """A text from outside is not the value it should be.

    `motivo` is stable and meant for programs (rejected lines, problem+json); `str()` is for people, in Portuguese.
    Neither repeats the text that was read: it may be a taxpayer's document or phone.
    """

    mensagens: ClassVar[Mapping[str, str]] = {}

    def __init__(self, motivo: str) -> None:
        super().__init__(self.mensagens[motivo])
        self.motivo = motivo

    def __reduce__(self) -> tuple[type["EntradaInvalida"], tuple[str]]:
        # ValueError would rebuild itself from its message, which is no motivo: an error must survive a process pool.
        return type(self), (self.motivo,)
