"""Text channels: sends what the régua decided by WhatsApp and SMS, and tells what became of it.

Events in: `cobranca.acionamento.emitido.v1`, `cobranca.acionamento.cancelado.v1` of the channels served here.
Events out: `cobranca.entrega.atualizada.v1` for every state of an envio that says more than "waiting" or "on its way
out", and one for each cancel; `cobranca.contato.alterado.v1`; `cobranca.mensagem.recebida.v1`.
Tables: schema `canais`. It alone knows addresses; they leave only towards the providers.
Guarantees: an envio is a row before it is a request; at most one request of a row is open; a request whose fate is not
known is never repeated before the provider was asked; states only rise, in whatever order receipts come.
"""
