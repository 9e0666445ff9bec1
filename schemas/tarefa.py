"""Topic `cobranca-tarefa`: what a human must take."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from schemas.evento import DoContribuinte, Rigidez, Tributo


class TarefaSolicitada(DoContribuinte):
    """Work for the Central de Cobrança."""

    tipo: ClassVar[str] = "cobranca.tarefa.solicitada.v1"
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-tarefa",)

    tarefa: UUID
    motivo: Literal["rigidez_formal", "ultimo_aviso", "canais_esgotados", "pedido_do_contribuinte"]
    caso: UUID | None = None
    acionamento: UUID | None = None
    tributo: Tributo | None = None
    rigidez: Rigidez | None = None
    solicitada_em: datetime
