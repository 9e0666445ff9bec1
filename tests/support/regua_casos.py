"""A frame of casos ready to be decided, built from what differs from an ordinary one."""

from __future__ import annotations

from typing import Any

import polars as pl

from regua.domain.fatos import FATOS_DO_CASO, SITUACOES
from regua.domain.insumos import ESQUEMA
from regua.domain.politica import CANAIS

_FATOS: dict[str, Any] = {
    **dict.fromkeys(FATOS_DO_CASO, 0),
    **dict.fromkeys(SITUACOES, 0),
    "queda_receita_den": 1,
    "sem_condicoes": False,
    "reincidencia": 1,
    "valor_aberto": 100_00,
    "dias_atraso": 3,
    "debitos_em_aberto": 1,
    "periodos_nao_pagos": 1,
    "periodos_consecutivos": 1,
}
_ESTADO: dict[str, Any] = {
    **{f"alcance_{c}": c in ("whatsapp", "sms") for c in CANAIS},
    **{f"optou_{c}": False for c in CANAIS},
    "andamento": None,
    "aprovacao": None,
    "contatos_hoje": 0,
    "contatos_na_janela": 0,
    "controle": None,
    "conversa_aberta": False,
    "etapa_consumida": 0,
    "etapa_em": None,
    "promessa": False,
    "suspenso": False,
    "tentativa": 1,
    "teto_rigidez": 5,
}


def casos(*diferencas: dict[str, Any]) -> pl.DataFrame:
    """One row for each: an overdue debt of one person each, reachable, nothing against a contact."""
    linhas = []
    for i, diferenca in enumerate(diferencas):
        quem = {"caso": f"caso-{i}", "contribuinte": f"C{i}", "pessoa": f"P{i}", "tributo": "ICMS"}
        linhas.append({**quem, **_FATOS, **_ESTADO, **diferenca})
    texto = {"pessoa": pl.String()}
    return pl.DataFrame(linhas, schema={n: t for n, t in {**ESQUEMA, **texto}.items() if n in linhas[0]})
