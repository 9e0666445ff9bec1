"""`python -m regua api|worker|relay|migrate`: one process of this room; the only place of it that reads the environment."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

from kernel.ambiente import abrir_ambiente
from kernel.config import ler
from kernel.http.cliente import abrir_sala
from kernel.sala import migrar_sala, principal_da_sala, registrar, viver
from regua.config import ConfigRegua
from regua.inject import MIGRACOES, abrir_avancador, preparar_regua
from schemas.topicos import topicos_de

SALA = "regua"


async def _executar(papel: str) -> int:
    config = ler(ConfigRegua)
    registrar(config, SALA)
    if papel == "migrate":
        return await migrar_sala(config, sala=SALA, pasta=MIGRACOES, topicos=topicos_de(SALA))
    async with contextlib.AsyncExitStack() as pilha:
        ambiente = await pilha.enter_async_context(abrir_ambiente(config, sala=SALA))
        # the clock is moved by who has the routes for it
        avancador = await pilha.enter_async_context(abrir_avancador(config, ambiente)) if papel == "api" else None
        parcelamento = None
        if config.url_parcelamento:
            parcelamento = await pilha.enter_async_context(abrir_sala(config.url_parcelamento, config.token_interno))
        regua = await pilha.enter_async_context(preparar_regua(config, ambiente, avancador=avancador, parcelamento=parcelamento))
        if avancador is not None:
            avancador.incluir(regua.parte)
        await regua.semear()
        await viver(
            regua,
            nome=SALA,
            titulo="Régua",
            descricao="Por que a dívida não foi paga, com que firmeza falar, quem é contatado e quando.",
            papel=papel,
            config=config,
            ambiente=ambiente,
        )
    return 0


def main(argumentos: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 with one sentence on stderr."""
    return principal_da_sala(argumentos, nome=SALA, descricao="Régua de cobrança", programa=_executar)


if __name__ == "__main__":
    sys.exit(main())
