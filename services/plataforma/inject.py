"""Composition root of the platform: every room in one process, on one database, one log and one clock."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
from fastapi import FastAPI

import canais.inject
import parcelamento.inject
import regua.inject
from canais.config import Config as ConfigCanais
from kernel.ambiente import Ambiente
from kernel.http.app import criar_app
from kernel.http.cliente import abrir_sala
from kernel.http.mortas import rotas_de_mortas
from kernel.http.pendencias import SimuladorRemoto
from kernel.messaging.consumer import ConsumidorDeEventos
from kernel.messaging.embutido import LogEmbutido
from kernel.messaging.limpeza import Limpar, limpar_sempre
from kernel.messaging.log import Log
from kernel.messaging.relay import Relay
from kernel.pendencias import Parte, Pendencias
from kernel.persistence.avanco import AvancadorDoRelogio
from kernel.persistence.banco import Banco, Conexao
from kernel.persistence.migracoes import migrar
from parcelamento.config import ConfigParcelamento
from plataforma.adapters.inbound.pagina import pagina_inicial
from plataforma.adapters.outbound.painel_postgres import PainelPostgres, retratar
from plataforma.application.handlers import HANDLERS, TOPICOS
from plataforma.application.ports import Painel
from plataforma.config import FUSO, ConfigPlataforma
from plataforma.domain.painel import Retrato
from regua.config import ConfigRegua
from simulador.config import ConfigSimulador
from simulador.inject import Simulador, preparar_simulador

SALA = "plataforma"
_SALAS = ("régua", "canais", "parcelamento")
MIGRACOES = Path(__file__).parent / "migrations"


async def migrar_tudo(url: str) -> None:
    """Brings every schema to its newest revision."""
    pastas = {
        SALA: MIGRACOES,
        "regua": regua.inject.MIGRACOES,
        "canais": canais.inject.MIGRACOES,
        "parcelamento": parcelamento.inject.MIGRACOES,
    }
    for sala, pasta in pastas.items():
        await migrar(url, sala=sala, pasta=pasta)


@dataclass(frozen=True, slots=True)
class Plataforma:
    """app: the whole API. trabalhos: coroutines to run until the stop. retratar: the live summary's figures."""

    app: FastAPI
    trabalhos: Sequence[Callable[[], Awaitable[None]]]
    retratar: Callable[[], Awaitable[Retrato]]
    simulador: Simulador | None


class _ParteDoPainel:
    """The panel's own consumer and outbox."""

    nome = SALA

    def __init__(self, banco: Banco, log: Log) -> None:
        self._banco = banco
        self._log = log

    async def atraso(self) -> int:
        return sum((await self._log.lag(grupo=SALA, topicos=TOPICOS)).values())

    async def pendencias(self, _agora: datetime) -> Pendencias:
        async with self._banco.conexao() as con:
            fila = await con.fetchval("select exists (select from plataforma.outbox)")
        return Pendencias(ociosa=not fila and not await self.atraso(), motivo="o painel ainda lê")


class _ParteDoSimulador:
    """Receipts and notices of Pix that the simulator still owes."""

    nome = "simulador"

    def __init__(self, simulador: Simulador) -> None:
        self._simulador = simulador

    async def pendencias(self, _agora: datetime) -> Pendencias:
        return Pendencias(ociosa=not self._simulador.devidos, motivo="o simulador deve recibos")


@asynccontextmanager
async def preparar_plataforma(
    config: ConfigPlataforma,
    ambiente: Ambiente,
    *,
    config_regua: ConfigRegua,
    config_canais: ConfigCanais,
    config_parcelamento: ConfigParcelamento,
    config_simulador: ConfigSimulador | None,
) -> AsyncIterator[Plataforma]:
    """All rooms on `ambiente`, whose schemas are migrated and whose topics exist. Closes them in the opposite order."""
    banco, log, relogio = ambiente.banco, ambiente.log, ambiente.relogio
    async with contextlib.AsyncExitStack() as pilha:
        simulador = None
        if config_simulador is not None:
            simulador = await pilha.enter_async_context(preparar_simulador(config_simulador, agora=relogio.agora))
        sala_canais = await pilha.enter_async_context(
            canais.inject.preparar_canais(config_canais, banco=banco, log=log, relogio=relogio, metricas=ambiente.metricas)
        )
        painel = _ParteDoPainel(banco, log)
        partes: list[Parte] = [sala_canais, painel]
        ao_mover = []
        if simulador is not None:
            partes.append(_ParteDoSimulador(simulador))
        elif config.url_simulador is not None:
            cliente = await pilha.enter_async_context(httpx.AsyncClient(base_url=config.url_simulador, timeout=30))
            remoto = SimuladorRemoto(cliente)
            partes.append(remoto)
            ao_mover.append(remoto.acertar)
        avancador = AvancadorDoRelogio(banco, relogio, partes, ao_mover=ao_mover)
        # rooms ask each other over HTTP, in one process too: the way is the same as apart
        interno = await pilha.enter_async_context(abrir_sala(f"http://{config.endereco}:{config.porta}", config.token_interno))
        sala_regua = await pilha.enter_async_context(
            regua.inject.preparar_regua(
                config_regua,
                ambiente,
                avancador=avancador if avancador.virtual else None,
                cargas_de=("canais",),
                parcelamento=interno,
            )
        )
        avancador.incluir(sala_regua.parte)
        await sala_regua.semear()
        sala_parcelamento = await pilha.enter_async_context(
            parcelamento.inject.preparar_parcelamento(config_parcelamento, ambiente, regua=interno)
        )
        avancador.incluir(sala_parcelamento.parte)
        await sala_parcelamento.semear()
        await sala_parcelamento.semear_demonstracao()

        async def retrato() -> Retrato:
            return await retratar(banco, relogio.agora().astimezone(FUSO), await painel.atraso())

        async def prontidao() -> Mapping[str, bool]:
            return {**await sala_canais.prontidao(), **await sala_regua.prontidao(), **await sala_parcelamento.prontidao()}

        consumidor: ConsumidorDeEventos[Painel] = ConsumidorDeEventos(
            banco=banco,
            log=log,
            relogio=relogio,
            sala=SALA,
            grupo=SALA,
            membro="plataforma-1",
            topicos=TOPICOS,
            handlers=HANDLERS,
            unidade=lambda con, _agora: PainelPostgres(con),
        )
        app = criar_app(
            titulo="Régua Multicanal",
            descricao="Plataforma de cobrança multicanal de uma Secretaria da Fazenda.",
            rotas=[
                pagina_inicial(retrato, salas=_SALAS, simulador=_endereco_do_simulador(config_simulador)),
                *sala_regua.rotas,
                *sala_canais.rotas,
                *sala_parcelamento.rotas,
                rotas_de_mortas(banco, ("regua", "canais", "parcelamento", SALA), relogio),
            ],
            prontidao=prontidao,
            verificador=ambiente.verificador,
            metricas=ambiente.metricas,
            erros={**sala_regua.erros, **sala_canais.erros, **sala_parcelamento.erros},
            corpo_por_caminho={
                **sala_regua.corpo_por_caminho,
                **sala_canais.corpo_por_caminho,
                **sala_parcelamento.corpo_por_caminho,
            },
        )
        yield Plataforma(
            app=app,
            trabalhos=(
                sala_canais.executar_worker,
                sala_canais.executar_relay,
                sala_regua.executar,
                sala_parcelamento.executar,
                consumidor.executar,
                Relay(banco=banco, log=log, sala=SALA).executar,
                partial(limpar_sempre, banco, relogio, SALA, *_do_log(log)),
            ),
            retratar=retrato,
            simulador=simulador,
        )


def _do_log(log: Log) -> Sequence[Limpar]:
    """The embedded log forgets by the machine's time: its records were dated by it."""
    if not isinstance(log, LogEmbutido):
        return ()

    async def reter(_con: Conexao, _agora: datetime) -> None:
        await log.limpar(datetime.now(UTC))

    return (reter,)


def _endereco_do_simulador(config: ConfigSimulador | None) -> str | None:
    return None if config is None else f"http://{config.endereco}:{config.porta + 1}"
