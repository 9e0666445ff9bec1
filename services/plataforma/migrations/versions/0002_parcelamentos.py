"""The panel's plans, by situação."""

from __future__ import annotations

from alembic import op

from plataforma.adapters.outbound.painel_postgres import DDL_PARCELAMENTOS

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(DDL_PARCELAMENTOS)
