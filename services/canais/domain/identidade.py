"""UUIDs of version 5 as text: what `uuid.uuid5` gives, without the objects it makes on the way."""

from __future__ import annotations

from hashlib import sha1
from typing import Final

_VARIANTE: Final = {digito: "89ab"[int(digito, 16) & 3] for digito in "0123456789abcdef"}


def bytes_de_uuid(texto: str) -> bytes:
    """The 16 bytes of a UUID in its usual form. Raises `ValueError`."""
    valor = bytes.fromhex(texto.replace("-", ""))
    if len(valor) != 16:
        raise ValueError("não é um UUID")
    return valor


def uuid5_em_texto(espaco: bytes, nome: str) -> str:
    """The UUID of `nome` in the namespace whose bytes are `espaco` (RFC 9562, version 5), in its usual form."""
    h = sha1(espaco + nome.encode(), usedforsecurity=False).hexdigest()
    return f"{h[:8]}-{h[8:12]}-5{h[13:16]}-{_VARIANTE[h[16]]}{h[17:20]}-{h[20:32]}"
