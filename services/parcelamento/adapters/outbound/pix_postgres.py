"""Pix payments on Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kernel.persistence.banco import Banco, Conexao
from parcelamento.adapters.outbound.retorno_carga import CANAL_DOS_PAGAMENTOS
from parcelamento.application.confirmar_pagamento import PagamentoDeDocumento
from parcelamento.application.receber_pix import PixAGuardar
from parcelamento.application.retirar_pix import PixARetirar


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


class CobrancasPostgres:
    """`CobrancasARetirar`, a statement at a time."""

    def __init__(self, banco: Banco) -> None:
        self._banco = banco

    async def tomar(self, vencidas_desde: date, agora: datetime, limite: int) -> Sequence[PixARetirar]:
        async with self._banco.conexao() as con:
            linhas = await con.fetch(
                """with vez as (
                    select documento from parcelamento.documento
                    where pix is not null and situacao <> 'emitido' and pix_retirado_em is null
                        and vencimento >= $1 and (pix_tentar_em is null or pix_tentar_em <= $2)
                    order by vencimento, documento limit $3 for update skip locked
                )
                update parcelamento.documento d
                set pix_tentativas = d.pix_tentativas + 1,
                    pix_tentar_em = $2::timestamptz + interval '1 minute' * least(60, 2 ^ least(d.pix_tentativas, 6))
                from vez where d.documento = vez.documento
                returning d.documento, d.txid""",
                *(vencidas_desde, agora, limite),
            )
        return [PixARetirar(linha["documento"], linha["txid"]) for linha in linhas]

    async def retirada(self, documento: UUID, agora: datetime) -> None:
        async with self._banco.conexao() as con:
            await con.execute("update parcelamento.documento set pix_retirado_em = $2 where documento = $1", documento, agora)
