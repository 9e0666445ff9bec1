"""The Pix code of a document: registered at the payment provider once the document is kept, or made of the receiver's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from parcelamento.application.ports_documentos import Documento, NormasDeDocumentos
from parcelamento.application.ports_pix import CobrancaPix, DevedorPix, FalhaPix, PixPort
from parcelamento.domain.brcode import dinamico, estatico


class Devedores(Protocol):
    async def achar(self, contribuinte: str) -> DevedorPix | None:
        """Who they are, for a charge at the provider; None where nobody knows. Raises nothing for a service that is away."""
        ...


class CodigoPix(Protocol):
    async def de(self, documento: Documento) -> str | None:
        """The BR Code's text; None where it cannot be had now."""
        ...


@dataclass(frozen=True, slots=True)
class SemPix:
    """An installation that takes no Pix."""

    async def de(self, documento: Documento) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class PixEstatico:
    """Codes made of the receiver's key: no provider is asked, and none tells when they are past their day."""

    chave: str
    normas: NormasDeDocumentos

    async def de(self, documento: Documento) -> str | None:
        recebedor = self.normas(documento.uf).recebedor
        return estatico(self.chave, recebedor.nome, recebedor.cidade, documento.valor, documento.txid)


@dataclass(frozen=True, slots=True)
class PixDinamico:
    """A charge with a due date (cobv) for each document, which the provider refuses once its day is over."""

    pix: PixPort
    devedores: Devedores
    normas: NormasDeDocumentos

    async def de(self, documento: Documento) -> str | None:
        devedor = await self.devedores.achar(documento.contribuinte)
        if devedor is None:
            return None
        feita = await self.pix.criar(
            CobrancaPix(
                documento=documento.documento,
                vencimento=documento.vencimento,
                valor=documento.valor,
                devedor=devedor,
                # after its day the document has another price: a new one is issued
                validade_dias=0,
            )
        )
        if isinstance(feita, FalhaPix):
            return None
        recebedor = self.normas(documento.uf).recebedor
        return feita.copia_e_cola or dinamico(feita.location, recebedor.nome, recebedor.cidade)
