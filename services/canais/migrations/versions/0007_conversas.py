"""The secret that names conversations: a phone must not be found from a conversation's id by trying all phones."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("""
create table canais.chave_das_conversas (
    unica boolean primary key default true check (unica),
    chave bytea not null
)""")
    # PostgreSQL draws uuids from a strong source; two of them hold 244 random bits
    op.execute("""
insert into canais.chave_das_conversas (chave)
select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())""")
