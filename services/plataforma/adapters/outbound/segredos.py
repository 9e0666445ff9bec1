"""Settings of the providers where they are the simulator: accounts and secrets of this folder, made once."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from kernel.config import ConfigInvalida

_ARQUIVO = "segredos.json"
# What a real provider needs from us, by the setting that says it is real.
_EXIGIDOS: Mapping[str, tuple[str, ...]] = {
    "TWILIO_BASE_URL": ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SMS_DE"),
    "META_BASE_URL": ("META_TOKEN", "META_APP_SECRET", "META_VERIFY_TOKEN", "WHATSAPP_PHONE_NUMBER_ID"),
    "PIX_BASE_URL": ("PIX_CLIENT_ID", "PIX_CLIENT_SECRET", "PIX_CHAVE", "PIX_WEBHOOK_SEGREDO"),
}
# Where the simulator stands for each.
_CAMINHOS: Mapping[str, str] = {"TWILIO_BASE_URL": "", "META_BASE_URL": "", "PIX_BASE_URL": "/pix"}


def completar(ambiente: MutableMapping[str, str], dados: Path, porta: int) -> bool:
    """Fills in what `ambiente` leaves to the simulator; True where every provider is the simulator.

    The simulator is the one at URL_SIMULADOR, or else one of our own, on the port after ours. Raises `ConfigInvalida`
    where another address stands without its secrets.
    """
    simulador = ambiente.get("URL_SIMULADOR") or f"http://127.0.0.1:{porta + 1}"
    todos = True
    for base, exigidos in _EXIGIDOS.items():
        if ambiente.get(base, "").rstrip("/") in {"", f"{simulador.rstrip('/')}{_CAMINHOS[base]}"}:
            continue
        todos = False
        falta = next((nome for nome in exigidos if not ambiente.get(nome)), None)
        if falta is not None:
            raise ConfigInvalida(f"Falta {falta}: {base} aponta para um provedor real, que precisa dele.")
    padroes = _guardados(dados) | {base: f"{simulador.rstrip('/')}{caminho}" for base, caminho in _CAMINHOS.items()}
    for nome, valor in padroes.items():
        if not ambiente.get(nome):
            ambiente[nome] = valor
    return todos


def _guardados(dados: Path) -> dict[str, str]:
    """The random secrets of this folder; what an earlier version did not have is added."""
    arquivo = dados / _ARQUIVO
    guardados: dict[str, str] = json.loads(arquivo.read_text()) if arquivo.exists() else {}
    novos = _novos()
    if novos.keys() - guardados.keys():
        guardados = novos | guardados
        parcial = arquivo.with_suffix(".parcial")
        with os.fdopen(os.open(parcial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as saida:
            json.dump(guardados, saida)
        parcial.replace(arquivo)
    return guardados


def _novos() -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_SMS_DE": "+15005550006",
        "TWILIO_VOZ_DE": "+15005550006",
        "TWILIO_WHATSAPP_DE": "+15005550006",
        "META_TOKEN": secrets.token_urlsafe(32),
        "META_APP_SECRET": secrets.token_hex(16),
        "META_VERIFY_TOKEN": secrets.token_urlsafe(16),
        "WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
        "MESSENGER_PAGE_ID": "200000000000002",
        "PIX_CLIENT_ID": secrets.token_hex(8),
        "PIX_CLIENT_SECRET": secrets.token_urlsafe(32),
        "PIX_CHAVE": "pix@sefaz.exemplo",
        "PIX_WEBHOOK_SEGREDO": secrets.token_urlsafe(24),
        "TOKEN_INTERNO": secrets.token_urlsafe(32),
    }


def token_do_operador(dados: Path, dado: str | None) -> str:
    """The first operator's token: the one given by settings, or a random one kept in `$DADOS/token` (mode 0600)."""
    if dado:
        return dado
    arquivo = dados / "token"
    if not arquivo.exists():
        parcial = dados / "token.parcial"
        with os.fdopen(os.open(parcial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as saida:
            saida.write(secrets.token_urlsafe(32))
        parcial.replace(arquivo)
    return arquivo.read_text().strip()
