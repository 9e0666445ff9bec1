"""Settings of Pix: the provider's API, the receiver's key, the secret of our webhook's address."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from kernel.config import ConfigInvalida

# goes into a path: nothing that would have to be escaped there
_SEGREDO: Final = re.compile(r"[A-Za-z0-9_-]{16,128}")


class ConfigPix(BaseSettings):
    """Names in the environment are these, in capitals."""

    pix_modo: Literal["dinamico", "estatico", "nenhum"] = Field(
        default="dinamico", description="dinamico: cobrança no provedor (cobv); estatico: QR com a chave; nenhum: sem Pix."
    )
    pix_chave: str = Field(default="", max_length=77, description="Chave Pix de quem recebe.")
    pix_base_url: str = Field(default="", description="Endereço da API Pix do provedor, sem /v2.")
    pix_token_url: str = Field(default="", description="Endereço do token OAuth2; vazio: PIX_BASE_URL/oauth/token.")
    pix_client_id: str = Field(default="", description="Identificação OAuth2 no provedor.")
    pix_client_secret: SecretStr = Field(default=SecretStr(""), description="Segredo OAuth2.")
    pix_webhook_segredo: SecretStr = Field(
        default=SecretStr(""), description="Parte secreta do endereço do webhook: 16 a 128 letras, dígitos, _ ou -."
    )
    pix_certificado: Path | None = Field(default=None, description="Certificado de cliente (PEM), para mTLS.")
    pix_certificado_chave: Path | None = Field(default=None, description="Chave privada (PEM), se não está no certificado.")
    pix_autoridade: Path | None = Field(default=None, description="Autoridades (PEM) em que se confia, além das do sistema.")
    pix_prazo_s: float = Field(default=10, gt=0, le=120, description="Prazo de cada requisição ao provedor, em segundos.")
    pix_prazo_total_s: float = Field(
        default=20, gt=0, le=600, description="Depois destes segundos nenhuma tentativa nova começa."
    )
    pix_tentativas: int = Field(default=4, ge=1, le=10, description="Tentativas de cada chamada, a primeira inclusive.")


def url_do_webhook(config: ConfigPix, publica: str) -> str:
    """What to register at the provider, which appends /pix. publica: how the provider reaches us."""
    return f"{publica.rstrip('/')}/webhooks/pix/{config.pix_webhook_segredo.get_secret_value()}"


def conferir_pix(config: ConfigPix) -> None:
    """Raises `ConfigInvalida` with one sentence that names what is missing or wrong for the mode in use."""
    if config.pix_modo == "nenhum":
        return
    exigidos = {"PIX_CHAVE": config.pix_chave}
    if config.pix_modo == "dinamico":
        exigidos |= {
            "PIX_BASE_URL": config.pix_base_url,
            "PIX_CLIENT_ID": config.pix_client_id,
            "PIX_CLIENT_SECRET": config.pix_client_secret.get_secret_value(),
            "PIX_WEBHOOK_SEGREDO": config.pix_webhook_segredo.get_secret_value(),
        }
    faltam = [nome for nome, valor in exigidos.items() if not valor]
    if faltam:
        raise ConfigInvalida(f"Faltam configurações do Pix (PIX_MODO={config.pix_modo}): {', '.join(faltam)}.")
    _conferir_enderecos(config)
    segredo = config.pix_webhook_segredo.get_secret_value()
    if segredo and not _SEGREDO.fullmatch(segredo):
        raise ConfigInvalida("PIX_WEBHOOK_SEGREDO deve ter de 16 a 128 letras sem acento, dígitos, _ ou -.")
    contexto_tls(config)


def _conferir_enderecos(config: ConfigPix) -> None:
    for nome, url in (("PIX_BASE_URL", config.pix_base_url), ("PIX_TOKEN_URL", config.pix_token_url)):
        if not url:
            continue
        try:
            partes = urlsplit(url)
            serve = partes.scheme in {"http", "https"} and bool(partes.hostname)
        except ValueError:
            serve = False
        if not serve:
            raise ConfigInvalida(f"{nome} deve ser um endereço http ou https.")


def contexto_tls(config: ConfigPix) -> ssl.SSLContext:
    """The system's authorities, ours where given, and the client certificate. Raises `ConfigInvalida`."""
    contexto = ssl.create_default_context()
    if config.pix_autoridade is not None:
        try:
            contexto.load_verify_locations(cafile=config.pix_autoridade)
        except (OSError, ssl.SSLError) as erro:
            raise ConfigInvalida("PIX_AUTORIDADE não é um arquivo PEM de certificados que se possa ler.") from erro
    if config.pix_certificado is None:
        if config.pix_certificado_chave is not None:
            raise ConfigInvalida("PIX_CERTIFICADO_CHAVE foi dada sem PIX_CERTIFICADO.")
        return contexto
    try:
        # a passphrase would be asked for at the terminal: refused instead
        contexto.load_cert_chain(config.pix_certificado, config.pix_certificado_chave, password=_sem_senha)
    except (OSError, ssl.SSLError) as erro:
        raise ConfigInvalida(
            "PIX_CERTIFICADO não pode ser lido: deve ser PEM, com a chave privada sem senha nele ou em PIX_CERTIFICADO_CHAVE."
        ) from erro
    return contexto


def _sem_senha() -> str:
    return ""
