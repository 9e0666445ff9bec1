"""One figure of a benchmark and what it is held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Medida:
    """`razao` is `valor` over `referencia` (both in `unidade`), as far as a reference makes sense."""

    nome: str
    valor: float
    unidade: str
    referencia: float | None = None
    razao: float | None = None
    meta: str = ""

    def como_json(self) -> dict[str, Any]:
        return {nome: valor for nome, valor in asdict(self).items() if nome != "meta"}
