"""The record of contacts about installments in arrears: who spoke for the company, and to what they committed it.

Source: Portaria 46/2015, Anexo III, item 28.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from parcelamento.errors import CampoRecusado, DadosRecusados, NaoExiste

Meio = Literal["aviso_de_debito", "telefone", "presencial", "outro"]
Passo = Literal["contato", "cobranca_por_telefone", "feito"]
AVISO: Final = "aviso_de_debito"
"""A notice is sent: nobody answers it. Every other contact is with a person who commits the company."""


@dataclass(frozen=True, slots=True)
class Contato:
    """One contact. `pessoa` and `compromisso` are personal data: None for a notice, and once they were deleted."""

    contato: UUID
    plano: UUID
    parcela: int
    meio: Meio
    pessoa: str | None
    compromisso: str | None
    prometido_para: date | None
    feito_em: datetime
    autor: str
    excluido_em: datetime | None = None
    excluido_por: str | None = None


class Contatos(Protocol):
    """The records, inside one transaction."""

    async def numero_de_parcelas(self, plano: UUID) -> int:
        """Zero where there is no such plan."""
        ...

    async def guardar(self, contato: Contato) -> None: ...

    async def excluir(self, plano: UUID, contato: UUID, *, em: datetime, por: str) -> bool:
        """Leaves of the contact that it was made: neither the name nor the words. False where there is none such."""
        ...


async def registrar_contato(contatos: Contatos, contato: Contato, hoje: date) -> None:
    """Keeps a contact made today. Raises `NaoExiste` for the plan, `DadosRecusados` naming every field that does not do."""
    parcelas = await contatos.numero_de_parcelas(contato.plano)
    if not parcelas:
        raise NaoExiste("Não há parcelamento com este identificador.")
    if campos := tuple(_recusados(contato, parcelas, hoje)):
        raise DadosRecusados("O contato não está completo.", campos=campos)
    await contatos.guardar(contato)


async def excluir_contato(contatos: Contatos, plano: UUID, contato: UUID, *, em: datetime, por: str) -> None:
    """Deletes a contact's name and words for good; again, it changes nothing. Raises `NaoExiste`."""
    if not await contatos.excluir(plano, contato, em=em, por=por):
        raise NaoExiste("Não há contato com este identificador neste parcelamento.")


def passo(*, com_aviso: bool, feito_no_mes: bool) -> Passo:
    """What is to be done about an installment this month: items 28, b, c and d."""
    if feito_no_mes:
        return "feito"
    return "contato" if com_aviso else "cobranca_por_telefone"


def _recusados(c: Contato, parcelas: int, hoje: date) -> Iterator[CampoRecusado]:
    if not 1 <= c.parcela <= parcelas:
        yield {"campo": "parcela", "motivo": f"O parcelamento tem as parcelas de 1 a {parcelas}."}
    if c.meio != AVISO and c.pessoa is None:
        yield {"campo": "pessoa", "motivo": "Diga com quem da empresa se falou."}
    if c.meio != AVISO and c.compromisso is None:
        yield {"campo": "compromisso", "motivo": "Diga a que a pessoa se comprometeu."}
    if c.prometido_para is not None and c.prometido_para < hoje:
        yield {"campo": "prometido_para", "motivo": "Já passou."}
