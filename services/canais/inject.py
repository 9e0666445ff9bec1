"""Composition root of canais: the only file that names concrete adapters."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter

from canais.adapters.inbound.trabalho import Trabalho
from canais.adapters.inbound.webhooks import Segredos, Webhooks
from canais.adapters.outbound.metricas import MetricasDeCanais
from canais.adapters.outbound.postgres import SALA, TransacoesDedicadas, TransacoesPostgres, TravaDeTrabalhador, unidade
from canais.adapters.outbound.postgres_pendencias import consultar_pendencias
from canais.adapters.outbound.postgres_provedores import ler_precos, semear
from canais.adapters.outbound.transporte import abrir_cliente
from canais.adapters.outbound.twilio_mensagens import TwilioMensagens, abrir_twilio
from canais.adapters.outbound.whatsapp_cloud import WhatsappCloud
from canais.application.enviar import Remetente, Rota
from canais.application.handlers import montar_handlers
from canais.application.ports import Provedor, Unidade
from canais.application.recibos import AplicarRecibos, CaixaDeRecibos
from canais.application.vigiar import Vigia
from canais.config import Config, conferir
from canais.domain.redacao import ModeloEmUso, Redacao, preparar
from kernel.clock import Relogio
from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.messaging.consumer import ConsumidorDeEventos
from kernel.messaging.log import Log
from kernel.messaging.relay import Relay
from kernel.metrics import Metricas
from kernel.pendencias import Pendencias
from kernel.persistence.banco import Banco

MIGRACOES = Path(__file__).parent / "migrations"


class Canais:
    """The room, ready to be run by a process. Its receipts are written as long as the context that made it is open."""

    nome = SALA

    def __init__(
        self,
        *,
        banco: Banco,
        rotas: Sequence[APIRouter],
        trabalho: Trabalho,
        remetentes: Sequence[Remetente],
        caixa: CaixaDeRecibos,
        relay: Relay,
        janela: JanelaDeContato,
    ) -> None:
        self.rotas = rotas
        self._banco = banco
        self._trabalho = trabalho
        self._remetentes = remetentes
        self._caixa = caixa
        self._relay = relay
        self._janela = janela

    async def executar(self) -> None:
        """Consumer, senders and watch, until cancelled; stops clean, with nothing in doubt."""
        await self._trabalho.executar()

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
        return Pendencias(
            ociosa=not (p.ha_agora or em_maos or enviar),
            proximo=min(proximos, default=None),
            motivo="há mensagens ou recibos em curso" if p.ha_agora or em_maos else "há mensagens a enviar" if enviar else "",
        )


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
    contadas = MetricasDeCanais(metricas)
    janela = janela or JanelaDeContato(Calendario.contato())
    async with contextlib.AsyncExitStack() as pilha:
        http = await pilha.enter_async_context(abrir_cliente(prazo_s=config.envio_prazo_s, conexoes=2 * config.envio_vagas))
        twilio = abrir_twilio(http, config)
        url_retorno = f"{config.publica}/webhooks/twilio/estado"
        provedores: dict[str, Provedor] = {}
        consultaveis: dict[str, TwilioMensagens] = {}
        if "sms" in config.canais:
            sms = TwilioMensagens("twilio-sms", twilio, config.twilio_sms_de, url_retorno, config.envio_prazo_s)
            provedores["sms"] = consultaveis[sms.nome] = sms
        if "whatsapp" in config.canais and config.whatsapp_provedor == "twilio":
            zap = TwilioMensagens(
                "twilio-whatsapp",
                twilio,
                config.twilio_whatsapp_de,
                url_retorno,
                config.envio_prazo_s,
                prefixo="whatsapp:",
            )
            provedores["whatsapp"] = consultaveis[zap.nome] = zap
        elif "whatsapp" in config.canais:
            provedores["whatsapp"] = WhatsappCloud(http, config, config.envio_prazo_s)
        taxas = {"sms": config.envio_taxa_sms_por_s, "whatsapp": config.envio_taxa_whatsapp_por_s}
        async with banco.transacao() as con:
            await semear(con, [(p.nome, canal, taxas[canal]) for canal, p in provedores.items()])
            precos = await ler_precos(con)
        transacoes = TransacoesPostgres(banco, relogio)
        trava = TravaDeTrabalhador(banco, relogio, membro)
        aplicar = AplicarRecibos(precos=precos, metricas=contadas)
        caixa = CaixaDeRecibos(transacoes=transacoes, aplicar=aplicar)

        def redigir(modelo: ModeloEmUso) -> Redacao:
            return preparar(modelo, link=config.link_contribuinte, telefone_sefaz=config.telefone_sefaz)

        def dedicada() -> TransacoesDedicadas:
            propria = TransacoesDedicadas(banco, relogio)
            pilha.push_async_callback(propria.fechar)
            return propria

        remetentes = [
            Remetente(
                Rota(canal, provedor, provedor.nome in consultaveis, config.envio_vagas, redigir),
                transacoes=dedicada(),
                trava=trava,
                relogio=relogio,
                janela=janela,
                precos=precos,
                metricas=contadas,
            )
            for canal, provedor in provedores.items()
        ]

        def acordar() -> None:
            for remetente in remetentes:
                remetente.acordar()

        vigia = Vigia(
            transacoes=transacoes,
            consultaveis=consultaveis,
            aplicar=aplicar,
            precos=precos,
            metricas=contadas,
            prazo_s=config.envio_prazo_s,
            acordar=acordar,
        )
        consumidor: ConsumidorDeEventos[Unidade] = ConsumidorDeEventos(
            banco=banco,
            log=log,
            relogio=relogio,
            sala=SALA,
            grupo=SALA,
            membro=membro,
            topicos=[f"cobranca-acionamento-{canal}" for canal in config.canais],
            handlers=montar_handlers(contadas),
            unidade=unidade,
        )
        trabalho = Trabalho(
            banco=banco, consumidor=consumidor, remetentes=remetentes, vigia=vigia, trava=trava, prazo_s=config.envio_prazo_s
        )
        webhooks = Webhooks(
            segredos=Segredos(
                config.twilio_auth_token.get_secret_value(),
                config.meta_app_secret.get_secret_value(),
                config.meta_verify_token.get_secret_value(),
            ),
            url_publica=config.publica,
            caixa=caixa,
            transacoes=transacoes,
            relogio=relogio,
            contar=contadas.webhook,
        )
        escritor = asyncio.create_task(caixa.executar(), name="canais-recibos")
        try:
            yield Canais(
                banco=banco,
                rotas=[webhooks.rotas()],
                trabalho=trabalho,
                remetentes=remetentes,
                caixa=caixa,
                relay=Relay(banco=banco, log=log, sala=SALA),
                janela=janela,
            )
        finally:
            escritor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await escritor
