"""What persons decided about payments that waited for them: nothing of it is ever changed."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
create table parcelamento.pagamento_resolucao (
    id bigint generated always as identity primary key,
    pagamento uuid not null references parcelamento.pagamento,
    -- why it waited
    motivo text not null,
    -- documento, restituir, ignorar
    acao text not null,
    documento uuid references parcelamento.documento,
    documento_anterior uuid,
    nota text not null,
    por text not null,
    em timestamptz not null
)""")
    op.execute("create index pagamento_resolucao_pagamento on parcelamento.pagamento_resolucao (pagamento, id)")
