"""Payment documents as they are kept, and what issuing one needs from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

from parcelamento.domain.documento import ItemImpresso
from parcelamento.domain.documento_norma import NormaDeDocumentos, TipoDeDocumento
from parcelamento.domain.norma import Uf

SituacaoDoDocumento = Literal["emitido", "pago", "substituido", "cancelado"]
"""Only `emitido` is handed out; money that comes by any of them counts."""


@dataclass(frozen=True, slots=True)
class Documento:
    """One document. `valor` = Σ `itens` + `encargos`, in cents; `pix`: the BR Code's text, None until the provider has it."""

    documento: UUID
    nosso_numero: int
    tipo: TipoDeDocumento
    plano: UUID | None
    parcela: int | None
    contribuinte: str
    tributo: str | None
    uf: Uf
    valor: int
    encargos: int
    vencimento: date
    barras: str
    linha: str
    txid: str | None
    pix: str | None
    situacao: SituacaoDoDocumento
    itens: tuple[ItemImpresso, ...]
    emitido_em: datetime
    autor: str


class Documentos(Protocol):
    async def proximo_numero(self) -> int: ...

    async def guardar(self, documento: Documento) -> None: ...

    async def ler(self, documento: UUID) -> Documento | None: ...

    async def emitidos(self, plano: UUID, tipo: TipoDeDocumento, parcela: int | None) -> list[Documento]:
        """Those in force, the newest first."""
        ...

    async def cotas_unicas(self, contribuinte: str) -> list[Documento]:
        """Those of debts that are in force, the newest first; nobody else issues one of theirs until the transaction ends."""
        ...

    async def situar(self, documentos: list[UUID], situacao: SituacaoDoDocumento) -> None: ...

    async def por_pix(self, documento: UUID, pix: str) -> None: ...


class NormasDeDocumentos(Protocol):
    def __call__(self, uf: Uf) -> NormaDeDocumentos: ...
