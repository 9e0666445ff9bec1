"""Looks for what is stuck or due: deadlines, orphans, envios in doubt, receipts that came too early."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from canais.application.mudar import gravar_mudancas
from canais.application.ports import Achado, ConsultaImpossivel, Consultavel, Metricas, Mudanca, Transacoes, Unidade
from canais.application.recibos import AplicarRecibos
from canais.domain.envio import Envio, Recibo, adiar_consulta, com_recibo, incerto, nao_encontrado, vencido
from canais.domain.preco import Tabela

_log = logging.getLogger(__name__)
_LOTE: Final = 500
_CONSULTAS_JUNTAS: Final = 8
_QUARENTENA: Final = timedelta(days=7)


class Vigia:
    """Every pass leaves nothing due; a pass without work is a few index look-ups."""

    def __init__(
        self,
        *,
        transacoes: Transacoes,
        consultaveis: Mapping[str, Consultavel],
        aplicar: AplicarRecibos,
        precos: Tabela,
        metricas: Metricas,
        prazo_s: float,
        acordar: Callable[[], None],
        intervalo_s: float = 1.0,
    ) -> None:
        self._transacoes = transacoes
        self._consultaveis = consultaveis
        self._aplicar = aplicar
        self._precos = precos
        self._metricas = metricas
        self._prazo = timedelta(seconds=prazo_s)
        self._acordar = acordar
        self._intervalo_s = intervalo_s
        self._pedido = asyncio.Event()

    def pedir(self) -> None:
        """Asks for a pass now: the clock was moved, or somebody waits."""
        self._pedido.set()

    async def executar(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.passar()
            except Exception as erro:  # noqa: BLE001 - the worker's loop: what is due stays due
                _log.warning("vigia adiada: %s", type(erro).__name__)
            self._pedido.clear()
            try:
                async with asyncio.timeout(self._intervalo_s):
                    await self._pedido.wait()
            except TimeoutError:
                continue

    async def passar(self) -> None:
        """One pass over everything."""
        await self._esgotar(self._orfaos)
        await self._esgotar(self._de_quarentena)
        await self._consultar()
        await self._expirar()

    async def _esgotar(self, passo: Callable[[Unidade], Awaitable[int]]) -> None:
        while True:
            async with self._transacoes.abrir() as uow:
                feitos = await passo(uow)
            if feitos < _LOTE:
                return

    async def _orfaos(self, uow: Unidade) -> int:
        achados = await uow.envios.orfaos(_LOTE)
        mudancas = [
            Mudanca(e, incerto(e, agora=uow.agora, prazo=self._prazo, consultavel=e.provedor in self._consultaveis))
            for e in achados
        ]
        await gravar_mudancas(uow, mudancas, self._metricas)
        return len(achados)

    async def _de_quarentena(self, uow: Unidade) -> int:
        await uow.quarentena.esquecer(uow.agora - _QUARENTENA)
        achados = await uow.quarentena.retirar_conhecidos(_LOTE)
        if achados:
            await self._aplicar(uow, achados)
        return len(achados)

    async def _expirar(self) -> None:
        """Ends what is over. Whoever can be asked is asked first: receipts get lost, and nobody sends them twice."""
        while True:
            async with self._transacoes.abrir() as uow:
                lote = await uow.envios.vencidos(uow.agora, _LOTE)
            achados = await self._perguntar_por_id(
                [e for e in lote if e.estado in {"aceito", "enviado"} and e.provedor in self._consultaveis and e.id_provedor]
            )
            async with self._transacoes.abrir() as uow:
                mudancas = []
                for antes in await uow.envios.travar([e.envio for e in lote]):
                    achado = achados.get(antes.envio)
                    depois = antes
                    if achado is not None:
                        depois = com_recibo(antes, _como_recibo(antes, achado, uow.agora), agora=uow.agora, precos=self._precos)
                    mudancas.append(Mudanca(antes, vencido(depois)))
                await gravar_mudancas(uow, mudancas, self._metricas)
            if len(lote) < _LOTE:
                return

    async def _perguntar_por_id(self, envios: Sequence[Envio]) -> dict[UUID, Achado]:
        vez = asyncio.Semaphore(_CONSULTAS_JUNTAS)

        async def um(e: Envio) -> Achado | None:
            async with vez:
                try:
                    return await self._consultaveis[e.provedor or ""].estado_de(e.id_provedor or "")
                except ConsultaImpossivel:
                    return None  # it ends as it is known; a late receipt still raises it

        achados = await asyncio.gather(*(um(e) for e in envios))
        return {e.envio: achado for e, achado in zip(envios, achados, strict=True) if achado is not None}

    async def _consultar(self) -> None:
        """Asks providers about envios in doubt, a few at a time; nothing is locked while they answer."""
        while True:
            async with self._transacoes.abrir() as uow:
                duvidas = await uow.envios.a_consultar(uow.agora, _CONSULTAS_JUNTAS)
            if not duvidas:
                return
            respostas = await asyncio.gather(*(self._perguntar(e) for e in duvidas))
            async with self._transacoes.abrir() as uow:
                await self._concluir(uow, {e.envio: (e, r) for e, r in zip(duvidas, respostas, strict=True)})
            self._acordar()

    async def _perguntar(self, e: Envio) -> Achado | ConsultaImpossivel | None:
        provedor = self._consultaveis.get(e.provedor or "")
        if provedor is None or e.endereco is None:
            return ConsultaImpossivel()
        try:
            return await provedor.procurar(e.endereco, e.codigo)
        except ConsultaImpossivel as erro:
            return erro

    async def _concluir(self, uow: Unidade, respostas: Mapping[UUID, tuple[Envio, Achado | ConsultaImpossivel | None]]) -> None:
        mudancas = []
        for antes in await uow.envios.travar(respostas.keys()):
            perguntado, resposta = respostas[antes.envio]
            if antes.estado != "incerto" or antes.verificar_em != perguntado.verificar_em:
                continue  # a receipt settled it while the provider was asked
            if isinstance(resposta, ConsultaImpossivel):
                depois = adiar_consulta(antes, agora=uow.agora)
            elif resposta is None:
                depois = nao_encontrado(antes, agora=uow.agora)
            else:
                depois = com_recibo(antes, _como_recibo(antes, resposta, uow.agora), agora=uow.agora, precos=self._precos)
            mudancas.append(Mudanca(antes, depois))
        await gravar_mudancas(uow, mudancas, self._metricas)


def _como_recibo(e: Envio, achado: Achado, agora: datetime) -> Recibo:
    return Recibo(
        provedor=e.provedor or "",
        estado=achado.estado,
        envio=e.envio,
        id_provedor=achado.id_provedor,
        codigo=achado.codigo,
        provedor_em=achado.provedor_em,
        recebido_em=agora,
    )
