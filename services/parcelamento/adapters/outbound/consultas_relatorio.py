"""The audit report's rows, read from Postgres as they are written: never all of them in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import astuple
from typing import Any, Final

from kernel.persistence.banco import Conexao
from parcelamento.application.relatorio_de_auditoria import FiltroDaAuditoria

_LOTE: Final = 2000
# One row a plan, named as the report's columns. `vencida` waits for the bank's news: who paid on the last day never has it.
_AUDITORIA: Final = """
select p.plano, p.contribuinte, p.unidade, p.tributo, p.situacao, p.motivo, p.norma, p.versao, p.regime, p.reparcelamento,
    p.data, p.ativado_em, p.encerrado_em, p.total_sem_reducao, p.total_sem_reducao - p.total as desconto, p.total,
    x.pago, e.encargos,
    case when p.situacao in ('aguardando_entrada', 'ativo') then p.total - x.pago else 0 end as saldo,
    d.devolvido, x.parcelas, x.parcelas_pagas, x.parcelas_parciais, x.parcelas_vencidas, x.valor_vencido,
    x.primeiro_vencimento, x.ultimo_vencimento
from parcelamento.plano p
cross join lateral (
    select count(*)::int as parcelas, coalesce(sum(pago), 0)::bigint as pago,
        count(*) filter (where pago = valor)::int as parcelas_pagas,
        count(*) filter (where pago > 0 and pago < valor)::int as parcelas_parciais,
        count(*) filter (where vencida and pago < valor)::int as parcelas_vencidas,
        coalesce(sum(valor - pago) filter (where vencida), 0)::bigint as valor_vencido,
        min(vencimento) as primeiro_vencimento, max(vencimento) as ultimo_vencimento
    from parcelamento.parcela where plano = p.plano
) x
cross join lateral (
    select coalesce(sum(encargos), 0)::bigint as encargos from parcelamento.aplicacao where plano = p.plano
) e
cross join lateral (
    select coalesce(sum(saldo_principal + saldo_multa + saldo_juros + saldo_honorarios), 0)::bigint as devolvido
    from parcelamento.plano_debito where plano = p.plano
) d
where ($1::date is null or p.data >= $1) and ($2::date is null or p.data <= $2)
    and ($3::text is null or p.unidade = $3) and ($4::text is null or p.situacao = $4)
    and ($5::text is null or p.tributo = $5)
order by p.data, p.plano
"""


async def linhas_da_auditoria(con: Conexao, filtro: FiltroDaAuditoria) -> AsyncIterator[Sequence[Any]]:
    """The plans by day and id, records in batches, from one query. `con` is inside a transaction."""
    cursor = await con.cursor(_AUDITORIA, *astuple(filtro))
    while lote := await cursor.fetch(_LOTE):
        yield lote
