"""Topic `cobranca-contato`: what is reachable, never the address."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from schemas.acionamento import Idioma
from schemas.evento import Canal, DoContribuinte

SituacaoContato = Literal["valido", "invalido", "ausente", "optou_sair"]


class _Contato(DoContribuinte):
    topicos: ClassVar[tuple[str, ...]] = ("cobranca-contato",)

    canal: Canal


class ContatoAlterado(_Contato):
    """A contact point of a taxpayer came, went, or changed what may be done with it. WhatsApp without consent is `ausente`."""

    tipo: ClassVar[str] = "cobranca.contato.alterado.v1"

    situacao: SituacaoContato
    verificado: bool
    """Proved to be the taxpayer's."""
    idioma: Idioma | None = None
    alterado_em: datetime


class ContatoNaoReconhecido(_Contato):
    """Whoever answered there says that they are not the taxpayer."""

    tipo: ClassVar[str] = "cobranca.contato.nao_reconhecido.v1"

    informado_em: datetime
