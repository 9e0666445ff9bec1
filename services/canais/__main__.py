"""`python -m canais api|worker|relay|migrate`: one process of this room; the only place of it that reads the environment."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from fastapi import APIRouter

from canais.config import Config
from canais.inject import MIGRACOES, Canais, preparar_canais
from kernel.ambiente import abrir_ambiente, abrir_log
from kernel.config import ConfigInvalida, ler
from kernel.http.app import criar_app
from kernel.http.mortas import rotas_de_mortas
from kernel.http.pendencias import rotas_de_pendencias
from kernel.logging import configurar
from kernel.persistence.banco import abrir_banco
from kernel.persistence.migracoes import migrar
from kernel.processo import ate, principal, servir, sinal_de_parada
from schemas.topicos import topicos_de

SALA = "canais"


async def _migrate(config: Config) -> int:
    if config.banco_url is None:
        raise ConfigInvalida("Falta BANCO_URL: fora de `python -m plataforma`, cada sala precisa do endereço de um PostgreSQL.")
    await migrar(config.banco_url, sala=SALA, pasta=MIGRACOES)
    async with abrir_banco(config.banco_url, aplicacao=SALA, maximo=2) as banco:
        log = abrir_log(config, banco)
        try:
            await log.create_topics(topicos_de(SALA))
        finally:
            await log.close()
    sys.stdout.write("canais: esquema e tópicos em dia\n")
    return 0


def _trabalhos(canais: Canais) -> dict[str, Sequence[Callable[[], Awaitable[None]]]]:
    return {"api": (), "worker": (canais.executar,), "relay": (canais.executar_relay,)}


async def _processo(config: Config, papel: str) -> int:
    parada = sinal_de_parada()
    async with (
        abrir_ambiente(config, sala=SALA) as ambiente,
        preparar_canais(
            config,
            banco=ambiente.banco,
            log=ambiente.log,
            relogio=ambiente.relogio,
            metricas=ambiente.metricas,
            membro=config.membro,
        ) as canais,
    ):
        rotas: list[APIRouter] = []
        if papel == "api":
            mortas = rotas_de_mortas(ambiente.banco, (SALA,), ambiente.relogio)
            rotas = [*canais.rotas, mortas, rotas_de_pendencias(canais, ambiente.relogio)]
        app = criar_app(
            titulo="Canais",
            descricao="Contatos, modelos, envios, recibos e custo das mensagens.",
            rotas=rotas,
            prontidao=canais.prontidao,
            verificador=ambiente.verificador,
            metricas=ambiente.metricas,
            corpo_por_caminho=canais.corpo_por_caminho,
        )
        async with servir(app, endereco=config.endereco, porta=config.porta, ao_cair=parada.set):
            sys.stdout.write(f"pronto: canais ({papel}) em http://{config.endereco}:{config.porta}\n")
            sys.stdout.flush()
            await ate(parada, parada.wait(), *(trabalho() for trabalho in _trabalhos(canais)[papel]))
    return 0


async def _executar(papel: str) -> int:
    config = ler(Config)
    configurar(config.nivel_de_log, SALA)
    return await (_migrate(config) if papel == "migrate" else _processo(config, papel))


def main(argumentos: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 with one sentence on stderr."""
    leitor = argparse.ArgumentParser(prog="python -m canais", description="Canais de mensagem")
    leitor.add_argument("papel", choices=("api", "worker", "relay", "migrate"), help="o que este processo faz")
    return principal(partial(_executar, leitor.parse_args(argumentos).papel))


if __name__ == "__main__":
    sys.exit(main())
