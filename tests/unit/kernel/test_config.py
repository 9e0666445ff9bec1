"""A wrong setting is one sentence that names it."""

from __future__ import annotations

import pytest

from kernel.config import ConfigComum, ConfigInvalida, ler


@pytest.mark.parametrize(
    ("nome", "valor", "trecho"),
    [
        ("PORTA", "oito mil", "PORTA não serve: deve ser um número inteiro"),
        ("PORTA", "70000", "PORTA não serve: é grande demais"),
        ("BANCO_URL", "mysql://x/y", "BANCO_URL não serve: deve ser um endereço postgresql"),
        ("RELOGIO", "amanhã", "RELOGIO não serve: deve ser 'real' ou um instante ISO"),
        ("RELOGIO", "2026-01-05T09:00", "RELOGIO não serve: o instante precisa do fuso"),
        ("CANAIS_ATIVOS", "sms,pombo", "CANAIS_ATIVOS não serve: canal desconhecido: pombo"),
    ],
)
def test_valor_errado_e_dito_em_uma_frase(monkeypatch: pytest.MonkeyPatch, nome: str, valor: str, trecho: str) -> None:
    monkeypatch.setenv(nome, valor)
    with pytest.raises(ConfigInvalida) as recusa:
        ler(ConfigComum)
    assert trecho in str(recusa.value)


def test_valores_certos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANAIS_ATIVOS", " sms , voz ")
    monkeypatch.setenv("BANCO_URL", "postgres://u:s@h/b")
    monkeypatch.setenv("URL_PUBLICA", "https://sefaz.exemplo/")
    config = ler(ConfigComum)
    assert config.canais_ativos == ("sms", "voz")
    assert config.banco_url == "postgresql://u:s@h/b"
    assert config.publica == "https://sefaz.exemplo"


def test_vazio_vale_como_ausente(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "")
    assert ler(ConfigComum).kafka_bootstrap is None
