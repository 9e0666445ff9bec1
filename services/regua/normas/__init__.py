"""Dated rules as data: the default policies, by version."""

from __future__ import annotations

from importlib.resources import files

PADRAO = "2026-01"


def documento_da_politica(versao: str = PADRAO) -> bytes:
    """The JSON of a policy that ships with the régua. Raises FileNotFoundError where there is none of that version."""
    return files(__name__).joinpath(f"politica_{versao.replace('-', '_')}.json").read_bytes()
