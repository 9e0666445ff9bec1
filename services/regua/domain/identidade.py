"""Names that anyone can compute again: caso, acionamento and event ids, and the short code that a message carries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final
from uuid import UUID

PROJETO: Final = UUID("6f0f0c55-7e1d-5d0e-9d3b-0c6a1f4f7a21")
"""The namespace of this project's ids. Changing it would give every caso another name."""

_ALFABETO: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789"
_LETRAS: Final = 8


def id_do_caso(contribuinte: str, tributo: str, n: int) -> UUID:
    """The `n`-th caso (from 1) of a contribuinte in a tributo."""
    return UUID(ids((PROJETO.hex,), (f"{contribuinte}|{tributo}|{n}",))[0])


def id_do_acionamento(caso: UUID, etapa: int, tentativa: int) -> UUID:
    """One try (from 1) at one rung of a caso."""
    return UUID(ids((caso.hex,), (f"{etapa}|{tentativa}",))[0])


def ids(espacos: Iterable[str], nomes: Iterable[str]) -> list[str]:
    """uuid5 of each name in the namespace beside it (hexadecimal, hyphens or not), in lower case with hyphens.

    As `uuid.uuid5` does it (RFC 9562, 5.5), without an object for each: a ciclo names hundreds of thousands.
    """
    return [_uuid5(espaco, nome) for espaco, nome in zip(espacos, nomes, strict=True)]


def _uuid5(espaco: str, nome: str) -> str:
    soma = hashlib.sha1(bytes.fromhex(espaco.replace("-", "")) + nome.encode(), usedforsecurity=False).digest()
    b = bytearray(soma[:16])
    b[6] = b[6] & 0x0F | 0x50
    b[8] = b[8] & 0x3F | 0x80
    h = b.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def codigo(acionamento: str) -> str:
    """The short code of an acionamento: eight of A–Z and 2–9, from a hash of its id, so that one does not tell the next."""
    resto = int.from_bytes(hashlib.sha256(acionamento.encode()).digest()[:8])
    letras = []
    for _ in range(_LETRAS):
        resto, letra = divmod(resto, len(_ALFABETO))
        letras.append(_ALFABETO[letra])
    return "".join(letras)
