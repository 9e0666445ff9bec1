"""Loads in their order of arrival; vehicles whose RENAVAM has a wrong check digit are marked."""

from __future__ import annotations

from alembic import op

from kernel.cargas.registro import DDL_ORDEM

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    op.execute(DDL_ORDEM.format(sala="regua"))
    op.execute("alter table regua.veiculo add column dv_correto boolean not null default true")
