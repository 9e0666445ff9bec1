"""Reads Twilio's webhooks. Fields that are new or not needed are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from canais.application.receber_mensagem import MensagemEntrante
from canais.domain.envio import Recibo
from canais.domain.resposta import ESTADO_TWILIO
from kernel.domain.telefone import chave_wa, eh_bsuid

_PREFIXO_WHATSAPP = "whatsapp:"


def ler_recibo(campos: Mapping[str, str], envio: UUID, recebido_em: datetime) -> Recibo | None:
    """The receipt; None for a status that says nothing about an envio."""
    estado = ESTADO_TWILIO.get(campos.get("MessageStatus") or campos.get("SmsStatus") or "")
    if estado is None:
        return None
    whatsapp = campos.get("To", "").startswith(_PREFIXO_WHATSAPP) or campos.get("From", "").startswith(_PREFIXO_WHATSAPP)
    return Recibo(
        provedor="twilio-whatsapp" if whatsapp else "twilio-sms",
        estado=estado,
        envio=envio,
        id_provedor=campos.get("MessageSid") or campos.get("SmsSid"),
        codigo=campos.get("ErrorCode") or None,
        provedor_em=_dlr(campos.get("RawDlrDoneDate")),
        recebido_em=recebido_em,
    )


def _dlr(texto: str | None) -> datetime | None:
    """`YYMMDDhhmm`, UTC; None where it is absent or something else."""
    try:
        return datetime.strptime(texto, "%y%m%d%H%M").replace(tzinfo=UTC) if texto else None
    except ValueError:
        return None


def ler_mensagem(campos: Mapping[str, str], recebida_em: datetime) -> MensagemEntrante | None:
    """The message; None where it has no sender or no id."""
    de, id_ = campos.get("From", ""), campos.get("MessageSid") or campos.get("SmsMessageSid")
    numero = de.removeprefix(_PREFIXO_WHATSAPP) or campos.get("ExternalUserId", "")
    if not numero or not id_:
        return None
    return MensagemEntrante(
        canal="whatsapp" if de.startswith(_PREFIXO_WHATSAPP) else "sms",
        chave=chave_de(numero),
        id_provedor=id_,
        texto=campos.get("ButtonText") or campos.get("Body", ""),
        opcao=campos.get("ButtonPayload") or None,
        recebida_em=recebida_em,
    )


def chave_de(numero: str) -> str:
    """The address as contacts are found by: a phone without its spelling, a user id as it is."""
    return numero if eh_bsuid(numero) else chave_wa(numero)
