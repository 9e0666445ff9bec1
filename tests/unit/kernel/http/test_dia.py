"""Days that callers send: text in ISO 8601, and nothing that might be read as another day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kernel.http.valores import Dia

DIA: TypeAdapter[Any] = TypeAdapter(Dia)


def test_texto_iso_e_uma_data() -> None:
    assert DIA.validate_json('"2015-03-10"') == DIA.validate_python("2015-03-10") == DIA.validate_python(date(2015, 3, 10))


@pytest.mark.parametrize("outra", [0, 20150310, 1425945600, 1.5, True, "0", "20150310", "1425945600", "2015-03-10T00:00:00Z", ""])
def test_numero_ou_outro_texto_nao_e_dia(outra: object) -> None:
    """20150310 as a Unix time is a day of August 1970: years of interest that nobody owes."""
    with pytest.raises(ValidationError):
        DIA.validate_python(outra)


@pytest.mark.parametrize("texto", ["1899-12-31", "2201-01-01"])
def test_fora_da_epoca_e_recusado(texto: str) -> None:
    with pytest.raises(ValidationError, match="entre os anos"):
        DIA.validate_python(texto)
