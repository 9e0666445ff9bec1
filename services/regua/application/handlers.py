"""What the régua does with each event: the room's table of contents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final

from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.messaging.envelope import Evento
from regua.application.acompanhar_entrega import AcompanharEntregas
from regua.application.acompanhar_parcelamento import AcompanharParcelamentos
from regua.application.ports import Unidade
from regua.application.registrar_contato import RegistrarContatos
from regua.application.registrar_pagamento import RegistrarPagamentos
from regua.application.suspender import SuspenderPorDeclaracao

Handler = Callable[[Unidade, Sequence[Evento]], Awaitable[None]]

TOPICOS: Final = ("cobranca-contato", "cobranca-divida", "cobranca-entrega", "cobranca-pagamento", "cobranca-parcelamento")
"""The topics that the types below come on."""


def montar_handlers(calendario: Calendario, canais_ativos: Collection[str]) -> Mapping[str, Handler]:
    """Event type → use case."""
    janela = JanelaDeContato(calendario)
    contatos = RegistrarContatos(janela)
    pagamentos = RegistrarPagamentos(janela)
    parcelamentos = AcompanharParcelamentos(calendario, canais_ativos)
    declarar = SuspenderPorDeclaracao(janela)
    return {
        "cobranca.entrega.atualizada.v1": AcompanharEntregas(calendario, canais_ativos),
        "cobranca.contato.alterado.v1": contatos.alterados,
        "cobranca.contato.nao_reconhecido.v1": contatos.nao_reconhecidos,
        "cobranca.pagamento.confirmado.v1": pagamentos,
        "cobranca.parcelamento.formalizado.v1": parcelamentos.formalizados,
        "cobranca.parcelamento.ativado.v1": parcelamentos.ativados,
        "cobranca.parcelamento.parcela_vencida.v1": parcelamentos.vencidas,
        "cobranca.parcelamento.em_risco.v1": parcelamentos.em_risco,
        "cobranca.parcelamento.cancelado.v1": parcelamentos.cancelados,
        "cobranca.parcelamento.quitado.v1": parcelamentos.quitados,
        "cobranca.divida.contestada.v1": declarar,
        "cobranca.divida.pagamento_alegado.v1": declarar,
        "cobranca.divida.prometida.v1": declarar,
        "cobranca.divida.sem_condicoes_declarada.v1": declarar,
    }
