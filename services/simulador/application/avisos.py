"""The webhooks that the providers send, to the byte: receipts, calls' progress, and what a person writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from kernel.http.assinaturas import assinar_meta, assinar_twilio
from simulador.domain.erros_meta import falha_de_status
from simulador.domain.mensagem import Mensagem, chave_de_endereco

VERSAO_TWILIO = "2010-04-01"
_FORMULARIO = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Contas:
    """Who the providers think we are: accounts, secrets, numbers, and where our webhooks are."""

    twilio_sid: str
    twilio_token: str
    meta_token: str
    meta_segredo: str
    meta_verificacao: str
    whatsapp_id: str
    pagina_id: str
    url_publica: str
    sms_de: str = "+15005550006"
    whatsapp_de: str = "whatsapp:+15005550006"
    whatsapp_por: str = "meta"
    pix_client_id: str = ""
    pix_client_secret: str = ""
    pix_chave: str = ""

    @property
    def url_meta(self) -> str:
        """Where Meta sends everything."""
        return f"{self.url_publica}/webhooks/meta"


@dataclass(frozen=True, slots=True)
class Aviso:
    """A request ready to go."""

    metodo: str
    url: str
    corpo: bytes
    cabecalhos: Mapping[str, str]


def instante_rfc2822(em: float) -> str:
    """As Twilio writes instants."""
    return format_datetime(datetime.fromtimestamp(em, UTC))


def aviso_twilio(contas: Contas, url: str, campos: list[tuple[str, str]], metodo: str = "POST") -> Aviso:
    """A signed form (POST), or the same fields in the address (GET; then the address alone is signed)."""
    if metodo == "GET":
        url = f"{url}{'&' if '?' in url else '?'}{urlencode(campos)}"
        return Aviso("GET", url, b"", {"X-Twilio-Signature": assinar_twilio(contas.twilio_token, url, ())})
    assinatura = assinar_twilio(contas.twilio_token, url, campos)
    return Aviso("POST", url, urlencode(campos).encode(), {"Content-Type": _FORMULARIO, "X-Twilio-Signature": assinatura})


def _aviso_meta(contas: Contas, url: str, dados: Mapping[str, Any]) -> Aviso:
    corpo = json.dumps(dados, ensure_ascii=False, separators=(",", ":")).encode()
    assinatura = assinar_meta(contas.meta_segredo, corpo)
    return Aviso("POST", url, corpo, {"Content-Type": "application/json", "X-Hub-Signature-256": assinatura})


def campos_da_ligacao(contas: Contas, m: Mensagem, estado: str) -> list[tuple[str, str]]:
    """The fields that every request about a call carries."""
    campos = [("CallSid", m.id), ("AccountSid", contas.twilio_sid), ("From", m.de), ("To", m.para)]
    campos += [("CallStatus", estado), ("ApiVersion", VERSAO_TWILIO), ("Direction", "outbound-api")]
    if m.extras.get("maquina") and estado == "in-progress":
        campos.append(("AnsweredBy", "human"))
    return campos


def _estado_de_mensagem(contas: Contas, m: Mensagem, indice: int) -> list[tuple[str, str]]:
    passo = m.passos[indice]
    campos = [("MessageSid", m.id), ("SmsSid", m.id), ("AccountSid", contas.twilio_sid), ("From", m.de), ("To", m.para)]
    campos += [("MessageStatus", passo.estado), ("SmsStatus", passo.estado), ("ApiVersion", VERSAO_TWILIO)]
    if m.extras.get("servico"):
        campos.append(("MessagingServiceSid", m.extras["servico"]))
    if passo.codigo:
        campos.append(("ErrorCode", passo.codigo))
    if m.canal == "whatsapp":
        campos += [("ChannelPrefix", "whatsapp"), ("ChannelInstallSid", "XE" + contas.twilio_sid[2:])]
        campos += [("ChannelStatusMessage", "Channel delivery failed")] if passo.codigo else []
        campos += [("EventType", "READ")] if passo.estado == "read" else []
    elif passo.estado in {"delivered", "undelivered"}:
        feito = datetime.fromtimestamp(m.instantes[indice] or m.em, UTC)
        campos.append(("RawDlrDoneDate", feito.strftime("%y%m%d%H%M")))
    return campos


def _estado_de_ligacao(contas: Contas, m: Mensagem, indice: int) -> list[tuple[str, str]]:
    passo = m.passos[indice]
    campos = campos_da_ligacao(contas, m, passo.estado)
    campos += [("Timestamp", instante_rfc2822(m.instantes[indice] or m.em))]
    campos += [("CallbackSource", "call-progress-events"), ("SequenceNumber", str(indice))]
    if passo.estado == "completed":
        segundos = int(m.extras.get("duracao", 0))
        campos += [("CallDuration", str(segundos)), ("Duration", str(-(-segundos // 60)))]
    if passo.codigo:
        campos.append(("ErrorCode", passo.codigo))
    return campos


def _entrada_twilio(contas: Contas, m: Mensagem) -> list[tuple[str, str]]:
    campos = [("MessageSid", m.id), ("SmsMessageSid", m.id), ("SmsSid", m.id), ("SmsStatus", "received")]
    campos += [("AccountSid", contas.twilio_sid), ("From", m.de), ("To", m.para), ("Body", m.texto)]
    campos += [("NumMedia", "0"), ("NumSegments", "1"), ("ApiVersion", VERSAO_TWILIO)]
    if m.canal == "whatsapp":
        return [*campos, ("ProfileName", "Contribuinte"), ("WaId", chave_de_endereco(m.de))]
    return [*campos, ("FromCountry", "BR"), ("ToCountry", "BR")]


def _valor_whatsapp(contas: Contas, **conteudo: Any) -> dict[str, Any]:
    metadados = {"display_phone_number": chave_de_endereco(contas.whatsapp_de), "phone_number_id": contas.whatsapp_id}
    valor = {"messaging_product": "whatsapp", "metadata": metadados, **conteudo}
    mudanca = {"field": "messages", "value": valor}
    return {"object": "whatsapp_business_account", "entry": [{"id": contas.whatsapp_id, "changes": [mudanca]}]}


def _estado_de_whatsapp(contas: Contas, m: Mensagem, indice: int) -> dict[str, Any]:
    passo = m.passos[indice]
    em = int(m.instantes[indice] or m.em)
    estado: dict[str, Any] = {"id": m.id, "status": passo.estado, "timestamp": str(em)}
    estado["recipient_id"] = chave_de_endereco(m.para)
    if m.envio is not None:
        estado["biz_opaque_callback_data"] = m.envio
    if passo.codigo:
        estado["errors"] = [falha_de_status(passo.codigo)]
    elif passo.estado != "read":
        categoria = "utility" if m.extras.get("tipo") == "template" else "service"
        estado["conversation"] = {"id": m.id[-32:], "origin": {"type": categoria}}
        estado["pricing"] = {"billable": True, "pricing_model": "PMP", "category": categoria, "type": "regular"}
    return _valor_whatsapp(contas, statuses=[estado])


def _entrada_whatsapp(contas: Contas, m: Mensagem) -> dict[str, Any]:
    pessoa = chave_de_endereco(m.de)
    usuario = f"BR.{pessoa}"
    contato = {"profile": {"name": "Contribuinte"}, "wa_id": pessoa, "user_id": usuario}
    mensagem = {"from": pessoa, "from_user_id": usuario, "id": m.id, "timestamp": str(int(m.em)), "type": "text"}
    mensagem_com_texto = mensagem | {"text": {"body": m.texto}}
    return _valor_whatsapp(contas, contacts=[contato], messages=[mensagem_com_texto])


def _evento_messenger(contas: Contas, pessoa: str, em: float, **conteudo: Any) -> dict[str, Any]:
    ms = int(em * 1000)
    evento = {"sender": {"id": pessoa}, "recipient": {"id": contas.pagina_id}, "timestamp": ms, **conteudo}
    return {"object": "page", "entry": [{"id": contas.pagina_id, "time": ms, "messaging": [evento]}]}


def _estado_de_messenger(contas: Contas, m: Mensagem, indice: int) -> dict[str, Any]:
    em = m.instantes[indice] or m.em
    marca = {"watermark": int(em * 1000)}
    if m.passos[indice].estado == "read":
        return _evento_messenger(contas, m.para, em, read=marca)
    return _evento_messenger(contas, m.para, em, delivery={"mids": [m.id], **marca})


def _entrada_messenger(contas: Contas, m: Mensagem) -> dict[str, Any]:
    return _evento_messenger(contas, m.de, m.em, message={"mid": m.id, "text": m.texto})


def _dados_meta(contas: Contas, m: Mensagem, indice: int) -> dict[str, Any]:
    match m.canal, m.sentido:
        case "messenger", "entrada":
            return _entrada_messenger(contas, m)
        case "messenger", _:
            return _estado_de_messenger(contas, m, indice)
        case _, "entrada":
            return _entrada_whatsapp(contas, m)
        case _:
            return _estado_de_whatsapp(contas, m, indice)


def _campos_twilio(contas: Contas, m: Mensagem, indice: int) -> list[tuple[str, str]]:
    if m.sentido == "entrada":
        return _entrada_twilio(contas, m)
    return _estado_de_ligacao(contas, m, indice) if m.canal == "voz" else _estado_de_mensagem(contas, m, indice)


def montar_aviso(contas: Contas, m: Mensagem, indice: int) -> Aviso:
    """The webhook for one step of a message or call, or for a message that a person wrote. m.retorno must be there."""
    url = m.retorno or ""
    if m.provedor == "meta":
        return _aviso_meta(contas, url, _dados_meta(contas, m, indice))
    return aviso_twilio(contas, url, _campos_twilio(contas, m, indice), m.extras.get("retorno_metodo", "POST"))
