"""The statements of the embedded log, and why each is as it is."""

from __future__ import annotations

CANAL = "log_embutido"
LOTE_LIMPEZA = 5_000

_DDL = """
create table if not exists plataforma.log_topico (
    topico text primary key,
    retencao_dias double precision not null
);
create table if not exists plataforma.log_registro (
    posicao bigint generated always as identity,
    topico text not null,
    chave text not null,
    valor bytea not null,
    cabecalhos text,
    gravado_em timestamptz not null default clock_timestamp(),
    primary key (topico, posicao)
);
create table if not exists plataforma.log_posicao (
    grupo text not null,
    topico text not null,
    posicao bigint not null default 0,
    epoca bigint not null default 0,
    primary key (grupo, topico)
);
"""

# Without the lock a transaction could take a lower `posicao` and commit after a higher one, and a reader that has passed it
# would never see it. The join on `trava` makes sure that the locks, in one order for all writers, come before the numbers.
PUBLICAR = """
with trava as materialized (
    select pg_advisory_xact_lock(hashtextextended('log:' || t.topico, 0))
      from (select distinct topico from unnest($1::text[]) as u(topico) order by topico) as t
), novo as (
    insert into plataforma.log_registro (topico, chave, valor, cabecalhos)
    select s.topico, s.chave, s.valor, s.cabecalhos
      from (select count(*) from trava) as travado,
           unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) with ordinality as s(topico, chave, valor, cabecalhos, ordem)
     order by s.ordem
)
select pg_notify($5, t.topico) from (select distinct topico from unnest($1::text[]) as u(topico)) as t
"""

LER = """
select posicao, chave, valor, cabecalhos from plataforma.log_registro
 where topico = $1 and posicao > $2 order by posicao limit $3
"""

TRAVAR = "select pg_try_advisory_lock(hashtextextended('log-leitor:' || $1 || ':' || $2, 0))"

ASSUMIR = """
insert into plataforma.log_posicao as p (grupo, topico, epoca) values ($1, $2, 1)
    on conflict (grupo, topico) do update set epoca = p.epoca + 1
returning posicao, epoca
"""

# The epoch is the fence: who took the topic over has raised it, and a member that was cut off moves nothing.
CONFIRMAR = """
update plataforma.log_posicao as p set posicao = greatest(p.posicao, c.posicao)
  from unnest($2::text[], $3::bigint[], $4::bigint[]) as c(topico, posicao, epoca)
 where p.grupo = $1 and p.topico = c.topico and p.epoca = c.epoca
returning p.topico
"""

ATRASO = """
select t.topico, (
    select count(*) from plataforma.log_registro as r where r.topico = t.topico and r.posicao > coalesce(p.posicao, 0)
)
  from unnest($2::text[]) as t(topico)
  left join plataforma.log_posicao as p on p.grupo = $1 and p.topico = t.topico
"""

LIMPAR = """
with antigo as (
    select posicao from plataforma.log_registro where topico = $1 order by posicao limit $3
), apagado as (
    delete from plataforma.log_registro as r using antigo as a
     where r.topico = $1 and r.posicao = a.posicao and r.gravado_em < $2
    returning 1
)
select count(*) from apagado
"""

# The server drops a session whose machine is gone within half a minute, and the next member takes its topics over.
SESSAO = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}

CRIAR = """
insert into plataforma.log_topico (topico, retencao_dias) select * from unnest($1::text[], $2::float8[])
on conflict do nothing
"""

PRAZOS = "select topico, $1::timestamptz - make_interval(secs => retencao_dias * 86400) from plataforma.log_topico"


def ddl_log() -> str:
    """The statements that make the log's tables; the schema `plataforma` must exist."""
    return _DDL
