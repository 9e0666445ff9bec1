"""One person's contacts by hand: seen, changed, taken out on request; an opt-out is a wish of the person's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

from canais.application.carregar_contatos import CANAIS_CONTADOS, Endereco, idioma, ler_endereco
from canais.application.eventos import contato_alterado
from canais.application.ports import ContatoMudado
from canais.errors import ContatoDesconhecido, ContatoRecusado
from kernel.cargas.celulas import CelulaInvalida
from kernel.domain.telefone import TelefoneInvalido, mascarar_telefone
from kernel.messaging.log import Saida

ORIGEM_OPERADOR: Final = "operador"


@dataclass(frozen=True, slots=True)
class Contato:
    """A contact point as it is kept."""

    canal: str
    endereco: str | None
    idioma: str
    verificado: bool
    consentimento: bool
    situacao: str
    motivo: str | None
    alterado_em: datetime


@dataclass(frozen=True, slots=True)
class Descadastro:
    """Who asked to be left alone on a channel, by which way, and when."""

    canal: str
    origem: str
    pedido_em: datetime


@dataclass(frozen=True, slots=True)
class Ficha:
    """Everything that canais keeps about how to reach a contribuinte."""

    contribuinte: str
    contatos: tuple[Contato, ...]
    descadastros: tuple[Descadastro, ...]


@dataclass(frozen=True, slots=True)
class ContatoPedido:
    """A contact point as somebody writes it; `endereco` None or blank: there is none."""

    canal: str
    endereco: str | None
    idioma: str = "pt-BR"
    verificado: bool = False
    consentimento: bool = False


class GuardaDeContatos(Protocol):
    """Contacts as they are kept, inside one transaction."""

    async def ler(self, contribuinte: str) -> Ficha | None: ...

    async def gravar(
        self, contribuinte: str, contatos: Sequence[tuple[ContatoPedido, Endereco]], agora: datetime
    ) -> list[ContatoMudado]:
        """Makes these the contact points, those of other channels `ausente`; answers what really changed."""
        ...

    async def descadastrar(
        self, contribuinte: str, canais: Collection[str], origem: str, agora: datetime
    ) -> list[ContatoMudado]: ...

    async def recadastrar(self, contribuinte: str, canais: Collection[str]) -> list[ContatoMudado]: ...

    async def exportar(self, contribuinte: str) -> dict[str, Any]:
        """All that is kept about the person, as plain JSON."""
        ...

    async def apagar(self, contribuinte: str, agora: datetime) -> list[ContatoMudado]:
        """Takes the person's addresses out of everything that does not need them any more; opt-outs stay."""
        ...


async def ler_contatos(guarda: GuardaDeContatos, contribuinte: str) -> Ficha:
    """Raises `ContatoDesconhecido`."""
    ficha = await guarda.ler(contribuinte)
    if ficha is None:
        raise ContatoDesconhecido("Não há contatos deste contribuinte.")
    return ficha


async def alterar_contatos(
    guarda: GuardaDeContatos,
    contribuinte: str,
    contatos: Sequence[ContatoPedido],
    descadastros: Collection[str] | None,
    *,
    mudanca: UUID,
    agora: datetime,
) -> tuple[Ficha, list[Saida]]:
    """Makes `contatos` all the contact points there are, and `descadastros`, where given, all the channels opted out of.

    `mudanca` names this change, for its events. Raises `ContatoRecusado`.
    """
    lidos = [(c, _ler(n, c)) for n, c in enumerate(contatos)]
    mudados = await guarda.gravar(contribuinte, lidos, agora)
    if descadastros is not None:
        antes = await guarda.ler(contribuinte)
        fora = {d.canal for d in antes.descadastros} if antes else set()
        mudados += await guarda.recadastrar(contribuinte, fora - set(descadastros))
        mudados += await guarda.descadastrar(contribuinte, set(descadastros) - fora, ORIGEM_OPERADOR, agora)
    ficha = await guarda.ler(contribuinte) or Ficha(contribuinte, (), ())
    return ficha, _avisos(mudados, mudanca, agora)


async def apagar_contatos(guarda: GuardaDeContatos, contribuinte: str, *, mudanca: UUID, agora: datetime) -> list[Saida]:
    """Erases on the person's request (LGPD, art. 18, VI). Raises `ContatoDesconhecido`."""
    await ler_contatos(guarda, contribuinte)
    return _avisos(await guarda.apagar(contribuinte, agora), mudanca, agora)


def mascarar_endereco(endereco: str | None) -> str | None:
    """An address for who may see that there is one, and not which."""
    if endereco is None:
        return None
    return mascarar_telefone(endereco) if endereco.startswith("+") else f"{endereco[:2]}{'*' * 6}"


def _ler(n: int, c: ContatoPedido) -> Endereco:
    try:
        idioma(c.idioma)
    except CelulaInvalida as erro:
        raise ContatoRecusado(f"contatos[{n}].idioma", str(erro)) from None
    try:
        return ler_endereco(c.canal, c.endereco or "")
    except (CelulaInvalida, TelefoneInvalido) as erro:
        raise ContatoRecusado(f"contatos[{n}].endereco", str(erro)) from None


def _avisos(mudados: Sequence[ContatoMudado], mudanca: UUID, agora: datetime) -> list[Saida]:
    # of several changes of one channel the last says what holds
    ultimos = {(c.contribuinte, c.canal): c for c in mudados if c.canal in CANAIS_CONTADOS}
    return [contato_alterado(c, agora, id_=uuid5(mudanca, f"{c.contribuinte}:{c.canal}")) for c in ultimos.values()]
