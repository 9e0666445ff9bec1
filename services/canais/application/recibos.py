"""Receipts: concurrent ones are gathered and written in one transaction, and each waits until it is durable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from canais.application.mudar import gravar_mudancas
from canais.application.ports import Metricas, Mudanca, Transacoes, Unidade
from canais.domain.envio import Envio, Recibo, com_recibo
from canais.domain.preco import Tabela

_log = logging.getLogger(__name__)
_LOTE: Final = 1000
_TENTATIVAS: Final = 25
_ESPERA_S: Final = 0.4


class AplicarRecibos:
    """Use case: raises states by what providers report. What names an unknown envio waits in quarantine."""

    def __init__(self, *, precos: Tabela, metricas: Metricas) -> None:
        self._precos = precos
        self._metricas = metricas

    async def __call__(self, uow: Unidade, recibos: Sequence[Recibo]) -> None:
        com_id = await self._identificar(uow, recibos)
        travados = {e.envio: e for e in await uow.envios.travar({r.envio for r in com_id if r.envio is not None})}
        desconhecidos = [r for r in com_id if r.envio is None or r.envio not in travados]
        if desconhecidos:
            await uow.quarentena.guardar(desconhecidos)
        await gravar_mudancas(uow, self._dobrar(uow, travados, com_id), self._metricas)

    async def _identificar(self, uow: Unidade, recibos: Sequence[Recibo]) -> list[Recibo]:
        """Gives receipts that name only the provider's id the envio that has it."""
        faltam = {r.id_provedor for r in recibos if r.envio is None and r.id_provedor is not None}
        if not faltam:
            return list(recibos)
        achados = await uow.envios.ids_por_provedor(faltam)
        return [r if r.envio is not None else r._replace(envio=achados.get(r.id_provedor or "")) for r in recibos]

    def _dobrar(self, uow: Unidade, travados: dict[UUID, Envio], recibos: Sequence[Recibo]) -> list[Mudanca]:
        """One change for each envio that rose; several steps of one batch keep each its line of history."""
        mudancas: list[Mudanca] = []
        for r in recibos:
            antes = travados.get(r.envio) if r.envio is not None else None
            if antes is None:
                continue
            depois = com_recibo(antes, r, agora=uow.agora, precos=self._precos)
            if depois != antes:
                mudancas.append(Mudanca(antes, depois))
                travados[antes.envio] = depois
        return mudancas


class CaixaDeRecibos:
    """Group commit: whoever brings receipts waits; a writer takes all that wait and writes them at once."""

    def __init__(self, *, transacoes: Transacoes, aplicar: AplicarRecibos) -> None:
        self._transacoes = transacoes
        self._aplicar = aplicar
        self._fila: list[tuple[Recibo, ...]] = []
        self._espera: list[asyncio.Future[None]] = []
        self._ha = asyncio.Event()

    @property
    def ocupada(self) -> bool:
        return bool(self._fila)

    async def receber(self, recibos: Sequence[Recibo]) -> None:
        """Returns once `recibos` are durable. Raises what kept them from being so."""
        if not recibos:
            return
        futuro: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._fila.append(tuple(recibos))
        self._espera.append(futuro)
        self._ha.set()
        await futuro

    async def executar(self) -> None:
        """Writes until cancelled. While a transaction is under way the next batch gathers."""
        while True:
            await self._ha.wait()
            grupos, self._fila = self._fila[:_LOTE], self._fila[_LOTE:]
            espera, self._espera = self._espera[:_LOTE], self._espera[_LOTE:]
            if not self._fila:
                self._ha.clear()
            await self._escrever(grupos, espera)

    async def _escrever(self, grupos: list[tuple[Recibo, ...]], espera: list[asyncio.Future[None]]) -> None:
        try:
            await self._insistir([recibo for grupo in grupos for recibo in grupo])
        except Exception as erro:  # noqa: BLE001 - every waiter is told, and none is told more than once
            if len(grupos) > 1 and not isinstance(erro, self._transacoes.indisponivel):
                # one bad receipt must not fail the others: each alone
                for grupo, futuro in zip(grupos, espera, strict=True):
                    await self._escrever([grupo], [futuro])
                return
            _log.warning("recibos não gravados: %s", type(erro).__name__)
            for futuro in espera:
                if not futuro.done():
                    futuro.set_exception(erro)
        else:
            for futuro in espera:
                if not futuro.done():
                    futuro.set_result(None)

    async def _insistir(self, recibos: Sequence[Recibo]) -> None:
        """Writes, waiting out a database that is away for as long as a provider waits for us: Twilio does not come again."""
        for tentativa in range(_TENTATIVAS):
            try:
                async with self._transacoes.abrir() as uow:
                    return await self._aplicar(uow, recibos)
            except self._transacoes.indisponivel:
                if tentativa == _TENTATIVAS - 1:
                    raise
                await asyncio.sleep(_ESPERA_S)
        return None
