"""`python -m regua api|worker|relay|migrate`: one process of this room; the only place of it that reads the environment."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

from fastapi import APIRouter, FastAPI

from kernel.ambiente import Ambiente, abrir_ambiente, abrir_log
from kernel.config import ConfigInvalida, ler
from kernel.http.app import criar_app
from kernel.http.mortas import rotas_de_mortas
from kernel.http.pendencias import rotas_de_pendencias
from kernel.logging import configurar
from kernel.persistence.avanco import AvancadorDoRelogio
from kernel.persistence.banco import abrir_banco
from kernel.persistence.migracoes import migrar
from kernel.processo import ate, principal, servir, sinal_de_parada
from regua.adapters.outbound.avanco import abrir_avancador
from regua.config import ConfigRegua
from regua.inject import MIGRACOES, Regua, preparar_regua
from schemas.topicos import topicos_de

SALA = "regua"


async def _migrate(config: ConfigRegua) -> int:
    if config.banco_url is None:
        raise ConfigInvalida("Falta BANCO_URL: fora de `python -m plataforma`, cada sala precisa do endereço de um PostgreSQL.")
    await migrar(config.banco_url, sala=SALA, pasta=MIGRACOES)
    async with abrir_banco(config.banco_url, aplicacao=SALA, maximo=2) as banco:
        log = abrir_log(config, banco)
        try:
            await log.create_topics(topicos_de(SALA))
        finally:
            await log.close()
    sys.stdout.write("régua: esquema e tópicos em dia\n")
    return 0


async def _processo(config: ConfigRegua, papel: str) -> int:
    parada = sinal_de_parada()
    async with contextlib.AsyncExitStack() as pilha:
        ambiente = await pilha.enter_async_context(abrir_ambiente(config, sala=SALA))
        avancador = await pilha.enter_async_context(_avancador(config, ambiente)) if papel == "api" else None
        regua = await pilha.enter_async_context(preparar_regua(config, ambiente, avancador=avancador))
        if avancador is not None:
            avancador.incluir(regua.parte)
        await regua.semear()
        mortas = rotas_de_mortas(ambiente.banco, (SALA,), ambiente.relogio)
        pendencias = rotas_de_pendencias(regua.parte, ambiente.relogio)
        rotas = [*regua.rotas, mortas, pendencias] if papel == "api" else []
        trabalhos: dict[str, Sequence[Callable[[], Awaitable[None]]]] = {
            "api": (),
            "worker": (regua.executar_worker,),
            "relay": (regua.executar_relay,),
        }
        app = _app(regua, ambiente, rotas)
        async with servir(app, endereco=config.endereco, porta=config.porta, ao_cair=parada.set):
            sys.stdout.write(f"pronto: régua ({papel}) em http://{config.endereco}:{config.porta}\n")
            sys.stdout.flush()
            await ate(parada, parada.wait(), *(trabalho() for trabalho in trabalhos[papel]))
    return 0


def _avancador(config: ConfigRegua, ambiente: Ambiente) -> AbstractAsyncContextManager[AvancadorDoRelogio | None]:
    return abrir_avancador(ambiente, url_canais=config.url_canais, url_simulador=config.url_simulador, token=config.regua_token)


def _app(regua: Regua, ambiente: Ambiente, rotas: Sequence[APIRouter]) -> FastAPI:
    return criar_app(
        titulo="Régua",
        descricao="Por que a dívida não foi paga, com que firmeza falar, quem é contatado e quando.",
        rotas=rotas,
        prontidao=regua.prontidao,
        verificador=ambiente.verificador,
        metricas=ambiente.metricas,
        erros=regua.erros,
        corpo_por_caminho=regua.corpo_por_caminho,
    )


async def _executar(papel: str) -> int:
    config = ler(ConfigRegua)
    configurar(config.nivel_de_log, SALA)
    return await (_migrate(config) if papel == "migrate" else _processo(config, papel))


def main(argumentos: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 with one sentence on stderr."""
    leitor = argparse.ArgumentParser(prog="python -m regua", description="Régua de cobrança")
    leitor.add_argument("papel", choices=("api", "worker", "relay", "migrate"), help="o que este processo faz")
    return principal(partial(_executar, leitor.parse_args(argumentos).papel))


if __name__ == "__main__":
    sys.exit(main())
