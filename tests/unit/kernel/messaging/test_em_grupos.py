"""Batches by type never break the order of one key."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kernel.messaging.consumer import em_grupos
from kernel.messaging.envelope import Evento

_AGORA = datetime(2026, 1, 5, 12, tzinfo=UTC)


def _evento(n: int, tipo: str, chave: str) -> Evento:
    return Evento(id=UUID(int=n), tipo=tipo, origem="/t", chave=chave, instante=_AGORA, dados={})


_sequencias = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz"))).map(
    lambda pares: [_evento(n, tipo, chave) for n, (tipo, chave) in enumerate(pares)]
)


@given(_sequencias)
def test_nada_se_perde_e_a_ordem_de_cada_chave_fica(eventos: list[Evento]) -> None:
    grupos = list(em_grupos(eventos))
    achatado = [evento for grupo in grupos for evento in grupo]
    assert sorted(achatado, key=lambda e: e.id.int) == eventos
    for chave in "xyz":
        ids = [evento.id.int for evento in achatado if evento.chave == chave]
        assert all(antes < depois for antes, depois in pairwise(ids))
    assert all(len({evento.tipo for evento in grupo}) == 1 for grupo in grupos)


def test_chaves_diferentes_juntam_se_no_mesmo_grupo() -> None:
    eventos = [_evento(0, "A", "x"), _evento(1, "B", "y"), _evento(2, "A", "z"), _evento(3, "B", "x"), _evento(4, "A", "x")]
    assert [[e.id.int for e in grupo] for grupo in em_grupos(eventos)] == [[0, 2], [1, 3], [4]]
