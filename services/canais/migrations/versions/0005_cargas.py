"""Loads in their order of arrival, answers kept for `Idempotency-Key`, and lists in order."""

from __future__ import annotations

from alembic import op

from kernel.cargas.registro import DDL_ORDEM
from kernel.http.idempotencia import ddl_idempotencia

revision = "0005"
down_revision = "0001"

_LISTAS = """
create index envio_lista on canais.envio (criado_em desc, envio desc);
create index envio_acionamento on canais.envio (acionamento);
create index modelo_lista on canais.modelo (nome, canal, idioma, versao desc)
"""


def upgrade() -> None:
    for ddl in (DDL_ORDEM.format(sala="canais"), ddl_idempotencia("canais"), _LISTAS):
        for comando in ddl.split(";\n"):
            if comando.strip():
                op.execute(comando)
