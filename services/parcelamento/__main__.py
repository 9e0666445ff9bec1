"""`python -m parcelamento api|worker|relay|migrate`: one process of this room; here alone the environment is read."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

from kernel.ambiente import abrir_ambiente
from kernel.config import ler
from kernel.http.cliente import abrir_sala
from kernel.sala import migrar_sala, principal_da_sala, registrar, viver
from parcelamento.config import ConfigParcelamento
from parcelamento.inject import MIGRACOES, preparar_parcelamento
from schemas.topicos import topicos_de

SALA = "parcelamento"


async def _executar(papel: str) -> int:
    config = ler(ConfigParcelamento)
    registrar(config, SALA)
    if papel == "migrate":
        return await migrar_sala(config, sala=SALA, pasta=MIGRACOES, topicos=topicos_de(SALA))
    async with contextlib.AsyncExitStack() as pilha:
        ambiente = await pilha.enter_async_context(abrir_ambiente(config, sala=SALA))
        regua = await pilha.enter_async_context(abrir_sala(config.url_regua, config.token_interno)) if config.url_regua else None
        sala = await pilha.enter_async_context(preparar_parcelamento(config, ambiente, regua=regua))
        await sala.semear()
        await sala.semear_demonstracao()
        await viver(
            sala,
            nome=SALA,
            titulo="Parcelamento",
            descricao="Normas, cotações, parcelamentos, documentos de pagamento e retornos do banco.",
            papel=papel,
            config=config,
            ambiente=ambiente,
        )
    return 0


def main(argumentos: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 with one sentence on stderr."""
    return principal_da_sala(argumentos, nome=SALA, descricao="Parcelamento", programa=_executar)


if __name__ == "__main__":
    sys.exit(main())
