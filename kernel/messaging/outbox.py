"""The outbox: events written in the transaction of the decision they tell of."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from kernel.messaging.log import Saida
from kernel.persistence.banco import Conexao


def canal_do_outbox(sala: str) -> str:
    """The notice channel on which the relay of `sala` listens."""
    return f"{sala}_outbox"


async def gravar(con: Conexao, sala: str, saidas: Sequence[Saida]) -> None:
    """Queues `saidas` for the relay, in their order, inside the caller's transaction."""
    if not saidas:
        return
    topico = saidas[0].topico
    if all(s.topico == topico and not s.cabecalhos for s in saidas):
        await _gravar_iguais(con, sala, topico, saidas)
        return
    # unnest keeps the order of its arrays, and identity values are handed out in it; one statement, notice included: the
    # sending path counts its round trips
    await con.execute(
        f"""with gravadas as (
                insert into {sala}.outbox (topico, chave, valor, cabecalhos)
                select topico, chave, valor, cabecalhos::jsonb
                from unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) with ordinality
                    as s (topico, chave, valor, cabecalhos, n)
                order by n
            )
            select pg_notify($5, '')""",
        [s.topico for s in saidas],
        [s.chave for s in saidas],
        [s.valor for s in saidas],
        # as text: asyncpg would take a list of lists for an array of two dimensions
        [_em_json(s) for s in saidas],
        canal_do_outbox(sala),
    )


async def _gravar_iguais(con: Conexao, sala: str, topico: str, saidas: Sequence[Saida]) -> None:
    """What most batches are, of one topic and without headers: two arrays instead of four."""
    await con.execute(
        f"""with gravadas as (
                insert into {sala}.outbox (topico, chave, valor)
                select $1, chave, valor from unnest($2::text[], $3::bytea[]) with ordinality as s (chave, valor, n)
                order by n
            )
            select pg_notify($4, '')""",
        topico,
        [s.chave for s in saidas],
        [s.valor for s in saidas],
        canal_do_outbox(sala),
    )


def _em_json(saida: Saida) -> str:
    if not saida.cabecalhos:
        return "[]"
    return orjson.dumps([[nome, valor.decode()] for nome, valor in saida.cabecalhos]).decode()
