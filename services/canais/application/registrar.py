"""Takes acionamentos in: each becomes a row before it is a request; a cancel takes back what has not left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from canais.application.eventos import entrega_atualizada
from canais.application.mudar import gravar_mudancas
from canais.application.ports import Cancelamento, Emissao, Metricas, Mudanca, Unidade
from canais.domain.envio import cancelado, mudou
from canais.domain.identidade import bytes_de_uuid, uuid5_em_texto
from kernel.messaging.envelope import Evento


def envio_de(acionamento: UUID, canal: str) -> UUID:
    """The envio of one channel of an acionamento."""
    return uuid5(acionamento, canal)


def _emissao(evento: Evento) -> Emissao:
    d: Mapping[str, Any] = evento.dados
    return Emissao(
        envio=uuid5_em_texto(bytes_de_uuid(d["acionamento"]), d["canal"]),
        acionamento=d["acionamento"],
        contribuinte=d["contribuinte"],
        canal=d["canal"],
        modelo=d["modelo"],
        idioma=d["idioma"],
        codigo=d["codigo"],
        hipotese=d["hipotese"],
        rigidez=d["rigidez"],
        campanha=d["campanha"],
        nao_antes=d["nao_antes"],
        valido_ate=d["valido_ate"],
        traceparent=evento.traceparent,
    )


async def registrar_acionamentos(uow: Unidade, eventos: Sequence[Evento]) -> None:
    """Makes the rows. What is suppressed at once (cancelled before, no contact, opted out) is told at once."""
    suprimidos = await uow.envios.criar([_emissao(evento) for evento in eventos], uow.agora)
    await uow.saidas.gravar([entrega_atualizada(e, uow.agora) for e in suprimidos])


class CancelarAcionamentos:
    """Use case: what is pendente is suppressed; each cancel is answered by one event, whatever state the row is in."""

    def __init__(self, metricas: Metricas) -> None:
        self._metricas = metricas

    async def __call__(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        pedidos = {
            envio_de(UUID(evento.dados["acionamento"]), evento.dados["canal"]): (evento, _cancelamento(evento))
            for evento in eventos
        }
        # the tombstone first: whoever creates the row later must see it
        await uow.envios.suprimir_na_origem([cancelamento for _, cancelamento in pedidos.values()])
        mudancas, respostas = [], []
        for antes in await uow.envios.travar(pedidos.keys()):
            evento, cancelamento = pedidos[antes.envio]
            depois = cancelado(antes, cancelamento.motivo)
            mudancas.append(Mudanca(antes, depois))
            if not mudou(antes, depois):
                respostas.append(entrega_atualizada(antes, uow.agora, em_resposta_a=evento.id))
        await gravar_mudancas(uow, mudancas, self._metricas)
        await uow.saidas.gravar(respostas)


def _cancelamento(evento: Evento) -> Cancelamento:
    d = evento.dados
    return Cancelamento(UUID(d["acionamento"]), d["canal"], d["motivo"], datetime.fromisoformat(d["cancelado_em"]))
