"""A message as the rules and the model read it: plain lower-case words, numbers and addresses reduced to what they are."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAXIMO_DE_CARACTERES: Final = 10_000

# In this order: what an address or a code swallows is no date or amount any more. Each replacement is plain words, so that a
# second pass finds nothing to replace.
_COISAS: Final = tuple(
    (re.compile(padrao), f" {palavra} ")
    for padrao, palavra in (
        (r"(?:https?://|www\.)\S+", "link"),
        (r"\S+@\S+\.\S+", "email"),
        (r"\b\d{2}\.?\d{3}\.?\d{3}/\d{4}-?\d{2}\b|\b\d{14}\b", "cnpj"),
        (r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", "cpf"),
        (r"\b[a-z]{3}[- ]?\d[a-j\d]\d{2}\b", "placa"),
        (r"\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{8}\b", "codigo"),
        (r"\br\$ ?\d[\d.,]*", "9 reais"),
        (r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b", "dia 9"),
        (r"\b\d{9,11}\b", "numerolongo"),
    )
)
_APOSTROFO: Final = re.compile(r"['’`´ʼ]")
_ALGARISMOS: Final = re.compile(r"\d+")
_SEPARADOR: Final = re.compile(r"[\W_]+")
_NOVES: Final = re.compile(r"\b9(?: 9)+\b")
_REPETIDA: Final = re.compile(r"([^\W\d])\1{2,}")
_SOLETRADA: Final = re.compile(r"(?<!\S)[a-z](?: [a-z]){2,}(?!\S)")


def normalizar(texto: str) -> str:
    """`texto` as words between single spaces; empty where nothing is left of it (emoji, punctuation).

    No accents, case, emoji, control or direction marks; a letter three or more times in a row is one ("oiii" is "oi"), letters
    set apart are one word ("s a i r" is "sair"); an address is `link`, a plate `placa`, a message's code `codigo`, any other
    number `9`. Done twice it changes nothing. Reads and gives `MAXIMO_DE_CARACTERES` at most.
    """
    limpo = _sem_acentos(texto[:MAXIMO_DE_CARACTERES].replace("\r", " "))
    for padrao, palavra in _COISAS:
        limpo = padrao.sub(palavra, limpo)
    limpo = _ALGARISMOS.sub(" 9 ", _APOSTROFO.sub("", limpo))
    limpo = _NOVES.sub("9", _SEPARADOR.sub(" ", limpo).strip())
    limpo = _SOLETRADA.sub(lambda achado: achado.group().replace(" ", ""), _REPETIDA.sub(r"\1", limpo))
    return _ate(_REPETIDA.sub(r"\1", limpo), MAXIMO_DE_CARACTERES)


def _sem_acentos(texto: str) -> str:
    # twice: folding the case of a few letters brings marks back
    return _sem_marcas(_sem_marcas(texto).casefold())


def _sem_marcas(texto: str) -> str:
    if texto.isascii():
        return texto
    # marks (M) and formats (Cf: zero width, direction) vanish; letters around them stay together
    return "".join(c for c in unicodedata.normalize("NFKD", texto) if unicodedata.category(c) not in {"Mn", "Mc", "Me", "Cf"})


def _ate(texto: str, maximo: int) -> str:
    """The whole words of the first `maximo` characters."""
    if len(texto) <= maximo:
        return texto
    inteiras, espaco, _ = texto[: maximo + 1].rpartition(" ")
    return inteiras if espaco else texto[:maximo]
