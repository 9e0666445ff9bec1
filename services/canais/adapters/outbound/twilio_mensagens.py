"""SMS and WhatsApp by Twilio's Messages resource, through the official `twilio` library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings
from pyreqwest.client import Client as ClienteHttp
from pyreqwest.exceptions import PyreqwestError
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.rest import Client

from canais.adapters.outbound.transporte import ClienteTwilio, RitmoExcedido, quando_falhou
from canais.application.ports import Achado, ConsultaImpossivel, Pedido
from canais.domain.falha import Familia
from canais.domain.resposta import ESTADO_TWILIO, Resposta

# Newest first. An address gets one message a day: what is looked for is among the first few.
_PAGINA: Final = 50
# The last three: an answer that cannot be read.
_FALHAS: Final = (
    RitmoExcedido,
    TwilioRestException,
    TwilioServiceException,
    PyreqwestError,
    ValueError,
    TypeError,
    AttributeError,
)


class ConfigTwilio(BaseSettings):
    """Twilio's account and senders."""

    twilio_account_sid: str = Field(min_length=1, description="SID da conta da Twilio.")
    twilio_auth_token: SecretStr = Field(min_length=1, description="Token da conta, que também assina os webhooks.")
    twilio_base_url: str = Field(default="https://api.twilio.com", description="Endereço da API.")
    twilio_sms_de: str = Field(default="", description="Número ou código curto que envia SMS.")
    twilio_whatsapp_de: str = Field(default="", description="Número que envia WhatsApp pela Twilio (E.164).")


def abrir_twilio(http: ClienteHttp, config: ConfigTwilio) -> Client:
    """The library's client over our transport and at our address."""
    senha = config.twilio_auth_token.get_secret_value()
    cliente = Client(
        config.twilio_account_sid,
        senha,
        http_client=ClienteTwilio(http, usuario=config.twilio_account_sid, senha=senha),
        environment={"TWILIO_EDGE": ""},  # the process's own TWILIO_* are ours to read, not the library's
    )
    cliente.api.base_url = config.twilio_base_url.rstrip("/")
    return cliente


@dataclass(frozen=True, slots=True)
class TwilioMensagens:
    """One sender of one channel. `url_retorno`: public address of receipts, to which the envio is added."""

    nome: str
    cliente: Client
    de: str
    url_retorno: str
    prazo_s: float
    prefixo: str = ""
    familia: Familia = "twilio"

    async def enviar(self, pedido: Pedido) -> Resposta:
        """One request. What the library raises is told apart in one place: refusal, unwritten, in doubt."""
        try:
            mensagem = await self.cliente.messages.create_async(
                to=self.prefixo + pedido.endereco,
                from_=self.prefixo + self.de,
                status_callback=f"{self.url_retorno}/{pedido.envio}",
                **self._conteudo(pedido),
            )
            return Resposta("resposta", 201, id_provedor=mensagem.sid)
        except _FALHAS as erro:
            return _resposta_de(erro)

    def _conteudo(self, pedido: Pedido) -> dict[str, str]:
        redacao = pedido.redacao
        if not self.prefixo or redacao.modelo.nome_no_provedor is None:
            return {"body": redacao.texto(pedido.codigo)}
        variaveis = {str(n): valor for n, valor in enumerate(redacao.parametros(pedido.codigo), 1)}
        return {"content_sid": redacao.modelo.nome_no_provedor, "content_variables": orjson.dumps(variaveis).decode()}

    async def procurar(self, endereco: str, codigo: str) -> Achado | None:
        """Looks through the newest messages to `endereco`. No filter by date sent: a queued message has none."""
        try:
            mensagens = await self.cliente.messages.list_async(to=self.prefixo + endereco, limit=_PAGINA, page_size=_PAGINA)
        except (TwilioRestException, TwilioServiceException, PyreqwestError, RitmoExcedido, ValueError) as erro:
            raise ConsultaImpossivel from erro
        for mensagem in mensagens:
            if codigo in (mensagem.body or ""):
                return _achado(mensagem)
        return None

    async def estado_de(self, id_provedor: str) -> Achado | None:
        """Asks for one message."""
        try:
            return _achado(await self.cliente.messages(id_provedor).fetch_async())
        except TwilioRestException as erro:
            if erro.status == 404:
                return None
            raise ConsultaImpossivel from erro
        except (TwilioServiceException, PyreqwestError, RitmoExcedido, ValueError) as erro:
            raise ConsultaImpossivel from erro


def _achado(mensagem: Any) -> Achado:
    codigo = mensagem.error_code
    return Achado(
        estado=ESTADO_TWILIO.get(str(mensagem.status), "aceito"),
        id_provedor=mensagem.sid,
        codigo=None if codigo is None else str(codigo),
        provedor_em=_em_utc(mensagem.date_updated),
    )


def _em_utc(instante: datetime | None) -> datetime | None:
    if instante is None or instante.tzinfo is not None:
        return instante
    return instante.replace(tzinfo=UTC)


def _resposta_de(erro: Exception) -> Resposta:
    match erro:
        case RitmoExcedido():
            return Resposta("resposta", 429, retry_after_s=erro.retry_after_s)
        case TwilioRestException():
            # without a body of Twilio's, the library puts the HTTP status where the code would be
            codigo = None if erro.code is None or erro.code == erro.status else str(erro.code)
            return Resposta("resposta", erro.status, codigo=codigo)
        case TwilioServiceException():
            return Resposta("resposta", erro.status, codigo=str(erro.code))
        case PyreqwestError():
            return Resposta(quando_falhou(erro))
        case _:
            # a success that cannot be read
            return Resposta("resposta")
