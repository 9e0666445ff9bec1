"""Parcelamento: rules as dated data, quotes to the cent, plans, documents that can be paid, and the money that comes in.

Events in: none; debts come with each request, payments by the bank's return file and the Pix webhook.

Events out: `parcelamento.formalizado`, `.ativado`, `.parcela_vencida`, `.em_risco`, `.cancelado`, `.quitado`;
`pagamento.confirmado`, in the transaction that keeps the payment.

Tables (schema `parcelamento`): `norma`, `selic`; `cotacao`, `plano`, `plano_debito`, `debito_parcelado`, `parcela`, `contato`;
`documento`, `pagamento`, `pagamento_resolucao`, `aplicacao`; `retorno`, `carga`, `carga_rejeitado`; `outbox`, `inbox`, `morta`,
`idempotencia`.
Guarantees: a quote never changes; a plan is made once of a quote; a payment is kept once and, to the cent, applied, left
over, or on an operator's list.
"""
