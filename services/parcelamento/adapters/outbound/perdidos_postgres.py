"""Lost plans on Postgres: what came after them, the payments that wait for them, and how one comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from kernel.persistence.banco import Conexao
from parcelamento.adapters.outbound.planos_postgres import prender_debitos
from parcelamento.adapters.outbound.retorno_carga import CANAL_DOS_PAGAMENTOS
from parcelamento.application.resolver_pagamento import NAO_CONTADOS
from parcelamento.application.restabelecer_plano import Decisao
from parcelamento.domain.pagamento import Recebido
from parcelamento.domain.plano import Plano

_ACAO: Final = "restabelecer"


class PerdidosPostgres:
    """The ports `Historico` and `Perdidos` on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def posteriores(self, plano: UUID) -> list[UUID]:
        linhas = await self._con.fetch(
            """select q.plano from parcelamento.plano p
            join parcelamento.plano q
                on q.contribuinte = p.contribuinte and q.plano <> p.plano and q.formalizado_em >= p.formalizado_em
            where p.plano = $1 and exists (
                select from parcelamento.plano_debito d join parcelamento.plano_debito e on e.debito = d.debito
                where d.plano = p.plano and e.plano = q.plano
            )
            order by q.formalizado_em, q.plano""",
            plano,
        )
        return [linha["plano"] for linha in linhas]

    async def tem_pagamento_a_aplicar(self, plano: UUID) -> bool:
        return bool(
            await self._con.fetchval(
                """select exists (
                    select from parcelamento.pagamento g join parcelamento.documento d using (documento)
                    where g.estado = 'a_aplicar' and d.plano = $1
                )""",
                plano,
            )
        )

    async def perdido_em(self, plano: UUID) -> date | None:
        dia: date | None = await self._con.fetchval(
            "select encerrado_em from parcelamento.plano where plano = $1 and situacao = 'cancelado'", plano
        )
        return dia

    async def esperam(self, plano: UUID) -> list[Recebido]:
        linhas = await self._con.fetch(
            """select g.pagamento, d.parcela, g.pago_em, g.valor
            from parcelamento.pagamento g join parcelamento.documento d using (documento)
            where d.plano = $1 and g.estado = 'pendente' and g.devolvido = 0
                and (g.resultado = 'plano_cancelado' or g.resultado is null and not g.motivo_pendencia = any($2))
            order by g.pago_em, g.banco, g.nsa, g.nsr, g.pagamento
            for update of g""",
            *(plano, sorted(NAO_CONTADOS)),
        )
        return [Recebido(**dict(linha)) for linha in linhas]

    async def reviver(self, plano: Plano, prazo: date) -> list[str]:
        if ocupados := await prender_debitos(self._con, plano):
            return ocupados
        await self._con.execute(
            """update parcelamento.plano set situacao = $2, motivo = null, encerrado_em = null, prazo = $3 where plano = $1""",
            *(plano.plano, plano.situacao, prazo),
        )
        await self._con.execute(
            """update parcelamento.plano_debito
            set saldo_principal = null, saldo_multa = null, saldo_juros = null, saldo_honorarios = null where plano = $1""",
            plano.plano,
        )
        return []

    async def devolver(self, pagamentos: Sequence[UUID], decisao: Decisao) -> None:
        d = decisao
        await self._con.execute(
            """insert into parcelamento.pagamento_resolucao
                (pagamento, motivo, acao, documento, documento_anterior, nota, por, em)
            select pagamento, motivo_pendencia, $2, documento, documento, $3, $4, $5
            from parcelamento.pagamento where pagamento = any($1) order by pagamento""",
            *(list(pagamentos), _ACAO, d.nota, d.quem, d.em),
        )
        await self._con.execute(
            """update parcelamento.pagamento
            set estado = 'a_aplicar', motivo_pendencia = null, resultado = null, excedente = 0,
                resolucao = $2, nota = $3, resolvido_por = $4, resolvido_em = $5
            where pagamento = any($1)""",
            *(list(pagamentos), _ACAO, d.nota, d.quem, d.em),
        )
        await self._con.execute("select pg_notify($1, '')", CANAL_DOS_PAGAMENTOS)
