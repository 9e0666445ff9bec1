"""What `python -m <room> api|worker|relay|migrate` does in every room."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter

from kernel.ambiente import Ambiente, criar_topicos
from kernel.config import ConfigComum, ConfigInvalida
from kernel.http.app import criar_app
from kernel.http.mortas import rotas_de_mortas
from kernel.http.pendencias import rotas_de_pendencias
from kernel.logging import configurar
from kernel.messaging.log import Topico
from kernel.pendencias import Parte
from kernel.persistence.banco import abrir_banco, exigir_banco
from kernel.persistence.migracoes import migrar
from kernel.processo import ate, principal, servir, sinal_de_parada

PAPEIS = ("api", "worker", "relay", "migrate")


class Sala(Protocol):
    """A composed room, as its `inject` makes it."""

    @property
    def rotas(self) -> Sequence[APIRouter]: ...

    @property
    def corpo_por_caminho(self) -> Mapping[str, int | None]: ...

    @property
    def erros(self) -> Mapping[type[Exception], int]: ...

    @property
    def parte(self) -> Parte: ...

    async def executar_worker(self) -> None: ...

    async def executar_relay(self) -> None: ...

    async def prontidao(self) -> Mapping[str, bool]: ...


async def migrar_sala(config: ConfigComum, *, sala: str, pasta: Path, topicos: Sequence[Topico]) -> int:
    """Brings the room's schema and topics to the newest; the exit code. Raises `ConfigInvalida`."""
    if config.banco_url is None:
        raise ConfigInvalida("Falta BANCO_URL: fora de `python -m plataforma`, cada sala precisa do endereço de um PostgreSQL.")
    await exigir_banco(config.banco_url)
    await migrar(config.banco_url, sala=sala, pasta=pasta)
    async with abrir_banco(config.banco_url, aplicacao=sala, maximo=2) as banco:
        await criar_topicos(config, banco, topicos)
    sys.stdout.write(f"{sala}: esquema e tópicos em dia\n")
    return 0


async def viver(
    sala: Sala, *, nome: str, titulo: str, descricao: str, papel: str, config: ConfigComum, ambiente: Ambiente
) -> None:
    """Serves health and, in the api, the routes; runs what `papel` asks for; until a signal."""
    parada = sinal_de_parada()
    proprias = [rotas_de_mortas(ambiente.banco, (nome,), ambiente.relogio), rotas_de_pendencias(sala.parte, ambiente.relogio)]
    trabalhos: Mapping[str, Sequence[Callable[[], Awaitable[None]]]] = {
        "api": (),
        "worker": (sala.executar_worker,),
        "relay": (sala.executar_relay,),
    }
    app = criar_app(
        titulo=titulo,
        descricao=descricao,
        rotas=[*sala.rotas, *proprias] if papel == "api" else [],
        prontidao=sala.prontidao,
        verificador=ambiente.verificador,
        metricas=ambiente.metricas,
        erros=sala.erros,
        corpo_por_caminho=sala.corpo_por_caminho,
    )
    async with servir(app, endereco=config.endereco, porta=config.porta, ao_cair=parada.set):
        sys.stdout.write(f"pronto: {nome} ({papel}) em http://{config.endereco}:{config.porta}\n")
        sys.stdout.flush()
        await ate(parada, parada.wait(), *(trabalho() for trabalho in trabalhos[papel]))


def principal_da_sala(
    argumentos: Sequence[str] | None, *, nome: str, descricao: str, programa: Callable[[str], Coroutine[Any, Any, int]]
) -> int:
    """Reads the role from the command line and runs `programa(role)`. The exit code: 0, or 2 with one sentence on stderr."""
    leitor = argparse.ArgumentParser(prog=f"python -m {nome}", description=descricao)
    leitor.add_argument("papel", choices=PAPEIS, help="o que este processo faz")
    papel: str = leitor.parse_args(argumentos).papel

    async def executar() -> int:
        return await programa(papel)

    return principal(executar)


def registrar(config: ConfigComum, nome: str) -> None:
    """Sends the process's logs, masked, to stderr."""
    configurar(config.nivel_de_log, nome)
