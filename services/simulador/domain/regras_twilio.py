"""What Twilio accepts in a request for a message or a call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from simulador.domain.mensagem import telefone_fixo, telefone_valido

_ENVIO = re.compile(r"/webhooks/twilio/(?:estado|voz)/([^/?#]+)")
_REMETENTE_CURTO = re.compile(r"\+?\d{3,15}|[A-Za-z0-9 ]{1,11}")


def envio_do_retorno(url: str | None) -> str | None:
    """Our envio's id out of the StatusCallback address `/webhooks/twilio/estado/{envio}` (for calls `/voz/{ligacao}/…`)."""
    achado = _ENVIO.search(url) if url else None
    return achado.group(1) if achado else None


def url_valida(url: str) -> bool:
    """http(s) with a host, and no underscore in it (Twilio refuses those)."""
    try:
        partes = urlsplit(url)
        host = partes.hostname
    except ValueError:
        return False
    return partes.scheme in {"http", "https"} and bool(host) and "_" not in str(host)


def _variaveis_validas(texto: str) -> bool:
    try:
        lidas = json.loads(texto)
    except ValueError:
        return False
    return isinstance(lidas, dict)


def validar_mensagem(form: Mapping[str, str]) -> str | None:
    """The code with which Twilio refuses this message, or None. Source: the Message resource and its error pages."""
    para, de = form.get("To", ""), form.get("From", "")
    whatsapp = para.startswith("whatsapp:")
    numero = para.removeprefix("whatsapp:")
    corpo = form.get("Body", "")
    conteudo = form.get("ContentSid") or form.get("MediaUrl")
    retorno = form.get("StatusCallback")
    regras = (
        ("21604", not para),
        ("21603", not de and not form.get("MessagingServiceSid")),
        ("21602", not corpo and not conteudo),
        ("21617", len(corpo) > 1600),
        ("21211", not telefone_valido(numero)),
        ("63007", bool(de) and whatsapp != de.startswith("whatsapp:")),
        ("21212", bool(de) and not _REMETENTE_CURTO.fullmatch(de.removeprefix("whatsapp:"))),
        ("21614", not whatsapp and telefone_fixo(numero)),
        ("21609", bool(retorno) and not url_valida(str(retorno))),
        ("21656", "ContentVariables" in form and not _variaveis_validas(form["ContentVariables"])),
    )
    return next((codigo for codigo, violada in regras if violada), None)


def validar_ligacao(form: Mapping[str, str]) -> str | None:
    """The code with which Twilio refuses this call, or None. Source: the Call resource and its error pages."""
    url, retorno = form.get("Url"), form.get("StatusCallback")
    regras = (
        ("21201", not form.get("To")),
        ("21213", not form.get("From")),
        ("21211", not telefone_valido(form.get("To", ""))),
        ("21212", not telefone_valido(form.get("From", ""))),
        ("21205", not (url and url_valida(url)) and not form.get("Twiml")),
        ("21609", bool(retorno) and not url_valida(str(retorno))),
    )
    return next((codigo for codigo, violada in regras if violada), None)


_PARAR = frozenset({"stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel", "sair", "parar", "pare"})
_VOLTAR = frozenset({"start", "unstop", "yes", "voltar"})


def palavra_de_saida(texto: str) -> bool | None:
    """True: the person leaves (STOP and, as Advanced Opt-Out is set up here, SAIR…); False: comes back; None: neither."""
    palavra = texto.strip().lower().rstrip(".!")
    if palavra in _PARAR:
        return True
    return False if palavra in _VOLTAR else None
