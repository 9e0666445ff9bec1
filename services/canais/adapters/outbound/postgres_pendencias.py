"""Whether work is due now, and when the next is: what a virtual clock asks before it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from canais.adapters.outbound.postgres_recibos import CONHECIDOS
from kernel.persistence.banco import Banco


class PendenciasDoBanco(NamedTuple):
    """`ha_agora`: whatever the hours: events to publish, open requests, deadlines, checks, receipts that can be applied.

    `fila_agora`: rows due for sending by the channels asked for. The rest: the next instants, None where there is none.
    """

    ha_agora: bool
    fila_agora: bool
    fila_depois: datetime | None
    prazo: datetime | None
    consulta: datetime | None


_SQL: Final = f"""
    select exists (select from canais.outbox)
        or exists (select from canais.envio where estado = 'enviando')
        or exists (select from canais.envio where (estado in ('pendente', 'aceito', 'enviado')
            or (estado = 'incerto' and not esgotado)) and valido_ate <= $1)
        or exists (select from canais.envio where estado = 'incerto' and verificar_em is not null and verificar_em <= $1)
        or exists (select from ({CONHECIDOS}) q) as ha_agora,
    exists (select from canais.envio
        where estado = 'pendente' and canal = any($2::text[]) and nao_antes <= $1 and valido_ate > $1)
        as fila_agora,
    (select min(p.em) from unnest($2::text[]) as c (canal) cross join lateral (
        select min(nao_antes) as em from canais.envio where estado = 'pendente' and canal = c.canal and nao_antes > $1) p
    ) as fila_depois,
    (select min(valido_ate) from canais.envio where (estado in ('pendente', 'aceito', 'enviado')
        or (estado = 'incerto' and not esgotado)) and valido_ate > $1) as prazo,
    (select min(verificar_em) from canais.envio where estado = 'incerto' and verificar_em is not null and verificar_em > $1)
        as consulta"""


async def consultar_pendencias(banco: Banco, agora: datetime, canais: Sequence[str]) -> PendenciasDoBanco:
    """`canais`: those that somebody sends now. Raises one of `INDISPONIVEL`."""
    async with banco.conexao() as con:
        linha = await con.fetchrow(_SQL, agora, list(canais))
    if linha is None:
        raise RuntimeError("a select without from gives one row")
    return PendenciasDoBanco(*linha)
