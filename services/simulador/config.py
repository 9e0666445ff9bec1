"""The simulator's settings."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from simulador.application.avisos import Contas


def _numero(texto: str, nome: str, maximo: int) -> int:
    if not texto.isdigit() or not 1 <= int(texto) <= maximo:
        raise ValueError(f"{nome} deve ser um número inteiro de 1 a {maximo}")
    return int(texto)


@dataclass(frozen=True, slots=True)
class ConfigSimulador:
    """contas: accounts and secrets that clients must show and webhooks are signed with. dados: folder of the journal.

    porta: of the platform (the simulator's is the next one). endereco: what to listen on. trabalhadores: webhooks in flight
    at once. limite_mensagens: messages kept in memory. compactar_em_bytes: journal size that calls for compaction.
    """

    contas: Contas
    dados: Path = Path(".dados")
    porta: int = 8000
    endereco: str = "127.0.0.1"
    trabalhadores: int = 64
    limite_mensagens: int = 500_000
    compactar_em_bytes: int = field(default=256 * 1024 * 1024)


def ler_config(ambiente: Mapping[str, str]) -> ConfigSimulador:
    """From the environment (names in the outer interface). A secret that is not given is random: nobody gets in by chance.

    Raises ValueError, in Portuguese.
    """
    porta = _numero(ambiente.get("PORTA", "8000"), "PORTA", 65534)

    def valor(nome: str, padrao: str) -> str:
        return ambiente.get(nome) or padrao

    contas = Contas(
        twilio_sid=valor("TWILIO_ACCOUNT_SID", f"AC{secrets.token_hex(16)}"),
        twilio_token=valor("TWILIO_AUTH_TOKEN", secrets.token_hex(16)),
        meta_token=valor("META_TOKEN", secrets.token_urlsafe(32)),
        meta_segredo=valor("META_APP_SECRET", secrets.token_hex(16)),
        meta_verificacao=valor("META_VERIFY_TOKEN", secrets.token_urlsafe(16)),
        whatsapp_id=valor("WHATSAPP_PHONE_NUMBER_ID", "100000000000001"),
        pagina_id=valor("MESSENGER_PAGE_ID", "200000000000002"),
        url_publica=valor("URL_PUBLICA", f"http://127.0.0.1:{porta}").rstrip("/"),
        sms_de=valor("TWILIO_SMS_DE", "+15005550006"),
        whatsapp_de="whatsapp:" + valor("TWILIO_WHATSAPP_DE", "+15005550006").removeprefix("whatsapp:"),
        whatsapp_por=valor("WHATSAPP_PROVEDOR", "meta"),
        pix_client_id=valor("PIX_CLIENT_ID", f"pix-{secrets.token_hex(8)}"),
        pix_client_secret=valor("PIX_CLIENT_SECRET", secrets.token_urlsafe(32)),
        pix_chave=valor("PIX_CHAVE", "e7a1b0c2-5d3f-4a6b-8c9d-0e1f2a3b4c5d"),
    )
    if contas.whatsapp_por not in {"meta", "twilio"}:
        raise ValueError("WHATSAPP_PROVEDOR deve ser meta ou twilio")
    return ConfigSimulador(
        contas=contas,
        dados=Path(valor("DADOS", ".dados")),
        porta=porta,
        endereco=valor("ENDERECO", "127.0.0.1"),
        trabalhadores=_numero(valor("SIMULADOR_TRABALHADORES", "64"), "SIMULADOR_TRABALHADORES", 4096),
        limite_mensagens=_numero(valor("SIMULADOR_MENSAGENS", "500000"), "SIMULADOR_MENSAGENS", 100_000_000),
    )
