"""Ids made the short way are those of the standard library."""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canais.domain.identidade import bytes_de_uuid, uuid5_em_texto


@given(espaco=st.uuids(), nome=st.text())
def test_uuid5_e_o_da_biblioteca(espaco: UUID, nome: str) -> None:
    assert uuid5_em_texto(bytes_de_uuid(str(espaco)), nome) == str(uuid5(espaco, nome))


@pytest.mark.parametrize("texto", ["", "a" * 31, "a" * 34, "g" * 32])
def test_o_que_nao_e_uuid_e_recusado(texto: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        bytes_de_uuid(texto)
