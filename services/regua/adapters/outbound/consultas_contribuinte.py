"""What is known of one taxpayer, read from the régua's tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import asyncpg

from kernel.persistence.banco import Conexao
from regua.domain.oferta import DebitoAberto, Devedor

_DEBITOS: Final = """
select d.debito, d.tributo, d.competencia, d.vencimento, d.situacao, d.principal, d.multa, d.juros,
    d.principal + d.multa + d.juros - coalesce(
        (select sum(p.valor) from regua.pagamento p where p.debito = d.debito and p.pago_em <= $2), 0)::bigint as saldo
from regua.debito d where d.contribuinte = $1 order by d.vencimento, d.debito
"""
# em aberto, as the terms of the régua say it
_ABERTOS: Final = """
select * from (
    select d.debito, d.tributo, d.agencia, d.conta, d.natureza, d.competencia, d.fato_gerador, d.lancado_em, d.ciencia_em,
        d.inscrito_em, d.principal, d.multa, d.juros, coalesce(
            (select sum(p.valor) from regua.pagamento p where p.debito = d.debito and p.pago_em <= $2), 0)::bigint as pago
    from regua.debito d
    where d.contribuinte = $1 and d.situacao = 'aberto' and d.vencimento < $2
        and (d.vencimento + interval '5 years')::date >= $2
    order by d.tributo, d.vencimento, d.debito
) aberto where principal + multa + juros > pago
"""
_SUSPENSOES: Final = """
select suspensao, motivo, desde, ate, origem, criada_em, encerrada_em,
    encerrada_em is null and desde <= $2 and coalesce(ate, $2) >= $2 as vigente
from regua.suspensao where contribuinte = $1 order by criada_em, suspensao
"""
# Everything that happened to one taxpayer. What has only a day stands at its first local instant.
_LINHA_DO_TEMPO: Final = """
with decisao as (
    select c.iniciado_em as em, d.caso, d.ciclo, d.tributo, d.hipotese, d.etapa, d.rigidez, d.resultado, d.motivo,
        lag((d.hipotese, d.etapa, d.rigidez, d.resultado, d.motivo)::text) over w as antes,
        (d.hipotese, d.etapa, d.rigidez, d.resultado, d.motivo)::text as agora
    from regua.decisao d join regua.ciclo c using (ciclo) where d.contribuinte = $1
    window w as (partition by d.caso, c.campanha order by c.data)
), fato as (
    select aberto_em::timestamp at time zone $2 as em, 'caso_aberto' as tipo, caso::text as id,
        jsonb_build_object('tributo', tributo, 'n', n) as detalhe from regua.caso where contribuinte = $1
    union all
    select fechado_em::timestamp at time zone $2, 'caso_regularizado', caso::text, jsonb_build_object('tributo', tributo)
        from regua.caso where contribuinte = $1 and fechado_em is not null
    union all
    select em, 'decisao', ciclo::text || caso::text, jsonb_build_object('caso', caso, 'tributo', tributo, 'hipotese', hipotese,
        'etapa', etapa, 'rigidez', rigidez, 'resultado', resultado, 'motivo', motivo)
        from decisao where agora is distinct from antes
    union all
    select emitido_em, case estado when 'retido' then 'acionamento_retido' else 'acionamento' end, acionamento::text,
        jsonb_build_object('tributo', tributo, 'etapa', etapa, 'tentativa', tentativa, 'rigidez', rigidez,
            'hipotese', hipotese, 'campanha', campanha)
            || jsonb_strip_nulls(jsonb_build_object('modelo', modelo, 'parcelamento', parcelamento))
        from regua.acionamento where contribuinte = $1
    union all
    select e.emitido_em, 'emissao', e.acionamento::text || e.canal,
        jsonb_build_object('acionamento', e.acionamento, 'canal', e.canal, 'ordem', e.ordem, 'estado', e.estado)
        from regua.emissao e join regua.acionamento a using (acionamento) where a.contribuinte = $1
    union all
    select encerrado_em, 'acionamento_' || estado, acionamento::text, jsonb_build_object('motivo', motivo)
        from regua.acionamento where contribuinte = $1 and encerrado_em is not null and estado <> 'retido'
    union all
    select criada_em, 'suspensao', suspensao::text,
        jsonb_build_object('motivo', motivo, 'desde', desde, 'ate', ate, 'origem', origem)
        from regua.suspensao where contribuinte = $1
    union all
    select encerrada_em, 'suspensao_encerrada', suspensao::text, jsonb_build_object('motivo', motivo)
        from regua.suspensao where contribuinte = $1 and encerrada_em is not null
    union all
    select pago_em::timestamp at time zone $2, 'pagamento', pagamento, jsonb_build_object('tributo', tributo,
        'debito', debito, 'valor', to_char(valor / 100.0, 'FM999999999999990.00'))
        from regua.pagamento where contribuinte = $1
    union all
    select pago_em::timestamp at time zone $2, 'pagamento', pagamento::text, jsonb_build_object('tributo', tributo,
        'parcelamento', parcelamento, 'parcela', parcela, 'valor', to_char(valor / 100.0, 'FM999999999999990.00'))
        from regua.pagamento_avulso where contribuinte = $1
    union all
    select em, 'parcelamento_' || tipo, evento::text, jsonb_build_object('parcelamento', parcelamento) || detalhe
        from regua.parcelamento_fato where contribuinte = $1 and tipo <> 'pagamento'
    union all
    select decidida_em, 'decisao', decisao::text, jsonb_build_object('caso', caso, 'tributo', tributo, 'hipotese', hipotese,
        'etapa', etapa, 'rigidez', rigidez, 'resultado', resultado, 'motivo', motivo)
        || jsonb_strip_nulls(jsonb_build_object(
            'modelo', insumos::jsonb -> 'tipo', 'parcelamento', insumos::jsonb -> 'parcelamento'))
        from regua.decisao_avulsa where contribuinte = $1
    union all
    select solicitada_em, 'tarefa', tarefa::text, jsonb_build_object('motivo', motivo, 'rigidez', rigidez)
        from regua.tarefa where contribuinte = $1
    union all
    select criada_em, 'aprovacao_pedida', aprovacao::text, jsonb_build_object('tipo', tipo)
        from regua.aprovacao where contribuinte = $1
    union all
    select decidida_em, 'aprovacao_' || estado, aprovacao::text,
        jsonb_build_object('tipo', tipo, 'por', decidida_por, 'motivo', motivo)
        from regua.aprovacao where contribuinte = $1 and decidida_em is not null
    union all
    select alterado_em, 'contato', canal, jsonb_build_object('canal', canal, 'situacao', situacao, 'verificado', verificado)
        from regua.contato_canal where contribuinte = $1
)
select em, tipo, id, detalhe from fato
where $3::timestamptz is null or (em, tipo, id) > ($3, $4, $5) order by em, tipo, id limit $6
"""
_VEICULO: Final = """
select renavam, placa, contribuinte, modelo, ano from regua.veiculo where renavam = $1 and placa = any($2::text[])
"""
# The same work whatever is asked and whoever is there: always as many rows, always every comparison's input.
_REGISTROS: Final = """
select k.contribuinte, k.documento, k.nome, k.municipio, k.inscricao_estadual,
    exists (select from regua.veiculo v where v.contribuinte = k.contribuinte and v.renavam = $3) as tem_renavam,
    exists (select from regua.veiculo v where v.contribuinte = k.contribuinte and v.placa = any($4::text[])) as tem_placa
from regua.contribuinte k where k.contribuinte = $1 or k.documento = $2 order by k.contribuinte limit $5
"""


async def contribuinte(con: Conexao, id_: str) -> asyncpg.Record | None:
    """The registration's row."""
    return await con.fetchrow(
        """select contribuinte, documento, nome, natureza, regime, municipio, beneficios
        from regua.contribuinte where contribuinte = $1""",
        id_,
    )


async def debitos(con: Conexao, id_: str, hoje: date) -> list[asyncpg.Record]:
    """Debts with their balance on `hoje`, in cents."""
    return await con.fetch(_DEBITOS, id_, hoje)


async def devedor(con: Conexao, id_: str) -> Devedor | None:
    """What a quote asks about who owes."""
    linha = await con.fetchrow("select contribuinte, regime, receita_bruta from regua.contribuinte where contribuinte = $1", id_)
    return None if linha is None else Devedor(**dict(linha))


async def debitos_abertos(con: Conexao, id_: str, hoje: date) -> list[DebitoAberto]:
    """Debts em aberto on `hoje`, by tributo and vencimento."""
    return [DebitoAberto(**dict(linha)) for linha in await con.fetch(_ABERTOS, id_, hoje)]


async def suspensoes(con: Conexao, id_: str, hoje: date) -> list[asyncpg.Record]:
    """Rests of the collection, `vigente` where they hold on `hoje`."""
    return await con.fetch(_SUSPENSOES, id_, hoje)


async def contatos(con: Conexao, id_: str) -> list[asyncpg.Record]:
    """What is reachable, never the address."""
    return await con.fetch(
        "select canal, situacao, verificado, alterado_em from regua.contato_canal where contribuinte = $1 order by canal", id_
    )


async def linha_do_tempo(
    con: Conexao, id_: str, fuso: str, depois: tuple[datetime, str, str] | None, limite: int
) -> list[asyncpg.Record]:
    """What happened, in order, after `depois`."""
    return await con.fetch(_LINHA_DO_TEMPO, id_, fuso, *(depois or (None, None, None)), limite)


async def veiculo(con: Conexao, renavam: str, placas: Sequence[str]) -> asyncpg.Record | None:
    """The vehicle that has both, its plate in either format."""
    return await con.fetchrow(_VEICULO, renavam, list(placas))


async def registros(
    con: Conexao, *, contribuinte: str, documento: str, renavam: str, placas: Sequence[str], limite: int
) -> list[asyncpg.Record]:
    """Registrations by id or document, with what identity checks compare."""
    return await con.fetch(_REGISTROS, contribuinte, documento, renavam, list(placas), limite)
