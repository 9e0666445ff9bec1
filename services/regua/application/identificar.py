"""Whether somebody is who they say they are: facts compared in constant work, answered by yes or no."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

FATOS: Final = ("documento", "nome", "municipio", "inscricao_estadual", "renavam", "placa")
"""What may be asked about."""

REGISTROS: Final = 8
"""How many registrations are always compared: those found, and made-up ones for the rest."""


@dataclass(frozen=True, slots=True)
class Registro:
    """A registration as it is compared. `verdadeiros`: facts that the database compared itself."""

    contribuinte: str
    textos: Mapping[str, str]
    verdadeiros: Mapping[str, bool]


Comparacao = Callable[[bytes, bytes], bool]
"""Whether two digests are equal, in constant time."""

_NINGUEM: Final = Registro("", {}, {})


def conferir(
    registros: Sequence[Registro], fatos: Mapping[str, str], *, comparar: Comparacao = hmac.compare_digest
) -> str | None:
    """The contribuinte of the first registration that all `fatos` fit, or None.

    The work does not depend on who is there nor on which fact is wrong: every fact of every registration is compared, by
    digests of one length. Raises ValueError for more than REGISTROS registrations.
    """
    if len(registros) > REGISTROS:
        raise ValueError("more registrations than are always compared")
    achado = ""
    for registro in [*registros, *[_NINGUEM] * (REGISTROS - len(registros))]:
        confere = _confere(registro, fatos, comparar)
        achado = achado or (registro.contribuinte if confere else "")
    return achado or None


def _confere(registro: Registro, fatos: Mapping[str, str], comparar: Comparacao) -> bool:
    iguais = [_igual(registro, fato, fatos.get(fato, ""), comparar) | (fato not in fatos) for fato in FATOS]
    return all(iguais) & bool(fatos)


def _igual(registro: Registro, fato: str, informado: str, comparar: Comparacao) -> bool:
    texto = comparar(_digesto(registro.textos.get(fato, "")), _digesto(informado))
    return (texto & (fato in registro.textos) & bool(normalizar(informado))) | registro.verdadeiros.get(fato, False)


def _digesto(texto: str) -> bytes:
    return sha256(normalizar(texto).encode("utf-8", "surrogatepass")).digest()


def normalizar(texto: str) -> str:
    """As people write the same name: without accents, case, punctuation and repeated blanks."""
    letras = (c if c.isalnum() else " " for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c))
    return " ".join("".join(letras).casefold().split())
