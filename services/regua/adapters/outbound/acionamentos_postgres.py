"""Acionamentos and their emissions on Postgres: read under lock for a batch, written back in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from kernel.persistence.banco import Conexao
from regua.application.ports import DegrauDatado, Devido, EmissaoNova, Ficha, TarefaNova
from regua.domain.acompanhamento import SEM_ENVIO, Acionamento, Emissao

_FICHA: Final = """
select a.*, case when {quando} then array(
        select c.canal from regua.contato_canal c
        where c.contribuinte = a.contribuinte and c.situacao = 'valido' and not exists (
            select from regua.contribuinte k join regua.contato_canal o using (contribuinte)
            where k.pessoa = a.pessoa and o.canal = c.canal and o.situacao = 'optou_sair')
    ) else '{{}}' end as alcance,
    case when {quando} then (select count(*) from regua.acionamento p
        where p.caso = a.caso and p.etapa = a.etapa and p.motivo = $2::text and p.acionamento <> a.acionamento)
        else 0 end as sem_envio
from regua.acionamento a where {filtro} order by a.acionamento for update of a
"""
_POR_ID: Final = _FICHA.format(
    # most events only raise a state: what a fallback needs is looked up where one may come
    quando="a.acionamento = any($3::uuid[])",
    filtro="a.acionamento = any($1::uuid[])",
)
_ABERTOS: Final = _FICHA.format(
    quando="$2::text is null", filtro="a.contribuinte = any($1::text[]) and a.estado = 'emitido' and a.motivo is null"
)
# an opt-out is the person's, whichever registration said it
_NO_CANAL: Final = _FICHA.format(
    quando="$2::text is null",
    filtro="""a.acionamento in (
        select o.acionamento
        from unnest($1::text[], $3::text[]) p (contribuinte, canal)
        join regua.contribuinte k using (contribuinte)
        join regua.acionamento o on o.pessoa = k.pessoa and o.canais[o.ordem] = p.canal
        where o.estado = 'emitido' and o.motivo is null)""",
)
_DOS_CASOS: Final = _FICHA.format(
    quando="$2::text is null", filtro="a.caso = any($1::uuid[]) and a.estado = 'emitido' and a.motivo is null"
)
# What the decision saw stands in its inputs; what is left is told with the decision's eyes (its date, its policy's window) and
# today's payments and declarations. A warning about a plan saw no balance: only a rest takes it back, and not its plan's own.
_DEVIDOS: Final = """
with alvo as (
    select a.acionamento, a.contribuinte, a.tributo, a.parcelamento is not null as avulso,
        coalesce((i.insumos -> 'fatos' ->> 'valor_aberto')::bigint, 0) as visto,
        coalesce((i.insumos -> 'fatos' ->> 'omissoes')::bigint, 0) as omissoes_vistas,
        i.data, extract(year from i.data)::int * 12 + extract(month from i.data)::int - 1 as mes,
        (p.documento -> 'definicoes' ->> 'janela_meses')::int as janela
    from regua.acionamento a
    left join regua.decisao d on d.ciclo = a.ciclo and d.caso = a.caso
    left join regua.decisao_avulsa v on v.decisao = a.ciclo
    join regua.politica p on p.versao = a.politica
    cross join lateral (
        select x.insumos, (x.insumos ->> 'data')::date as data
        from (select coalesce(d.insumos, v.insumos)::jsonb as insumos) x) i
    where a.acionamento = any($1::uuid[]) and i.insumos is not null
), debito as (
    select alvo.acionamento, b.tributo = alvo.tributo as proprio, b.situacao,
        b.vencimento < alvo.data and (b.vencimento + interval '5 years')::date >= alvo.data as conta,
        b.principal + b.multa + b.juros - coalesce(
            (select sum(p.valor) from regua.pagamento p where p.debito = b.debito and p.pago_em <= $2), 0)::bigint as saldo
    from alvo join regua.debito b using (contribuinte)
    where b.situacao <> 'pago'
)
select alvo.acionamento, alvo.visto, alvo.omissoes_vistas,
    case when alvo.omissoes_vistas = 0 then 0 else (
        select count(*) from regua.declaracao e
        where e.contribuinte = alvo.contribuinte and e.tributo = alvo.tributo and e.prazo < alvo.data
            and (e.entregue_em is null or e.entregue_em > $2) and e.competencia between alvo.mes - alvo.janela and alvo.mes - 1
    ) end as omissoes,
    coalesce(sum(d.saldo) filter (where d.situacao = 'aberto' and d.conta), 0)::bigint as restante,
    coalesce(bool_or(d.proprio and d.situacao = 'aberto' and d.conta), false) as do_tributo,
    coalesce(bool_or(d.proprio and d.situacao = 'parcelado'), false) as parcelados,
    coalesce(bool_or(d.proprio and d.situacao in ('suspenso', 'ajuizado')), false) as parados,
    exists (
        select from regua.suspensao s
        where s.contribuinte = alvo.contribuinte and s.encerrada_em is null and s.desde <= $2 and coalesce(s.ate, $2) >= $2
            and not (alvo.avulso and s.motivo = 'parcelamento')
    ) as suspenso
from alvo left join debito d on d.acionamento = alvo.acionamento and d.saldo > 0
group by alvo.acionamento, alvo.visto, alvo.omissoes_vistas, alvo.contribuinte, alvo.tributo, alvo.data, alvo.mes, alvo.janela,
    alvo.avulso
order by alvo.acionamento
"""
_GRAVAR: Final = """
update regua.acionamento a set estado = n.estado, ordem = n.ordem, consumido = n.consumido, entregue_em = n.entregue_em,
    encerrado_em = n.encerrado_em, motivo = n.motivo
from unnest($1::uuid[], $2::text[], $3::smallint[], $4::boolean[], $5::timestamptz[], $6::timestamptz[], $7::text[])
    n (acionamento, estado, ordem, consumido, entregue_em, encerrado_em, motivo)
where a.acionamento = n.acionamento
"""
_EMITIR: Final = """
insert into regua.emissao (acionamento, canal, ordem, pessoa, data, emitido_em, valido_ate)
select * from unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::date[], $6::timestamptz[], $7::timestamptz[])
"""
_GRAVAR_EMISSOES: Final = """
update regua.emissao e set estado = n.estado, esgotado = n.esgotado, requisitado = n.requisitado, cancelada = n.cancelada,
    motivo = n.motivo, custo_micros = n.custo_micros, moeda = n.moeda, atualizado_em = $10
from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::boolean[], $6::boolean[], $7::text[], $8::bigint[], $9::text[])
    n (acionamento, canal, estado, esgotado, requisitado, cancelada, motivo, custo_micros, moeda)
where e.acionamento = n.acionamento and e.canal = n.canal
"""
_DATAR: Final = """
update regua.caso c set etapa = n.etapa, etapa_em = n.dia
from unnest($1::uuid[], $2::smallint[], $3::date[]) n (caso, etapa, dia)
where c.caso = n.caso and c.etapa <= n.etapa
"""
_TAREFAS: Final = """
insert into regua.tarefa (tarefa, contribuinte, motivo, caso, acionamento, rigidez, solicitada_em)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::smallint[], $7::timestamptz[])
on conflict do nothing
"""


def _colunas(linhas: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(coluna) for coluna in zip(*linhas, strict=True)]


class AcionamentosPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def travar(self, acionamentos: Collection[UUID], *, com_alcance: Collection[UUID]) -> list[Ficha]:
        return await self._fichas(_POR_ID, list(acionamentos), SEM_ENVIO, list(com_alcance))

    async def travar_abertos(self, contribuintes: Collection[str]) -> list[Ficha]:
        return await self._fichas(_ABERTOS, list(contribuintes), SEM_ENVIO)

    async def travar_casos(self, casos: Collection[UUID]) -> list[Ficha]:
        """Those under way of these casos, as `travar_abertos`."""
        return await self._fichas(_DOS_CASOS, list(casos), SEM_ENVIO)

    async def travar_no_canal(self, pontos: Collection[tuple[str, str]]) -> list[Ficha]:
        pares = list(pontos)
        return await self._fichas(_NO_CANAL, [p[0] for p in pares], SEM_ENVIO, [p[1] for p in pares])

    async def devidos(self, acionamentos: Collection[UUID], hoje: date) -> list[Devido]:
        return [Devido(**dict(linha)) for linha in await self._con.fetch(_DEVIDOS, list(acionamentos), hoje)]

    async def gravar(self, fichas: Sequence[Ficha], novas: Sequence[EmissaoNova], agora: datetime) -> None:
        if not fichas:
            return
        situacoes = [f.situacao for f in fichas]
        await self._con.execute(
            _GRAVAR,
            *_colunas(
                [(s.acionamento, s.estado, s.ordem, s.consumido, s.entregue_em, s.encerrado_em, s.motivo) for s in situacoes]
            ),
        )
        if novas:
            await self._con.execute(_EMITIR, *_colunas([_linha(n) for n in novas]))
        emissoes = [
            (
                *(s.acionamento, e.canal, e.estado, e.esgotado, e.requisitado),
                *(e.cancelada, e.motivo, e.custo_micros, e.moeda),
            )
            for s in situacoes
            for e in s.emissoes.values()
        ]
        if emissoes:
            await self._con.execute(_GRAVAR_EMISSOES, *_colunas(emissoes), agora)

    async def datar(self, degraus: Sequence[DegrauDatado]) -> None:
        if degraus:
            await self._con.execute(_DATAR, *_colunas(sorted(degraus)))

    async def abrir_tarefas(self, tarefas: Sequence[TarefaNova]) -> None:
        if tarefas:
            await self._con.execute(_TAREFAS, *_colunas(tarefas))

    async def soltar_sem_envio(self, contribuintes: Collection[str], agora: datetime) -> None:
        await self._con.execute(
            """update regua.acionamento set estado = 'cancelado', encerrado_em = $3
            where contribuinte = any($1::text[]) and estado = 'esgotado' and not consumido and motivo = $2""",
            *(list(contribuintes), SEM_ENVIO, agora),
        )

    async def _fichas(self, sql: str, *valores: object) -> list[Ficha]:
        linhas = await self._con.fetch(sql, *valores)
        emissoes: dict[UUID, dict[str, Emissao]] = defaultdict(dict)
        for e in await self._con.fetch(
            """select acionamento, canal, ordem, estado, esgotado, requisitado, cancelada, motivo, custo_micros, moeda
            from regua.emissao where acionamento = any($1::uuid[]) order by ordem""",
            [linha["acionamento"] for linha in linhas],
        ):
            campos = dict(e)
            dono = campos.pop("acionamento")
            emissoes[dono][e["canal"]] = Emissao(**campos)
        return [_ficha(linha, emissoes[linha["acionamento"]]) for linha in linhas]


def _linha(n: EmissaoNova) -> tuple[Any, ...]:
    p = n.proximo
    return n.acionamento, p.canal, p.ordem, n.pessoa, n.data, n.emitido_em, p.valido_ate


def _ficha(linha: asyncpg.Record, emissoes: Mapping[str, Emissao]) -> Ficha:
    return Ficha(
        caso=linha["caso"],
        contribuinte=linha["contribuinte"],
        pessoa=linha["pessoa"],
        tributo=linha["tributo"],
        etapa=linha["etapa"],
        tentativa=linha["tentativa"],
        hipotese=linha["hipotese"],
        reincidencia=linha["reincidencia"],
        rigidez=linha["rigidez"],
        campanha=linha["campanha"],
        ciclo=linha["ciclo"],
        politica=linha["politica"],
        decisao=linha["decisao"],
        codigo=linha["codigo"],
        idioma=linha["idioma"],
        traceparent=linha["traceparent"],
        alcance=frozenset(linha["alcance"]),
        modelo=linha["modelo"],
        parcelamento=linha["parcelamento"],
        situacao=Acionamento(
            acionamento=linha["acionamento"],
            canais=tuple(linha["canais"]),
            emissoes=emissoes,
            estado=linha["estado"],
            ordem=linha["ordem"],
            consumido=linha["consumido"],
            entregue_em=linha["entregue_em"],
            encerrado_em=linha["encerrado_em"],
            motivo=linha["motivo"],
            tentativas_sem_envio=linha["sem_envio"],
        ),
    )
