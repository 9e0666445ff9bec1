"""What a process of any room stands on: database, log, clock, metrics, tokens; opened from settings, closed in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kernel.clock import Relogio
from kernel.config import ConfigComum, ConfigInvalida
from kernel.http.auth import VerificadorDeToken, VerificadorPostgres
from kernel.messaging.embutido import LogEmbutido
from kernel.messaging.kafka import LogKafka
from kernel.messaging.log import Log, LogIndisponivel, Topico
from kernel.metrics import Metricas
from kernel.persistence.banco import INDISPONIVEL, Banco, abrir_banco, exigir_banco
from kernel.persistence.relogio import abrir_relogio


@dataclass(frozen=True, slots=True)
class Ambiente:
    """The adapters that settings chose, behind their ports."""

    banco: Banco
    log: Log
    relogio: Relogio
    metricas: Metricas
    verificador: VerificadorDeToken


@asynccontextmanager
async def abrir_ambiente(
    config: ConfigComum, *, sala: str, url: str | None = None, conexoes: int = 12
) -> AsyncIterator[Ambiente]:
    """Opens what `config` names; `url` stands for the embedded database's. Raises `ConfigInvalida`."""
    endereco = url or config.banco_url
    if endereco is None:
        raise ConfigInvalida("Falta BANCO_URL: fora de `python -m plataforma`, cada sala precisa do endereço de um PostgreSQL.")
    await exigir_banco(endereco)
    try:
        async with abrir_banco(endereco, aplicacao=sala, maximo=conexoes) as banco:
            log = abrir_log(config, banco)
            try:
                async with abrir_relogio(banco) as relogio:
                    yield Ambiente(
                        banco=banco,
                        log=log,
                        relogio=relogio,
                        metricas=Metricas(),
                        verificador=VerificadorPostgres(banco),
                    )
            finally:
                await log.close()
    except INDISPONIVEL as erro:
        raise ConfigInvalida(f"O banco de BANCO_URL não atende ({type(erro).__name__}).") from erro


async def criar_topicos(config: ConfigComum, banco: Banco, topicos: Sequence[Topico]) -> None:
    """Makes the topics that are not there yet. Raises `ConfigInvalida` where the log cannot be reached."""
    log = abrir_log(config, banco)
    try:
        await log.create_topics(topicos)
    except LogIndisponivel as erro:
        raise ConfigInvalida(f"O Kafka de KAFKA_BOOTSTRAP ({config.kafka_bootstrap}) não atende.") from erro
    finally:
        await log.close()


def abrir_log(config: ConfigComum, banco: Banco) -> Log:
    """Kafka where `KAFKA_BOOTSTRAP` is set, else the table in `banco`."""
    return LogKafka(config.kafka_bootstrap) if config.kafka_bootstrap else LogEmbutido(banco)
