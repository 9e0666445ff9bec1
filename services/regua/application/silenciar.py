"""Takes back what waits to be said to whoever paid, declared, agreed or was suspended meanwhile; the rung is kept."""

from __future__ import annotations

from collections.abc import Collection

from kernel.domain.calendario import JanelaDeContato
from regua.application.acompanhar_entrega_efeitos import Mudancas
from regua.application.ports import Devido, Unidade
from regua.domain.acompanhamento import cancelar


async def silenciar(uow: Unidade, contribuintes: Collection[str], janela: JanelaDeContato) -> None:
    """Cancels acionamentos under way of `contribuintes`, whose payments, debts, declarations or suspensions changed.

    What a decision saw is compared with what is left now: an acionamento goes on where nothing became less. `janela` says
    what the local day is.
    """
    if not contribuintes:
        return
    fichas = {f.acionamento: f for f in await uow.acionamentos.travar_abertos(contribuintes)}
    if not fichas:
        return
    mudancas = Mudancas(uow, janela)
    for devido in await uow.acionamentos.devidos(fichas.keys(), janela.dia_local(uow.agora)):
        motivo = motivo_do_silencio(devido)
        if motivo is not None:
            ficha = fichas[devido.acionamento]
            mudancas.aplicar(ficha, cancelar(ficha.situacao, motivo))
    await mudancas.gravar()


def motivo_do_silencio(d: Devido) -> str | None:
    """Why what waits is not wanted any more; None where it still is.

    A declaration delivered late counts as a payment does: the event's closed set of reasons has no word of its own for it.
    """
    if d.suspenso:
        return "suspenso"
    if d.restante >= d.visto and d.omissoes >= d.omissoes_vistas:
        return None
    if d.do_tributo or d.omissoes:
        return "pagamento_parcial"
    if d.parados:
        return "suspenso"
    return "parcelado" if d.parcelados else "pago"
