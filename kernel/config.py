"""Settings that every room reads, and one clear sentence for each that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_CORRETOR = re.compile(r"[A-Za-z0-9._-]+:[0-9]{1,5}|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}")
_NIVEIS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
CANAIS = ("whatsapp", "sms", "messenger", "voz")


class ConfigInvalida(ValueError):
    """A setting is missing or wrong; the message is one sentence in Portuguese that names it."""


class ConfigComum(BaseSettings):
    """What all rooms share. Names in the environment are these, in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    porta: Annotated[int, Field(ge=1, le=65534)] = 8000
    """HTTP port of the process; the simulator listens on the next one."""
    endereco: str = "127.0.0.1"
    dados: Path = Path(".dados")
    """Folder of the embedded database, the token, documents."""
    banco_url: str | None = None
    kafka_bootstrap: str | None = None
    url_publica: str | None = None
    """How providers reach the webhooks; signatures are checked against it."""
    relogio: str = "real"
    canais_ativos: Annotated[tuple[str, ...], NoDecode] = ("whatsapp", "sms")
    """Channels that a running room serves, separated by commas."""
    regua_token: str | None = None
    url_regua: str | None = None
    url_canais: str | None = None
    url_parcelamento: str | None = None
    """Where rooms find each other when they run apart."""
    token_interno: SecretStr | None = None
    """With which rooms ask each other, role `integracao`."""
    url_simulador: str | None = None
    """A simulator in a process of its own, where it stands for every provider; only then may the clock be virtual."""
    nivel_de_log: str = "INFO"

    @field_validator("banco_url")
    @classmethod
    def _postgres(cls, valor: str | None) -> str | None:
        if valor is not None and urlsplit(valor).scheme not in {"postgresql", "postgres"}:
            raise ValueError("deve ser um endereço postgresql://…")
        return valor.replace("postgres://", "postgresql://", 1) if valor else None

    @field_validator("kafka_bootstrap")
    @classmethod
    def _corretores(cls, valor: str | None) -> str | None:
        if valor is not None and not all(_CORRETOR.fullmatch(parte.strip()) for parte in valor.split(",")):
            raise ValueError("deve ser host:porta, ou vários separados por vírgula")
        return valor

    @field_validator("nivel_de_log")
    @classmethod
    def _nivel(cls, valor: str) -> str:
        if valor.upper() not in _NIVEIS:
            raise ValueError(f"deve ser um destes: {', '.join(_NIVEIS)}")
        return valor.upper()

    @field_validator("relogio")
    @classmethod
    def _instante(cls, valor: str) -> str:
        if valor in {"", "real"}:
            return valor
        try:
            instante = datetime.fromisoformat(valor)
        except ValueError:
            raise ValueError("deve ser 'real' ou um instante ISO, como 2026-01-05T09:00-03:00") from None
        if instante.tzinfo is None:
            raise ValueError("o instante precisa do fuso, como 2026-01-05T09:00-03:00")
        return valor

    @field_validator("canais_ativos", mode="before")
    @classmethod
    def _lista(cls, valor: object) -> object:
        if not isinstance(valor, str):
            return valor
        canais = tuple(parte.strip() for parte in valor.split(",") if parte.strip())
        if errado := next((canal for canal in canais if canal not in CANAIS), None):
            raise ValueError(f"canal desconhecido: {errado} (use {', '.join(CANAIS)})")
        return canais

    @property
    def publica(self) -> str:
        """`url_publica`, or this process."""
        return (self.url_publica or f"http://127.0.0.1:{self.porta}").rstrip("/")


C = TypeVar("C", bound=BaseSettings)


def ler(classe: type[C]) -> C:
    """The settings of `classe` from the environment. Raises `ConfigInvalida`."""
    try:
        return classe()
    except ValidationError as erro:
        primeiro = erro.errors()[0]
        nome = "_".join(str(parte) for parte in primeiro["loc"]).upper()
        raise ConfigInvalida(f"A configuração {nome} não serve: {_motivo(primeiro['type'], primeiro['msg'])}.") from erro


_MOTIVOS: Mapping[str, str] = {
    "missing": "falta o valor",
    "int_parsing": "deve ser um número inteiro",
    "float_parsing": "deve ser um número",
    "bool_parsing": "deve ser 1 ou 0",
    "greater_than_equal": "é pequeno demais",
    "less_than_equal": "é grande demais",
    "literal_error": "não é um dos valores aceitos",
}


def _motivo(tipo: str, mensagem: str) -> str:
    return _MOTIVOS.get(tipo, mensagem.removeprefix("Value error, "))
