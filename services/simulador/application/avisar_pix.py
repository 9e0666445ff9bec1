"""Tells the platform of settled Pix: `{webhookUrl}/pix`, one or several at once, again until it answers 2xx."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import Counter, defaultdict
from itertools import count
from typing import NamedTuple

import orjson

from simulador.application.entregar_recibos import espera_s
from simulador.application.ports import ClienteHttp
from simulador.application.registro_pix import RegistroPix
from simulador.domain.pix import PixPago, descrever_pix

_log = logging.getLogger(__name__)
_CABECALHOS = {"Content-Type": "application/json"}
_NO_MAXIMO = 500


class _Aviso(NamedTuple):
    """A notice that becomes due. tentativa: 1 for the first."""

    vence: float
    ordem: int
    pix: PixPago
    tentativa: int


class AvisarPix:
    """One notice at a time per process, from a heap of due instants (machine time).

    A notice that is `agrupado` waits for the next one of its key and goes in the same request; one that is `adiado` goes right
    after it. Where no other one of the key is on its way, neither waits: nothing is held for ever.
    """

    def __init__(self, registro: RegistroPix, cliente: ClienteHttp) -> None:
        self._registro = registro
        self._cliente = cliente
        self._monte: list[_Aviso] = []
        self._por_chave: Counter[str] = Counter()
        self._agrupados: defaultdict[str, list[_Aviso]] = defaultdict(list)
        self._adiados: defaultdict[str, list[_Aviso]] = defaultdict(list)
        self._ordem = count()
        self._acordar = asyncio.Event()
        self._tempo = asyncio.get_running_loop().time

    def agendar(self, pix: PixPago) -> None:
        """Its notice, in its time, where one is owed."""
        if pix.a_enviar:
            self._empilhar(pix.atraso_ms / 1000, pix, 1)

    def retomar(self) -> None:
        """After a restart: every notice still owed."""
        for pix in self._registro.pendentes():
            self._empilhar(0.0, pix, 1)

    async def executar(self) -> None:
        """Runs until cancelled."""
        while True:
            self._acordar.clear()
            falta = self._monte[0].vence - self._tempo() if self._monte else None
            if falta is not None and falta <= 0:
                await self._tratar(heapq.heappop(self._monte))
                continue
            try:
                await asyncio.wait_for(self._acordar.wait(), falta)
            except TimeoutError:
                continue

    def _empilhar(self, daqui_a_s: float, pix: PixPago, tentativa: int) -> None:
        heapq.heappush(self._monte, _Aviso(self._tempo() + daqui_a_s, next(self._ordem), pix, tentativa))
        self._por_chave[pix.chave] += 1
        self._acordar.set()

    async def _tratar(self, aviso: _Aviso) -> None:
        chave = aviso.pix.chave
        self._por_chave[chave] -= 1
        vem_outro = self._por_chave[chave] > 0 and aviso.tentativa == 1
        if vem_outro and aviso.pix.adiado:
            self._adiados[chave].append(aviso)
            return
        self._agrupados[chave].append(aviso)
        if vem_outro and aviso.pix.agrupado and len(self._agrupados[chave]) < _NO_MAXIMO:
            return
        await self._enviar(chave, self._agrupados.pop(chave))
        for adiado in self._adiados.pop(chave, ()):
            await self._enviar(chave, [adiado])

    async def _enviar(self, chave: str, avisos: list[_Aviso]) -> None:
        if await self._chegou(chave, [aviso.pix for aviso in avisos]):
            self._registro.avisado([aviso.pix for aviso in avisos])
            for aviso in avisos:
                if aviso.pix.a_enviar:
                    self._empilhar(0.0, aviso.pix, 1)
            return
        for aviso in avisos:
            self._empilhar(espera_s(aviso.tentativa), aviso.pix, aviso.tentativa + 1)

    async def _chegou(self, chave: str, pagos: list[PixPago]) -> bool:
        webhook = self._registro.webhooks.get(chave)
        if webhook is None:
            return False
        corpo = orjson.dumps({"pix": [descrever_pix(pix) for pix in pagos]})
        resposta = await self._cliente.pedir("POST", f"{webhook.url.rstrip('/')}/pix", corpo, _CABECALHOS)
        chegou = resposta is not None and 200 <= resposta.status < 300
        if not chegou:
            _log.info("aviso de %d pix não chegou", len(pagos))
        return chegou
