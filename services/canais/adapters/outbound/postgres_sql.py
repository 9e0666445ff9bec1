"""The statements on envio. Each takes arrays and works on a batch; partial indexes carry their conditions word for word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from canais.domain.envio import Envio

CANAL_FILA: Final = "canais_fila"
"""Notice channel: there may be something to send."""

CLASSE_DA_TRAVA: Final = 0x63616E61
"""First key of the advisory lock of a sending process; the second is its number."""

POR_INDICE: Final = """
    set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off"""
"""For transactions of small batches: a plan kept since the tables were empty would read them whole, ever longer."""

_COLUNAS: Final = tuple("estado::text" if campo == "estado" else campo for campo in Envio._fields)


def _lista(prefixo: str) -> str:
    return ", ".join(f"{prefixo}.{coluna}" for coluna in _COLUNAS)


TRAVAR: Final = f"select {_lista('e')} from canais.envio e where e.envio = any($1::uuid[]) order by e.envio for update"

IDS_POR_PROVEDOR: Final = """
    select id_provedor, envio from canais.envio where id_provedor = any($1::text[]) and id_provedor like 'wamid.%'"""

# Why a row may not be sent, as far as canais' own tables know; null: nothing against it.
_MOTIVO: Final = """
    case when k.acionamento is not null then k.motivo
         when d.contribuinte is not null or de.chave is not null then 'optou_sair'
         when c.endereco is null or c.situacao <> 'valido' then 'sem_contato'
         when a.canal = 'whatsapp' and not c.consentimento then 'sem_consentimento'
    end"""

_O_QUE_IMPEDE: Final = """
    left join canais.contato c on c.contribuinte = a.contribuinte and c.canal = a.canal
    left join canais.descadastro d on d.contribuinte = a.contribuinte and d.canal = a.canal
    left join canais.descadastro_endereco de on de.canal = a.canal and de.chave = c.chave
    left join canais.cancelamento k on k.acionamento = a.acionamento and k.canal = a.canal"""

# $1 agora, $2 a JSON list of Emissao. One text costs the client a third of what an array for each field does.
CRIAR: Final = f"""
    with a as (
        select * from json_to_recordset($2::text::json) as a (envio uuid, acionamento uuid, contribuinte text, canal text,
            modelo text, idioma text, codigo text, hipotese text, rigidez smallint, campanha text, nao_antes timestamptz,
            valido_ate timestamptz, traceparent text)
    ), e as (
        insert into canais.envio as e (envio, acionamento, contribuinte, canal, modelo, idioma, codigo, hipotese, rigidez,
            campanha, nao_antes, valido_ate, traceparent, criado_em, atualizado_em, motivo, estado, esgotado)
        select a.*, $1, $1, m.motivo, (case when m.motivo is null then 'pendente' else 'suprimido' end)::canais.estado,
            m.motivo is not null
        from a {_O_QUE_IMPEDE} cross join lateral (select {_MOTIVO} as motivo) m
        on conflict (envio) do nothing
        returning {_lista("e")}
    ), h as (
        insert into canais.envio_historico (envio, estado, em)
        select envio, estado::canais.estado, $1 from e where estado = 'suprimido'
    )
    select * from e where estado = 'suprimido'"""

# $1 canal, $2 agora, $3 how many, $4 lock, $5 provedor, $6 local day
REIVINDICAR: Final = f"""
    with a as materialized (
        select envio, acionamento, contribuinte, canal, modelo, idioma from canais.envio
        where estado = 'pendente' and canal = $1 and nao_antes <= $2 and valido_ate > $2
        order by nao_antes limit $3 for update skip locked
    ), b as materialized (
        select a.envio, a.acionamento, c.endereco, coalesce(c.chave, c.endereco) as chave, mo.modelo as modelo_versao,
            coalesce({_MOTIVO}, case when mo.modelo is null then 'sem_modelo' end) as motivo
        from a {_O_QUE_IMPEDE}
        left join lateral (
            select m.modelo from canais.modelo m
            where m.nome = a.modelo and m.canal = a.canal and m.estado = 'aprovado' and m.idioma in (a.idioma, 'pt-BR')
            order by m.idioma = a.idioma desc limit 1
        ) mo on true
    ), dia as (
        insert into canais.endereco_dia as ja (chave, dia, acionamento)
        select distinct on (chave) chave, $6::date, acionamento from b where motivo is null order by chave, acionamento
        -- no change: so that whoever was first is answered, also one that commits at this very moment
        on conflict (chave, dia) do update set acionamento = ja.acionamento
        returning ja.chave, ja.acionamento
    ), dono as materialized (
        -- once: in a join without a hash it would be put together anew for every row
        select jsonb_object_agg(chave, acionamento) as de from dia
    ), f as (
        select b.envio, b.endereco, b.modelo_versao, coalesce(
                b.motivo, case when (dono.de ->> b.chave)::uuid <> b.acionamento then 'endereco_ja_contatado' end
            ) as motivo
        from b cross join dono
    ), u as (
    update canais.envio e
    set estado = (case when f.motivo is null then 'enviando' else 'suprimido' end)::canais.estado,
        motivo = f.motivo,
        esgotado = f.motivo is not null,
        endereco = f.endereco,
        modelo_versao = f.modelo_versao,
        provedor = case when f.motivo is null then $5 else e.provedor end,
        trava = case when f.motivo is null then $4::int end,
        tentativas = e.tentativas + (f.motivo is null)::int,
        codigo_falha = null,
        atualizado_em = $2
    from f where e.envio = f.envio
    returning {_lista("e")}
    ), h as (
        insert into canais.envio_historico (envio, estado, em)
        select envio, estado::canais.estado, $2 from u where estado = 'suprimido'
    )
    select * from u"""

SEM_PEDIDO: Final = f"""
    select {_lista("e")} from canais.envio e
    where e.estado in ('enviando', 'incerto') and e.trava = any($1::int[]) and e.envio <> all($2::uuid[])
    order by e.envio for update"""

ORFAOS: Final = f"""
    select {_lista("e")} from canais.envio e
    where e.estado = 'enviando' and e.trava <> all(array(
        select l.objid::bigint::int from pg_locks l
        where l.locktype = 'advisory' and l.classid = $1::bigint::oid and l.objsubid = 2 and l.granted
            and l.database = (select oid from pg_database where datname = current_database())))
    order by e.envio limit $2 for update skip locked"""

VENCIDOS: Final = f"""
    select {_lista("e")} from canais.envio e
    where (e.estado in ('pendente', 'aceito', 'enviado') or (e.estado = 'incerto' and not e.esgotado)) and e.valido_ate <= $1
    order by e.valido_ate limit $2 for update skip locked"""

A_CONSULTAR: Final = f"""
    select {_lista("e")} from canais.envio e
    where e.estado = 'incerto' and e.verificar_em is not null and e.verificar_em <= $1
    order by e.verificar_em limit $2"""

_GRAVADOS: Final = (
    ("envio", "uuid"),
    ("estado", "text"),
    ("motivo", "text"),
    ("nao_antes", "timestamptz"),
    ("provedor", "text"),
    ("id_provedor", "text"),
    ("tentativas", "smallint"),
    ("requisitado", "boolean"),
    ("trava", "int"),
    ("verificar_em", "timestamptz"),
    ("verificacoes", "smallint"),
    ("esgotado", "boolean"),
    ("codigo_falha", "text"),
    ("custo_micros", "bigint"),
    ("moeda", "text"),
    ("provedor_em", "timestamptz"),
)
CAMPOS_GRAVADOS: Final = tuple(Envio._fields.index(nome) for nome, _ in _GRAVADOS)
_ATRIBUICOES: Final = ", ".join(
    "estado = r.estado::canais.estado" if nome == "estado" else f"{nome} = r.{nome}" for nome, _ in _GRAVADOS[1:]
)

_HISTORIA: Final = (("envio", "uuid"), ("estado", "text"), ("provedor_em", "timestamptz"), ("codigo", "text"))


def _unnest(campos: Sequence[tuple[str, str]], primeiro: int) -> str:
    """`unnest` of one array for each field, from parameter `primeiro` on, in order."""
    arrays = ", ".join(f"${n}::{tipo}[]" for n, (_, tipo) in enumerate(campos, primeiro))
    return f"unnest({arrays}) with ordinality as r ({', '.join(nome for nome, _ in campos)}, n)"


# $1 agora, then the arrays of the rows as they end, then those of the history
GRAVAR: Final = f"""
    with h as (
        insert into canais.envio_historico (envio, estado, em, provedor_em, codigo)
        select envio, estado::canais.estado, $1, provedor_em, codigo
        from {_unnest(_HISTORIA, 2 + len(_GRAVADOS))} order by n
    )
    update canais.envio e set {_ATRIBUICOES}, atualizado_em = $1 from {_unnest(_GRAVADOS, 2)} where e.envio = r.envio"""

# The same for rows that nobody else touched since this worker claimed them, as ($arrays) lock and number of the request say;
# answers which those were.
GRAVAR_MEUS: Final = f"""
    with u as (
        update canais.envio e set {_ATRIBUICOES}, atualizado_em = $1
        from {_unnest((*_GRAVADOS, ("minha_trava", "int"), ("minha_tentativa", "smallint")), 2)}
        where e.envio = r.envio and e.estado in ('enviando', 'incerto') and e.trava = r.minha_trava
            and e.tentativas = r.minha_tentativa
        returning e.envio
    ), h as (
        insert into canais.envio_historico (envio, estado, em, provedor_em, codigo)
        select envio, estado::canais.estado, $1, provedor_em, codigo
        from {_unnest(_HISTORIA, 4 + len(_GRAVADOS))} where envio in (select envio from u) order by n
    )
    select envio from u"""

# What GRAVAR_MEUS does to the rows that most turns are made of, just accepted, with the few fields that this changes.
# $1 agora, $2 envio, $3 id_provedor, $4 number of the request, then what is the same for all: $5 custo_micros, $6 moeda, $7 lock.
# Answers null where it wrote all of them, and otherwise which.
ACEITAR_MEUS: Final = """
    with u as (
        update canais.envio e set estado = 'aceito', id_provedor = r.id_provedor, requisitado = true, trava = null,
            verificar_em = null, custo_micros = $5::bigint, moeda = $6::text, atualizado_em = $1
        from unnest($2::uuid[], $3::text[], $4::smallint[]) as r (envio, id_provedor, minha_tentativa)
        where e.envio = r.envio and e.estado in ('enviando', 'incerto') and e.trava = $7 and e.tentativas = r.minha_tentativa
        returning e.envio
    ), h as (
        insert into canais.envio_historico (envio, estado, em) select envio, 'aceito', $1 from u
    )
    select array(select envio from u) where (select count(*) from u) < cardinality($2::uuid[])"""

TUMULO: Final = """
    insert into canais.cancelamento (acionamento, canal, motivo, cancelado_em)
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])
    on conflict (acionamento, canal) do nothing"""
