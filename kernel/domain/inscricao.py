"""Inscrição estadual of Alagoas (CACEAL): the number a business is known by to the state's treasury."""

import re
from typing import Final

_AL: Final = re.compile(r"24[0-9]{7}")
_SEPARADORES: Final = str.maketrans("", "", ".-/ ")


def validar_ie_al(texto: str) -> bool:
    """Whether the text is an inscrição estadual of Alagoas: `24XNNNNND`, with or without mask.

    X is the kind of registration; values outside the published list are in use, so it is not judged.
    "ISENTO" is no number and answers False: the absence of one is for the caller to accept.
    Source: the check routine that SINTEGRA publishes for AL; register by IN SEF 17/2007.
    """
    valor = texto.strip().translate(_SEPARADORES)
    if not _AL.fullmatch(valor):
        return False
    soma = sum(int(c) * peso for c, peso in zip(valor[:8], range(9, 1, -1), strict=True))
    return int(valor[8]) == soma * 10 % 11 % 10
