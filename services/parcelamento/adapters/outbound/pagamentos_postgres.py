"""Payments on Postgres: those that wait are taken in the order of their days, and what became of each is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kernel.persistence.banco import Conexao
from parcelamento.application.ports import PagamentoAAplicar, PagamentoAplicado


class PagamentosPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def a_aplicar(self, limite: int) -> list[PagamentoAAplicar]:
        # one at a time: two payments of one plan must not pass each other
        await self._con.execute("select pg_advisory_xact_lock(hashtextextended('parcelamento:aplicar', 0))")
        linhas = await self._con.fetch(
            """with vez as (
                select * from parcelamento.pagamento where estado = 'a_aplicar' order by recebido_em, pagamento limit $1
            )
            select v.pagamento, v.documento, d.plano, d.parcela, v.pago_em, v.valor, d.valor as valor_do_documento,
                case when d.encargos > 0 then d.vencimento end as preco_em,
                (select coalesce(sum(a.valor), 0)::bigint from parcelamento.pagamento a
                    where a.documento = v.documento and a.resultado is not null) as ja_pago
            from vez v join parcelamento.documento d using (documento)
            order by v.pago_em, v.banco, v.nsa, v.nsr, v.pagamento""",
            limite,
        )
        return [PagamentoAAplicar(**dict(linha)) for linha in linhas]

    async def gravar(self, aplicados: Sequence[PagamentoAplicado], agora: datetime) -> None:
        if not aplicados:
            return
        await self._con.execute(
            """update parcelamento.pagamento p
            set resultado = n.resultado, excedente = n.excedente,
                motivo_pendencia = coalesce(n.pendencia, case when p.devolvido > 0 then 'devolvido' end),
                estado = case when n.pendencia is null and p.devolvido = 0 then 'aplicado' else 'pendente' end
            from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[]) as n (pagamento, resultado, excedente, pendencia)
            where p.pagamento = n.pagamento""",
            [a.pagamento for a in aplicados],
            [a.resultado for a in aplicados],
            [a.excedente for a in aplicados],
            [a.pendencia for a in aplicados],
        )
        partes = [(a.pagamento, a.plano, x) for a in aplicados for x in a.aplicacoes]
        await self._con.copy_records_to_table(
            "aplicacao",
            schema_name="parcelamento",
            columns=["pagamento", "plano", "parcela", "valor", "encargos"],
            records=[(pagamento, plano, x.parcela, x.valor, x.encargos) for pagamento, plano, x in partes],
        )
        await self._con.execute(
            # a charge that was paid by itself need not be removed at the provider
            """update parcelamento.documento d
            set situacao = 'pago', pago_em = coalesce(d.pago_em, $2),
                pix_retirado_em = coalesce(d.pix_retirado_em, case when exists (
                    select from parcelamento.pagamento g where g.documento = d.documento and g.origem = 'pix'
                ) then $2 end)
            where d.documento = any($1)""",
            *([a.documento for a in aplicados if a.liquidado], agora),
        )
