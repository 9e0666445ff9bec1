"""What belongs to no room: tokens, the shared clock, the embedded log, the live panel."""

from __future__ import annotations

from alembic import op

from kernel.http.auth import DDL_TOKENS
from kernel.messaging.embutido_sql import ddl_log
from kernel.persistence.relogio import DDL_RELOGIO
from plataforma.adapters.outbound.painel_postgres import DDL_PAINEL

revision = "0001"
down_revision = None


def upgrade() -> None:
    for ddl in (DDL_TOKENS, DDL_RELOGIO, ddl_log(), DDL_PAINEL):
        for comando in ddl.split(";\n"):
            if comando.strip():
                op.execute(comando)
