"""How the simulated providers behave, per channel, and the reading of `PUT /comportamento`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

CANAIS = ("sms", "whatsapp", "messenger", "voz", "pix")
TAXAS_DE_RESPOSTA = ("taxa_429", "taxa_5xx", "taxa_502_sem_corpo", "timeout_antes", "timeout_depois")
FINAIS_DE_VOZ = ("busy", "no-answer", "failed")


@dataclass(frozen=True, slots=True)
class ComportamentoCanal:
    """One channel's behaviour. Every field but the last five is a share of 0 to 1.

    Of a request: taxa_429 · taxa_5xx (provider's body, never accepted) · taxa_502_sem_corpo (no body, half accepted) ·
    timeout_antes (not accepted, no answer) · timeout_depois (accepted, no answer); they exclude one another.
    Of an accepted message: `falha` comes first, then `entregue`; the rest stays at "sent". `lido` is a share of the delivered
    (SMS has no read). Of a call: `falha` (a Twilio code, or busy, no-answer, failed), then `atendida`; the rest is no-answer.
    Of a receipt: duplicar, reordenar (after the next one), descartar (never sent, nor owed).
    Of a Pix (a request: one about a charge; a receipt: its notice): the same, besides agrupar (goes with the next one).
    latencia_ms: wait before each step, [from, to], machine time. timeout_s: how long a request is held before the connection
    is cut. teclas: what each <Gather> of a call hears, in order. modelos: WhatsApp templates that exist (None: all do).
    """

    taxa_429: float = 0.0
    taxa_5xx: float = 0.0
    taxa_502_sem_corpo: float = 0.0
    timeout_antes: float = 0.0
    timeout_depois: float = 0.0
    entregue: float = 0.95
    lido: float = 0.6
    atendida: float = 0.544
    duplicar: float = 0.0
    reordenar: float = 0.0
    descartar: float = 0.0
    agrupar: float = 0.0
    falha: Mapping[str, float] = field(default_factory=dict)
    latencia_ms: tuple[int, int] = (50, 500)
    timeout_s: float = 30.0
    teclas: tuple[str, ...] = ()
    modelos: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Comportamento:
    """The whole of it: the seed of all draws and one entry per channel."""

    semente: int = 1
    canais: Mapping[str, ComportamentoCanal] = field(default_factory=lambda: {canal: ComportamentoCanal() for canal in CANAIS})


@dataclass(frozen=True, slots=True)
class CampoInvalido:
    """A field of the request that cannot be used, and why, in Portuguese."""

    campo: str
    motivo: str


class _ValorInvalidoError(Exception):
    """Why a value was refused; its text is the reason shown."""


def _numero(valor: object) -> float:
    if isinstance(valor, bool) or not isinstance(valor, int | float):
        raise _ValorInvalidoError("deve ser um número")
    return float(valor)


def _taxa(valor: object) -> float:
    numero = _numero(valor)
    if not 0.0 <= numero <= 1.0:
        raise _ValorInvalidoError("deve ser um número entre 0 e 1")
    return numero


def _inteiro(valor: object) -> int:
    if isinstance(valor, bool) or not isinstance(valor, int):
        raise _ValorInvalidoError("deve ser um número inteiro")
    return valor


def _latencia(valor: object) -> tuple[int, int]:
    if not isinstance(valor, list) or len(valor) != 2:
        raise _ValorInvalidoError("deve ser uma lista com dois inteiros: [mínimo, máximo], em milissegundos")
    minimo, maximo = (_inteiro(v) for v in valor)
    if not 0 <= minimo <= maximo <= 86_400_000:
        raise _ValorInvalidoError("o mínimo não pode ser negativo nem passar do máximo, que vai até 86400000")
    return minimo, maximo


def _falha(valor: object) -> dict[str, float]:
    if not isinstance(valor, dict):
        raise _ValorInvalidoError('deve ser um objeto {"código": taxa}')
    lidas = {}
    for codigo, taxa in valor.items():
        if not re.fullmatch(r"\d{1,6}", codigo) and codigo not in FINAIS_DE_VOZ:
            raise _ValorInvalidoError(f"o código {codigo!r} não é numérico nem um destes: {', '.join(FINAIS_DE_VOZ)}")
        lidas[codigo] = _taxa(taxa)
    if sum(lidas.values()) > 1.0 + 1e-9:
        raise _ValorInvalidoError("a soma das taxas de falha passa de 1")
    return lidas


def _timeout(valor: object) -> float:
    numero = _numero(valor)
    if not 0.0 <= numero <= 600.0:
        raise _ValorInvalidoError("deve ficar entre 0 e 600 segundos")
    return numero


def _teclas(valor: object) -> tuple[str, ...]:
    if not isinstance(valor, list) or not all(isinstance(v, str) and re.fullmatch(r"[0-9*#]*", v) for v in valor):
        raise _ValorInvalidoError("deve ser uma lista de textos com dígitos, * ou #")
    return tuple(valor)


def _modelos(valor: object) -> frozenset[str] | None:
    if valor is None:
        return None
    if not isinstance(valor, list) or not all(isinstance(v, str) for v in valor):
        raise _ValorInvalidoError("deve ser uma lista de nomes de modelos, ou null")
    return frozenset(valor)


_LEITORES: dict[str, Callable[[object], Any]] = {
    **dict.fromkeys((*TAXAS_DE_RESPOSTA, "entregue", "lido", "atendida", "duplicar", "reordenar", "descartar", "agrupar"), _taxa),
    "falha": _falha,
    "latencia_ms": _latencia,
    "timeout_s": _timeout,
    "teclas": _teclas,
    "modelos": _modelos,
}


def _ler_canal(canal: str, dados: object, erros: list[CampoInvalido]) -> ComportamentoCanal:
    caminho = f"canais.{canal}"
    if not isinstance(dados, dict):
        erros.append(CampoInvalido(caminho, "deve ser um objeto"))
        return ComportamentoCanal()
    lidos = {}
    for nome, valor in dados.items():
        leitor = _LEITORES.get(nome)
        if leitor is None:
            erros.append(CampoInvalido(f"{caminho}.{nome}", f"campo desconhecido; use {', '.join(_LEITORES)}"))
            continue
        try:
            lidos[nome] = leitor(valor)
        except _ValorInvalidoError as erro:
            erros.append(CampoInvalido(f"{caminho}.{nome}", str(erro)))
    if canal != "voz" and any(final in lidos.get("falha", ()) for final in FINAIS_DE_VOZ):
        erros.append(CampoInvalido(f"{caminho}.falha", f"{', '.join(FINAIS_DE_VOZ)} são só de ligações (canal voz)"))
    if sum(lidos.get(taxa, 0.0) for taxa in TAXAS_DE_RESPOSTA) > 1.0 + 1e-9:
        erros.append(CampoInvalido(caminho, f"a soma de {', '.join(TAXAS_DE_RESPOSTA)} passa de 1"))
    return ComportamentoCanal(**lidos)


def ler_comportamento(dados: object) -> Comportamento | list[CampoInvalido]:
    """Reads the body of `PUT /comportamento`; what is left out keeps its default. Returns every refused field at once."""
    if not isinstance(dados, dict):
        return [CampoInvalido("", "o corpo deve ser um objeto JSON")]
    erros = [
        CampoInvalido(str(nome), "campo desconhecido; use semente, canais") for nome in dados if nome not in {"semente", "canais"}
    ]
    semente = 1
    try:
        semente = _inteiro(dados.get("semente", 1))
    except _ValorInvalidoError as erro:
        erros.append(CampoInvalido("semente", str(erro)))
    canais = dados.get("canais", {})
    if not isinstance(canais, dict):
        return [*erros, CampoInvalido("canais", "deve ser um objeto")]
    erros += [
        CampoInvalido(f"canais.{nome}", f"canal desconhecido; use {', '.join(CANAIS)}") for nome in canais if nome not in CANAIS
    ]
    lidos = {canal: _ler_canal(canal, canais.get(canal, {}), erros) for canal in CANAIS}
    return erros or Comportamento(semente=semente, canais=lidos)


def descrever_comportamento(comportamento: Comportamento) -> dict[str, Any]:
    """The same shape that `ler_comportamento` reads, with every default written out."""
    canais = {}
    for canal, valores in comportamento.canais.items():
        descrito = {nome: getattr(valores, nome) for nome in _LEITORES}
        descrito["falha"] = dict(valores.falha)
        descrito["latencia_ms"] = list(valores.latencia_ms)
        descrito["teclas"] = list(valores.teclas)
        descrito["modelos"] = None if valores.modelos is None else sorted(valores.modelos)
        canais[canal] = descrito
    return {"semente": comportamento.semente, "canais": canais}
