"""Composition root of canais: the only file that names concrete adapters."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from fastapi import APIRouter
from pyreqwest.client import Client

from canais.adapters.inbound.api import CAMINHO_DAS_CARGAS, Dependencias, rotas_de_canais
from canais.adapters.inbound.problemas import ERROS
from canais.adapters.inbound.trabalho import Trabalho
from canais.adapters.inbound.webhooks import Segredos, Webhooks
from canais.adapters.outbound.contatos_carga import DestinoContatos
from canais.adapters.outbound.metricas import MetricasDeCanais
from canais.adapters.outbound.modelos import semear_modelos
from canais.adapters.outbound.postgres import SALA, TransacoesDedicadas, TransacoesPostgres, TravaDeTrabalhador, unidade
from canais.adapters.outbound.postgres_limpeza import esquecer
from canais.adapters.outbound.postgres_pendencias import consultar_pendencias
from canais.adapters.outbound.postgres_provedores import ler_precos, semear
from canais.adapters.outbound.transporte import abrir_cliente
from canais.adapters.outbound.twilio_mensagens import TwilioMensagens, abrir_twilio
from canais.adapters.outbound.whatsapp_cloud import WhatsappCloud
from canais.application.enviar import Remetente, Rota
from canais.application.handlers import montar_handlers
from canais.application.ports import Unidade
from canais.application.recibos import AplicarRecibos, CaixaDeRecibos
from canais.application.ritmo import Balde, Pausa
from canais.application.vigiar import Vigia
from canais.config import Config, conferir
from canais.domain.preco import Tabela
from canais.domain.redacao import ModeloEmUso, Redacao, preparar
from kernel.cargas.armazem import Armazem
from kernel.cargas.execucao import TrabalhadorDeCargas
from kernel.clock import Relogio
from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.messaging.consumer import ConsumidorDeEventos
from kernel.messaging.limpeza import limpar_sempre
from kernel.messaging.log import Log
from kernel.messaging.relay import Relay
from kernel.metrics import Metricas
from kernel.pendencias import Pendencias
from kernel.persistence.banco import Banco

# While one loop's transaction commits, the other's is prepared.
_LACOS: Final = 2
MIGRACOES = Path(__file__).parent / "migrations"


class Canais:
    """The room, ready to be run by a process. Its receipts are written as long as the context that made it is open."""

    nome = SALA
    corpo_por_caminho: Mapping[str, int | None] = MappingProxyType({CAMINHO_DAS_CARGAS: None})
    erros: Mapping[type[Exception], int] = ERROS

    def __init__(
        self,
        *,
        banco: Banco,
        rotas: Sequence[APIRouter],
        trabalho: Trabalho,
        remetentes: Sequence[Remetente],
        caixa: CaixaDeRecibos,
        relay: Relay,
        cargas: TrabalhadorDeCargas,
        relogio: Relogio,
        log: Log,
        topicos: Sequence[str],
        janela: JanelaDeContato,
    ) -> None:
        self.rotas = rotas
        self._cargas = cargas
        self._relogio = relogio
        self._log = log
        self._topicos = topicos
        self._banco = banco
        self._trabalho = trabalho
        self._remetentes = remetentes
        self._caixa = caixa
        self._relay = relay
        self._janela = janela

    @property
    def parte(self) -> Self:
        """The room itself says whether it rests."""
        return self

    async def executar_worker(self) -> None:
        """Consumer, senders, watch and loads, until cancelled; stops clean, with nothing in doubt."""
        async with asyncio.TaskGroup() as grupo:
            grupo.create_task(self._trabalho.executar(), name="canais-trabalho")
            grupo.create_task(self._cargas.executar(), name="canais-cargas")
            grupo.create_task(limpar_sempre(self._banco, self._relogio, SALA, esquecer), name="canais-limpeza")

    async def executar_relay(self) -> None:
        """Takes the outbox to the log, until cancelled."""
        await self._relay.executar()

    def acordar(self) -> None:
        """There may be something due now: the clock was moved."""
        self._trabalho.acordar()

    async def prontidao(self) -> dict[str, bool]:
        """Whether the room accepts work."""
        async with self._banco.conexao() as con:
            await con.execute("select from canais.envio limit 0")
        return {SALA: True}

    async def pendencias(self, agora: datetime) -> Pendencias:
        """What is due at `agora` or under way, and the next instant with work. Nudges whoever has work."""
        ativos = [r for r in self._remetentes if not r.pausado]
        p = await consultar_pendencias(self._banco, agora, [r.canal for r in ativos])
        a_ler = sum((await self._log.lag(grupo=SALA, topicos=self._topicos)).values())
        aberta = self._janela.permite(agora)
        pausas = [r.pausa.ate for r in ativos if r.pausa.ate is not None and r.pausa.ativa(agora)]
        em_maos = self._caixa.ocupada or any(r.ocupado for r in self._remetentes)
        enviar = p.fila_agora and aberta and not pausas
        if p.ha_agora or enviar:
            self._trabalho.acordar()
        proximos = [quando for quando in (p.prazo, p.consulta) if quando is not None]
        if p.fila_agora:
            proximos += pausas or ([] if aberta else [self._janela.proximo_instante(agora)])
        if p.fila_depois is not None:
            proximos.append(self._janela.proximo_instante(p.fila_depois))
        motivos = (
            (p.ha_agora or em_maos, "há mensagens ou recibos em curso"),
            (enviar, "há mensagens a enviar"),
            (a_ler, "há acionamentos a receber"),
        )
        motivo = next((texto for ha, texto in motivos if ha), "")
        return Pendencias(ociosa=not motivo, proximo=min(proximos, default=None), motivo=motivo)


@asynccontextmanager
async def preparar_canais(
    config: Config,
    *,
    banco: Banco,
    log: Log,
    relogio: Relogio,
    metricas: Metricas,
    membro: str = "canais-1",
    janela: JanelaDeContato | None = None,
) -> AsyncIterator[Canais]:
    """The room on `banco` (its schema migrated), `log` and `relogio`. `membro`: stable and unique in the consumer group.

    Raises `ConfigInvalida` where a setting that the channels in use need is missing.
    """
    conferir(config)
    async with contextlib.AsyncExitStack() as pilha:
        m = _Montagem(config, banco, log, relogio, MetricasDeCanais(metricas), janela or JanelaDeContato(Calendario.contato()))
        http = await pilha.enter_async_context(abrir_cliente(prazo_s=config.envio_prazo_s, conexoes=2 * config.envio_vagas))
        provedores = m.provedores(http)
        taxas = {"sms": config.envio_taxa_sms_por_s, "whatsapp": config.envio_taxa_whatsapp_por_s}
        async with banco.transacao() as con:
            await semear(con, [(p.nome, canal, taxas[canal]) for canal, p in provedores.items()])
            await semear_modelos(con, relogio.agora())
            precos = await ler_precos(con)
        remetentes = [r for canal, p in provedores.items() for r in m.remetentes(canal, p, precos, membro, pilha)]
        aplicar = AplicarRecibos(precos=precos, metricas=m.metricas)
        caixa = CaixaDeRecibos(transacoes=m.transacoes, aplicar=aplicar)
        trabalho = Trabalho(
            banco=banco,
            consumidor=m.consumidor(membro),
            remetentes=remetentes,
            vigia=m.vigia(provedores.values(), aplicar, precos, remetentes),
            prazo_s=config.envio_prazo_s,
        )
        dependencias = Dependencias(
            banco=banco,
            relogio=relogio,
            dados=config.dados,
            link=config.link_contribuinte,
            telefone_sefaz=config.telefone_sefaz,
        )
        cargas = TrabalhadorDeCargas(
            banco=banco,
            sala=SALA,
            destinos=[DestinoContatos()],
            armazem=Armazem(config.dados, SALA),
            relogio=relogio,
            metricas=metricas,
        )
        escritor = asyncio.create_task(caixa.executar(), name="canais-recibos")
        try:
            yield Canais(
                banco=banco,
                rotas=[m.webhooks(caixa).rotas(), *rotas_de_canais(dependencias)],
                trabalho=trabalho,
                remetentes=remetentes,
                caixa=caixa,
                relay=Relay(banco=banco, log=log, sala=SALA),
                cargas=cargas,
                relogio=relogio,
                log=log,
                topicos=m.topicos,
                janela=m.janela,
            )
        finally:
            escritor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await escritor


class _Montagem:
    """How the parts fit, step by step."""

    def __init__(  # noqa: PLR0917
        self, config: Config, banco: Banco, log: Log, relogio: Relogio, metricas: MetricasDeCanais, janela: JanelaDeContato
    ) -> None:
        self.config = config
        self.banco = banco
        self.log = log
        self.relogio = relogio
        self.metricas = metricas
        self.janela = janela
        self.transacoes = TransacoesPostgres(banco, relogio)
        self.topicos = [f"cobranca-acionamento-{canal}" for canal in config.canais]

    def provedores(self, http: Client) -> dict[str, TwilioMensagens | WhatsappCloud]:
        """Who carries each channel."""
        c = self.config
        twilio, retorno = abrir_twilio(http, c), f"{c.publica}/webhooks/twilio/estado"
        por_canal: dict[str, TwilioMensagens | WhatsappCloud] = {}
        if "sms" in c.canais:
            por_canal["sms"] = TwilioMensagens("twilio-sms", twilio, c.twilio_sms_de, retorno, c.envio_prazo_s)
        if "whatsapp" in c.canais and c.whatsapp_provedor == "meta":
            por_canal["whatsapp"] = WhatsappCloud(http, c, c.envio_prazo_s)
        elif "whatsapp" in c.canais:
            por_canal["whatsapp"] = TwilioMensagens(
                "twilio-whatsapp", twilio, c.twilio_whatsapp_de, retorno, c.envio_prazo_s, prefixo="whatsapp:"
            )
        return por_canal

    def remetentes(
        self, canal: str, provedor: TwilioMensagens | WhatsappCloud, precos: Tabela, membro: str, pilha: contextlib.AsyncExitStack
    ) -> Iterator[Remetente]:
        """The sending loops of a channel: they share its slots and its pace, and each has its own lock and connection."""
        balde, pausa = Balde(None), Pausa()
        lacos = min(_LACOS, self.config.envio_vagas)
        for n in range(lacos):
            transacoes = TransacoesDedicadas(self.banco, self.relogio)
            trava = TravaDeTrabalhador(self.banco, self.relogio, f"{membro}:{canal}:{n}")
            pilha.push_async_callback(transacoes.fechar)
            pilha.push_async_callback(trava.soltar)
            vagas = self.config.envio_vagas // lacos + (n < self.config.envio_vagas % lacos)
            yield Remetente(
                Rota(canal, provedor, isinstance(provedor, TwilioMensagens), vagas, self._redigir),
                transacoes=transacoes,
                trava=trava,
                relogio=self.relogio,
                janela=self.janela,
                precos=precos,
                metricas=self.metricas,
                balde=balde,
                pausa=pausa,
            )

    def _redigir(self, modelo: ModeloEmUso) -> Redacao:
        return preparar(modelo, link=self.config.link_contribuinte, telefone_sefaz=self.config.telefone_sefaz)

    def vigia(
        self,
        provedores: Iterable[TwilioMensagens | WhatsappCloud],
        aplicar: AplicarRecibos,
        precos: Tabela,
        remetentes: Sequence[Remetente],
    ) -> Vigia:
        def acordar() -> None:
            for remetente in remetentes:
                remetente.acordar()

        return Vigia(
            transacoes=self.transacoes,
            consultaveis={p.nome: p for p in provedores if isinstance(p, TwilioMensagens)},
            aplicar=aplicar,
            precos=precos,
            metricas=self.metricas,
            prazo_s=self.config.envio_prazo_s,
            acordar=acordar,
        )

    def consumidor(self, membro: str) -> ConsumidorDeEventos[Unidade]:
        return ConsumidorDeEventos(
            banco=self.banco,
            log=self.log,
            relogio=self.relogio,
            sala=SALA,
            grupo=SALA,
            membro=membro,
            topicos=self.topicos,
            handlers=montar_handlers(self.metricas),
            unidade=unidade,
        )

    def webhooks(self, caixa: CaixaDeRecibos) -> Webhooks:
        c = self.config
        return Webhooks(
            segredos=Segredos(
                c.twilio_auth_token.get_secret_value(),
                c.meta_app_secret.get_secret_value(),
                c.meta_verify_token.get_secret_value(),
            ),
            url_publica=c.publica,
            caixa=caixa,
            transacoes=self.transacoes,
            relogio=self.relogio,
            contar=self.metricas.webhook,
        )
