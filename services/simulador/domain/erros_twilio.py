"""Twilio's refusals: code → HTTP status and text. Source: twilio.com/docs/api/errors."""

from __future__ import annotations

from typing import Any

_ERROS: dict[str, tuple[int, str]] = {
    "20001": (400, "Invalid parameter"),
    "20003": (401, "Authentication Error - invalid username"),
    "20404": (404, "The requested resource was not found"),
    "20429": (429, "Too Many Requests"),
    "20503": (503, "Service unavailable"),
    "21201": (400, "No 'To' number is specified"),
    "21205": (400, "Url is not a valid URL"),
    "21210": (400, "Source phone number provided not yet verified for this account"),
    "21211": (400, "Invalid 'To' Phone Number"),
    "21212": (400, "Invalid 'From' Phone Number"),
    "21213": (400, "No 'From' number is specified"),
    "21215": (400, "Account not authorized to call this number"),
    "21216": (400, "Account not allowed to call this number"),
    "21220": (400, "Invalid call state"),
    "21408": (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    "21602": (400, "Message body is required."),
    "21603": (400, "A 'From' phone number is required."),
    "21604": (400, "A 'To' phone number is required."),
    "21606": (400, "The 'From' phone number provided is not a valid message-capable Twilio phone number"),
    "21608": (400, "The 'To' phone number provided is not yet verified for this account"),
    "21609": (400, "The 'StatusCallback' URL is not a valid URL."),
    "21610": (400, "Attempt to send to unsubscribed recipient"),
    "21611": (400, "This 'From' number has exceeded the maximum number of queued messages"),
    "21612": (400, "The 'To' phone number is not currently reachable using the 'From' phone number"),
    "21614": (400, "'To' number is not a valid mobile number"),
    "21617": (400, "The concatenated message body exceeds the 1600 character limit"),
    "21623": (400, "Number of media files exceeds allowed limit"),
    "21656": (400, "The ContentVariables parameter is invalid."),
    "21703": (400, "The Messaging Service does not contain a phone number"),
    "30409": (400, "The message cannot be cancelled in its current state"),
    "63007": (400, "Twilio could not find a Channel with the specified From address"),
}

NA_HORA = frozenset(_ERROS)
"""Codes that Twilio gives as the answer to the request; any other code of `falha` comes later, in a receipt."""


def erro_twilio(codigo: str) -> tuple[int, dict[str, Any]]:
    """HTTP status and body of a refusal. `codigo`: one of `NA_HORA`."""
    status, texto = _ERROS[codigo]
    return status, {
        "code": int(codigo),
        "message": texto,
        "more_info": f"https://www.twilio.com/docs/errors/{codigo}",
        "status": status,
    }
