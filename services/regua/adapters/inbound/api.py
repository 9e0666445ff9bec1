"""What every route of the régua stands on, who may call what, and the room's routes together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Path, Request, Response

from kernel.clock import Relogio
from kernel.domain.calendario import JanelaDeContato
from kernel.http.auth import Identidade, Papel, exigir
from kernel.http.idempotencia import Conteudo, uma_vez
from kernel.http.limite import Limite
from kernel.persistence.banco import Banco, Conexao
from regua.adapters.outbound.unidade_postgres import SALA, Unidades
from regua.application.ports import Avancador
from regua.application.ports_ciclo import PortasDoCiclo
from regua.application.ports_parcelamento import Ofertador

# Who may call what. Auditors read everything besides.
Leitor = Annotated[Identidade, Depends(exigir(Papel.OPERADOR))]
Operador = Annotated[Identidade, Depends(exigir(Papel.OPERADOR))]
Supervisor = Annotated[Identidade, Depends(exigir(Papel.SUPERVISOR))]
Integrador = Annotated[Identidade, Depends(exigir(Papel.INTEGRACAO))]
Suspensor = Annotated[Identidade, Depends(exigir(Papel.OPERADOR, Papel.INTEGRACAO))]
Conferente = Annotated[Identidade, Depends(exigir(Papel.OPERADOR, Papel.AUDITOR))]

FUSO: Final = "America/Maceio"

ContribuinteNoCaminho = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9._-]{1,40}$", description="Identificador do contribuinte no fisco; nunca um documento.")
]


@dataclass(frozen=True, slots=True)
class Mesa:
    """What the routes need. `limite`: look-ups by token; `segundos`: a monotonic clock for it. `avancador` None: the clock is
    real. `parcelamento` None: no such room is known; `normas_da_oferta`: tributo → norm to quote by."""

    banco: Banco
    relogio: Relogio
    unidades: Unidades
    portas: PortasDoCiclo
    limite: Limite
    segundos: Callable[[], float]
    avancador: Avancador | None = None
    parcelamento: Ofertador | None = None
    normas_da_oferta: Mapping[str, str] = field(default_factory=dict)
    janela: JanelaDeContato = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "janela", JanelaDeContato(self.portas.calendario))

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
