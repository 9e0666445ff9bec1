"""Templates of contacts that are no rung of the ladder: they have a name of their own, and no hipótese nor rigidez."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("alter table canais.modelo alter column hipotese drop not null, alter column rigidez drop not null")
    op.execute("alter table canais.modelo add constraint modelo_do_degrau check ((hipotese is null) = (rigidez is null))")
