"""Short messages by which people leave, come back, or ask for help; compared without case, accents and punctuation.

There is no official list in Portuguese; Twilio handles English words only.
"""

from __future__ import annotations

from typing import Final

SAIR: Final = frozenset(
    {
        "sair",
        "parar",
        "pare",
        "cancelar",
        "cancela",
        "descadastrar",
        "remover",
        "stop",
        "stopall",
        "unsubscribe",
        "end",
        "quit",
        "nao quero",
        "nao enviar",
        "excluir",
        "bloquear",
    }
)

VOLTAR: Final = frozenset({"voltar", "quero receber", "start", "unstop", "reativar"})
