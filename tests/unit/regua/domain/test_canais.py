"""The order of the channels, whom they reach, and the turn of the next one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from kernel.domain.calendario import Calendario
from regua.domain.canais import anexar_canais, canais_do_degrau, janela_aberta, proximo_canal, turno
from tests.support.regua_casos import casos
from tests.support.regua_politica import politica

POLITICA = politica()
JANELA = POLITICA.janela(Calendario.contato())
SEGUNDA_9H = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
SABADO_13H59 = datetime(2026, 3, 14, 16, 59, tzinfo=UTC)
TODOS = ("whatsapp", "sms", "voz", "messenger")


@pytest.mark.parametrize(
    ("rigidez", "alcance", "conversa", "esperados"),
    [
        (1, TODOS, False, ("whatsapp", "sms")),
        (2, TODOS, False, ("whatsapp", "sms", "voz")),
        (3, TODOS, False, ("voz", "whatsapp", "sms")),
        (5, ("sms",), False, ("sms",)),
        (1, TODOS, True, ("messenger", "whatsapp", "sms")),
        (1, ("sms",), True, ("sms",)),
        (1, ("voz",), False, ()),
    ],
)
def test_os_canais_do_degrau(rigidez: int, alcance: tuple[str, ...], conversa: bool, esperados: tuple[str, ...]) -> None:
    assert canais_do_degrau(POLITICA, rigidez, alcance, conversa=conversa) == esperados
    linha = {f"alcance_{c}": c in alcance for c in TODOS} | {"rigidez": rigidez, "conversa_aberta": conversa}
    quadro = casos({k: v for k, v in linha.items() if k != "rigidez"})
    achados = anexar_canais(quadro.with_columns(rigidez=pl.lit(rigidez)), POLITICA)
    assert tuple(achados["canais"].item()) == esperados


def test_o_turno_comeca_no_primeiro_minuto_permitido_e_dura_24_horas() -> None:
    agora = turno(POLITICA, rigidez=1, canal="sms", ordem=1, agora=SEGUNDA_9H, janela=JANELA)
    assert (agora.nao_antes, agora.valido_ate) == (SEGUNDA_9H, SEGUNDA_9H + timedelta(hours=24))
    domingo = turno(POLITICA, rigidez=1, canal="sms", ordem=1, agora=SABADO_13H59 + timedelta(minutes=1), janela=JANELA)
    assert domingo.nao_antes == datetime(2026, 3, 16, 11, 0, tzinfo=UTC)


def test_o_proximo_canal_pula_quem_nao_alcanca_mais() -> None:
    def proximo(ordem: int, alcance: tuple[str, ...]) -> Any:
        achado = proximo_canal(
            POLITICA,
            rigidez=3,
            canais=("voz", "whatsapp", "sms"),
            ordem=ordem,
            alcance=alcance,
            agora=SEGUNDA_9H,
            janela=JANELA,
        )
        return achado and (achado.canal, achado.ordem)

    assert proximo(1, TODOS) == ("whatsapp", 2)
    assert proximo(1, ("sms",)) == ("sms", 3)
    assert proximo(3, TODOS) is None
    assert proximo(1, ()) is None


@pytest.mark.parametrize(
    ("data", "agora", "aberta"),
    [
        (date(2026, 3, 14), SABADO_13H59, True),
        (date(2026, 3, 14), SABADO_13H59 + timedelta(minutes=1), False),
        (date(2026, 3, 16), SABADO_13H59, True),
        (date(2026, 3, 15), SABADO_13H59, False),
    ],
)
def test_a_janela_do_dia(data: date, agora: datetime, aberta: bool) -> None:
    assert janela_aberta(JANELA, data, agora) == aberta
