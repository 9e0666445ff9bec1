"""Alembic's entry for this room."""

from kernel.persistence.alembic_env import executar

executar()
