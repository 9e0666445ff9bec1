"""Twilio's resources as JSON: messages, calls, and pages of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from simulador.application.avisos import VERSAO_TWILIO, instante_rfc2822
from simulador.domain.mensagem import Mensagem, chave_de_endereco
from simulador.domain.segmentos import contar_segmentos

# the initiated step is an event's name; the resource says queued
_ESTADO_DE_RECURSO = {"initiated": "queued"}
_POR_SEGUNDO = lru_cache(maxsize=64)(instante_rfc2822)


def _instante(em: float | None) -> str | None:
    return None if em is None else _POR_SEGUNDO(int(em))


def recurso_mensagem(m: Mensagem, sid: str) -> dict[str, Any]:
    """The Message resource, all its keys. price stays null: costs are the platform's business."""
    uri = f"/{VERSAO_TWILIO}/Accounts/{sid}/Messages/{m.id}"
    servico = m.extras.get("servico")
    entrada = m.sentido == "entrada"
    na_fila = servico and m.posicao == 0 and not entrada
    return {
        "account_sid": sid,
        "api_version": VERSAO_TWILIO,
        "body": m.texto,
        "date_created": _instante(m.em),
        "date_sent": _instante(m.enviada_em),
        "date_updated": _instante(m.alterada_em),
        "direction": "inbound" if entrada else "outbound-api",
        "error_code": int(m.erro) if m.erro and m.erro.isdigit() else None,
        "error_message": None,
        "from": m.de or None,
        "messaging_service_sid": servico,
        "num_media": str(m.extras.get("midias", 0)),
        "num_segments": "0" if na_fila else str(contar_segmentos(m.texto)),
        "price": None,
        "price_unit": "USD",
        "sid": m.id,
        "status": m.estado,
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
        "to": m.para,
        "uri": f"{uri}.json",
    }


def recurso_ligacao(m: Mensagem, sid: str) -> dict[str, Any]:
    """The Call resource, all its keys."""
    uri = f"/{VERSAO_TWILIO}/Accounts/{sid}/Calls/{m.id}"
    momentos = {p.estado: em for p, em in zip(m.passos, m.instantes, strict=True) if em is not None}
    inicio = momentos.get("in-progress")
    duracao = int(m.extras.get("duracao", 0))
    acabou = m.estado in {"completed", "busy", "no-answer", "failed", "canceled"}
    fim = m.alterada_em if inicio is None else max(m.alterada_em, inicio + duracao)
    partes = ("Notifications", "Recordings", "Payments", "Events", "Siprec", "Streams", "Transcriptions")
    return {
        "account_sid": sid,
        "annotation": None,
        "answered_by": "human" if m.extras.get("maquina") and inicio is not None else None,
        "api_version": VERSAO_TWILIO,
        "caller_name": None,
        "date_created": _instante(m.em),
        "date_updated": _instante(m.alterada_em),
        "direction": "outbound-api",
        "duration": str(duracao) if acabou else None,
        "end_time": _instante(fim) if acabou else None,
        "forwarded_from": None,
        "from": m.de,
        "from_formatted": m.de,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": m.id,
        "start_time": _instante(inicio),
        "status": _ESTADO_DE_RECURSO.get(m.estado, m.estado),
        "subresource_uris": {parte.lower(): f"{uri}/{parte}.json" for parte in partes},
        "to": m.para,
        "to_formatted": m.para,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def _dia(texto: str) -> date:
    return datetime.fromisoformat(texto).astimezone(UTC).date() if "T" in texto else date.fromisoformat(texto)


def _momento(texto: str, *, fim: bool) -> float:
    """Start of the day, or its end, for a bare date; the instant itself otherwise."""
    if "T" in texto:
        return datetime.fromisoformat(texto).timestamp()
    dia = datetime.combine(date.fromisoformat(texto), datetime.min.time(), UTC)
    return (dia + timedelta(days=1) - timedelta(microseconds=1) if fim else dia).timestamp()


def _filtro_de_envio(nome: str, texto: str) -> Callable[[float], bool]:
    if nome.endswith("<"):
        ate = _momento(texto, fim=True)
        return lambda em: em <= ate
    if nome.endswith(">"):
        desde = _momento(texto, fim=False)
        return lambda em: em >= desde
    dia = _dia(texto)
    return lambda em: datetime.fromtimestamp(em, UTC).date() == dia


def filtrar(mensagens: Iterable[Mensagem], filtros: Mapping[str, str]) -> Iterable[Mensagem]:
    """Applies To, From, Status and DateSent, DateSent<, DateSent>. What was not sent yet meets no DateSent filter.

    Raises ValueError for a date that is none.
    """
    de, estado = filtros.get("From"), filtros.get("Status")
    datas = [_filtro_de_envio(n, filtros[n]) for n in ("DateSent", "DateSent<", "DateSent>") if filtros.get(n)]
    chave_de = chave_de_endereco(de) if de else None
    for m in mensagens:
        if m.removida or (chave_de is not None and chave_de_endereco(m.de) != chave_de):
            continue
        if estado is not None and _ESTADO_DE_RECURSO.get(m.estado, m.estado) != estado:
            continue
        if datas and (m.enviada_em is None or not all(serve(m.enviada_em) for serve in datas)):
            continue
        yield m


def pagina(
    mensagens: Iterable[Mensagem], parametros: Mapping[str, str], *, nome: str, base: str, recurso: Callable[[Mensagem], Any]
) -> dict[str, Any]:
    """A page as Twilio gives it, newest first. nome: of the list's key. base: the list's path. Raises ValueError."""
    tamanho = min(1000, max(1, int(parametros.get("PageSize") or 50)))
    numero = max(0, int(parametros.get("Page") or 0))
    token = parametros.get("PageToken")
    ate = int(token.removeprefix("PA"), 16) if token else None
    filtradas = filtrar(mensagens, parametros)
    if ate is not None:
        filtradas = (m for m in filtradas if m.ordem < ate)
    elif numero:
        filtradas = islice(filtradas, numero * tamanho, None)
    achadas = list(islice(filtradas, tamanho + 1))
    itens, ha_mais = achadas[:tamanho], len(achadas) > tamanho
    iguais = {n: v for n, v in parametros.items() if n not in {"Page", "PageToken", "PageSize"}} | {"PageSize": tamanho}
    seguinte = {"Page": numero + 1, "PageToken": f"PA{itens[-1].ordem:032x}"} if ha_mais else None
    inicio = numero * tamanho
    return {
        "first_page_uri": f"{base}?{urlencode({**iguais, 'Page': 0})}",
        "end": inicio + max(0, len(itens) - 1),
        "next_page_uri": None if seguinte is None else f"{base}?{urlencode({**iguais, **seguinte})}",
        "page": numero,
        "page_size": tamanho,
        "previous_page_uri": f"{base}?{urlencode({**iguais, 'Page': numero - 1})}" if numero else None,
        "start": inicio,
        "uri": f"{base}?{urlencode({**iguais, 'Page': numero})}",
        nome: [recurso(m) for m in itens],
    }
