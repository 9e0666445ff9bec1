"""What each state's payment documents are called, whose code they carry and what they say, as shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def documentos_de_fabrica() -> Mapping[str, Mapping[str, Any]]:
    """By UF; `domain.documento_norma.ler_norma_de_documentos` checks one of them and gives it its types."""
    lido: dict[str, dict[str, Any]] = json.loads(files("parcelamento.normas").joinpath("documentos.json").read_bytes())
    return lido
