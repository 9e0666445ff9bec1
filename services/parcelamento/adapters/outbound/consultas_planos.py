"""What the routes read of plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from kernel.persistence.banco import Conexao

_COLUNAS: Final = (
    "p.plano, p.cotacao, p.contribuinte, p.norma, p.versao, p.regime, p.reparcelamento, p.tributo, p.unidade, p.situacao, "
    "p.data, p.total, p.total_sem_reducao, p.formalizado_em, p.ativado_em, p.encerrado_em, p.motivo, p.risco_avisado"
)
_SOMAS: Final = """(select count(*)::int from parcelamento.parcela x where x.plano = p.plano) as numero_de_parcelas,
    (select sum(x.pago)::bigint from parcelamento.parcela x where x.plano = p.plano) as pago,
    (select count(*)::int from parcelamento.parcela x where x.plano = p.plano and x.vencida and x.pago < x.valor) as vencidas"""


@dataclass(frozen=True, slots=True)
class FiltroDePlanos:
    """Which plans; None asks nothing. `de` and `ate`: the plan's day, both in."""

    situacao: str | None = None
    unidade: str | None = None
    tributo: str | None = None
    contribuinte: str | None = None
    de: date | None = None
    ate: date | None = None


async def listar_planos(
    con: Conexao, filtro: FiltroDePlanos, *, depois_de: tuple[date, UUID] | None, limite: int
) -> Sequence[Any]:
    """Plans with their sums, by day and id, after the key `depois_de`."""
    dia, plano = depois_de or (None, None)
    return await con.fetch(
        f"""select {_COLUNAS}, {_SOMAS} from parcelamento.plano p
        where ($1::text is null or p.situacao = $1) and ($2::text is null or p.unidade = $2)
            and ($3::text is null or p.tributo = $3) and ($4::text is null or p.contribuinte = $4)
            and ($5::date is null or p.data >= $5) and ($6::date is null or p.data <= $6)
            and ($7::date is null or (p.data, p.plano) > ($7, $8))
        order by p.data, p.plano limit $9""",
        *(filtro.situacao, filtro.unidade, filtro.tributo, filtro.contribuinte, filtro.de, filtro.ate, dia, plano, limite),
    )


async def ler_plano(con: Conexao, plano: UUID) -> Any | None:
    """One plan with its sums."""
    return await con.fetchrow(f"select {_COLUNAS}, {_SOMAS} from parcelamento.plano p where p.plano = $1", plano)


async def debitos_do_plano(con: Conexao, plano: UUID) -> Sequence[Any]:
    """Its debts in order, with what went back to each if the plan was lost."""
    return await con.fetch(
        """select debito, regime, principal, multa, juros, multa_reduzida, juros_reduzidos, honorarios,
            saldo_principal, saldo_multa, saldo_juros, saldo_honorarios
        from parcelamento.plano_debito where plano = $1 order by ordem""",
        plano,
    )


async def pagamentos_do_plano(con: Conexao, plano: UUID) -> Sequence[Any]:
    """Each payment of one of its documents, with what it did."""
    return await con.fetch(
        """select g.pagamento, g.origem, g.pago_em, g.valor, g.resultado, g.excedente, g.estado, d.parcela
        from parcelamento.pagamento g join parcelamento.documento d using (documento)
        where d.plano = $1 order by g.pago_em, g.recebido_em, g.pagamento""",
        plano,
    )
