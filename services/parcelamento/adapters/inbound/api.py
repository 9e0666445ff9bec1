"""What every route of the room stands on, and who may call what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from kernel.clock import Relogio
from kernel.http.auth import Identidade, Papel, exigir
from kernel.http.idempotencia import Conteudo, uma_vez
from kernel.persistence.banco import Banco, Conexao
from parcelamento.adapters.outbound.unidade_postgres import SALA, Unidades

# Auditors read everything besides.
Leitor = Annotated[Identidade, Depends(exigir(Papel.OPERADOR, Papel.INTEGRACAO))]
Atendente = Annotated[Identidade, Depends(exigir(Papel.OPERADOR, Papel.INTEGRACAO))]
# recalculates and compares, and writes nothing
Conferente = Annotated[Identidade, Depends(exigir(Papel.OPERADOR, Papel.INTEGRACAO, Papel.AUDITOR))]
Supervisor = Annotated[Identidade, Depends(exigir(Papel.SUPERVISOR))]


@dataclass(frozen=True, slots=True)
class Mesa:
    """What the routes need."""

    banco: Banco
    relogio: Relogio
    unidades: Unidades

    async def uma_vez(
        self,
        request: Request,
        chave: str | None,
        quem: Identidade,
        executar: Callable[[Conexao], Awaitable[Conteudo]],
        *,
        status: int = 201,
    ) -> Response:
        """`kernel.http.idempotencia.uma_vez` on this room's tables."""
        return await uma_vez(
            request,
            chave,
            banco=self.banco,
            esquema=SALA,
            quem=quem,
            agora=self.relogio.agora(),
            executar=executar,
            status=status,
        )
