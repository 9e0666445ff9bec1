"""Composition root of the régua: the only file that names concrete adapters."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from fastapi import APIRouter

from kernel.ambiente import Ambiente
from kernel.cargas.armazem import Armazem
from kernel.cargas.execucao import TrabalhadorDeCargas
from kernel.domain.calendario import Calendario
from kernel.http.limite import Limite
from kernel.messaging.consumer import ConsumidorDeEventos
from kernel.messaging.limpeza import limpar_sempre
from kernel.messaging.log import LogIndisponivel
from kernel.messaging.relay import Relay
from kernel.pendencias import Parte
from kernel.persistence.avanco import AvancadorDoRelogio
from kernel.persistence.banco import INDISPONIVEL, Banco
from regua.adapters.inbound.agenda import TrabalhadorDeCiclos
from regua.adapters.inbound.api import Mesa
from regua.adapters.inbound.api_acionamentos import rotas_de_acionamentos
from regua.adapters.inbound.api_aprovacoes import rotas_de_aprovacoes
from regua.adapters.inbound.api_campanhas import rotas_de_campanhas
from regua.adapters.inbound.api_cargas import CAMINHO_DAS_CARGAS, rotas_de_cargas_da_regua
from regua.adapters.inbound.api_ciclos import rotas_de_ciclos, rotas_do_relogio
from regua.adapters.inbound.api_contribuintes import rotas_de_contribuintes
from regua.adapters.inbound.api_identificacao import rotas_de_identificacao
from regua.adapters.inbound.api_oferta import rotas_da_oferta
from regua.adapters.inbound.api_politicas import rotas_de_politicas
from regua.adapters.inbound.api_relatorios import rotas_de_relatorios
from regua.adapters.inbound.consumer import montar_consumidor
from regua.adapters.outbound import avanco
from regua.adapters.outbound.cargas import destinos_da_regua
from regua.adapters.outbound.ciclo_escrita import EscritaPostgres
from regua.adapters.outbound.ciclo_leitura import LeituraPostgres
from regua.adapters.outbound.ciclo_regras import RegrasPostgres, semear
from regua.adapters.outbound.parcelamento_http import OfertadorHttp
from regua.adapters.outbound.pendencias_postgres import AgendaPostgres, ParteRegua
from regua.adapters.outbound.unidade_postgres import SALA, SilenciadorPostgres, Unidades
from regua.application.handlers import TOPICOS
from regua.application.ports import Avancador, Unidade
from regua.application.ports_ciclo import (
    CampanhaDesconhecida,
    CicloDesconhecido,
    CicloRecusado,
    PortasDoCiclo,
)
from regua.application.ports_parcelamento import ParcelamentoIndisponivel
from regua.config import ConfigRegua
from regua.domain.politica_leitura import PoliticaInvalida
from regua.domain.segmento import SegmentoInvalido
from regua.errors import AutorNaoAprova, DadosRecusados, ErroDaRegua, EstadoNaoPermite, NaoExiste

MIGRACOES = Path(__file__).parent / "migrations"

ERROS: Mapping[type[Exception], int] = {
    ErroDaRegua: 400,
    NaoExiste: 404,
    EstadoNaoPermite: 409,
    AutorNaoAprova: 403,
    DadosRecusados: 422,
    PoliticaInvalida: 422,
    SegmentoInvalido: 422,
    CicloRecusado: 422,
    CicloDesconhecido: 404,
    CampanhaDesconhecida: 404,
    ParcelamentoIndisponivel: 503,
}
"""How the room fails over HTTP."""

_MEDIDA_S = 5


@dataclass(frozen=True, slots=True)
class Regua:
    """The room, ready to be run by a process."""

    rotas: Sequence[APIRouter]
    corpo_por_caminho: Mapping[str, int | None]
    erros: Mapping[type[Exception], int]
    parte: Parte
    _ambiente: Ambiente
    _consumidor: ConsumidorDeEventos[Unidade]
    _ciclos: TrabalhadorDeCiclos
    _cargas: TrabalhadorDeCargas
    _relay: Relay

    async def executar(self) -> None:
        """Consumer, ciclos, loads and relay, until cancelled."""
        async with asyncio.TaskGroup() as grupo:
            grupo.create_task(self.executar_worker(), name="regua-worker")
            grupo.create_task(self.executar_relay(), name="regua-relay")

    async def executar_worker(self) -> None:
        """Consumer, ciclos and loads, until cancelled."""
        async with asyncio.TaskGroup() as grupo:
            grupo.create_task(self._consumidor.executar(), name="regua-consumidor")
            grupo.create_task(self._ciclos.executar(), name="regua-ciclos")
            grupo.create_task(self._cargas.executar(), name="regua-cargas")
            grupo.create_task(limpar_sempre(self._ambiente.banco, self._ambiente.relogio, SALA), name="regua-limpeza")
            grupo.create_task(_medir(self._ambiente), name="regua-medida")

    async def executar_relay(self) -> None:
        """Takes the outbox to the log, until cancelled."""
        await self._relay.executar()

    async def semear(self) -> None:
        """Policy `2026-01` and the campaign `permanente`, where they are not there yet."""
        async with self._ambiente.banco.transacao() as con:
            await semear(con, self._ambiente.relogio.agora())

    async def prontidao(self) -> Mapping[str, bool]:
        """Whether the room accepts work."""
        async with self._ambiente.banco.conexao() as con:
            pronta = await con.fetchval("select exists (select from regua.politica where estado = 'aprovada')")
        return {SALA: bool(pronta)}


@asynccontextmanager
async def preparar_regua(
    config: ConfigRegua,
    ambiente: Ambiente,
    *,
    avancador: Avancador | None = None,
    cargas_de: Sequence[str] = (),
    parcelamento: httpx.AsyncClient | None = None,
) -> AsyncIterator[Regua]:
    """The room on `ambiente`, its schema migrated. `avancador`: moves a virtual clock; None: the clock is nobody's to move.

    `cargas_de`: other schemas of the same process whose loads `GET /v1/cargas/{id}` finds too. `parcelamento`: asks that
    room, with its address and our token; None: there is none, and nothing is offered.
    """
    banco, relogio, metricas = ambiente.banco, ambiente.relogio, ambiente.metricas
    calendario = Calendario.contato()
    unidades = Unidades()
    agenda = AgendaPostgres(banco, calendario, unidades)
    portas = montar_portas(config, banco, ambiente, calendario)
    publicados = metricas.contador("eventos_publicados", "Eventos levados ao log, por sala.", ("sala",))
    mesa = Mesa(
        banco=banco,
        relogio=relogio,
        unidades=unidades,
        portas=portas,
        limite=Limite(capacidade=config.consultas_por_minuto, por_segundo=config.consultas_por_minuto / 60),
        segundos=time.monotonic,
        avancador=avancador,
        parcelamento=None if parcelamento is None else OfertadorHttp(parcelamento),
        normas_da_oferta=config.normas_da_oferta,
    )
    yield Regua(
        rotas=[
            rotas_de_cargas_da_regua(banco, relogio, config.dados, ler_tambem=cargas_de),
            rotas_de_politicas(mesa),
            rotas_de_campanhas(mesa),
            rotas_de_ciclos(mesa),
            rotas_de_contribuintes(mesa),
            rotas_da_oferta(mesa),
            rotas_de_acionamentos(mesa),
            rotas_de_aprovacoes(mesa),
            rotas_de_identificacao(mesa),
            rotas_de_relatorios(mesa),
            rotas_do_relogio(mesa),
        ],
        corpo_por_caminho={CAMINHO_DAS_CARGAS: None},
        erros=ERROS,
        parte=ParteRegua(banco, ambiente.log, agenda),
        _ambiente=ambiente,
        _consumidor=montar_consumidor(
            banco=banco,
            log=ambiente.log,
            relogio=relogio,
            metricas=metricas,
            unidades=unidades,
            calendario=calendario,
            canais_ativos=config.canais_ativos,
            membro=config.membro,
            lote=config.lote_de_eventos,
        ),
        _ciclos=TrabalhadorDeCiclos(banco, portas, agenda, metricas, unidades),
        _cargas=TrabalhadorDeCargas(
            banco=banco,
            sala=SALA,
            destinos=destinos_da_regua(SilenciadorPostgres(unidades, calendario)),
            armazem=Armazem(config.dados, SALA),
            relogio=relogio,
            metricas=metricas,
        ),
        _relay=Relay(banco=banco, log=ambiente.log, sala=SALA, ao_publicar=lambda n: publicados.labels(SALA).inc(n)),
    )


def abrir_avancador(config: ConfigRegua, ambiente: Ambiente) -> AbstractAsyncContextManager[AvancadorDoRelogio | None]:
    """Who moves the virtual clock where rooms run apart; None on the machine's."""
    interno = config.token_interno.get_secret_value() if config.token_interno else config.regua_token
    return avanco.abrir_avancador(
        ambiente,
        url_canais=config.url_canais,
        url_parcelamento=config.url_parcelamento,
        url_simulador=config.url_simulador,
        token=interno,
    )


def montar_portas(config: ConfigRegua, banco: Banco, ambiente: Ambiente, calendario: Calendario) -> PortasDoCiclo:
    """What the ciclo, the dry run and the explanation need."""
    return PortasDoCiclo(
        leitura=LeituraPostgres(banco),
        escrita=EscritaPostgres(banco),
        regras=RegrasPostgres(banco),
        relogio=ambiente.relogio,
        canais_ativos=config.canais_ativos,
        calendario=calendario,
    )


async def _medir(ambiente: Ambiente) -> None:
    """Tells how far the consumer is behind, and how much waits for the relay."""
    atraso = ambiente.metricas.medidor("eventos_por_tratar", "Eventos no log que o grupo ainda não tratou.", ("sala",))
    fila = ambiente.metricas.medidor("eventos_por_publicar", "Eventos na caixa de saída, até o relay.", ("sala",))
    while True:
        with contextlib.suppress(LogIndisponivel, *INDISPONIVEL):
            atraso.labels(SALA).set(sum((await ambiente.log.lag(grupo=SALA, topicos=TOPICOS)).values()))
            async with ambiente.banco.conexao() as con:
                fila.labels(SALA).set(await con.fetchval("select count(*) from regua.outbox"))
        await asyncio.sleep(_MEDIDA_S)
