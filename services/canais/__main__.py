"""`python -m canais api|worker|relay|migrate`: one process of this room; the only place of it that reads the environment."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from canais.config import Config
from canais.inject import MIGRACOES, preparar_canais
from kernel.ambiente import abrir_ambiente
from kernel.config import ler
from kernel.sala import migrar_sala, principal_da_sala, registrar, viver
from schemas.topicos import topicos_de

SALA = "canais"


async def _executar(papel: str) -> int:
    config = ler(Config)
    registrar(config, SALA)
    if papel == "migrate":
        return await migrar_sala(config, sala=SALA, pasta=MIGRACOES, topicos=topicos_de(SALA))
    async with (
        abrir_ambiente(config, sala=SALA) as ambiente,
        preparar_canais(
            config,
            banco=ambiente.banco,
            log=ambiente.log,
            relogio=ambiente.relogio,
            metricas=ambiente.metricas,
            membro=config.membro,
        ) as canais,
    ):
        await viver(
            canais,
            nome=SALA,
            titulo="Canais",
            descricao="Contatos, modelos, envios, recibos e custo das mensagens.",
            papel=papel,
            config=config,
            ambiente=ambiente,
        )
    return 0


def main(argumentos: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 with one sentence on stderr."""
    return principal_da_sala(argumentos, nome=SALA, descricao="Canais de mensagem", programa=_executar)


if __name__ == "__main__":
    sys.exit(main())
