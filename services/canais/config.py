"""Canais' settings: the sum of its adapters' settings and of what sending needs."""

from __future__ import annotations

import socket
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

from canais.adapters.outbound.twilio_mensagens import ConfigTwilio
from canais.adapters.outbound.whatsapp_cloud import ConfigMeta
from kernel.config import ConfigComum, ConfigInvalida

SERVIDOS: Final = ("whatsapp", "sms")


class Config(ConfigTwilio, ConfigMeta, ConfigComum):
    """Read from the environment; names as in the outer interface, in capitals."""

    membro: str = Field(default_factory=socket.gethostname, min_length=1, description="Nome estável e único deste worker.")
    whatsapp_provedor: Literal["meta", "twilio"] = Field(default="meta", description="Quem leva o WhatsApp.")
    envio_vagas: int = Field(default=128, ge=1, le=512, description="Requisições abertas ao mesmo tempo, por provedor.")
    envio_prazo_s: float = Field(default=15, gt=0, le=300, description="Prazo de cada requisição, em segundos.")
    envio_taxa_sms_por_s: float | None = Field(default=None, gt=0, description="Limite inicial de SMS por segundo.")
    envio_taxa_whatsapp_por_s: float | None = Field(default=None, gt=0, description="Limite inicial de WhatsApp por segundo.")
    link_contribuinte: str = Field(default="https://www.sefaz.al.gov.br", description="Endereço citado nas mensagens.")
    telefone_sefaz: str = Field(default="0800 284 1060", description="Telefone citado nas mensagens.")

    @property
    def canais(self) -> tuple[str, ...]:
        """The channels among CANAIS_ATIVOS that this room serves."""
        return tuple(canal for canal in SERVIDOS if canal in self.canais_ativos)


def conferir(config: Config) -> None:
    """Raises `ConfigInvalida` with one sentence that names what is missing for the channels in use."""
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
        raise ConfigInvalida(f"Faltam configurações para os canais em uso: {', '.join(faltam)}.")
    for nome, url in (
        ("URL_PUBLICA", config.publica),
        ("TWILIO_BASE_URL", config.twilio_base_url),
        ("META_BASE_URL", config.meta_base_url),
    ):
        partes = urlsplit(url)
        if partes.scheme not in {"http", "https"} or not partes.hostname:
            raise ConfigInvalida(f"{nome} deve ser um endereço http ou https.")
    if "_" in (urlsplit(config.publica).hostname or ""):
        raise ConfigInvalida("URL_PUBLICA não pode ter sublinhado no nome do servidor: a Twilio o recusa.")
