"""Meta's refusals and failures: code → HTTP status, type, text. Source: Cloud API and Messenger error references."""

from __future__ import annotations

from typing import Any

_OAUTH = "OAuthException"
_ERROS: dict[str, tuple[int, str, str]] = {
    "1": (500, _OAUTH, "An unknown error occurred"),
    "2": (503, _OAUTH, "Service temporarily unavailable"),
    "4": (400, _OAUTH, "Application request limit reached"),
    "10": (400, _OAUTH, "This message is sent outside of allowed window."),
    "33": (400, "GraphMethodException", "Unsupported request. Object with this ID does not exist"),
    "100": (400, _OAUTH, "Invalid parameter"),
    "190": (401, _OAUTH, "Invalid OAuth access token - Cannot parse access token"),
    "200": (403, _OAUTH, "Permissions error"),
    "368": (403, _OAUTH, "Temporarily blocked for policies violations"),
    "551": (400, _OAUTH, "This person isn't available right now."),
    "80007": (400, _OAUTH, "Rate limit issues"),
    "130429": (429, _OAUTH, "Rate limit hit"),
    "131008": (400, _OAUTH, "Required parameter is missing"),
    "131009": (400, _OAUTH, "Parameter value is not valid"),
    "131016": (503, _OAUTH, "Service unavailable"),
    "131021": (400, _OAUTH, "Recipient cannot be sender"),
    "131030": (400, _OAUTH, "Recipient phone number not in allowed list"),
    "131031": (403, _OAUTH, "Business Account locked"),
    "131056": (400, _OAUTH, "Pair rate limit hit"),
    "132000": (400, _OAUTH, "Number of parameters does not match the expected number of params"),
    "132001": (404, _OAUTH, "Template name does not exist in the translation"),
    "132012": (400, _OAUTH, "Parameter format does not match format in the created template"),
    "132015": (400, _OAUTH, "Template is paused"),
    "132016": (400, _OAUTH, "Template is disabled"),
}
_TITULOS = {
    "130472": "User's number is part of an experiment",
    "131000": "Something went wrong",
    "131026": "Message undeliverable",
    "131042": "Business eligibility payment issue",
    "131047": "Re-engagement message",
    "131048": "Spam rate limit hit",
    "131049": "This message was not delivered to maintain healthy ecosystem engagement.",
    "131050": "User has stopped receiving marketing messages",
    "131051": "Unsupported message type",
    "131053": "Media upload error",
}
_TRANSITORIOS = frozenset({"1", "2", "4", "80007", "130429", "131016", "131056"})

NA_HORA = frozenset(_ERROS)
"""Codes that Meta gives as the answer to the request; any other code of `falha` comes later, in a "failed" status."""


def erro_meta(codigo: str, *, rastro: str, detalhe: str | None = None) -> tuple[int, dict[str, Any]]:
    """HTTP status and body of a refusal. `rastro` becomes fbtrace_id. Codes outside the table are a plain 400."""
    status, tipo, texto = _ERROS.get(codigo, (400, _OAUTH, _TITULOS.get(codigo, "Request refused")))
    erro: dict[str, Any] = {"message": f"(#{codigo}) {texto}", "type": tipo, "code": int(codigo)}
    if codigo == "33":
        # Graph names an unknown object by code 100, subcode 33
        erro |= {"message": f"{texto}", "code": 100, "error_subcode": 33}
    if codigo in _TRANSITORIOS:
        erro["is_transient"] = True
    if detalhe is not None:
        erro["error_data"] = {"messaging_product": "whatsapp", "details": detalhe}
    return status, {"error": erro | {"fbtrace_id": rastro}}


def falha_de_status(codigo: str) -> dict[str, Any]:
    """The entry of `errors` in a "failed" status webhook."""
    titulo = _TITULOS.get(codigo) or (_ERROS[codigo][2] if codigo in _ERROS else "Message failed to send")
    return {"code": int(codigo), "title": titulo, "message": titulo, "error_data": {"details": titulo}}
