"""The partition of a key is the one that Kafka's own clients name."""

from __future__ import annotations

from aiokafka.partitioner import murmur2 as murmur2_do_cliente
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.messaging.particao import murmur2


@given(st.binary(max_size=64))
@example(b"")
@example(b"AL-000000001")
@example(b"\xff" * 7)
def test_o_hash_e_o_do_cliente_oficial(chave: bytes) -> None:
    assert murmur2(chave) == murmur2_do_cliente(chave)
