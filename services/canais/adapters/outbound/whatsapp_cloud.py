"""WhatsApp by Meta's Cloud API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings
from pyreqwest.client import Client
from pyreqwest.exceptions import PyreqwestError

from canais.adapters.outbound.transporte import ler_retry_after, quando_falhou
from canais.application.ports import Pedido
from canais.domain.falha import Familia
from canais.domain.resposta import Resposta
from kernel.domain.telefone import eh_bsuid

NOME: Final = "meta-whatsapp"


class ConfigMeta(BaseSettings):
    """Meta's app, token and number."""

    meta_base_url: str = Field(default="https://graph.facebook.com", description="Endereço da Graph API.")
    meta_versao: str = Field(default="v25.0", pattern=r"^v\d+\.\d+$", description="Versão da Graph API.")
    meta_token: SecretStr = Field(default=SecretStr(""), description="Token de acesso permanente.")
    meta_app_secret: SecretStr = Field(default=SecretStr(""), description="Segredo do aplicativo, que assina os webhooks.")
    meta_verify_token: SecretStr = Field(default=SecretStr(""), description="Token da verificação do webhook.")
    whatsapp_phone_number_id: str = Field(default="", description="Id do número de WhatsApp.")


@dataclass(frozen=True, slots=True)
class WhatsappCloud:
    """One business number. A template is sent by its name at Meta; our id travels as `biz_opaque_callback_data`."""

    http: Client
    config: ConfigMeta
    prazo_s: float
    nome: str = NOME
    familia: Familia = "meta"
    _url: str = field(init=False)
    _autorizacao: str = field(init=False)

    def __post_init__(self) -> None:
        c = self.config
        object.__setattr__(self, "_url", f"{c.meta_base_url.rstrip('/')}/{c.meta_versao}/{c.whatsapp_phone_number_id}/messages")
        object.__setattr__(self, "_autorizacao", f"Bearer {c.meta_token.get_secret_value()}")

    async def enviar(self, pedido: Pedido) -> Resposta:
        """One request."""
        try:
            resposta = await (
                self.http.post(self._url)
                .header("authorization", self._autorizacao, is_sensitive=True)
                .header("content-type", "application/json")
                .body_bytes(orjson.dumps(corpo_de(pedido)))
                .build()
                .send()
            )
            corpo = bytes(await resposta.bytes())
        except PyreqwestError as erro:
            return Resposta(quando_falhou(erro))
        return _ler(resposta.status, corpo, resposta.get_header("retry-after"))


def corpo_de(pedido: Pedido) -> dict[str, Any]:
    """The request's JSON. Source: Cloud API, messages, type template."""
    redacao = pedido.redacao
    destino = {"recipient": pedido.endereco} if eh_bsuid(pedido.endereco) else {"to": pedido.endereco.removeprefix("+")}
    modelo: dict[str, Any] = {
        "name": redacao.modelo.nome_no_provedor or redacao.modelo.nome,
        "language": {"policy": "deterministic", "code": redacao.modelo.idioma.replace("-", "_")},
    }
    if parametros := redacao.parametros(pedido.codigo):
        modelo["components"] = [{"type": "body", "parameters": [{"type": "text", "text": p} for p in parametros]}]
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **destino,
        "type": "template",
        "template": modelo,
        "biz_opaque_callback_data": str(pedido.envio),
    }


def _ler(status: int, corpo: bytes, retry_after: str | None) -> Resposta:
    try:
        lido = orjson.loads(corpo)
    except orjson.JSONDecodeError:
        lido = None
    if not isinstance(lido, dict):
        return Resposta("resposta", status, retry_after_s=ler_retry_after(retry_after))
    erro = lido.get("error")
    codigo = erro.get("code") if isinstance(erro, dict) else None
    mensagens = lido.get("messages")
    primeira = mensagens[0] if isinstance(mensagens, list) and mensagens else None
    id_ = primeira.get("id") if isinstance(primeira, dict) else None
    return Resposta(
        "resposta",
        status,
        id_provedor=id_ if isinstance(id_, str) and id_ else None,
        codigo=None if codigo is None else str(codigo),
        retry_after_s=ler_retry_after(retry_after),
    )
