"""What canais says is reachable, kept on Postgres; and rests of the collection."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.persistence.banco import Conexao
from regua.application.ports import ContatoInformado, SuspensaoNova

# of several about one point in a batch, the newest
_APLICAR: Final = """
with informado as (
    select distinct on (contribuinte, canal) *
    from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::timestamptz[]) with ordinality
        i (contribuinte, canal, situacao, verificado, idioma, em, n)
    order by contribuinte, canal, em desc, n desc
), antes as (
    select c.contribuinte, c.canal, c.situacao from regua.contato_canal c join informado using (contribuinte, canal)
), feito as (
    insert into regua.contato_canal as c (contribuinte, canal, situacao, verificado, idioma, alterado_em)
    select contribuinte, canal, situacao, verificado, idioma, em from informado order by contribuinte, canal
    on conflict (contribuinte, canal) do update set situacao = excluded.situacao, verificado = excluded.verificado,
        idioma = coalesce(excluded.idioma, c.idioma), alterado_em = excluded.alterado_em
    where c.alterado_em <= excluded.alterado_em
    returning contribuinte, canal, situacao, verificado, idioma, alterado_em as em
)
select feito.* from feito left join antes using (contribuinte, canal) where antes.situacao is distinct from feito.situacao
"""


class ContatosPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def aplicar(self, informados: Sequence[ContatoInformado]) -> list[ContatoInformado]:
        linhas = await self._con.fetch(_APLICAR, *[list(coluna) for coluna in zip(*informados, strict=True)])
        return [ContatoInformado(**dict(linha)) for linha in linhas]


class SuspensoesPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def criar(self, novas: Sequence[SuspensaoNova]) -> None:
        if novas:
            await self._con.execute(
                """insert into regua.suspensao (suspensao, contribuinte, motivo, desde, ate, origem, criada_em)
                select * from unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::date[], $6::text[], $7::timestamptz[])
                on conflict do nothing""",
                *[list(coluna) for coluna in zip(*novas, strict=True)],
            )

    async def encerrar(self, suspensoes: Collection[UUID], agora: datetime) -> None:
        await self._con.execute(
            "update regua.suspensao set encerrada_em = $2 where suspensao = any($1::uuid[]) and encerrada_em is null",
            *(list(suspensoes), agora),
        )
