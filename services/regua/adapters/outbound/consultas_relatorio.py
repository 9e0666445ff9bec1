"""The figures of the reports, from the régua's own tables: recovered, contacted, spent, and the control group."""

from __future__ import annotations

from datetime import date
from typing import Final

import asyncpg

from kernel.persistence.banco import Conexao

# What came in after its vencimento, and what plans brought. $1 and $2: first and last day.
_RECEBIDO: Final = """
recebido as (
    select p.pagamento as id, p.contribuinte, p.tributo, p.pago_em, p.valor
    from regua.pagamento p join regua.debito d on d.debito = p.debito
    where p.pago_em between $1 and $2 and p.pago_em > d.vencimento
    union all
    select pagamento::text, contribuinte, tributo, pago_em, valor from regua.pagamento_avulso where pago_em between $1 and $2
)"""
# $3: days after a delivered contact in which a payment counts as its effect. $4: time zone.
_PELA_COBRANCA: Final = """
a.contribuinte = r.contribuinte and (r.tributo is null or a.tributo = r.tributo) and a.entregue_em is not null
    and (a.entregue_em at time zone $4)::date between r.pago_em - $3::int and r.pago_em"""

_POR_MES: Final = f"""
with {_RECEBIDO}, marcado as (
    select r.*, exists (select from regua.acionamento a where {_PELA_COBRANCA}) as cobranca from recebido r
)
select to_char(pago_em, 'YYYY-MM') as mes, sum(valor)::bigint as total,
    coalesce(sum(valor) filter (where cobranca), 0)::bigint as cobranca, count(distinct contribuinte) as contribuintes
from marcado group by 1 order by 1
"""
_ALCANCE: Final = """
with ultima as (
    select distinct on (d.contribuinte) d.contribuinte, (d.insumos::jsonb -> 'fatos' ->> 'valor_aberto')::bigint as valor
    from regua.decisao d join regua.ciclo c using (ciclo)
    where c.data between $1 and $2 order by d.contribuinte, c.data desc
), marcada as (
    select u.*, exists (
        select from regua.acionamento a where a.contribuinte = u.contribuinte
            and (a.entregue_em at time zone $3)::date between $1 and $2) as contatado
    from ultima u
)
select count(*) as contribuintes, coalesce(sum(valor), 0)::bigint as valor,
    count(*) filter (where contatado) as contatados,
    coalesce(sum(valor) filter (where contatado), 0)::bigint as valor_contatado
from marcada
"""
# Declared and unpaid: what is left of the debts of a competência over what was declared for it.
_INADIMPLENCIA: Final = """
with declarado as (
    select tributo, competencia, sum(valor_declarado) as declarado from regua.declaracao
    where entregue_em <= $2 and competencia between $3 and $4 group by tributo, competencia
), devido as (
    select d.tributo, d.competencia, sum(greatest(0, d.principal - coalesce(
        (select sum(p.valor) from regua.pagamento p where p.debito = d.debito and p.pago_em <= $2), 0))) as devido
    from regua.debito d where d.competencia between $3 and $4 and d.vencimento between $1 and $2 and d.situacao <> 'pago'
    group by d.tributo, d.competencia
)
select tributo, competencia, declarado::bigint as declarado, coalesce(devido, 0)::bigint as nao_pago
from declarado left join devido using (tributo, competencia)
where declarado > 0 order by tributo, competencia
"""
_CUSTOS: Final = f"""
with {_RECEBIDO}, atribuido as (
    select distinct on (r.id) r.id, r.valor, a.campanha, (
        select e.canal from regua.emissao e where e.acionamento = a.acionamento and e.estado in ('entregue', 'lido')
        order by e.ordem desc limit 1) as canal
    from recebido r join regua.acionamento a on {_PELA_COBRANCA}
    order by r.id, a.entregue_em desc
), recuperado as (
    select campanha, canal, sum(valor)::bigint as recuperado from atribuido group by campanha, canal
), gasto as (
    select a.campanha, e.canal, max(e.moeda) as moeda, count(*) as emissoes,
        count(*) filter (where e.requisitado) as requisitadas,
        count(*) filter (where e.estado in ('entregue', 'lido')) as entregues,
        coalesce(sum(e.custo_micros), 0)::bigint as custo_micros
    from regua.emissao e join regua.acionamento a using (acionamento)
    where e.data between $1 and $2 group by a.campanha, e.canal, e.moeda is not null
), juntos as (
    select campanha, canal, max(moeda) as moeda, sum(emissoes)::bigint as emissoes, sum(requisitadas)::bigint as requisitadas,
        sum(entregues)::bigint as entregues, sum(custo_micros)::bigint as custo_micros
    from gasto group by campanha, canal
)
select campanha, canal, moeda, coalesce(emissoes, 0) as emissoes, coalesce(requisitadas, 0) as requisitadas,
    coalesce(entregues, 0) as entregues, coalesce(custo_micros, 0) as custo_micros, coalesce(recuperado, 0) as recuperado
from juntos full join recuperado using (campanha, canal) order by campanha, canal
"""
# Each person by the first contact of the campaign, sent or retained; what came in after it, up to $2 days.
_EFEITO: Final = """
with primeiro as (
    select distinct on (a.pessoa) a.pessoa, a.hipotese, a.tributo, a.rigidez, s.controle,
        (a.emitido_em at time zone $3)::date as dia
    from regua.acionamento a join regua.sorteio s on s.campanha = a.campanha and s.pessoa = a.pessoa
    where a.campanha = $1 and (a.estado <> 'cancelado' or a.consumido)
    order by a.pessoa, a.emitido_em
), recebido as (
    select k.pessoa, p.pago_em, p.valor from regua.pagamento p join regua.contribuinte k using (contribuinte)
    union all
    select k.pessoa, p.pago_em, p.valor from regua.pagamento_avulso p join regua.contribuinte k using (contribuinte)
), medido as (
    select f.*, coalesce((
        select sum(r.valor) from recebido r
        where r.pessoa = f.pessoa and r.pago_em between f.dia and f.dia + $2::int), 0) as valor
    from primeiro f
)
select hipotese, tributo, rigidez, controle, count(*) as pessoas, count(*) filter (where valor > 0) as pagaram,
    sum(valor)::bigint as valor
from medido group by hipotese, tributo, rigidez, controle order by hipotese, tributo, rigidez, controle
"""


async def recebido_por_mes(con: Conexao, de: date, ate: date, dias: int, fuso: str) -> list[asyncpg.Record]:
    """Cents by month: total, and by collection (paid up to `dias` after a delivered contact about it)."""
    return await con.fetch(_POR_MES, de, ate, dias, fuso)


async def alcance(con: Conexao, de: date, ate: date, fuso: str) -> asyncpg.Record:
    """Taxpayers and cents that ciclos evaluated, and those of them that were reached."""
    linha = await con.fetchrow(_ALCANCE, de, ate, fuso)
    if linha is None:
        raise LookupError("an aggregate always has a row")
    return linha


async def inadimplencia(con: Conexao, de: date, ate: date) -> list[asyncpg.Record]:
    """Cents declared and not paid by tributo and competência of the months between."""
    return await con.fetch(_INADIMPLENCIA, de, ate, de.year * 12 + de.month - 1, ate.year * 12 + ate.month - 1)


async def custos(con: Conexao, de: date, ate: date, dias: int, fuso: str) -> list[asyncpg.Record]:
    """By campaign and channel: emissions, cost in millionths of `moeda`, cents recovered by the last contact before."""
    return await con.fetch(_CUSTOS, de, ate, dias, fuso)


async def efeito(con: Conexao, campanha: str, dias: int, fuso: str) -> list[asyncpg.Record]:
    """By stratum and group: persons, those who paid, cents."""
    return await con.fetch(_EFEITO, campanha, dias, fuso)
