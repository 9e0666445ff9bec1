"""Rules of late charges that ship with the room, and the SELIC rates of the months whose figure has a source."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

import orjson

REGRAS: Final = ("federal", "al", "nenhum")
REGRA_DO_ESTADO: Final[Mapping[str, str]] = {"AL": "al", "MA": "federal"}
"""By UF, the rule that applies where nobody names one; that Maranhão follows the federal one is not verified."""


def documentos_de_encargos() -> dict[str, Mapping[str, Any]]:
    """The document of each rule, by its name."""
    return {regra: orjson.loads(files(__package__).joinpath(f"encargos_{regra}.json").read_bytes()) for regra in REGRAS}


def selic_de_fabrica() -> bytes:
    """The CSV `competencia;taxa;fonte`, 2014-01 to 2025-12. Later months come by file, once they are over."""
    return files(__package__).joinpath("selic.csv").read_bytes()
