"""What explaining one taxpayer reads: suspensions that ended count too, approvals by taxpayer."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("create index suspensao_historico on regua.suspensao (contribuinte, desde)")
    op.execute("create index aprovacao_contribuinte on regua.aprovacao (contribuinte)")
