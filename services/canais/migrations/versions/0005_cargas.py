"""Loads in their order of arrival, and answers kept for `Idempotency-Key`."""

from __future__ import annotations

from alembic import op

from kernel.cargas.registro import DDL_ORDEM
from kernel.http.idempotencia import ddl_idempotencia

revision = "0005"
down_revision = "0001"


def upgrade() -> None:
    for ddl in (DDL_ORDEM.format(sala="canais"), ddl_idempotencia("canais")):
        for comando in ddl.split(";\n"):
            if comando.strip():
                op.execute(comando)
