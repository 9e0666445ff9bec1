"""Régua: why a debt is unpaid, how firm the next contact is, who is contacted when, and what became of it.

Events in: `entrega.atualizada` (canais, ura); `contato.alterado`, `contato.nao_reconhecido` (canais, chatbot);
`pagamento.confirmado` (parcelamento); `parcelamento.formalizado`, `.ativado`, `.parcela_vencida`, `.em_risco`, `.cancelado`,
`.quitado`;
`divida.contestada`, `.pagamento_alegado`, `.prometida`, `.sem_condicoes_declarada` (chatbot, ura).

Events out: `divida.classificada`, `divida.regularizada`, `divida.suspensa`; `acionamento.emitido`, `acionamento.cancelado`,
`acionamento.retido`; `tarefa.solicitada`; `pagamento.confirmado` for what the authority's own files tell.

Tables (schema `regua`): `contribuinte`, `debito`, `declaracao`, `pagamento`, `pagamento_avulso`, `veiculo`, `carga`,
`carga_rejeitado`; `politica`, `campanha`, `sorteio`; `ciclo`, `caso`, `decisao`, `acionamento`, `emissao`, `suspensao`,
`contato_canal`, `aprovacao`, `tarefa`, `agenda`, `parcelamento_fato`, `risco`, `decisao_avulsa`;
`outbox`, `inbox`, `morta`, `idempotencia`.
"""
