"""Failures as data: what a provider's code means to us, so that a worker asks the failure and never "which provider?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from canais.normas.falhas_meta import FALHAS_META
from canais.normas.falhas_twilio import FALHAS_TWILIO

Familia = Literal["twilio", "meta"]
Culpa = Literal["contato", "provedor", "configuracao"]


@dataclass(frozen=True, slots=True)
class Natureza:
    """What follows from a kind of failure.

    `retryable`: the same request may be accepted later. `ritmo`: it was not even looked at, and the provider's whole
    queue must slow down. `invalida` and `descadastra`: what it tells about the contact point.
    """

    culpa: Culpa
    retryable: bool = False
    ritmo: bool = False
    alertar: bool = False
    invalida: bool = False
    descadastra: bool = False


NATUREZAS: Final[Mapping[str, Natureza]] = {
    "ritmo": Natureza("provedor", retryable=True, ritmo=True),
    "provedor_passageira": Natureza("provedor", retryable=True),
    # told by a receipt: the message was accepted, and may not be sent again
    "entrega_passageira": Natureza("contato"),
    "endereco_invalido": Natureza("contato", invalida=True),
    "optou_sair": Natureza("contato", descadastra=True),
    "bloqueado": Natureza("contato"),
    "canal_nao_alcanca": Natureza("contato"),
    "filtrada": Natureza("provedor", alertar=True),
    "configuracao": Natureza("configuracao", alertar=True),
    "desconhecida": Natureza("provedor", alertar=True),
}


@dataclass(frozen=True, slots=True)
class Falha:
    """A provider's refusal in our words."""

    codigo: str
    natureza: Natureza
    descricao: str


def _ler(tabela: Mapping[str, tuple[str, str]]) -> dict[str, Falha]:
    return {codigo: Falha(codigo, NATUREZAS[natureza], descricao) for codigo, (natureza, descricao) in tabela.items()}


_POR_FAMILIA: Final[Mapping[Familia, Mapping[str, Falha]]] = {"twilio": _ler(FALHAS_TWILIO), "meta": _ler(FALHAS_META)}


def falha_de(familia: Familia, codigo: str, *, status: int | None = None) -> Falha:
    """The failure that `codigo` names. An unknown code: passing where the HTTP status is 5xx, else the provider's fault."""
    conhecida = _POR_FAMILIA[familia].get(codigo)
    if conhecida is not None:
        return conhecida
    if status == 429:
        return Falha(codigo, NATUREZAS["ritmo"], "O provedor pediu para diminuir o ritmo.")
    if status is not None and status >= 500:
        return Falha(codigo, NATUREZAS["provedor_passageira"], f"Erro {codigo} do provedor.")
    return Falha(codigo, NATUREZAS["desconhecida"], f"O provedor recusou com o código {codigo}.")


def descricao_de(provedor: str | None, codigo: str | None) -> str | None:
    """The text of a failure for people, in Portuguese; None without a code. `provedor`: as `canais.provedor` names it."""
    if codigo is None:
        return None
    return falha_de("meta" if provedor is not None and provedor.startswith("meta") else "twilio", codigo).descricao
