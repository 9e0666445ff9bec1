"""When the permanent campaign's ciclo falls due: each morning of a day with contact hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from kernel.domain.calendario import JanelaDeContato

HORA: Final = time(8, 30)
# Longer than any run of closed days.
_BUSCA_DIAS: Final = 400


def proximo_horario(janela: JanelaDeContato, depois_de: datetime) -> datetime | None:
    """The first 08:30 local after `depois_de` (itself not counted) on a day with contact hours; None if there is none."""
    fuso, dia = ZoneInfo(janela.horario.fuso), janela.dia_local(depois_de)
    for _ in range(_BUSCA_DIAS):
        instante = datetime.combine(dia, HORA, fuso)
        if instante > depois_de and janela.faixa_do_dia(dia) is not None:
            return instante.astimezone(depois_de.tzinfo)
        dia += timedelta(days=1)
    return None


def devido(janela: JanelaDeContato, vista_ate: datetime, agora: datetime) -> datetime | None:
    """The last instant that fell due after `vista_ate` and up to `agora`; None where nothing did."""
    ultimo, proximo = None, proximo_horario(janela, vista_ate)
    while proximo is not None and proximo <= agora:
        ultimo, proximo = proximo, proximo_horario(janela, proximo)
    return ultimo
