"""What Meta accepts in a request for a WhatsApp or Messenger message."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_DIGITOS = re.compile(r"\+?\d{8,15}")
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


class Leitura(NamedTuple):
    """A request as read: the refusal (code, detail) or None, then who, what text, and our id."""

    recusa: tuple[str, str] | None
    para: str
    texto: str
    envio: str | None
    tipo: str


def _texto_de_modelo(modelo: Mapping[str, Any]) -> str:
    partes = [
        str(parametro.get("text", parametro.get("payload", "")))
        for componente in modelo.get("components") or ()
        if isinstance(componente, dict)
        for parametro in componente.get("parameters") or ()
        if isinstance(parametro, dict)
    ]
    return f"[{modelo.get('name')}] {' | '.join(partes)}".rstrip()


Conteudo = tuple[tuple[str, str] | None, str]
"""(refusal, text) of the part of the request that its type names."""


def _ler_modelo(parte: Mapping[str, Any]) -> Conteudo:
    nome, idioma = parte.get("name"), parte.get("language")
    if not isinstance(nome, str) or not nome:
        return ("131008", "The parameter template['name'] is required."), ""
    if not isinstance(idioma, dict) or not idioma.get("code"):
        return ("131008", "The parameter template['language'] is required."), ""
    return None, _texto_de_modelo(parte)


def _ler_texto(parte: Mapping[str, Any]) -> Conteudo:
    texto = parte.get("body")
    if not isinstance(texto, str) or not texto:
        return ("131008", "The parameter text['body'] is required."), ""
    if len(texto) > 4096:
        return ("131009", "Param text['body'] must be at most 4096 characters long."), ""
    return None, texto


def _ler_interativo(parte: Mapping[str, Any]) -> Conteudo:
    corpo = parte.get("body")
    if not isinstance(corpo, dict) or "action" not in parte:
        return ("131008", "The parameters interactive['body'] and interactive['action'] are required."), ""
    return None, str(corpo.get("text", ""))


def _ler_midia(parte: Mapping[str, Any]) -> Conteudo:
    if not parte.get("link") and not parte.get("id"):
        return ("131008", "Either link or id of the media is required."), ""
    return None, str(parte.get("caption") or parte.get("link") or parte.get("id"))


_LEITORES: dict[str, Callable[[Mapping[str, Any]], Conteudo]] = {
    "text": _ler_texto,
    "template": _ler_modelo,
    "interactive": _ler_interativo,
    **dict.fromkeys(("audio", "document", "image", "video"), _ler_midia),
}


def _conteudo(corpo: Mapping[str, Any], tipo: str) -> Conteudo:
    parte = corpo.get(tipo)
    return _LEITORES[tipo](parte) if isinstance(parte, dict) else (("131008", f"The parameter {tipo} is required."), "")


def ler_whatsapp(corpo: object, modelos: frozenset[str] | None) -> Leitura:
    """Reads `POST /{phone_number_id}/messages`. modelos: the templates that exist, None: any."""
    if not isinstance(corpo, dict):
        return Leitura(("100", "The request body must be a JSON object."), "", "", None, "")
    dados = corpo.get("biz_opaque_callback_data")
    envio = dados if isinstance(dados, str) and dados else None
    para = corpo.get("to") or corpo.get("recipient")
    tipo = corpo.get("type", "text")
    if corpo.get("messaging_product") != "whatsapp":
        return Leitura(("100", "The parameter messaging_product is required."), "", "", envio, "")
    if not isinstance(para, str) or not (_DIGITOS.fullmatch(para) or _BSUID.fullmatch(para)):
        motivo = "The parameter to is required." if not para else "Param to must be a valid WhatsApp id."
        return Leitura(("131009" if para else "100", motivo), "", "", envio, "")
    if tipo not in _LEITORES:
        return Leitura(("100", f"Param type must be one of {{{', '.join(sorted(_LEITORES)).upper()}}}."), para, "", envio, "")
    recusa, texto = _conteudo(corpo, tipo)
    if recusa is None and tipo == "template" and modelos is not None and corpo["template"]["name"] not in modelos:
        recusa = ("132001", f"template name ({corpo['template']['name']}) does not exist")
    return Leitura(recusa, para, texto, envio, tipo)


def ler_messenger(corpo: object) -> Leitura:
    """Reads `POST /me/messages`."""
    destino = corpo.get("recipient") if isinstance(corpo, dict) else None
    mensagem = corpo.get("message") if isinstance(corpo, dict) else None
    para = destino.get("id") if isinstance(destino, dict) else None
    if not isinstance(para, str) or not re.fullmatch(r"\d{1,32}", para):
        return Leitura(("100", "Param recipient[id] must be a page-scoped user id."), "", "", None, "")
    if not isinstance(mensagem, dict):
        return Leitura(("100", "Param message is required."), para, "", None, "")
    dados = mensagem.get("metadata")
    envio = dados if isinstance(dados, str) and dados else None
    texto, anexo = mensagem.get("text"), mensagem.get("attachment")
    if not (isinstance(texto, str) and texto) and not isinstance(anexo, dict):
        return Leitura(("100", "Message cannot be empty, must provide valid attachment or text"), para, "", envio, "")
    if isinstance(texto, str) and len(texto) > 2000:
        return Leitura(("100", "Length of param message[text] must be less than or equal to 2000"), para, "", envio, "")
    return Leitura(None, para, texto if isinstance(texto, str) else "[anexo]", envio, "text")
