"""Loads in their order of arrival, and answers kept for `Idempotency-Key` unless an earlier revision made room for them."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from kernel.cargas.registro import DDL_ORDEM
from kernel.http.idempotencia import ddl_idempotencia

revision = "0005"
down_revision = "0001"


def upgrade() -> None:
    op.execute(DDL_ORDEM.format(sala="canais"))
    if op.get_bind().execute(text("select to_regclass('canais.idempotencia')")).scalar() is None:
        for comando in ddl_idempotencia("canais").split(";\n"):
            op.execute(comando)
