"""Keeps ciclos, and writes what one decided in a single transaction.

How a payment, a declaration, a plan, a suspension or a warning about a plan that comes in meanwhile is not overtaken: the
transaction locks their tables against writers (SHARE: whoever is writing ends first, whoever comes later waits for our
commit), and only then looks for rows that the snapshot did not see. Their persons are left out; where they are many (a load
was merged), everything is decided again. Whoever waits finds, once let in, the acionamentos to cancel: so those writers write
first and look for acionamentos afterwards.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
import polars as pl

from kernel.messaging.outbox import canal_do_outbox
from kernel.persistence.banco import Banco, Conexao
from regua.adapters.outbound.ciclo_copia import copiar, copiar_eventos
from regua.application.aprovacoes import RIGIDEZ
from regua.application.executar_ciclo import CAMPANHA_PERMANENTE
from regua.application.executar_ciclo_contagens import contar
from regua.application.ports_ciclo import Aprovada, CicloGuardado, ConflitoDeEscrita, Lote

_TRAVA: Final = "hashtextextended('regua:ciclo', 0)"
_COLUNAS: Final = """ciclo, data, campanha, estado, avaliados, acionados, retidos, contagens, motivo, politica, traceparent"""
# a day's payments during one ciclo may be left out until tomorrow; more than these, or than 1%, is another base
_POUCOS: Final = 1_000
_CONFLITOS: Final = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

_VIGIADAS: Final = "regua.pagamento, regua.suspensao, regua.debito, regua.declaracao, regua.risco"
# age() counts back from this transaction's own id: xid8 is rebuilt from it, past any wraparound
_MEXIDOS: Final = f"""
with eu as (select pg_current_xact_id()::text::bigint as xid, $1::text::pg_snapshot as foto)
select distinct contribuinte from (
    {" union all ".join(f"select contribuinte, age(xmin) as idade from {t}" for t in _VIGIADAS.split(", "))}
) as linhas, eu
where idade <= eu.xid - pg_snapshot_xmin(eu.foto)::text::bigint
    and not pg_visible_in_snapshot((eu.xid - idade)::text::xid8, eu.foto)
"""
_MEXIDOS_DELES: Final = f"{_MEXIDOS} and contribuinte = any($2::text[])"
_CASOS_MUDADOS: Final = """
create temp table ciclo_caso (
    caso uuid, etapa smallint, etapa_em date, hipotese text, reincidencia int, rigidez smallint,
    etapa_classificada smallint, retido boolean
) on commit drop
"""
# the rung is the delivery outcomes' to move; a retained contact has none
_ATUALIZAR_CASOS: Final = """
update regua.caso c set
    hipotese = m.hipotese, reincidencia = m.reincidencia, rigidez = m.rigidez, etapa_classificada = m.etapa_classificada,
    etapa = case when m.retido then m.etapa else c.etapa end,
    etapa_em = case when m.retido then m.etapa_em else c.etapa_em end
from ciclo_caso m where m.caso = c.caso
"""


# asked for by the campaign whose ciclo decided on the caso last
_APROVADAS: Final = """
select a.aprovacao, a.contribuinte, split_part(a.objeto, ':', 1)::uuid as caso, coalesce((
    select c.campanha from regua.decisao d join regua.ciclo c using (ciclo)
    where d.contribuinte = a.contribuinte and d.caso = split_part(a.objeto, ':', 1)::uuid
    order by c.data desc, c.iniciado_em desc limit 1), $2) as campanha
from regua.aprovacao a where a.estado = 'aprovada' and a.tipo = $1 and a.reavaliada_em is null order by a.decidida_em, a.aprovacao
"""
_REAVALIADA: Final = "update regua.aprovacao set reavaliada_em = $2 where aprovacao = $1"


class EscritaPostgres:
    """`EscritaDoCiclo` on the room's database."""

    def __init__(self, banco: Banco) -> None:
        self._banco = banco

    @asynccontextmanager
    async def vez(self) -> AsyncIterator[None]:
        con = await self._banco.dedicada()
        try:
            await con.execute(f"select pg_advisory_lock({_TRAVA})", timeout=None)
            yield
        finally:
            await _fechar(con)

    @asynccontextmanager
    async def vez_livre(self) -> AsyncIterator[bool]:
        con = await self._banco.dedicada()
        try:
            yield await con.fetchval(f"select pg_try_advisory_lock({_TRAVA})")
        finally:
            await _fechar(con)

    async def solicitar(self, ciclo: CicloGuardado, agora: datetime) -> CicloGuardado:
        async with self._banco.transacao() as con:
            await con.execute(
                """insert into regua.ciclo (ciclo, data, campanha, politica, estado, iniciado_em, traceparent)
                values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing""",
                ciclo.ciclo,
                ciclo.data,
                ciclo.campanha,
                ciclo.politica,
                ciclo.estado,
                agora,
                ciclo.traceparent,
            )
            linha = await con.fetchrow(
                f"select {_COLUNAS} from regua.ciclo where data = $1 and campanha = $2", ciclo.data, ciclo.campanha
            )
        return CicloGuardado(**dict(_exigir(linha)))

    async def obter(self, ciclo: UUID) -> CicloGuardado | None:
        async with self._banco.conexao() as con:
            linha = await con.fetchrow(f"select {_COLUNAS} from regua.ciclo where ciclo = $1", ciclo)
        return CicloGuardado(**dict(linha)) if linha else None

    async def pendentes(self) -> list[UUID]:
        async with self._banco.conexao() as con:
            linhas = await con.fetch("select ciclo from regua.ciclo where estado = 'processando' order by iniciado_em, ciclo")
        return [linha["ciclo"] for linha in linhas]

    async def gravar(self, lote: Lote, instantaneo: str) -> CicloGuardado:
        try:
            async with self._banco.transacao() as con:
                return await _gravar(con, lote, instantaneo)
        except _CONFLITOS as erro:
            raise ConflitoDeEscrita(type(erro).__name__) from erro

    async def aprovadas(self) -> list[Aprovada]:
        async with self._banco.conexao() as con:
            return [Aprovada(**dict(linha)) for linha in await con.fetch(_APROVADAS, RIGIDEZ, CAMPANHA_PERMANENTE)]

    async def gravar_avulso(self, lote: Lote, instantaneo: str, aprovacao: UUID, data: date) -> None:
        try:
            async with self._banco.transacao() as con:
                await con.execute(f"lock table {_VIGIADAS} in share mode")
                if await con.fetch(_MEXIDOS_DELES, instantaneo, lote.pessoas["contribuinte"].to_list()):
                    raise ConflitoDeEscrita("the person changed meanwhile")
                decisoes = lote.decisoes.rename({"ciclo": "decisao"})
                decisoes = decisoes.with_columns(data=pl.lit(data), decidida_em=pl.lit(lote.agora.isoformat()))
                await _copiar_tudo(con, lote, ("decisao_avulsa", decisoes))
                await con.execute(_REAVALIADA, aprovacao, lote.agora)
                await con.execute("select pg_notify($1, '')", canal_do_outbox("regua"))
        except _CONFLITOS as erro:
            raise ConflitoDeEscrita(type(erro).__name__) from erro

    async def dar_por_reavaliada(self, aprovacao: UUID, agora: datetime) -> None:
        async with self._banco.conexao() as con:
            await con.execute(_REAVALIADA, aprovacao, agora)

    async def falhar(self, ciclo: UUID, motivo: str, agora: datetime) -> CicloGuardado:
        async with self._banco.transacao() as con:
            linha = await con.fetchrow(
                f"""update regua.ciclo set estado = 'falhou', motivo = $2, concluido_em = $3
                where ciclo = $1 and estado = 'processando' returning {_COLUNAS}""",
                ciclo,
                motivo,
                agora,
            )
            linha = linha or await con.fetchrow(f"select {_COLUNAS} from regua.ciclo where ciclo = $1", ciclo)
        return CicloGuardado(**dict(_exigir(linha)))


def _exigir(linha: asyncpg.Record | None) -> asyncpg.Record:
    if linha is None:
        raise LookupError("the ciclo's row is gone")
    return linha


async def _fechar(con: asyncpg.Connection[asyncpg.Record]) -> None:
    # the lock goes with the session, however it ends
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        await con.close(timeout=5)


async def _gravar(con: Conexao, lote: Lote, instantaneo: str) -> CicloGuardado:
    guardado = await con.fetchrow(f"select {_COLUNAS} from regua.ciclo where ciclo = $1 for update", lote.ciclo)
    if _exigir(guardado)["estado"] != "processando":
        return CicloGuardado(**dict(_exigir(guardado)))
    await con.execute(f"lock table {_VIGIADAS} in share mode")
    mexidos = await _mexidos(con, instantaneo)
    if len(mexidos) > max(_POUCOS, lote.pessoas.height // 100):
        raise ConflitoDeEscrita(f"{len(mexidos)} contribuintes changed meanwhile")
    lote = _sem(lote, mexidos)
    await _copiar_tudo(con, lote, ("decisao", lote.decisoes))
    await con.execute("select pg_notify($1, '')", canal_do_outbox("regua"))
    contagens = contar(lote.decisoes, lote.emissoes["canal"])
    linha = await con.fetchrow(
        f"""update regua.ciclo set estado = 'concluido', politica = $2, avaliados = $3, acionados = $4, retidos = $5,
            contagens = $6, concluido_em = $7
        where ciclo = $1 returning {_COLUNAS}""",
        lote.ciclo,
        lote.politica,
        contagens.avaliados,
        contagens.acionados,
        contagens.retidos,
        contagens.detalhes(),
        lote.agora,
    )
    return CicloGuardado(**dict(_exigir(linha)))


async def _mexidos(con: Conexao, instantaneo: str) -> list[str]:
    linhas = await con.fetch(_MEXIDOS, instantaneo)
    return [linha["contribuinte"] for linha in linhas]


def _sem(lote: Lote, mexidos: list[str]) -> Lote:
    """`lote` without the persons of `mexidos`: all their registrations, for one of them was chosen among the others."""
    if not mexidos:
        return lote
    pessoas = lote.pessoas.filter(pl.col("contribuinte").is_in(mexidos))["pessoa"].unique()
    deles = lote.pessoas.filter(pl.col("pessoa").is_in(pessoas.implode()))["contribuinte"]
    fora = pl.concat([deles, pl.Series("contribuinte", mexidos, dtype=pl.String)]).unique().implode()

    def sem(quadro: pl.DataFrame, coluna: str = "contribuinte") -> pl.DataFrame:
        return quadro.filter(~pl.col(coluna).is_in(fora))

    def sem_pessoa(quadro: pl.DataFrame) -> pl.DataFrame:
        return quadro.filter(~pl.col("pessoa").is_in(pessoas.implode()))

    return replace(
        lote,
        decisoes=sem(lote.decisoes),
        casos_novos=sem(lote.casos_novos),
        casos_mudados=sem(lote.casos_mudados),
        casos_fechados=sem(lote.casos_fechados),
        acionamentos=sem(lote.acionamentos),
        emissoes=sem_pessoa(lote.emissoes),
        tarefas=sem(lote.tarefas),
        aprovacoes=sem(lote.aprovacoes),
        sorteios=sem_pessoa(lote.sorteios),
        eventos=tuple(sem(e, "chave") for e in lote.eventos),
    )


async def _copiar_tudo(con: Conexao, lote: Lote, decisoes: tuple[str, pl.DataFrame]) -> None:
    await copiar(con, "caso", lote.casos_novos)
    await _mudar_casos(con, lote)
    for tabela, quadro in (
        decisoes,
        ("acionamento", lote.acionamentos),
        ("emissao", lote.emissoes),
        ("tarefa", lote.tarefas),
        ("aprovacao", lote.aprovacoes),
        ("sorteio", lote.sorteios),
    ):
        await copiar(con, tabela, quadro)
    await copiar_eventos(con, lote.eventos)


async def _mudar_casos(con: Conexao, lote: Lote) -> None:
    if not lote.casos_mudados.is_empty():
        await con.execute(_CASOS_MUDADOS)
        await copiar(con, "ciclo_caso", lote.casos_mudados.drop("contribuinte"), esquema=None)
        await con.execute(_ATUALIZAR_CASOS)
    if not lote.casos_fechados.is_empty():
        await con.execute(
            """update regua.caso set fechado_em = (select data from regua.ciclo where ciclo = $1)
            where caso = any($2::uuid[])""",
            lote.ciclo,
            lote.casos_fechados["caso"].to_list(),
        )
