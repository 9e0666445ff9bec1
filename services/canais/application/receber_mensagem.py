"""What people write to us: requests to leave or to come back are done; everything else becomes an event."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

from canais.application.eventos import ESPACO, contatos_alterados
from canais.application.ports import Unidade
from canais.domain.palavra import pedido_de
from schemas.conversa import MensagemRecebida
from schemas.evento import para_saida

_MAXIMO = 4096


class MensagemEntrante(NamedTuple):
    """A message as it arrived. `chave`: what equals between spellings of one address; `id_provedor`: unique at the provider."""

    canal: Literal["whatsapp", "sms"]
    chave: str
    id_provedor: str
    texto: str
    opcao: str | None
    recebida_em: datetime


async def receber_mensagem(uow: Unidade, m: MensagemEntrante) -> None:
    """Twice the same message has the effect of one: its event keeps its id, and leaving twice is leaving."""
    match pedido_de(m.texto):
        case "sair":
            mudados = await uow.contatos.descadastrar_endereco(m.canal, m.chave, "mensagem", uow.agora)
            await uow.saidas.gravar(contatos_alterados(mudados, uow.agora))
        case "voltar":
            mudados = await uow.contatos.recadastrar_endereco(m.canal, m.chave)
            await uow.saidas.gravar(contatos_alterados(mudados, uow.agora))
        case None:
            dados = MensagemRecebida(
                conversa=conversa_de(await uow.contatos.chave_das_conversas(), m.canal, m.chave),
                mensagem=uuid5(ESPACO, f"mensagem:{m.id_provedor}"),
                canal=m.canal,
                texto=m.texto[:_MAXIMO],
                opcao=m.opcao,
                recebida_em=uow.agora,
            )
            id_ = uuid5(ESPACO, f"recebida:{m.id_provedor}")
            await uow.saidas.gravar([para_saida(dados, id_=id_, origem="canais", instante=uow.agora)])


def conversa_de(segredo: bytes, canal: str, chave: str) -> UUID:
    """One conversation for one address of a channel. Without the secret nobody finds the phone by trying them all."""
    resumo = hmac.digest(segredo, f"{canal}:{chave}".encode(), "sha256")
    # read as a random one, which is what it looks like
    return UUID(bytes=resumo[:16], version=4)
