"""Every event version there is, in one table."""

from __future__ import annotations

from schemas import acionamento, contato, conversa, divida, entrega, pagamento, parcelamento, tarefa
from schemas.evento import Dados

EVENTOS: tuple[type[Dados], ...] = (
    divida.DividaClassificada,
    divida.DividaRegularizada,
    divida.DividaSuspensa,
    divida.DividaContestada,
    divida.DividaPagamentoAlegado,
    divida.DividaPrometida,
    divida.DividaSemCondicoesDeclarada,
    acionamento.AcionamentoEmitido,
    acionamento.AcionamentoCancelado,
    acionamento.AcionamentoRetido,
    entrega.EntregaAtualizada,
    contato.ContatoAlterado,
    contato.ContatoNaoReconhecido,
    tarefa.TarefaSolicitada,
    conversa.MensagemRecebida,
    conversa.RespostaSolicitada,
    conversa.ConversaTransbordada,
    conversa.ConversaEncerrada,
    pagamento.PagamentoConfirmado,
    parcelamento.ParcelamentoFormalizado,
    parcelamento.ParcelamentoAtivado,
    parcelamento.ParcelamentoParcelaVencida,
    parcelamento.ParcelamentoEmRisco,
    parcelamento.ParcelamentoCancelado,
    parcelamento.ParcelamentoQuitado,
)

POR_TIPO: dict[str, type[Dados]] = {evento.tipo: evento for evento in EVENTOS}
