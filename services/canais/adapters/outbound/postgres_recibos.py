"""Receipts that came before their envio, in Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from canais.domain.envio import Recibo
from kernel.persistence.banco import Conexao

_GUARDAR: Final = """
    insert into canais.recibo_quarentena (provedor, estado, envio, id_provedor, codigo, provedor_em, recebido_em)
    select provedor, estado::canais.estado, envio, id_provedor, codigo, provedor_em, recebido_em
    from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
        as r (provedor, estado, envio, id_provedor, codigo, provedor_em, recebido_em)"""

CONHECIDOS: Final = """
    select q.id, e.envio from canais.recibo_quarentena q join canais.envio e on e.envio = q.envio
    union all
    select q.id, e.envio from canais.recibo_quarentena q
    join canais.envio e on e.id_provedor = q.id_provedor and e.id_provedor like 'wamid.%'
    where q.envio is null"""

_RETIRAR: Final = f"""
    with achado as (select * from ({CONHECIDOS}) a order by id limit $1)
    delete from canais.recibo_quarentena q using achado where q.id = achado.id
    returning q.id, q.provedor, q.estado::text, achado.envio, q.id_provedor, q.codigo, q.provedor_em, q.recebido_em"""


class QuarentenaPostgres:
    """The port `Quarentena` on one connection inside its transaction."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def guardar(self, recibos: Sequence[Recibo]) -> None:
        await self._con.execute(_GUARDAR, *([r[campo] for r in recibos] for campo in range(len(Recibo._fields))))

    async def retirar_conhecidos(self, limite: int) -> list[Recibo]:
        linhas = await self._con.fetch(_RETIRAR, limite)
        return [Recibo(*tuple(linha)[1:]) for linha in sorted(linhas, key=lambda linha: int(linha["id"]))]

    async def esquecer(self, antes_de: datetime) -> int:
        feito = await self._con.execute("delete from canais.recibo_quarentena where recebido_em < $1", antes_de)
        return int(feito.split()[-1])
