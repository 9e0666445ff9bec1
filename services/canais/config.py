"""Canais' settings: the sum of its adapters' settings and of what sending needs."""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from canais.adapters.outbound.twilio_mensagens import ConfigTwilio
from canais.adapters.outbound.whatsapp_cloud import ConfigMeta
from canais.errors import ConfiguracaoInvalida

SERVIDOS: Final = ("whatsapp", "sms")


class Config(ConfigTwilio, ConfigMeta):
    """Read from the environment; names as in the outer interface, in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    url_publica: str = Field(default="http://127.0.0.1:8000", description="Como os provedores alcançam os webhooks.")
    canais_ativos: str = Field(default="whatsapp,sms", description="Canais atendidos, separados por vírgula.")
    whatsapp_provedor: Literal["meta", "twilio"] = Field(default="meta", description="Quem leva o WhatsApp.")
    envio_vagas: int = Field(default=64, ge=1, le=512, description="Requisições abertas ao mesmo tempo, por provedor.")
    envio_prazo_s: float = Field(default=15, gt=0, le=300, description="Prazo de cada requisição, em segundos.")
    envio_taxa_sms_por_s: float | None = Field(default=None, gt=0, description="Limite inicial de SMS por segundo.")
    envio_taxa_whatsapp_por_s: float | None = Field(default=None, gt=0, description="Limite inicial de WhatsApp por segundo.")
    link_contribuinte: str = Field(default="https://www.sefaz.al.gov.br", description="Endereço citado nas mensagens.")
    telefone_sefaz: str = Field(default="0800 284 1060", description="Telefone citado nas mensagens.")

    @property
    def canais(self) -> tuple[str, ...]:
        """The channels among CANAIS_ATIVOS that this room serves."""
        pedidos = {nome.strip() for nome in self.canais_ativos.split(",")}
        return tuple(canal for canal in SERVIDOS if canal in pedidos)


def conferir(config: Config) -> None:
    """Raises `ConfiguracaoInvalida` with one sentence that names what is missing for the channels in use."""
    faltam = []
    usa_meta = "whatsapp" in config.canais and config.whatsapp_provedor == "meta"
    if "sms" in config.canais and not config.twilio_sms_de:
        faltam.append("TWILIO_SMS_DE")
    if "whatsapp" in config.canais and config.whatsapp_provedor == "twilio" and not config.twilio_whatsapp_de:
        faltam.append("TWILIO_WHATSAPP_DE")
    if usa_meta:
        faltam += [
            nome
            for nome, valor in (
                ("META_TOKEN", config.meta_token.get_secret_value()),
                ("META_APP_SECRET", config.meta_app_secret.get_secret_value()),
                ("META_VERIFY_TOKEN", config.meta_verify_token.get_secret_value()),
                ("WHATSAPP_PHONE_NUMBER_ID", config.whatsapp_phone_number_id),
            )
            if not valor
        ]
    if faltam:
        raise ConfiguracaoInvalida(f"Faltam configurações para os canais em uso: {', '.join(faltam)}.")
    for nome, url in (
        ("URL_PUBLICA", config.url_publica),
        ("TWILIO_BASE_URL", config.twilio_base_url),
        ("META_BASE_URL", config.meta_base_url),
    ):
        partes = urlsplit(url)
        if partes.scheme not in {"http", "https"} or not partes.hostname:
            raise ConfiguracaoInvalida(f"{nome} deve ser um endereço http ou https.")
    if "_" in (urlsplit(config.url_publica).hostname or ""):
        raise ConfiguracaoInvalida("URL_PUBLICA não pode ter sublinhado no nome do servidor: a Twilio o recusa.")
