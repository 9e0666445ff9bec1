"""Twilio's error codes as failures of ours: code → (nature, text for operators).

Source: twilio.com/docs/api/errors; which nature a code gets is our reading of it. Natures: `canais.domain.falha`.
"""

from __future__ import annotations

from typing import Final

FALHAS_TWILIO: Final[dict[str, tuple[str, str]]] = {
    # answers to the request
    "20003": ("configuracao", "Credenciais da Twilio recusadas."),
    "20404": ("configuracao", "Recurso não encontrado na Twilio."),
    "20429": ("ritmo", "A Twilio pediu para diminuir o ritmo."),
    "20500": ("provedor_passageira", "Erro interno da Twilio."),
    "20503": ("provedor_passageira", "Twilio temporariamente indisponível."),
    "21211": ("endereco_invalido", "O número de destino não é válido."),
    "21212": ("configuracao", "O número de origem não é válido."),
    "21217": ("endereco_invalido", "O número de destino não é válido."),
    "21408": ("configuracao", "A conta não pode enviar para esta região."),
    "21602": ("configuracao", "A mensagem foi sem texto."),
    "21603": ("configuracao", "Falta o número de origem."),
    "21604": ("configuracao", "Falta o número de destino."),
    "21606": ("configuracao", "O número de origem não envia mensagens."),
    "21608": ("configuracao", "A conta de teste só envia para números verificados."),
    "21609": ("configuracao", "O endereço de retorno (URL_PUBLICA) não é válido."),
    "21610": ("optou_sair", "A pessoa pediu para não receber mensagens."),
    "21611": ("ritmo", "A fila do número de origem está cheia."),
    "21612": ("canal_nao_alcanca", "O destino não é alcançável por SMS a partir da origem."),
    "21614": ("endereco_invalido", "O número de destino não é de celular."),
    "21617": ("configuracao", "O texto passa do tamanho aceito."),
    "21656": ("configuracao", "As variáveis do modelo não são válidas."),
    "21703": ("configuracao", "O serviço de mensagens não tem número de origem."),
    # receipts of SMS
    "30001": ("entrega_passageira", "A fila da operadora estava cheia."),
    "30002": ("configuracao", "A conta da Twilio está suspensa."),
    "30003": ("entrega_passageira", "O aparelho não foi alcançado."),
    "30004": ("bloqueado", "A mensagem foi bloqueada para este número."),
    "30005": ("endereco_invalido", "O número de destino não existe."),
    "30006": ("endereco_invalido", "O número é fixo ou a operadora não recebe mensagens."),
    "30007": ("filtrada", "A operadora filtrou a mensagem."),
    "30008": ("entrega_passageira", "Falha desconhecida na entrega."),
    # WhatsApp through Twilio
    "63001": ("configuracao", "Credenciais do canal recusadas."),
    "63003": ("endereco_invalido", "O destino não usa WhatsApp."),
    "63005": ("configuracao", "O conteúdo foi recusado pelo canal."),
    "63007": ("configuracao", "O remetente do WhatsApp não existe na conta."),
    "63012": ("provedor_passageira", "Erro interno do WhatsApp."),
    "63013": ("configuracao", "A mensagem fere a política do canal."),
    "63014": ("optou_sair", "A pessoa bloqueou ou pediu para sair."),
    "63015": ("configuracao", "O destino não participa do ambiente de testes."),
    "63016": ("configuracao", "Fora da janela de 24 horas: é preciso um modelo aprovado."),
    "63017": ("ritmo", "A conta passou do limite de mensagens por segundo."),
    "63018": ("ritmo", "O canal pediu para diminuir o ritmo."),
    "63021": ("configuracao", "O conteúdo não é válido para o canal."),
    "63024": ("endereco_invalido", "O destino não pode receber pelo WhatsApp."),
    "63027": ("configuracao", "O modelo não existe neste idioma."),
    "63028": ("configuracao", "O número de parâmetros do modelo não confere."),
    "63030": ("configuracao", "Um parâmetro do modelo não é aceito."),
    "63032": ("canal_nao_alcanca", "O WhatsApp limitou as mensagens a esta pessoa."),
    "63033": ("bloqueado", "O destino está bloqueado."),
    "63038": ("provedor_passageira", "O limite diário da conta foi atingido."),
    "63040": ("configuracao", "O modelo foi recusado."),
    "63041": ("configuracao", "O modelo está pausado."),
    "63049": ("canal_nao_alcanca", "A Meta decidiu não entregar esta mensagem."),
}
