"""The hash by which Kafka's clients choose a key's partition."""

from __future__ import annotations

from struct import Struct

_SEMENTE = 0x9747B28C
_M = 0x5BD1E995
_32 = 0xFFFFFFFF
# one for each number of whole words, so that a key is taken apart in one call; most keys are short
_PALAVRAS = [Struct(f"<{n}I") for n in range(17)]


def murmur2(dados: bytes) -> int:
    """MurmurHash2 with the seed of Kafka's Java client, 0 to 2³²-1.

    Source: org.apache.kafka.common.utils.Utils.murmur2. aiokafka's own takes twice as long: it goes byte by byte.
    """
    tamanho = len(dados)
    n = tamanho >> 2
    h = _SEMENTE ^ tamanho
    palavras = _PALAVRAS[n] if n < len(_PALAVRAS) else Struct(f"<{n}I")
    for palavra in palavras.unpack_from(dados):
        k = palavra * _M & _32
        h = (h * _M & _32) ^ ((k ^ k >> 24) * _M & _32)
    if resto := dados[n << 2 :]:
        h = (h ^ int.from_bytes(resto, "little")) * _M & _32
    h = (h ^ h >> 13) * _M & _32
    return h ^ h >> 15
