"""The fifteen intents that a message may have."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Intencao: TypeAlias = Literal[
    "saudacao",
    "consultar",
    "consultar_ipva",
    "pagar",
    "parcelar",
    "ja_pagou",
    "nao_reconhece",
    "contesta",
    "sem_condicoes",
    "promete",
    "verificar_mensagem",
    "ajuda_dac",
    "atendente",
    "sair",
    "outro",
]

INTENCOES: Final[tuple[Intencao, ...]] = get_args(Intencao)
