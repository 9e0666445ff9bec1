"""The room's loops: payments that wait are applied, plans are followed up as days pass."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.clock import Relogio
from kernel.metrics import Metricas
from kernel.pendencias import Pendencias
from kernel.persistence.banco import INDISPONIVEL, Banco, Conexao
from kernel.persistence.sinal import Sinal
from parcelamento.adapters.outbound.retorno_carga import CANAL_DOS_PAGAMENTOS
from parcelamento.adapters.outbound.unidade_postgres import SALA, Unidades
from parcelamento.application.acompanhar_planos import LOTE as PLANOS_POR_VEZ
from parcelamento.application.acompanhar_planos import acompanhar_estes, acompanhar_planos, dia_de_baixa
from parcelamento.application.aplicar_pagamentos import LOTE as PAGAMENTOS_POR_VEZ
from parcelamento.application.aplicar_pagamentos import aplicar, aplicar_pagamentos, separar
from parcelamento.application.ports import Unidade
from parcelamento.domain.calendarios import FUSO, calendario_de
from parcelamento.domain.norma import Uf

_log = logging.getLogger(__name__)
# the clock's own notice: a day reached by a jump is seen at once
_CANAL_DO_RELOGIO: Final = "plataforma_relogio"
_RONDA_S: Final = 1.0
_Passo = Callable[[Unidade], Awaitable[int]]


class Trabalho:
    """Applies payments before it judges plans: money that is here already must not be told as missing.

    `uf`: whose bank calendar says when a payment of a day is known; `baixa_dias_uteis`: how many business days that takes.
    """

    nome = SALA

    def __init__(
        self, banco: Banco, relogio: Relogio, unidades: Unidades, metricas: Metricas, *, uf: Uf, baixa_dias_uteis: int
    ) -> None:
        self._banco = banco
        self._relogio = relogio
        self._unidades = unidades
        self._calendario = calendario_de(uf)
        self._baixa_dias_uteis = baixa_dias_uteis
        self._aplicados = metricas.contador("parcelamento_pagamentos_aplicados", "Pagamentos aplicados a documentos.")
        self._separados = metricas.contador("parcelamento_postos_de_lado", "Pagamentos e parcelamentos que falharam.")
        self._acompanhados = metricas.contador("parcelamento_planos_acompanhados", "Parcelamentos com algo a dizer no dia.")

    async def executar(self) -> None:
        """Runs until cancelled; waits out a database that is away."""
        async with Sinal(self._banco, CANAL_DOS_PAGAMENTOS, _CANAL_DO_RELOGIO) as sinal:
            while True:
                try:
                    while await self.turno():
                        pass
                except INDISPONIVEL as erro:
                    _log.warning("pagamentos esperam: %s", type(erro).__name__)
                await sinal.esperar(_RONDA_S)

    async def turno(self) -> int:
        """A batch of payments and, once none waits, one of plans; how many there were. Raises one of `INDISPONIVEL`.

        What one payment or plan fails on must not stop the others: a batch that fails is gone through one by one.
        """
        aplicados = await self._lote_ou_um_a_um(aplicar_pagamentos, self._um_pagamento, PAGAMENTOS_POR_VEZ)
        self._aplicados.inc(aplicados)
        if aplicados:
            return aplicados
        acompanhados = await self._lote_ou_um_a_um(self._planos, self._um_plano, PLANOS_POR_VEZ)
        self._acompanhados.inc(acompanhados)
        return acompanhados

    async def _lote_ou_um_a_um(self, lote: _Passo, um: Callable[[Conexao], Awaitable[int]], quantos: int) -> int:
        try:
            async with self._banco.transacao() as con:
                return await lote(self._unidades(con, self._relogio.agora()))
        except INDISPONIVEL:
            raise
        except Exception as erro:  # noqa: BLE001 - the worker's loop: one broken row must not hold the others
            # its name alone: what it says may hold somebody's data
            _log.error("um lote falhou (%s): vai um a um", type(erro).__name__)
        feitos = 0
        while feitos < quantos:
            async with self._banco.transacao() as con:
                if not await um(con):
                    break
            feitos += 1
        return feitos

    async def _um_pagamento(self, con: Conexao) -> int:
        uow = self._unidades(con, self._relogio.agora())
        espera = await uow.pagamentos.a_aplicar(1)
        if not await self._tentar(con, aplicar(uow, espera), [p.pagamento for p in espera]):
            await separar(uow, espera)
        return len(espera)

    async def _planos(self, uow: Unidade) -> int:
        return await acompanhar_planos(uow, self._dia(uow.hoje))

    async def _um_plano(self, con: Conexao) -> int:
        uow = self._unidades(con, self._relogio.agora())
        dia = self._dia(uow.hoje)
        vencendo = await uow.planos.vencendo(dia, 1)
        if not await self._tentar(con, acompanhar_estes(uow, vencendo, dia), vencendo):
            # it is told what it has to tell, with its own dates, as soon as somebody has mended the cause
            await uow.planos.adiar(vencendo, dia + timedelta(days=1))
        return len(vencendo)

    async def _tentar(self, con: Conexao, passo: Awaitable[None], quais: Sequence[UUID]) -> bool:
        """Whether `passo` went well; where it did not, it has left nothing."""
        try:
            async with con.transaction():
                await passo
        except INDISPONIVEL:
            raise
        except Exception as erro:  # noqa: BLE001 - the same
            self._separados.inc()
            _log.error("falhou e foi posto de lado: %s (%s)", ", ".join(map(str, quais)), type(erro).__name__)
            return False
        return True

    async def proximo(self, agora: datetime) -> tuple[bool, datetime | None]:
        """Whether something is due at `agora`, and the next instant with something to do."""
        hoje = agora.astimezone(FUSO).date()
        async with self._banco.conexao() as con:
            espera = await con.fetchval("select exists (select from parcelamento.pagamento where estado = 'a_aplicar')")
            prazo = await self._unidades(con, agora).planos.proximo_prazo()
        if prazo is None:
            return bool(espera), None
        return bool(espera) or prazo <= self._dia(hoje), self._instante(prazo, hoje)

    def _dia(self, hoje: date) -> date:
        return dia_de_baixa(hoje, self._calendario, self._baixa_dias_uteis)

    def _instante(self, prazo: date, hoje: date) -> datetime:
        """When `prazo` may be judged: the first day whose `dia_de_baixa` reaches it."""
        dia = max(prazo, hoje)
        while self._dia(dia) < prazo:
            dia += timedelta(days=1)
        return datetime.combine(dia, datetime.min.time(), FUSO)


class ParteParcelamento:
    """`kernel.pendencias.Parte` of this room."""

    nome = SALA

    def __init__(self, banco: Banco, trabalho: Trabalho) -> None:
        self._banco = banco
        self._trabalho = trabalho

    async def pendencias(self, agora: datetime) -> Pendencias:
        try:
            async with self._banco.conexao() as con:
                motivo = await con.fetchval(
                    """select case
                        when exists (select from parcelamento.carga where estado in ('recebida', 'processando'))
                            then 'arquivo de retorno em andamento'
                        when exists (select from parcelamento.outbox) then 'eventos a publicar'
                    end"""
                )
            devido, proximo = await self._trabalho.proximo(agora)
        except INDISPONIVEL as erro:
            return Pendencias(ociosa=False, motivo=f"banco fora do ar ({type(erro).__name__})")
        if motivo is None and devido:
            motivo = "pagamentos ou parcelamentos a tratar"
        return Pendencias(ociosa=motivo is None, proximo=proximo, motivo=motivo or "")
