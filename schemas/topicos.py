"""The topics as their pages in `schemas/topics` declare them, and which of them a room writes and reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.messaging.log import Topico

PASTA = Path(__file__).parent
SALAS = ("regua", "canais", "ura", "chatbot", "parcelamento", "central", "relatorios")
"""Who may stand on a page as writer or reader; `relatorios` is whoever makes dashboards and reports."""
TODAS = "todas"
SUFIXO_DLQ = "-dlq"
RETENCAO_DLQ_DIAS = 90


class SalaDesconhecida(LookupError):
    """No page knows a room of this name."""


@dataclass(frozen=True, slots=True)
class EventoDaPagina:
    """One event type of a topic and the rooms that write it."""

    tipo: str
    escritores: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pagina:
    """One page of `schemas/topics`. `leitores` has every room where the page says `todas`."""

    topico: str
    titulo: str
    descricao: str
    chave: str
    particoes: int
    retencao_dias: int
    compatibilidade: str
    leitores: tuple[str, ...]
    eventos: tuple[EventoDaPagina, ...]

    @property
    def escritores(self) -> tuple[str, ...]:
        """Every room that writes some type here, in the order of `SALAS`."""
        return tuple(sala for sala in SALAS if any(sala in evento.escritores for evento in self.eventos))


@dataclass(frozen=True, slots=True)
class UsoDeTopicos:
    """The topics that one room writes and those it may read, by name."""

    escreve: tuple[str, ...]
    le: tuple[str, ...]


def pagina_de(mapa: Mapping[str, Any]) -> Pagina:
    """The page in `mapa`, as YAML or JSON gives it. Raises `TypeError` for a field too many or too few."""
    campos = dict(mapa)
    leitores = tuple(campos.pop("leitores", ()))
    eventos = tuple(
        EventoDaPagina(**{**evento, "escritores": tuple(evento["escritores"])}) for evento in campos.pop("eventos", ())
    )
    return Pagina(**campos, leitores=SALAS if leitores == (TODAS,) else leitores, eventos=eventos)


def carregar_paginas() -> tuple[Pagina, ...]:
    """Every page, by topic name, from what `python -m schemas.gerar` made of the YAML files."""
    return tuple(pagina_de(mapa) for mapa in json.loads((PASTA / "gerados" / "topicos.json").read_text("utf-8")))


def carregar_topicos() -> tuple[Topico, ...]:
    """Every topic there is, each followed by its dead-letter twin."""
    return tuple(topico for pagina in carregar_paginas() for topico in _com_dlq(pagina))


def uso_de(sala: str) -> UsoDeTopicos:
    """What `sala` writes and may read. Raises `SalaDesconhecida`."""
    if sala not in SALAS:
        raise SalaDesconhecida(sala)
    paginas = carregar_paginas()
    return UsoDeTopicos(
        escreve=tuple(pagina.topico for pagina in paginas if sala in pagina.escritores),
        le=tuple(pagina.topico for pagina in paginas if sala in pagina.leitores),
    )


def topicos_de(sala: str) -> tuple[Topico, ...]:
    """What `<sala> migrate` makes: the topics it writes or reads, with their dead-letter twins. Raises `SalaDesconhecida`."""
    uso = uso_de(sala)
    usados = {*uso.escreve, *uso.le}
    return tuple(topico for pagina in carregar_paginas() if pagina.topico in usados for topico in _com_dlq(pagina))


def _com_dlq(pagina: Pagina) -> tuple[Topico, Topico]:
    # what people wrote is kept 24 hours, whatever became of it
    retencao_dlq = RETENCAO_DLQ_DIAS if pagina.retencao_dias > 1 else pagina.retencao_dias
    return (
        Topico(pagina.topico, particoes=pagina.particoes, retencao_dias=pagina.retencao_dias),
        Topico(pagina.topico + SUFIXO_DLQ, particoes=pagina.particoes, retencao_dias=retencao_dlq),
    )
