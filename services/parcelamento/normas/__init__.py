"""Dated rules as data: the norms of installments, the rules of late charges and the tables that ship with the room."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

_NORMAS: Final = ("ma-mp-189-2015", "al-icms-ordinario", "al-ipva-atraso", "ma-mp-245-2017", "ma-mp-305-2020-ipva")


def normas_de_fabrica() -> dict[str, dict[str, Any]]:
    """The documents of the norms that ship with the room, by their id, read anew each time: the caller may change its own."""
    return {nome: json.loads(files(__name__).joinpath(f"{nome}.json").read_bytes()) for nome in _NORMAS}
