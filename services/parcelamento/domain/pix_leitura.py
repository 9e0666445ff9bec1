"""Reads a Pix as payment providers write it. Source: API Pix 2.9.0, schema Pix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from parcelamento.domain.pix import PixRecebido

_END_TO_END: Final = re.compile(r"[a-zA-Z0-9]{32}")
_TXID: Final = re.compile(r"[a-zA-Z0-9]{1,35}")
_VALOR: Final = re.compile(r"([0-9]{1,10})\.([0-9]{2})")
_INSTANTE: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# Pix began in 2020, and simulated clocks run earlier; at the calendar's ends an instant has no local day.
_ANOS: Final = range(1900, 2200)


def ler_pix(item: object) -> PixRecebido | str:
    """The Pix, or the name of the first field that cannot be used (`item`: it is no object at all).

    What the payer wrote (infoPagador) and who paid are never looked at.
    """
    if not isinstance(item, Mapping):
        return "item"
    valor, horario = ler_centavos(item.get("valor")), _instante(item.get("horario"))
    devolvido = _devolvido(item.get("devolucoes"))
    txid = item.get("txid")
    recusas = {
        "endToEndId": not _casa(_END_TO_END, item.get("endToEndId")),
        "txid": txid is not None and not _casa(_TXID, txid),
        "valor": not valor,
        "devolucoes": devolvido is None or devolvido > (valor or 0),
    }
    if (campo := next((nome for nome, recusa in recusas.items() if recusa), None)) is not None:
        return campo
    if horario is None:
        return "horario"
    return PixRecebido(end_to_end=item["endToEndId"], txid=txid, valor=valor or 0, horario=horario, devolvido=devolvido or 0)


def ler_centavos(texto: object) -> int | None:
    """Cents of `123.45`; None for anything else. Negative amounts do not exist there."""
    achado = _VALOR.fullmatch(texto) if isinstance(texto, str) else None
    return None if achado is None else int(achado[1]) * 100 + int(achado[2])


def _casa(formato: re.Pattern[str], texto: object) -> bool:
    return isinstance(texto, str) and formato.fullmatch(texto) is not None


def _instante(texto: object) -> datetime | None:
    if not isinstance(texto, str) or not _INSTANTE.fullmatch(texto):
        return None
    try:
        lido = datetime.fromisoformat(texto.upper())
    except ValueError:
        return None
    return lido if lido.year in _ANOS else None


def _devolvido(devolucoes: object) -> int | None:
    """Cents of the refunds that were carried out; None where that cannot be read."""
    if devolucoes is None:
        return 0
    if not isinstance(devolucoes, list):
        return None
    total = 0
    for devolucao in devolucoes:
        valor = ler_centavos(devolucao.get("valor")) if isinstance(devolucao, Mapping) else None
        if valor is None:
            return None
        total += valor if devolucao.get("status") == "DEVOLVIDO" else 0
    return total
