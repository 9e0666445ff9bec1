"""What parcelamento needs of a payment provider: charges with a due date (cobv), and to be told of payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol
from uuid import UUID

from kernel.domain.documento import Documento
from parcelamento.domain.pix import PixRecebido, txid_do_documento

SituacaoPix = Literal["ATIVA", "CONCLUIDA", "REMOVIDA_PELO_USUARIO_RECEBEDOR", "REMOVIDA_PELO_PSP"]

CodigoDaFalha = Literal[
    "sem_conexao",
    "sem_resposta",
    "excesso_de_pedidos",
    "provedor_indisponivel",
    "credencial_recusada",
    "acesso_negado",
    "pedido_recusado",
    "nao_encontrada",
    "nao_ativa",
    "resposta_ilegivel",
]


@dataclass(frozen=True, slots=True)
class DevedorPix:
    """Who owes. Goes to the provider and nowhere else; the name is cut at the 200 characters that it takes."""

    documento: Documento
    nome: str


@dataclass(frozen=True, slots=True)
class EncargoPix:
    """A fine or interest. centesimos: cents or hundredths of a percent, by the modality of API Pix.

    Fine: 1 fixed, 2 percent. Interest: 1 reais, 2 percent a day, 3 a month, 4 a year, on calendar days; 5 to 8 the same on
    business days. Two decimals are all that the API takes: where a norm's rate has more (a SELIC sum), leave it out and
    issue a new document on the day it is asked for.
    """

    modalidade: int
    centesimos: int


@dataclass(frozen=True, slots=True)
class CobrancaPix:
    """A charge for a document. valor: cents, at least 1. validade_dias: calendar days after the due date on which it is taken."""

    documento: UUID
    vencimento: date
    valor: int
    devedor: DevedorPix
    multa: EncargoPix | None = None
    juros: EncargoPix | None = None
    validade_dias: int = 30
    solicitacao: str | None = None

    @property
    def txid(self) -> str:
        return txid_do_documento(self.documento)


@dataclass(frozen=True, slots=True)
class CobrancaRegistrada:
    """A charge as the provider has it. location: address for the BR Code, without its scheme. recebidos: its payments so far."""

    txid: str
    situacao: SituacaoPix
    location: str
    vencimento: date
    valor: int
    revisao: int
    copia_e_cola: str | None = None
    recebidos: tuple[PixRecebido, ...] = ()


@dataclass(frozen=True, slots=True)
class FalhaPix:
    """Why the provider did not do it. repetivel: the same request may succeed later. alertar: somebody has to look.

    violacoes: (property, reason), as the provider tells them; values that it repeats are left out.
    """

    codigo: CodigoDaFalha
    repetivel: bool
    alertar: bool
    status: int | None = None
    detalhe: str = ""
    violacoes: tuple[tuple[str, str], ...] = ()


class PixPort(Protocol):
    """One receiver's account at one provider. Every call may be repeated: the outcome is the same."""

    async def criar(self, cobranca: CobrancaPix) -> CobrancaRegistrada | FalhaPix:
        """The charge is at the provider as asked, made or revised. `nao_ativa`: paid or removed before, and different."""
        ...

    async def consultar(self, txid: str) -> CobrancaRegistrada | FalhaPix:
        """The charge with its payments, or `nao_encontrada`."""
        ...

    async def cancelar(self, txid: str) -> CobrancaRegistrada | FalhaPix:
        """The charge can no longer be paid. `nao_ativa`: it was paid before."""
        ...

    async def registrar_webhook(self, url: str) -> FalhaPix | None:
        """Payments are told at `url` + "/pix" from now on; None: done."""
        ...
