"""What every room's `migrations/env.py` does: run inside the transaction that `migrar` opened."""

from __future__ import annotations

from alembic import context


def executar() -> None:
    """Runs the revisions on the connection handed in by `migrar`."""
    config = context.config
    context.configure(
        connection=config.attributes["connection"],
        version_table="alembic_version",
        version_table_schema=config.attributes["sala"],
    )
    context.run_migrations()
