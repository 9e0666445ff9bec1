"""Composition root of parcelamento: the only file that names concrete adapters."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import httpx
from fastapi import APIRouter

from kernel.ambiente import Ambiente
from kernel.cargas.armazem import Armazem
from kernel.cargas.execucao import TrabalhadorDeCargas
from kernel.clock import RelogioVirtual
from kernel.messaging.limpeza import limpar_sempre
from kernel.messaging.relay import Relay
from kernel.pendencias import Parte
from parcelamento.adapters.inbound.api import Mesa
from parcelamento.adapters.inbound.api_acompanhamento import rotas_de_acompanhamento
from parcelamento.adapters.inbound.api_cotacoes import CAMINHO_DAS_COTACOES, CAMINHO_DAS_OFERTAS, rotas_de_cotacoes
from parcelamento.adapters.inbound.api_documentos import rotas_de_documentos, rotas_de_documentos_do_plano
from parcelamento.adapters.inbound.api_encargos import MesaDeEncargos, rotas_de_encargos
from parcelamento.adapters.inbound.api_normas import rotas_de_normas
from parcelamento.adapters.inbound.api_planos import rotas_de_planos
from parcelamento.adapters.inbound.api_relatorios import rotas_de_relatorios
from parcelamento.adapters.inbound.api_reparcelamento import rotas_de_reparcelamento
from parcelamento.adapters.inbound.api_retornos import CAMINHO_DOS_RETORNOS, rotas_de_retornos
from parcelamento.adapters.inbound.balcao import Balcao
from parcelamento.adapters.inbound.problemas import ERROS
from parcelamento.adapters.inbound.retirada_pix import RetiradaDePix
from parcelamento.adapters.inbound.trabalho import ParteParcelamento, Trabalho
from parcelamento.adapters.inbound.webhook_pix import rotas_do_pix
from parcelamento.adapters.outbound.devedores_http import DevedoresHttp
from parcelamento.adapters.outbound.encargos_postgres import regras_de_encargos
from parcelamento.adapters.outbound.normas_postgres import semear_normas
from parcelamento.adapters.outbound.pix_api import PixApi, abrir_pix
from parcelamento.adapters.outbound.pix_config import conferir_pix, url_do_webhook
from parcelamento.adapters.outbound.pix_postgres import CaixaDePixPostgres
from parcelamento.adapters.outbound.retorno_carga import DestinoRetorno
from parcelamento.adapters.outbound.selic_postgres import SelicPostgres
from parcelamento.adapters.outbound.unidade_postgres import SALA, Unidades
from parcelamento.application.acompanhar_planos import dia_de_baixa
from parcelamento.application.carregar_selic import semear_demonstracao, semear_selic
from parcelamento.application.emitir_documento import Emissor
from parcelamento.application.por_pix import CodigoPix, PixDinamico, PixEstatico, SemPix
from parcelamento.application.receber_pix import receber_pix
from parcelamento.config import ConfigParcelamento
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.documento_norma import NormaDeDocumentos, ler_norma_de_documentos
from parcelamento.domain.norma import Uf
from parcelamento.domain.pix import PixRecebido
from parcelamento.normas.documentos import documentos_de_fabrica
from parcelamento.normas.encargos import REGRA_DO_ESTADO, selic_de_fabrica

MIGRACOES = Path(__file__).parent / "migrations"
_CORPO_DAS_COTACOES = 4 * 1024 * 1024
_ESPERA_DO_WEBHOOK_S = 30
_log = logging.getLogger(__name__)


@cache
def normas_de_documentos(uf: Uf) -> NormaDeDocumentos:
    """What documents say in each state."""
    return ler_norma_de_documentos(uf, documentos_de_fabrica()[uf])


@dataclass(frozen=True, slots=True)
class Parcelamento:
    """The room, ready to be run by a process."""

    rotas: Sequence[APIRouter]
    corpo_por_caminho: Mapping[str, int | None]
    erros: Mapping[type[Exception], int]
    parte: Parte
    _ambiente: Ambiente
    _config: ConfigParcelamento
    _trabalho: Trabalho
    _cargas: TrabalhadorDeCargas
    _relay: Relay
    _pix: PixApi | None

    async def executar(self) -> None:
        """Payments, plans, return files and relay, until cancelled."""
        async with asyncio.TaskGroup() as grupo:
            grupo.create_task(self.executar_worker(), name="parcelamento-worker")
            grupo.create_task(self.executar_relay(), name="parcelamento-relay")

    async def executar_worker(self) -> None:
        """Payments, plans and return files, until cancelled."""
        async with asyncio.TaskGroup() as grupo:
            grupo.create_task(self._trabalho.executar(), name="parcelamento-trabalho")
            grupo.create_task(self._cargas.executar(), name="parcelamento-retornos")
            grupo.create_task(limpar_sempre(self._ambiente.banco, self._ambiente.relogio, SALA), name="parcelamento-limpeza")
            if self._pix is not None:
                grupo.create_task(_registrar_webhook(self._pix, self._config), name="parcelamento-pix")
                retirada = RetiradaDePix(self._ambiente.banco, self._ambiente.relogio, self._pix, self._ambiente.metricas)
                grupo.create_task(retirada.executar(), name="parcelamento-pix-retirada")

    async def executar_relay(self) -> None:
        """Takes the outbox to the log, until cancelled."""
        await self._relay.executar()

    async def semear(self) -> None:
        """The norms and the SELIC table that ship with the room, where nobody has put others."""
        async with self._ambiente.banco.transacao() as con:
            await semear_normas(con, self._ambiente.relogio.agora())
            await semear_selic(SelicPostgres(con), selic_de_fabrica(), agora=self._ambiente.relogio.agora())

    async def semear_demonstracao(self) -> None:
        """On a virtual clock, SELIC rates for the months that no table has yet; on the machine's, nothing."""
        if isinstance(self._ambiente.relogio, RelogioVirtual):
            async with self._ambiente.banco.transacao() as con:
                await semear_demonstracao(SelicPostgres(con), agora=self._ambiente.relogio.agora())

    async def prontidao(self) -> Mapping[str, bool]:
        """Whether the room accepts work."""
        async with self._ambiente.banco.conexao() as con:
            return {SALA: bool(await con.fetchval("select exists (select from parcelamento.norma)"))}


@asynccontextmanager
async def preparar_parcelamento(
    config: ConfigParcelamento, ambiente: Ambiente, *, regua: httpx.AsyncClient | None = None
) -> AsyncIterator[Parcelamento]:
    """The room on `ambiente`, its schema migrated. `regua`: a client of the régua's API, its token included.

    Raises `ConfigInvalida` where a setting of Pix is missing.
    """
    banco, relogio, metricas = ambiente.banco, ambiente.relogio, ambiente.metricas
    unidades = Unidades()
    mesa = Mesa(banco, relogio, unidades)
    recebidos = metricas.contador("parcelamento_pix_recebidos", "Avisos de Pix, por resultado.", ("resultado",))
    trabalho = Trabalho(banco, relogio, unidades, metricas, uf=config.uf, baixa_dias_uteis=config.baixa_dias_uteis)
    baixa = partial(dia_de_baixa, calendario=calendario_de(config.uf), baixa_dias_uteis=config.baixa_dias_uteis)
    async with contextlib.AsyncExitStack() as pilha:
        api_pix, codigo = await _abrir_pix(config, regua, pilha)

        async def receber(itens: Sequence[PixRecebido]) -> None:
            async with banco.transacao() as con:
                uow = unidades(con, relogio.agora())
                await receber_pix(uow, CaixaDePixPostgres(con, uow.agora), itens)

        balcao = Balcao(mesa, Emissor(normas_de_documentos, estatico=config.pix_modo == "estatico"), codigo, config.uf)
        segredo = config.pix_webhook_segredo.get_secret_value()
        rotas = [
            rotas_de_cotacoes(mesa, norma_padrao=config.norma_padrao),
            rotas_de_normas(mesa),
            # before the plans': their paths meet
            rotas_de_acompanhamento(mesa),
            rotas_de_planos(mesa),
            rotas_de_relatorios(mesa),
            rotas_de_reparcelamento(mesa, baixa),
            rotas_de_documentos(balcao),
            rotas_de_documentos_do_plano(balcao),
            rotas_de_encargos(MesaDeEncargos(banco, relogio, regras_de_encargos(), padrao=REGRA_DO_ESTADO[config.uf])),
            *rotas_de_retornos(banco, relogio, config.dados),
        ]
        if segredo:
            rotas.append(rotas_do_pix(segredo, receber, lambda resultado: recebidos.labels(resultado).inc()))
        yield Parcelamento(
            rotas=rotas,
            corpo_por_caminho={
                CAMINHO_DOS_RETORNOS: None,
                CAMINHO_DAS_COTACOES: _CORPO_DAS_COTACOES,
                CAMINHO_DAS_OFERTAS: _CORPO_DAS_COTACOES,
            },
            erros=ERROS,
            parte=ParteParcelamento(banco, trabalho),
            _ambiente=ambiente,
            _config=config,
            _trabalho=trabalho,
            _cargas=TrabalhadorDeCargas(
                banco=banco,
                sala=SALA,
                destinos=[DestinoRetorno()],
                armazem=Armazem(config.dados, SALA),
                relogio=relogio,
                metricas=metricas,
            ),
            _relay=Relay(banco=banco, log=ambiente.log, sala=SALA),
            _pix=api_pix,
        )


async def _abrir_pix(
    config: ConfigParcelamento, regua: httpx.AsyncClient | None, pilha: contextlib.AsyncExitStack
) -> tuple[PixApi | None, CodigoPix]:
    conferir_pix(config)
    if config.pix_modo == "nenhum":
        return None, SemPix()
    if config.pix_modo == "estatico":
        return None, PixEstatico(config.pix_chave, normas_de_documentos)
    api = await pilha.enter_async_context(abrir_pix(config))
    if regua is None:
        return api, SemPix()
    return api, PixDinamico(api, DevedoresHttp(regua), normas_de_documentos)


async def _registrar_webhook(pix: PixApi, config: ConfigParcelamento) -> None:
    """Tells the provider where payments are to be told, until it took it."""
    while (falha := await pix.registrar_webhook(url_do_webhook(config, config.publica))) is not None:
        _log.log(logging.ERROR if falha.alertar else logging.WARNING, "o webhook do Pix não foi registrado: %s", falha.codigo)
        await asyncio.sleep(_ESPERA_DO_WEBHOOK_S)
    _log.info("webhook do Pix registrado")
