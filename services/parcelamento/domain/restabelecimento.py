"""A plan lost although it was paid in time: the bank told of the payments after the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from kernel.domain.calendario import Calendario
from parcelamento.domain.acompanhamento import perda
from parcelamento.domain.pagamento import Mora, Recebido, receber
from parcelamento.domain.plano import ENTRADA, Plano
from parcelamento.errors import EstadoNaoPermite


def restabelecer(
    plano: Plano, perdido_em: date, recebidos: Sequence[Recebido], *, ate: date, mora: Mora, calendario: Calendario
) -> Plano:
    """The lost plan as it was before its loss, the payments not yet in it.

    It comes back only if `recebidos`, taken one after another on their own days, would each have found it alive, and leave it
    alive on `ate`, the day up to which plans are judged. Raises `EstadoNaoPermite`: `nao_restabelecivel`, where no rule lost it
    on `perdido_em` or nothing waits; `pago_depois_da_perda`; `perdido_mesmo_assim`.
    """
    antes = replace(plano, situacao="aguardando_entrada" if plano.parcela(ENTRADA).aberto else "ativo")
    sem_nada = perda(antes, calendario)
    if plano.situacao != "cancelado" or sem_nada is None or sem_nada.data != perdido_em:
        raise EstadoNaoPermite("O parcelamento não foi perdido por falta de pagamento.", codigo="nao_restabelecivel")
    if not recebidos:
        raise EstadoNaoPermite("Nenhum pagamento deste parcelamento espera na lista.", codigo="nao_restabelecivel")
    depois = antes
    for recebido in sorted(recebidos, key=lambda r: r.pago_em):
        perdido = perda(depois, calendario)
        if perdido is not None and perdido.data <= recebido.pago_em:
            raise EstadoNaoPermite(
                f"O pagamento de {recebido.pago_em:%d/%m/%Y} veio depois da perda, em {perdido.data:%d/%m/%Y}.",
                codigo="pago_depois_da_perda",
            )
        depois = receber(depois, recebido, mora, calendario).plano
    fim = perda(depois, calendario)
    if fim is not None and fim.data <= ate:
        raise EstadoNaoPermite(
            f"Mesmo com esses pagamentos, o parcelamento teria sido perdido em {fim.data:%d/%m/%Y}.", codigo="perdido_mesmo_assim"
        )
    return antes
