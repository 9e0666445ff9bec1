"""What becomes of one request, and which steps an accepted message goes through."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from simulador.domain.comportamento import FINAIS_DE_VOZ, ComportamentoCanal
from simulador.domain.sorteio import Sorteio


class Decisao(Enum):
    """The fate of a request before its content is looked at."""

    ACEITA = "aceita"
    RECUSA_429 = "recusa_429"
    RECUSA_5XX = "recusa_5xx"
    SEM_CORPO_ACEITA = "sem_corpo_aceita"
    SEM_CORPO_RECUSA = "sem_corpo_recusa"
    TIMEOUT_ANTES = "timeout_antes"
    TIMEOUT_DEPOIS = "timeout_depois"
    # the request itself is wrong, or `falha` names a code that the provider gives at once
    RECUSA_CODIGO = "recusa_codigo"


NAO_ACEITAM = frozenset(
    {Decisao.RECUSA_429, Decisao.RECUSA_5XX, Decisao.SEM_CORPO_RECUSA, Decisao.TIMEOUT_ANTES, Decisao.RECUSA_CODIGO}
)


class Passo(NamedTuple):
    """A state that the message will reach. vezes: how often its receipt is sent; adiado: after the next step's receipt."""

    estado: str
    codigo: str | None
    atraso_ms: int
    vezes: int
    adiado: bool


class Acao(NamedTuple):
    """One thing to do: 'ocorre' (the state is reached, after the wait) or 'envia' (its receipt goes out)."""

    tipo: str
    passo: int
    atraso_ms: int


def decidir(c: ComportamentoCanal, sorteio: Sorteio) -> Decisao:
    """One draw against the five exclusive rates, and one for the half that a 502 accepts."""
    u, metade = sorteio.proximo(), sorteio.proximo()
    sem_corpo = Decisao.SEM_CORPO_ACEITA if metade < 0.5 else Decisao.SEM_CORPO_RECUSA
    for taxa, decisao in (
        (c.taxa_429, Decisao.RECUSA_429),
        (c.taxa_5xx, Decisao.RECUSA_5XX),
        (c.taxa_502_sem_corpo, sem_corpo),
        (c.timeout_antes, Decisao.TIMEOUT_ANTES),
        (c.timeout_depois, Decisao.TIMEOUT_DEPOIS),
    ):
        if u < taxa:
            return decisao
        u -= taxa
    return Decisao.ACEITA


def sortear_falha(c: ComportamentoCanal, sorteio: Sorteio) -> str | None:
    """The code of `falha` that falls on this message, or None."""
    u = sorteio.proximo()
    for codigo, taxa in c.falha.items():
        if u < taxa:
            return codigo
        u -= taxa
    return None


# (what `falha` gives, or None) → states, by who carries the message
_ANTES_DE_ENVIAR = frozenset({"30001", "30002", "131026", "131047"})


def _estados_de_mensagem(
    c: ComportamentoCanal, sorteio: Sorteio, *, formato: str, falha: str | None
) -> list[tuple[str, str | None]]:
    entregue, lido = sorteio.acontece(c.entregue), sorteio.acontece(c.lido)
    if falha is not None:
        fim = "undelivered" if formato.startswith("twilio") and falha not in _ANTES_DE_ENVIAR else "failed"
        return [(fim, falha)] if falha in _ANTES_DE_ENVIAR else [("sent", None), (fim, falha)]
    estados: list[tuple[str, str | None]] = [] if formato == "messenger" else [("sent", None)]
    if entregue:
        estados.append(("delivered", None))
        if lido and formato != "twilio_sms":
            estados.append(("read", None))
    return estados


def _estados_de_ligacao(c: ComportamentoCanal, sorteio: Sorteio, *, falha: str | None) -> list[tuple[str, str | None]]:
    inicio: list[tuple[str, str | None]] = [("initiated", None)]
    atendida = sorteio.acontece(c.atendida)
    if falha is not None and falha not in FINAIS_DE_VOZ:
        return [*inicio, ("failed", falha)]
    inicio.append(("ringing", None))
    if falha is not None:
        return [*inicio, (falha, None)]
    if not atendida:
        return [*inicio, ("no-answer", None)]
    return [*inicio, ("in-progress", None), ("completed", None)]


def planejar(c: ComportamentoCanal, sorteio: Sorteio, *, formato: str, falha: str | None) -> tuple[Passo, ...]:
    """The steps of an accepted message or call. formato: twilio_sms, twilio_whatsapp, whatsapp, messenger or voz."""
    if formato == "voz":
        estados = _estados_de_ligacao(c, sorteio, falha=falha)
    else:
        estados = _estados_de_mensagem(c, sorteio, formato=formato, falha=falha)
    passos = []
    for indice, (estado, codigo) in enumerate(estados):
        atraso = sorteio.entre(*c.latencia_ms)
        descarta, duplica, adia = sorteio.acontece(c.descartar), sorteio.acontece(c.duplicar), sorteio.acontece(c.reordenar)
        vezes = 0 if descarta else 1 + duplica
        passos.append(Passo(estado, codigo, atraso, vezes, adia and indice < len(estados) - 1))
    return tuple(passos)


def acoes_de(passos: tuple[Passo, ...], *, avisa: bool) -> tuple[Acao, ...]:
    """The order of things: each state in its time, its receipts right after it, or after the next one's where it was put off.

    avisa: False where nobody asked for receipts (no StatusCallback): the states are reached all the same.
    """
    acoes: list[Acao] = []
    adiadas: list[Acao] = []
    for indice, passo in enumerate(passos):
        acoes.append(Acao("ocorre", indice, passo.atraso_ms))
        envios = [Acao("envia", indice, 0)] * (passo.vezes if avisa else 0)
        if passo.adiado:
            adiadas += envios
            continue
        acoes += envios
        acoes += adiadas
        adiadas = []
    return tuple(acoes + adiadas)
