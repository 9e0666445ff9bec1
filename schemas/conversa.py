"""Topics `cobranca-mensagem`, `cobranca-resposta` (24 h) and `cobranca-conversa`: what people write, and handing over."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import StringConstraints

from schemas.evento import Contribuinte, Dados

CanalDeConversa = Literal["whatsapp", "sms", "messenger", "web"]
Texto = Annotated[str, StringConstraints(max_length=4096)]


class _DaConversa(Dados):
    conversa: UUID
    contribuinte: Contribuinte | None = None
    """Present once the person is identified."""

    def chave(self) -> str:
        return self.contribuinte or str(self.conversa)


class MensagemRecebida(_DaConversa):
    """Somebody wrote to us."""

    tipo: ClassVar[str] = "cobranca.mensagem.recebida.v1"
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-mensagem",)

    mensagem: UUID
    canal: CanalDeConversa
    texto: Texto
    opcao: str | None = None
    """The payload of the button or list row that was chosen."""
    recebida_em: datetime


class RespostaSolicitada(_DaConversa):
    """An answer to send in a conversation."""

    tipo: ClassVar[str] = "cobranca.resposta.solicitada.v1"
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-resposta",)

    resposta: UUID
    canal: CanalDeConversa
    texto: Texto
    opcoes: tuple[str, ...] = ()
    documento: str | None = None
    """Address of a document to attach."""
    solicitada_em: datetime


class _Passagem(_DaConversa):
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-conversa",)


class ConversaTransbordada(_Passagem):
    """The chatbot handed the conversation to a person."""

    tipo: ClassVar[str] = "cobranca.conversa.transbordada.v1"

    motivo: str
    transbordada_em: datetime


class ConversaEncerrada(_Passagem):
    """The conversation ended."""

    tipo: ClassVar[str] = "cobranca.conversa.encerrada.v1"

    motivo: str
    encerrada_em: datetime
