"""Pix payments on Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kernel.persistence.banco import Conexao
from parcelamento.adapters.outbound.retorno_carga import CANAL_DOS_PAGAMENTOS
from parcelamento.application.confirmar_pagamento import PagamentoDeDocumento
from parcelamento.application.receber_pix import PixAGuardar


class CaixaDePixPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao, agora: datetime) -> None:
        self._con = con
        self._agora = agora

    async def guardar(self, recebidos: Sequence[PixAGuardar]) -> list[PagamentoDeDocumento]:
        linhas = await self._con.fetch(
            """with lido as (
                select n.*, d.documento, case
                    when d.documento is null then 'sem_documento'
                    when n.valor = 0 then 'valor_zero'
                end as motivo
                from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::date[])
                    as n (pagamento, end_to_end, txid, valor, pago_em)
                    left join parcelamento.documento d on d.txid = n.txid or d.txid = lower(n.txid)
            ),
            guardado as (
                insert into parcelamento.pagamento (pagamento, origem, end_to_end, txid, documento, pago_em, creditado_em, valor,
                    estado, motivo_pendencia, recebido_em)
                select pagamento, 'pix', end_to_end, txid, documento, pago_em, pago_em, valor,
                    case when motivo is null then 'a_aplicar' else 'pendente' end, motivo, $6
                from lido on conflict do nothing
                returning pagamento, documento, pago_em, valor, estado
            )
            select g.pagamento, d.contribuinte, d.tributo, d.plano, d.parcela, g.pago_em, g.valor,
                case when d.plano is null then d.itens end as itens
            from guardado g join parcelamento.documento d using (documento)
            where g.estado = 'a_aplicar' order by g.pagamento""",
            [p.pagamento for p in recebidos],
            [p.end_to_end for p in recebidos],
            [p.txid for p in recebidos],
            [p.valor for p in recebidos],
            [p.pago_em for p in recebidos],
            self._agora,
        )
        await self._devolver([p for p in recebidos if p.devolvido])
        await self._con.execute("select pg_notify($1, '')", CANAL_DOS_PAGAMENTOS)
        return [PagamentoDeDocumento(**dict(linha)) for linha in linhas]

    async def _devolver(self, devolvidos: Sequence[PixAGuardar]) -> None:
        """Money that went back: what it paid stays paid until a person says otherwise."""
        await self._con.execute(
            """update parcelamento.pagamento p
            set devolvido = n.devolvido, motivo_pendencia = 'devolvido',
                estado = case when p.estado = 'a_aplicar' then p.estado else 'pendente' end
            from unnest($1::uuid[], $2::bigint[]) as n (pagamento, devolvido)
            where p.pagamento = n.pagamento and p.devolvido < n.devolvido""",
            [p.pagamento for p in devolvidos],
            [p.devolvido for p in devolvidos],
        )
