"""The rows that tell of loads: `<sala>.carga` in the order of arrival, and `<sala>.carga_rejeitado`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.cargas.leitura import Rejeicao
from kernel.persistence.banco import Conexao

EstadoDaCarga = Literal["recebida", "processando", "concluida", "falhou"]
_COLUNAS = (
    "carga, ordem, tipo, resumo, estado, total, aceitos, rejeitados, progresso, motivo, recebida_em, concluida_em, traceparent"
)

DDL_ORDEM = "alter table {sala}.carga add column ordem bigint generated always as identity unique"
"""For migrations older than `ddl_cargas`. Instants of a virtual clock may be equal, and contribuintes go before their debts."""


def ddl_cargas(sala: str) -> str:
    """SQL that makes `carga` and `carga_rejeitado` in schema `sala`; for the migrations of a room that loads files."""
    return f"""
create table {sala}.carga (
    carga uuid primary key,
    ordem bigint generated always as identity unique,
    tipo text not null,
    arquivo text not null,
    resumo bytea,
    estado text not null,
    total bigint not null default 0,
    aceitos bigint not null default 0,
    rejeitados bigint not null default 0,
    progresso double precision not null default 0,
    motivo text,
    recebida_em timestamptz not null,
    concluida_em timestamptz,
    traceparent text
);
create index carga_tipo on {sala}.carga (tipo, concluida_em desc);
create table {sala}.carga_rejeitado (
    carga uuid not null references {sala}.carga on delete cascade,
    linha bigint not null,
    campo text not null,
    motivo text not null,
    conteudo text not null,
    primary key (carga, linha)
);
"""


@dataclass(frozen=True, slots=True)
class Carga:
    """One load. `total` = `aceitos` + `rejeitados` at any time; `progresso` from 0 to 1."""

    carga: UUID
    ordem: int
    tipo: str
    resumo: bytes
    estado: EstadoDaCarga
    total: int
    aceitos: int
    rejeitados: int
    progresso: float
    motivo: str | None
    recebida_em: datetime
    concluida_em: datetime | None
    traceparent: str | None


def canal_das_cargas(sala: str) -> str:
    """The notice channel on which the worker of `sala` hears of new loads."""
    return f"{sala}_cargas"


async def registrar(
    con: Conexao, sala: str, *, carga: UUID, tipo: str, resumo: bytes, agora: datetime, traceparent: str | None
) -> None:
    """A load whose file is stored, in the caller's transaction; wakes the worker once that commits."""
    await con.execute(
        f"""insert into {sala}.carga (carga, tipo, arquivo, resumo, estado, recebida_em, traceparent)
            values ($1, $2, $3, $4, 'recebida', $5, $6)""",
        *(carga, tipo, f"{carga}.csv", resumo, agora, traceparent),
    )
    await con.execute("select pg_notify($1, '')", canal_das_cargas(sala))


async def ler(con: Conexao, sala: str, carga: UUID) -> Carga | None:
    linha = await con.fetchrow(f"select {_COLUNAS} from {sala}.carga where carga = $1", carga)
    return None if linha is None else Carga(**dict(linha))


async def listar(con: Conexao, sala: str, *, antes_de: int | None, limite: int) -> list[Carga]:
    """Loads, the last to arrive first, before place `antes_de`."""
    linhas = await con.fetch(
        f"select {_COLUNAS} from {sala}.carga where $1::bigint is null or ordem < $1 order by ordem desc limit $2",
        *(antes_de, limite),
    )
    return [Carga(**dict(linha)) for linha in linhas]


async def rejeitadas(con: Conexao, sala: str, carga: UUID, *, depois_de: int, limite: int) -> list[Rejeicao]:
    """Rejected lines in their order, after line `depois_de`."""
    linhas = await con.fetch(
        f"""select linha, campo, motivo, conteudo from {sala}.carga_rejeitado
            where carga = $1 and linha > $2 order by linha limit $3""",
        *(carga, depois_de, limite),
    )
    return [Rejeicao(**dict(linha)) for linha in linhas]


async def pendentes(con: Conexao, sala: str) -> int:
    """How many loads wait or are under way."""
    return int(await con.fetchval(f"select count(*) from {sala}.carga where estado in ('recebida', 'processando')"))


async def proxima(con: Conexao, sala: str) -> Carga | None:
    """The first load that is not done, in the order of arrival; one left `processando` by a killed worker included."""
    linha = await con.fetchrow(
        f"select {_COLUNAS} from {sala}.carga where estado in ('recebida', 'processando') order by ordem limit 1"
    )
    return None if linha is None else Carga(**dict(linha))


async def igual_a_ultima(con: Conexao, sala: str, carga: Carga) -> Carga | None:
    """The last concluded load of the same tipo, if its file was this one and no line of it was rejected.

    After rejections the same file may say more than before: the contribuintes that were missing may be there by now.
    """
    linha = await con.fetchrow(
        f"select {_COLUNAS} from {sala}.carga where tipo = $1 and estado = 'concluida' order by ordem desc limit 1", carga.tipo
    )
    ultima = None if linha is None else Carga(**dict(linha))
    return ultima if ultima is not None and ultima.resumo == carga.resumo and not ultima.rejeitados else None


async def comecar(con: Conexao, sala: str, carga: UUID) -> None:
    """Starts, or starts over: what an earlier try left is forgotten."""
    await con.execute(
        f"update {sala}.carga set estado = 'processando', total = 0, aceitos = 0, rejeitados = 0, progresso = 0 where carga = $1",
        carga,
    )
    await con.execute(f"delete from {sala}.carga_rejeitado where carga = $1", carga)


async def andar(con: Conexao, sala: str, carga: UUID, *, aceitos: int, rejeitados: int, progresso: float) -> None:
    await con.execute(
        f"""update {sala}.carga set total = $2::bigint + $3::bigint, aceitos = $2, rejeitados = $3, progresso = $4
            where carga = $1""",
        *(carga, aceitos, rejeitados, progresso),
    )


async def concluir(con: Conexao, sala: str, carga: UUID, *, aceitos: int, rejeitados: int, agora: datetime) -> None:
    await con.execute(
        f"""update {sala}.carga set estado = 'concluida', total = $2::bigint + $3::bigint, aceitos = $2, rejeitados = $3,
                progresso = 1, concluida_em = $4 where carga = $1""",
        *(carga, aceitos, rejeitados, agora),
    )


async def falhar(con: Conexao, sala: str, carga: UUID, *, motivo: str, agora: datetime) -> None:
    """Nothing of the load was taken; what was counted so far is forgotten."""
    await comecar(con, sala, carga)
    await con.execute(
        f"update {sala}.carga set estado = 'falhou', motivo = $2, concluida_em = $3 where carga = $1", *(carga, motivo, agora)
    )


async def rejeitar(con: Conexao, sala: str, carga: UUID, rejeicoes: Sequence[Rejeicao]) -> None:
    """Keeps rejected lines."""
    await con.copy_records_to_table(
        "carga_rejeitado",
        schema_name=sala,
        columns=["carga", "linha", "campo", "motivo", "conteudo"],
        records=[(carga, r.linha, r.campo, r.motivo, r.conteudo) for r in rejeicoes],
    )
