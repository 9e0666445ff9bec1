"""Loads in their order of arrival."""

from __future__ import annotations

from alembic import op

from kernel.cargas.registro import DDL_ORDEM

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    op.execute(DDL_ORDEM.format(sala="regua"))
