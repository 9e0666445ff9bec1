"""Plans and their warnings on Postgres."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from kernel.persistence.banco import Conexao
from regua.adapters.outbound.acionamentos_postgres import AcionamentosPostgres
from regua.application.ports import Ficha
from regua.application.ports_aviso import DecisaoAvulsa, FatoDoParcelamento, RiscoNovo, RiscoPendente

# where no debt of the plan is known, ICMS: what quotes take a debt for that names no tributo
_ABRIR: Final = """
insert into regua.risco (caso, contribuinte, pessoa, parcelamento, tributo, perda_em, avisado_em, encerrado_em, motivo)
select $1, k.contribuinte, k.pessoa, $3, coalesce(
        (select d.tributo from regua.debito d where d.debito = any($5::text[]) and d.contribuinte = $2
         order by d.vencimento, d.debito limit 1), 'ICMS'),
    $4, $6, case when f.tipo is not null then $7::timestamptz end, case f.tipo when 'cancelado' then 'parcelado' else f.mudo end
from regua.contribuinte k left join lateral (
    select tipo, 'pago' as mudo from regua.parcelamento_fato
    where parcelamento = $3 and em > $6 and tipo in ('pagamento', 'quitado', 'cancelado') order by em desc limit 1) f on true
where k.contribuinte = $2
on conflict do nothing
"""
_SUBSTITUIR: Final = """
update regua.risco set encerrado_em = $4, motivo = 'substituido'
where parcelamento = $1 and caso <> $2 and avisado_em <= $3 and encerrado_em is null
"""
_SEM_SAIDA: Final = """not exists (
    select from regua.acionamento a where a.caso = r.caso and (a.estado <> 'cancelado' or a.consumido))"""
_PENDENTES: Final = f"""
select r.caso from regua.risco r where r.encerrado_em is null and r.perda_em > $1 and {_SEM_SAIDA} order by r.caso
"""
# one transaction at a time decides on a person, whichever registration
_SEGURAR: Final = """
select pg_advisory_xact_lock(hashtextextended('regua:aviso:' || pessoa, 0))
from (select distinct pessoa from regua.risco where caso = any($1::uuid[]) order by pessoa) p
"""
_TOCAR: Final = f"""
update regua.risco r set decidido_em = $2 where r.caso = any($1::uuid[]) and r.encerrado_em is null and {_SEM_SAIDA}
returning r.caso
"""
_LER: Final = """
select r.caso, r.contribuinte, r.pessoa, r.tributo, r.parcelamento, r.perda_em,
    1 + (select count(*) from regua.acionamento a where a.caso = r.caso)::int as tentativa,
    h.hipotese, h.reincidencia,
    coalesce((select jsonb_object_agg(c.canal, c.idioma) from regua.contato_canal c
        where c.contribuinte = r.contribuinte and c.situacao = 'valido' and c.canal <> all(o.canais)), '{}') as idiomas,
    o.canais as optou, s.suspenso, s.promessa, e.hoje as contatos_hoje, e.dias as contatos_na_janela
from regua.risco r
left join lateral (
    select c.hipotese, c.reincidencia from regua.caso c
    where c.contribuinte = r.contribuinte and c.fechado_em is null and c.hipotese is not null
    order by c.tributo = r.tributo desc, c.rigidez desc nulls last, c.tributo limit 1) h on true
cross join lateral (
    select coalesce(array_agg(distinct c.canal order by c.canal), '{}') as canais
    from regua.contribuinte k join regua.contato_canal c using (contribuinte)
    where k.pessoa = r.pessoa and c.situacao = 'optou_sair') o
cross join lateral (
    -- the rest that a plan brings holds its debts back, not a warning about it
    select coalesce(bool_or(motivo = 'promessa'), false) as promessa, coalesce(bool_or(motivo <> 'promessa'), false) as suspenso
    from regua.suspensao
    where contribuinte = r.contribuinte and encerrada_em is null and desde <= $2 and coalesce(ate, $2) >= $2
        and motivo <> 'parcelamento') s
cross join lateral (
    select count(distinct data)::int as dias, (count(*) filter (where data = $2) > 0)::int as hoje
    from regua.emissao where pessoa = r.pessoa and not cancelada and data between $3 and $2) e
where r.caso = any($1::uuid[])
order by r.perda_em, r.caso
"""
_DECIDIR: Final = """
insert into regua.decisao_avulsa as d (decisao, caso, contribuinte, tributo, data, decidida_em, resultado, motivo, hipotese,
    etapa, reincidencia, rigidez, insumos, resumo, acionamento)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (decisao) do update set decidida_em = excluded.decidida_em, resultado = excluded.resultado, motivo = excluded.motivo,
    hipotese = excluded.hipotese, reincidencia = excluded.reincidencia, insumos = excluded.insumos, resumo = excluded.resumo,
    acionamento = excluded.acionamento
where d.acionamento is null
"""
_ACIONAR: Final = """
insert into regua.acionamento (acionamento, caso, contribuinte, pessoa, tributo, etapa, tentativa, hipotese, reincidencia,
    rigidez, campanha, ciclo, politica, decisao, codigo, idioma, estado, canais, ordem, emitido_em, modelo, parcelamento,
    traceparent)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'emitido', $17, 1, $18, $19, $20, $21)
"""
_ENCERRAR: Final = """
update regua.risco r set encerrado_em = $4, motivo = $3 from unnest($1::uuid[], $2::timestamptz[]) p (parcelamento, ate)
where r.parcelamento = p.parcelamento and r.avisado_em <= p.ate and r.encerrado_em is null
returning r.caso
"""


class AvisosPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao, acionamentos: AcionamentosPostgres) -> None:
        self._con = con
        self._acionamentos = acionamentos

    async def anotar(self, fatos: Sequence[FatoDoParcelamento]) -> None:
        if fatos:
            await self._con.executemany(
                """insert into regua.parcelamento_fato (evento, contribuinte, parcelamento, tipo, em, detalhe)
                values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
                fatos,
            )

    async def abrir(self, riscos: Sequence[RiscoNovo], agora: datetime) -> None:
        for r in riscos:
            await self._con.execute(
                _ABRIR, r.caso, r.contribuinte, r.parcelamento, r.perda_em, list(r.debitos), r.avisado_em, agora
            )
            await self._con.execute(_SUBSTITUIR, r.parcelamento, r.caso, r.avisado_em, agora)

    async def pendentes(self, hoje: date) -> list[UUID]:
        return [linha["caso"] for linha in await self._con.fetch(_PENDENTES, hoje)]

    async def travar(self, casos: Collection[UUID], *, hoje: date, desde: date, agora: datetime) -> list[RiscoPendente]:
        # the table before the persons: who holds a person never waits for a ciclo
        await self._con.execute("lock table regua.risco in row exclusive mode")
        await self._con.execute(_SEGURAR, list(casos))
        tocados = [linha["caso"] for linha in await self._con.fetch(_TOCAR, list(casos), agora)]
        return [_risco(dict(linha)) for linha in await self._con.fetch(_LER, tocados, hoje, desde)]

    async def gravar(self, decisoes: Sequence[DecisaoAvulsa], fichas: Sequence[Ficha], agora: datetime) -> None:
        if decisoes:
            await self._con.executemany(_DECIDIR, decisoes)
        if fichas:
            await self._con.executemany(_ACIONAR, [_linha(f, agora) for f in fichas])

    async def encerrar(self, ate: Mapping[UUID, datetime], motivo: str, agora: datetime) -> list[Ficha]:
        pares = sorted(ate.items())
        casos = await self._con.fetch(_ENCERRAR, [p[0] for p in pares], [p[1] for p in pares], motivo, agora)
        return await self._acionamentos.travar_casos([linha["caso"] for linha in casos])


def _risco(linha: dict[str, Any]) -> RiscoPendente:
    return RiscoPendente(**{**linha, "optou": frozenset(linha["optou"])})


def _linha(f: Ficha, agora: datetime) -> tuple[Any, ...]:
    return (
        *(f.acionamento, f.caso, f.contribuinte, f.pessoa, f.tributo, f.etapa, f.tentativa, f.hipotese, f.reincidencia),
        *(f.rigidez, f.campanha, f.ciclo, f.politica, f.decisao, f.codigo, f.idioma, list(f.situacao.canais), agora),
        *(f.modelo, f.parcelamento, f.traceparent),
    )
