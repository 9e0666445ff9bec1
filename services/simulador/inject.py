"""Composition root of the simulator: the only file that names concrete adapters."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from starlette.types import ASGIApp

from kernel.http.app import Prontidao, criar_app
from kernel.http.auth import Identidade
from kernel.metrics import Metricas
from simulador.adapters.inbound.app import AplicacaoSimulador
from simulador.adapters.inbound.controle import ColetorDoSimulador, rotas_de_controle
from simulador.adapters.inbound.controle_pix import rotas_de_pix
from simulador.adapters.inbound.meta import PortaMeta
from simulador.adapters.inbound.pix import PortaPix
from simulador.adapters.inbound.twilio import PortaTwilio
from simulador.adapters.outbound.cliente_http import abrir_cliente
from simulador.adapters.outbound.diario import PIX, DiarioEmArquivo
from simulador.adapters.outbound.relogio import com_desvio, relogio_da_maquina
from simulador.application.acertar_relogio import AcertarRelogio
from simulador.application.avisar_pix import AvisarPix
from simulador.application.cobrar_pix import CobrarPix
from simulador.application.comportar import Comportar
from simulador.application.conferir_webhook import ConferirWebhook
from simulador.application.entregar_recibos import EntregarRecibos
from simulador.application.escrever import Escrever
from simulador.application.pagar_pix import PagarPix
from simulador.application.receber_pedido import ReceberPedido
from simulador.application.registro import Registro
from simulador.application.registro_pix import RegistroPix
from simulador.application.seguir_roteiro import SeguirRoteiro
from simulador.config import ConfigSimulador
from simulador.errors import EntradaInvalida, RelogioAlheio


@dataclass(frozen=True, slots=True)
class Simulador:
    """app: serve it under uvicorn (cutting a connection without an answer needs it). registro, pix: the truth, for tests."""

    app: ASGIApp
    registro: Registro
    pix: RegistroPix

    @property
    def devidos(self) -> int:
        """Receipts and notices that are still to be sent."""
        return self.registro.devidos + self.pix.devidos


class _NinguemEntra:
    """The control takes no token; no route asks for one."""

    async def verificar(self, token: str) -> Identidade | None:
        return None


def _novo_id(prefixo: str) -> str:
    """SM…, CA… (32 hex digits), wamid.… and m_… (base64 of random bytes), as the providers' ids look."""
    if prefixo in {"wamid.", "m_"}:
        return prefixo + base64.urlsafe_b64encode(os.urandom(30)).decode()
    return prefixo + os.urandom(16).hex()


def _novo_acesso() -> str:
    return os.urandom(16).hex()


@asynccontextmanager
async def preparar_simulador(config: ConfigSimulador, *, agora: Callable[[], datetime] | None = None) -> AsyncIterator[Simulador]:
    """Opens the journal, resumes what was owed, and delivers receipts in the background until left.

    agora: the embedder's clock (then `PUT /relogio` is refused); None: the machine's, adjustable by that route.
    Raises DiarioEmUso, DiarioCorrompido.
    """
    base = agora or relogio_da_maquina
    with contextlib.ExitStack() as pilha:
        diario = pilha.enter_context(contextlib.closing(DiarioEmArquivo(config.dados)))
        diario_pix = pilha.enter_context(contextlib.closing(DiarioEmArquivo(config.dados, PIX)))
        registro = Registro(diario, limite_mensagens=config.limite_mensagens, compactar_em_bytes=config.compactar_em_bytes)
        pix = RegistroPix(diario_pix, compactar_em_bytes=config.compactar_em_bytes)
        mostrado = base if agora else com_desvio(base, lambda: registro.desvio_s)
        async with abrir_cliente(config.trabalhadores) as cliente:
            entrega = EntregarRecibos(
                registro,
                cliente,
                config.contas,
                agora=mostrado,
                roteiro=SeguirRoteiro(registro, cliente, config.contas),
                trabalhadores=config.trabalhadores,
            )
            avisar = AvisarPix(pix, cliente)
            entrega.retomar()
            avisar.retomar()
            tarefas = (
                asyncio.create_task(entrega.executar(), name="simulador-recibos"),
                asyncio.create_task(avisar.executar(), name="simulador-pix"),
            )
            conferir = ConferirWebhook(cliente, config.contas)

            async def prontidao() -> Mapping[str, bool]:
                # the journal was replayed before this; the delivery runs as long as the process does, or something is broken
                return {"recibos": not tarefas[0].done(), "pix": not tarefas[1].done()}

            app = _montar(
                config,
                registro=registro,
                pix=pix,
                entrega=entrega,
                avisar=avisar,
                conferir=conferir,
                prontidao=prontidao,
                base=base,
                mostrado=mostrado,
                embutido=agora is not None,
            )
            try:
                yield Simulador(app, registro, pix)
            finally:
                for tarefa in tarefas:
                    tarefa.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await tarefa


def _montar(
    config: ConfigSimulador,
    *,
    registro: Registro,
    pix: RegistroPix,
    entrega: EntregarRecibos,
    avisar: AvisarPix,
    conferir: ConferirWebhook,
    prontidao: Prontidao,
    base: Callable[[], datetime],
    mostrado: Callable[[], datetime],
    embutido: bool,
) -> ASGIApp:
    contas = config.contas
    receber = ReceberPedido(registro, agora=mostrado, novo_id=_novo_id, agendar=entrega.agendar)
    escrever = Escrever(registro, contas, agora=mostrado, novo_id=_novo_id, agendar=entrega.agendar)
    cobrar = CobrarPix(pix, chave=contas.pix_chave, agora=mostrado, novo_acesso=_novo_acesso)
    pagar = PagarPix(pix, registro, agora=mostrado, novo_id=_novo_acesso, agendar=avisar.agendar)
    acertar = AcertarRelogio(registro, base=base, alheio=embutido)
    metricas = Metricas()
    metricas.registro.register(ColetorDoSimulador(registro, pix))
    controle = criar_app(
        titulo="Simulador de provedores",
        descricao="O lado da Twilio, da Meta e de um provedor de Pix na máquina de quem desenvolve. O controle não pede token.",
        rotas=[
            rotas_de_controle(
                registro,
                pix,
                comportar=Comportar(registro, pix),
                escrever=escrever,
                acertar_relogio=acertar,
                conferir=conferir,
            ),
            rotas_de_pix(pix, pagar),
        ],
        prontidao=prontidao,
        verificador=_NinguemEntra(),
        metricas=metricas,
        erros={EntradaInvalida: 422, RelogioAlheio: 409},
    )
    return AplicacaoSimulador(
        PortaTwilio(contas, registro, receber),
        PortaMeta(contas, registro, receber),
        PortaPix(contas, registro, pix, cobrar, novo_token=_novo_acesso, tempo=time.monotonic),
        controle,
    )
