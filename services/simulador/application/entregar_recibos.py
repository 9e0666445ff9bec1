"""Background delivery: each message's steps in their time, their receipts through a bounded pool of workers."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from typing import NamedTuple

from simulador.application.avisos import Contas, montar_aviso
from simulador.application.ports import ClienteHttp
from simulador.application.registro import Registro
from simulador.domain.mensagem import Mensagem

_log = logging.getLogger(__name__)
_ESPERA_MAXIMA_S = 60.0


class Repeticao(NamedTuple):
    """A Meta receipt to be tried again: of which step, after how many failures."""

    passo: int
    tentativa: int


class _Tarefa(NamedTuple):
    vence: float
    ordem: int
    mensagem: Mensagem
    repeticao: Repeticao | None


def espera_s(tentativa: int) -> float:
    """Wait before the next try after `tentativa` failures (1, 2, …): 1 s, 2 s, 4 s … at most 60 s."""
    return min(_ESPERA_MAXIMA_S, float(2 ** min(tentativa - 1, 10)))


class EntregarRecibos:
    """One entry per message in a heap of due instants (machine time); a dispatcher feeds the workers through a short queue,

    so that a slow platform slows the receipts down, not the acceptance. Receipts of one message go out one after the other.
    """

    def __init__(
        self,
        registro: Registro,
        cliente: ClienteHttp,
        contas: Contas,
        *,
        agora: Callable[[], datetime],
        roteiro: Callable[[Mensagem], Awaitable[None]],
        trabalhadores: int,
    ) -> None:
        self._registro = registro
        self._cliente = cliente
        self._contas = contas
        self._agora = agora
        self._roteiro = roteiro
        self._trabalhadores = trabalhadores
        self._monte: list[_Tarefa] = []
        self._ordem = count()
        self._acordar = asyncio.Event()
        self._fila: asyncio.Queue[_Tarefa] = asyncio.Queue(maxsize=trabalhadores)
        self._tempo = asyncio.get_running_loop().time

    def agendar(self, m: Mensagem) -> None:
        """The message's next step, in its time."""
        if m.posicao < len(m.acoes):
            self._empilhar(m.acoes[m.posicao].atraso_ms / 1000, m, None)

    def retomar(self) -> None:
        """After a restart: everything that was still to happen."""
        for m in self._registro.pendentes():
            self.agendar(m)
            for passo in m.a_repetir:
                self._empilhar(0.0, m, Repeticao(passo, 1))

    async def executar(self) -> None:
        """Runs until cancelled."""
        async with asyncio.TaskGroup() as grupo:
            grupo.create_task(self._despachar())
            for _ in range(self._trabalhadores):
                grupo.create_task(self._trabalhar())

    def _empilhar(self, daqui_a_s: float, m: Mensagem, repeticao: Repeticao | None) -> None:
        tarefa = _Tarefa(self._tempo() + daqui_a_s, next(self._ordem), m, repeticao)
        heapq.heappush(self._monte, tarefa)
        if self._monte[0] is tarefa:
            self._acordar.set()

    async def _despachar(self) -> None:
        while True:
            self._acordar.clear()
            falta = self._monte[0].vence - self._tempo() if self._monte else None
            if falta is not None and falta <= 0:
                await self._fila.put(heapq.heappop(self._monte))
                continue
            try:
                await asyncio.wait_for(self._acordar.wait(), falta)
            except TimeoutError:
                continue

    async def _trabalhar(self) -> None:
        while True:
            tarefa = await self._fila.get()
            try:
                if tarefa.repeticao is None:
                    await self._avancar(tarefa.mensagem)
                else:
                    await self._repetir(tarefa.mensagem, tarefa.repeticao)
            except Exception:  # noqa: BLE001 the worker's loop: one bad message must not stop the others
                _log.exception("recibo não tratado", extra={"id_provedor": tarefa.mensagem.id})

    async def _avancar(self, m: Mensagem) -> None:
        """From the step that is due up to the next one that has to wait."""
        vencida = True
        while m.posicao < len(m.acoes):
            acao = m.acoes[m.posicao]
            if acao.tipo == "envia":
                await self._enviar(m, acao.passo)
                continue
            if acao.atraso_ms and not vencida:
                break
            vencida = False
            m.posicao += 1
            await self._ocorrer(m, acao.passo)
        self.agendar(m)

    async def _ocorrer(self, m: Mensagem, passo: int) -> None:
        m.ocorrer(passo, self._agora().timestamp())
        if m.posicao >= len(m.acoes) or m.acoes[m.posicao].tipo == "ocorre":
            self._registro.anotar(m)
        if m.canal == "voz" and m.estado == "in-progress":
            await self._roteiro(m)

    async def _enviar(self, m: Mensagem, passo: int) -> None:
        chegou = await self._pedir(m, passo)
        m.posicao += 1
        m.chegou[passo] = m.chegou[passo] or chegou
        if not chegou and m.provedor == "meta":
            m.a_repetir.append(passo)
            self._empilhar(espera_s(1), m, Repeticao(passo, 2))
        self._registro.anotar(m)

    async def _repetir(self, m: Mensagem, repeticao: Repeticao) -> None:
        passo, tentativa = repeticao
        if not await self._pedir(m, passo):
            self._empilhar(espera_s(tentativa), m, Repeticao(passo, tentativa + 1))
            return
        m.chegou[passo] = True
        m.a_repetir.remove(passo)
        self._registro.anotar(m)

    async def _pedir(self, m: Mensagem, passo: int) -> bool:
        aviso = montar_aviso(self._contas, m, passo)
        resposta = await self._cliente.pedir(aviso.metodo, aviso.url, aviso.corpo, aviso.cabecalhos)
        chegou = resposta is not None and 200 <= resposta.status < 300
        self._registro.avisos["chegou" if chegou else "nao_chegou"] += 1
        return chegou
