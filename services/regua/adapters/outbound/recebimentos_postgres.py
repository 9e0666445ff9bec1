"""Payments told by events, and debts that follow their plan, on Postgres."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from kernel.persistence.banco import Conexao
from regua.application.ports import PagamentoInformado

_log = logging.getLogger(__name__)

# A file's row and the bank's payment are one when debt, day and value agree; each row stands for one payment.
_RECONHECER: Final = """
with informado as (
    select i.*, row_number() over (partition by debito, pago_em, valor order by evento) as vez
    from unnest($1::uuid[], $2::text[], $3::date[], $4::bigint[]) i (evento, debito, pago_em, valor)
    where debito is not null and not exists (select from regua.pagamento p where p.evento = i.evento)
), livre as (
    select p.pagamento, p.debito, p.pago_em, p.valor,
        row_number() over (partition by p.debito, p.pago_em, p.valor order by p.pagamento) as vez
    from regua.pagamento p
    where p.evento is null and (p.debito, p.pago_em, p.valor) in (select debito, pago_em, valor from informado)
)
update regua.pagamento p set evento = i.evento
from informado i join livre l using (debito, pago_em, valor, vez) where p.pagamento = l.pagamento
"""
# The debt says which tributo and competência; without a known debt, the month of the payment.
_INSERIR: Final = """
insert into regua.pagamento (pagamento, debito, contribuinte, tributo, codigo_receita, competencia, pago_em, valor, evento)
select i.evento::text, i.debito, i.contribuinte, coalesce(b.tributo, i.tributo), '',
    coalesce(b.competencia, (extract(year from i.pago_em) * 12 + extract(month from i.pago_em) - 1)::int),
    i.pago_em, i.valor, i.evento
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::bigint[])
    i (evento, contribuinte, tributo, debito, pago_em, valor)
left join regua.debito b on b.debito = i.debito
where coalesce(b.tributo, i.tributo) is not null and coalesce(b.contribuinte, i.contribuinte) = i.contribuinte
    and not exists (select from regua.pagamento p where p.evento = i.evento)
on conflict do nothing
"""
_AVULSOS: Final = """
insert into regua.pagamento_avulso
    (pagamento, contribuinte, tributo, debito, parcelamento, parcela, pago_em, valor, recebido_em)
select i.evento, i.contribuinte, i.tributo, i.debito, i.parcelamento, i.parcela, i.pago_em, i.valor, $9
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::int[], $7::date[], $8::bigint[])
    i (evento, contribuinte, tributo, debito, parcelamento, parcela, pago_em, valor)
where not exists (select from regua.pagamento p where p.evento = i.evento)
on conflict do nothing
"""


class RecebimentosPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def pagar(self, pagamentos: Sequence[PagamentoInformado], agora: datetime) -> None:
        if not pagamentos:
            return
        de_debitos = [p for p in pagamentos if p.parcelamento is None]
        if de_debitos:
            evento, contribuinte, tributo, debito, _, _, pago_em, valor = (
                list(coluna) for coluna in zip(*de_debitos, strict=True)
            )
            await self._con.execute(_RECONHECER, evento, debito, pago_em, valor)
            await self._con.execute(_INSERIR, evento, contribuinte, tributo, debito, pago_em, valor)
        # what found no place among the debts' payments
        feito = await self._con.execute(_AVULSOS, *[list(coluna) for coluna in zip(*pagamentos, strict=True)], agora)
        avulsos, de_plano = int(feito.split()[-1]), len(pagamentos) - len(de_debitos)
        if avulsos > de_plano:
            _log.warning("pagamentos sem débito nem tributo conhecidos", extra={"quantidade": avulsos - de_plano})

    async def situar_debitos(self, debitos: Collection[tuple[str, str]], *, de: Collection[str], para: str) -> None:
        pares = sorted(debitos)
        await self._con.execute(
            """update regua.debito b set situacao = $4 from unnest($1::text[], $2::text[]) d (contribuinte, debito)
            where b.debito = d.debito and b.contribuinte = d.contribuinte and b.situacao = any($3::text[])""",
            *([p[0] for p in pares], [p[1] for p in pares], list(de), para),
        )
