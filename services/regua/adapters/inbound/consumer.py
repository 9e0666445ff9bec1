"""Events of other rooms into the use cases, by batches."""

from __future__ import annotations

from collections.abc import Collection

from kernel.clock import Relogio
from kernel.domain.calendario import Calendario
from kernel.messaging.consumer import ConsumidorDeEventos, Observador
from kernel.messaging.log import Log
from kernel.metrics import Metricas
from kernel.persistence.banco import Banco
from regua.adapters.outbound.unidade_postgres import SALA, Unidades
from regua.application.handlers import TOPICOS, montar_handlers
from regua.application.ports import Unidade


def montar_consumidor(
    *,
    banco: Banco,
    log: Log,
    relogio: Relogio,
    metricas: Metricas,
    unidades: Unidades,
    calendario: Calendario,
    canais_ativos: Collection[str],
    membro: str,
    lote: int,
) -> ConsumidorDeEventos[Unidade]:
    """The consumer of group `regua`."""
    tomados = metricas.contador("eventos_processados", "Eventos tratados, por sala e tipo.", ("sala", "tipo"))
    mortos = metricas.contador("eventos_mortos", "Eventos para a fila de mortas, por sala e tópico.", ("sala", "topico"))
    return ConsumidorDeEventos(
        banco=banco,
        log=log,
        relogio=relogio,
        sala=SALA,
        grupo=SALA,
        membro=f"{SALA}-{membro}",
        topicos=TOPICOS,
        handlers=montar_handlers(calendario, canais_ativos),
        unidade=unidades,
        lote=lote,
        observador=Observador(
            processados=lambda tipo, n: tomados.labels(SALA, tipo).inc(n),
            enterrados=lambda topico: mortos.labels(SALA, topico).inc(),
        ),
    )
