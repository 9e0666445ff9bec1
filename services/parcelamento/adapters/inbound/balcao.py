"""The counter where documents are handed out: issued once, made payable by Pix, drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field

from kernel.http.auth import Identidade
from kernel.http.valores import DinheiroTexto
from kernel.persistence.banco import Conexao
from parcelamento.adapters.inbound.api import Mesa
from parcelamento.adapters.outbound.pdf_documento import desenhar_documento
from parcelamento.application.emitir_documento import Emissor
from parcelamento.application.imprimir import documento_impresso
from parcelamento.application.por_pix import CodigoPix
from parcelamento.application.ports import Unidade
from parcelamento.application.ports_documentos import Documento
from parcelamento.domain.calendarios import FUSO, calendario_de
from parcelamento.domain.febraban import formatar_linha
from parcelamento.domain.norma import Uf
from parcelamento.errors import NaoExiste

Acao = Callable[[Unidade], Awaitable[Documento]]


class ItemDoDocumento(BaseModel):
    debito: str
    tributo: str
    referencia: str
    receita: str | None
    principal: DinheiroTexto
    multa: DinheiroTexto
    juros: DinheiroTexto
    honorarios: DinheiroTexto
    valor: DinheiroTexto


class DocumentoEmitido(BaseModel):
    id: UUID
    rotulo: str = Field(description="DARE ou DAR, conforme o Estado.")
    numero: int
    tipo: Literal["parcela", "quitacao", "cota_unica"]
    situacao: Literal["emitido", "pago", "substituido", "cancelado"]
    contribuinte: str
    parcelamento: UUID | None
    parcela: int | None
    valor: DinheiroTexto
    encargos: DinheiroTexto = Field(description="Acréscimos por atraso da parcela, já no valor.")
    vencimento: date
    pagavel_ate: date = Field(description="O dia útil até o qual se paga por este valor.")
    linha: str = Field(description="Linha digitável, 48 algarismos.")
    linha_formatada: str
    barras: str = Field(description="Código de barras, 44 algarismos.")
    pix: str | None = Field(description="Pix copia e cola; null se o provedor não respondeu: peça de novo.")
    itens: list[ItemDoDocumento]
    emitido_em: datetime


@dataclass(frozen=True, slots=True)
class Balcao:
    """`emissor` issues documents inside a transaction; `pix` makes them payable after it. `uf`: the installation's state."""

    mesa: Mesa
    emissor: Emissor
    pix: CodigoPix
    uf: Uf

    def unidade(self, con: Conexao) -> Unidade:
        return self.mesa.unidades(con, self.mesa.relogio.agora())

    async def ler(self, documento: UUID) -> Documento:
        """Raises `NaoExiste`."""
        async with self.mesa.banco.conexao() as con:
            achado = await self.unidade(con).documentos.ler(documento)
        if achado is None:
            raise NaoExiste("Não há documento com este identificador.")
        return achado

    async def com_pix(self, documento: UUID) -> Documento:
        """The document with its Pix, asked of the provider outside any transaction: it may take its time."""
        achado = await self.ler(documento)
        if achado.pix is not None or achado.situacao != "emitido" or achado.vencimento < self._hoje():
            return achado
        pix = await self.pix.de(achado)
        if pix is None:
            return achado
        async with self.mesa.banco.transacao() as con:
            await self.unidade(con).documentos.por_pix(documento, pix)
        return await self.ler(documento)

    def _hoje(self) -> date:
        return self.mesa.relogio.agora().astimezone(FUSO).date()

    async def em_vigor(self, plano: UUID, numero: int) -> Documento:
        """The installment's document as it was last issued, for who may only read. Raises `NaoExiste`."""
        async with self.mesa.banco.conexao() as con:
            emitidos = await self.unidade(con).documentos.emitidos(plano, "parcela", numero)
        if not emitidos:
            raise NaoExiste("Não há documento desta parcela em vigor.")
        return emitidos[0]

    async def emitir(self, acao: Acao) -> Documento:
        """What `acao` issues, in a transaction of its own."""
        async with self.mesa.banco.transacao() as con:
            feito = await acao(self.unidade(con))
        return await self.com_pix(feito.documento)

    async def emitir_uma_vez(self, request: Request, chave: str | None, quem: Identidade, acao: Acao) -> Response:
        """The same under an idempotency key: what is kept for a repetition is which document it was."""

        async def executar(con: Conexao) -> dict[str, Any]:
            return {"documento": str((await acao(self.unidade(con))).documento)}

        guardada = await self.mesa.uma_vez(request, chave, quem, executar)
        feito = await self.com_pix(UUID(orjson.loads(guardada.body)["documento"]))
        repetida = {nome: valor for nome, valor in guardada.headers.items() if nome == "idempotency-replayed"}
        corpo = self.em_json(feito).model_dump_json()
        return Response(corpo, status_code=201, headers=repetida, media_type="application/json")

    async def em_pdf(self, d: Documento) -> Response:
        async with self.mesa.banco.conexao() as con:
            impresso = await documento_impresso(self.unidade(con), d, self.emissor.normas(d.uf))
        corpo = await asyncio.to_thread(desenhar_documento, impresso)
        return pdf(corpo, f"{impresso.norma.rotulo.lower()}-{d.nosso_numero}.pdf")

    def em_json(self, d: Documento) -> DocumentoEmitido:
        iguais = ("tipo", "situacao", "contribuinte", "parcela", "valor", "encargos", "vencimento", "linha", "barras", "pix")
        return DocumentoEmitido(
            id=d.documento,
            rotulo=self.emissor.normas(d.uf).rotulo,
            numero=d.nosso_numero,
            **{nome: getattr(d, nome) for nome in iguais},
            parcelamento=d.plano,
            pagavel_ate=calendario_de(d.uf).proximo_dia_util(d.vencimento),
            linha_formatada=formatar_linha(d.linha),
            itens=[
                ItemDoDocumento(
                    **{n: getattr(i, n) for n in ("debito", "tributo", "referencia", "receita", "principal", "multa")},
                    juros=i.juros,
                    honorarios=i.honorarios,
                    valor=i.total,
                )
                for i in d.itens
            ],
            emitido_em=d.emitido_em,
        )


def pdf(corpo: bytes, nome: str) -> Response:
    """`corpo` for the browser to show."""
    return Response(corpo, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{nome}"'})
