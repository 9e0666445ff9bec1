"""The tables that messaging needs in the schema of each room."""

from __future__ import annotations


def ddl_mensageria(sala: str) -> str:
    """SQL that makes `outbox`, `inbox` and `morta` in schema `sala`; for the room's first migration."""
    return f"""
    create table {sala}.outbox (
        id bigint generated always as identity primary key,
        topico text not null,
        chave text not null,
        valor bytea not null,
        cabecalhos jsonb not null default '[]'
    );
    create table {sala}.inbox (
        grupo text not null,
        evento uuid not null,
        recebido_em timestamptz not null,
        primary key (grupo, evento)
    );
    create index inbox_recebido on {sala}.inbox using brin (recebido_em);
    create table {sala}.morta (
        id bigint generated always as identity primary key,
        grupo text not null,
        evento uuid,
        topico text not null,
        chave text not null,
        tipo text not null,
        valor bytea not null,
        motivo text not null,
        tentativas int not null,
        criada_em timestamptz not null,
        repetir_em timestamptz
    );
    create index morta_chave on {sala}.morta (grupo, chave, id);
    """
