"""A walk through TwiML as the called person lives it: what was heard, how long it took, where the call goes next.

Source: twilio.com/docs/voice/twiml. Covered: Say, Play, Pause, Gather, Redirect, Hangup, Reject; other verbs are passed over.
"""

from __future__ import annotations

import math

# the documents come from the platform under test, and expat resolves no external entity
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import NamedTuple

LETRAS_POR_SEGUNDO = 15
SEGUNDOS_DE_AUDIO = 5


class TwimlInvalidoError(Exception):
    """The document is not TwiML (Twilio: 12100)."""


class Destino(NamedTuple):
    """The next request. url: as written in the document (may be relative, '' for the same). digitos: None for a redirect."""

    url: str
    metodo: str
    digitos: str | None


@dataclass(frozen=True, slots=True)
class Passagem:
    """One document walked. teclas: what is left for later Gathers. destino: None where the call ends here."""

    ouvido: tuple[str, ...]
    segundos: int
    teclas: tuple[str, ...]
    destino: Destino | None


def _inteiro(texto: str | None, padrao: int) -> int:
    return int(texto) if texto and texto.isdigit() else padrao


def _ouvir(verbo: ET.Element) -> tuple[list[str], int]:
    """(what is heard, seconds) of Say, Play or Pause; nothing for other verbs."""
    texto = "".join(verbo.itertext()).strip()
    vezes = max(1, _inteiro(verbo.get("loop"), 1))
    match verbo.tag:
        case "Say":
            return [texto], vezes * max(1, math.ceil(len(texto) / LETRAS_POR_SEGUNDO))
        case "Play":
            return [f"[áudio {texto}]"], vezes * SEGUNDOS_DE_AUDIO
        case "Pause":
            return [], _inteiro(verbo.get("length"), 1)
        case _:
            return [], 0


def _digitar(gather: ET.Element, teclas: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """(digits pressed, what is left) — up to numDigits, and without the key that ends them."""
    if not teclas:
        return "", ()
    fim = gather.get("finishOnKey", "#")
    digitos = teclas[0].split(fim)[0] if fim else teclas[0]
    return digitos[: _inteiro(gather.get("numDigits"), len(digitos))], teclas[1:]


def percorrer(documento: bytes, teclas: tuple[str, ...]) -> Passagem:
    """Walks one document until it ends, or leads to another request. Raises TwimlInvalidoError."""
    try:
        raiz = ET.fromstring(documento)  # noqa: S314
    except ET.ParseError as erro:
        raise TwimlInvalidoError(str(erro)) from erro
    if raiz.tag != "Response":
        raise TwimlInvalidoError(f"root element is {raiz.tag}")
    ouvido: list[str] = []
    segundos = 0
    for verbo in raiz:
        if verbo.tag in {"Hangup", "Reject"}:
            break
        if verbo.tag == "Redirect":
            destino = Destino((verbo.text or "").strip(), verbo.get("method", "POST"), None)
            return Passagem(tuple(ouvido), segundos, teclas, destino)
        for parte in verbo if verbo.tag == "Gather" else (verbo,):
            ditos, duracao = _ouvir(parte)
            ouvido += ditos
            segundos += duracao
        if verbo.tag != "Gather":
            continue
        digitos, teclas = _digitar(verbo, teclas)
        if digitos or verbo.get("actionOnEmptyResult") == "true":
            destino = Destino(verbo.get("action", ""), verbo.get("method", "POST"), digitos)
            return Passagem(tuple(ouvido), segundos + 1, teclas, destino)
        segundos += _inteiro(verbo.get("timeout"), 5)
    return Passagem(tuple(ouvido), segundos, teclas, None)
