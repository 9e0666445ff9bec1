"""Whether the régua rests, read from its tables and the log; and how far the scheduler has looked."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.messaging.log import Log, LogIndisponivel
from kernel.pendencias import Pendencias
from kernel.persistence.banco import INDISPONIVEL, Banco, Conexao
from regua.adapters.outbound.unidade_postgres import SALA, Unidades
from regua.application.agendar import devido, proximo_horario
from regua.application.handlers import TOPICOS
from regua.application.ports_ciclo import PoliticaAusente

# In this order: an event passes from the outbox to the log, never back.
_OCUPADA: Final = """
select case
    when exists (select from regua.outbox) then 'eventos a publicar'
    when exists (select from regua.ciclo where estado = 'processando') then 'ciclo em andamento'
    when exists (select from regua.aprovacao where estado = 'aprovada' and tipo = 'rigidez_5' and reavaliada_em is null)
        then 'aprovação a levar adiante'
    when exists (select from regua.carga where estado in ('recebida', 'processando')) then 'carga em andamento'
end as motivo, (select vista_ate from regua.agenda) as vista_ate
"""


class AgendaPostgres:
    """Up to where the scheduler has looked, and the days of the policy in force."""

    def __init__(self, banco: Banco, calendario: Calendario, unidades: Unidades) -> None:
        self._banco = banco
        self._calendario = calendario
        self._unidades = unidades

    async def marcar(self, ate: datetime) -> None:
        """What fell due up to `ate` is dealt with."""
        async with self._banco.conexao() as con:
            await con.execute(
                """insert into regua.agenda (vista_ate) values ($1)
                on conflict (unica) do update set vista_ate = excluded.vista_ate""",
                ate,
            )

    async def devido(self, agora: datetime) -> datetime | None:
        """The ciclo's instant that fell due since the last mark, if any."""
        async with self._banco.conexao() as con:
            vista_ate = await con.fetchval("select vista_ate from regua.agenda")
            janela = await self.janela(con, agora)
        if vista_ate is None or janela is None:
            return None
        return devido(janela, vista_ate, agora)

    async def janela(self, con: Conexao, agora: datetime) -> JanelaDeContato | None:
        """The contact hours of the policy in force; None where there is none."""
        dia = JanelaDeContato(self._calendario).dia_local(agora)
        try:
            return (await self._unidades(con, agora).politicas.vigente(dia)).janela(self._calendario)
        except PoliticaAusente:
            return None


class ParteRegua:
    """`kernel.pendencias.Parte` of this room."""

    nome = "régua"

    def __init__(self, banco: Banco, log: Log, agenda: AgendaPostgres) -> None:
        self._banco = banco
        self._log = log
        self._agenda = agenda

    async def pendencias(self, agora: datetime) -> Pendencias:
        try:
            return await self._olhar(agora)
        except (LogIndisponivel, *INDISPONIVEL) as erro:
            return Pendencias(ociosa=False, motivo=f"banco ou log fora do ar ({type(erro).__name__})")

    async def _olhar(self, agora: datetime) -> Pendencias:
        async with self._banco.conexao() as con:
            linha = await con.fetchrow(_OCUPADA)
            janela = await self._agenda.janela(con, agora)
        motivo, vista_ate = (linha["motivo"], linha["vista_ate"]) if linha else (None, None)
        if motivo is None and janela is not None and vista_ate is not None and devido(janela, vista_ate, agora) is not None:
            motivo = "ciclo do dia a iniciar"
        if motivo is None and any((await self._log.lag(grupo=SALA, topicos=TOPICOS)).values()):
            motivo = "eventos a tratar"
        proximo = proximo_horario(janela, agora) if janela is not None else None
        return Pendencias(ociosa=motivo is None, proximo=proximo, motivo=motivo or "")
