"""Routes for what can be paid: documents of installments, of a plan's balance, of debts; and the agreement term."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kernel.domain.datas import ler_competencia
from kernel.domain.errors import EntradaInvalida as ValorRecusado
from kernel.http.auth import Identidade, Papel
from kernel.http.idempotencia import Chave
from kernel.http.valores import Dia
from parcelamento.adapters.inbound.api import Atendente, Leitor
from parcelamento.adapters.inbound.api_cotacoes import Identificador, Quantia
from parcelamento.adapters.inbound.balcao import Balcao, DocumentoEmitido, pdf
from parcelamento.adapters.outbound.pdf_termo import desenhar_termo
from parcelamento.application.emitir_documento import cancelar_quitacao
from parcelamento.application.imprimir import termo_do_plano
from parcelamento.application.ports import Unidade
from parcelamento.application.ports_documentos import Documento
from parcelamento.domain.norma import Uf
from parcelamento.normas.encargos import REGRA_DO_ESTADO

NumeroNoCaminho = Annotated[int, Path(ge=1, le=999)]
PDF: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"application/pdf": {}}, "description": "O documento em PDF."}}


class DebitoAPagar(BaseModel):
    model_config = ConfigDict(extra="forbid")

    debito: Identificador
    tributo: Literal["ICMS", "IPVA", "ITCD"] = "ICMS"
    referencia: str = Field(description="Mês do fato gerador, aaaa-mm.", examples=["2026-05"])
    vencimento: Dia
    principal: Quantia
    multa: Quantia = Field(0, description="Se vier multa ou juros, valem os que vieram; senão são calculados hoje.")
    juros: Quantia = 0
    divida_ativa: bool = False

    @field_validator("referencia")
    @classmethod
    def _mes(cls, valor: str) -> str:
        try:
            mes = ler_competencia(valor)
        except ValorRecusado as recusa:
            raise ValueError(str(recusa)) from None
        return f"{mes.mes:02d}/{mes.ano}"


class PedidoDeDocumento(BaseModel):
    """`cotacao`, para a cota única com redução; ou `contribuinte` e `debitos`, com os acréscimos do dia."""

    model_config = ConfigDict(extra="forbid")

    cotacao: UUID | None = None
    contribuinte: Identificador | None = None
    uf: Uf | None = Field(None, description="De quem é o documento; sem ela, o Estado da instalação.")
    encargos: Annotated[str, Field(max_length=40)] | None = Field(None, description="A regra de acréscimos; sem ela, a da UF.")
    debitos: Annotated[list[DebitoAPagar], Field(max_length=500)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _um_dos_dois(self) -> Self:
        if (self.cotacao is None) == (self.contribuinte is None):
            raise ValueError("Informe `cotacao`, ou `contribuinte` e `debitos`.")
        if self.contribuinte is not None and not self.debitos:
            raise ValueError("Informe ao menos um débito em `debitos`.")
        return self

    @field_validator("debitos")
    @classmethod
    def _uma_vez_cada(cls, debitos: list[DebitoAPagar]) -> list[DebitoAPagar]:
        if len({d.debito for d in debitos}) < len(debitos):
            raise ValueError("Um débito aparece mais de uma vez.")
        return debitos


def rotas_de_documentos(b: Balcao) -> APIRouter:
    """`/v1/documentos`."""
    rotas = APIRouter(tags=["documentos"])

    @rotas.post("/v1/documentos", status_code=201, response_model=DocumentoEmitido, summary="Pagamento único de débitos")
    async def cota_unica(request: Request, dados: PedidoDeDocumento, quem: Atendente, chave: Chave = None) -> Response:
        """Um ou mais débitos em um documento só."""

        async def acao(uow: Unidade) -> Documento:
            if dados.cotacao is not None:
                return await b.emissor.da_cotacao(uow, cotacao=dados.cotacao, documento=uuid4(), autor=quem.nome)
            uf = dados.uf or b.uf
            return await b.emissor.dos_debitos(
                uow,
                contribuinte=dados.contribuinte or "",
                uf=uf,
                regra=dados.encargos or REGRA_DO_ESTADO[uf],
                debitos=[d.model_dump() for d in dados.debitos],
                documento=uuid4(),
                autor=quem.nome,
            )

        return await b.emitir_uma_vez(request, chave, quem, acao)

    @rotas.get("/v1/documentos/{documento}", response_model=DocumentoEmitido, summary="Um documento, como foi emitido")
    async def ler(documento: UUID, _: Leitor) -> DocumentoEmitido:
        return b.em_json(await b.com_pix(documento))

    @rotas.get("/v1/documentos/{documento}/documento.pdf", response_class=Response, responses=PDF, summary="O mesmo, em PDF")
    async def ler_em_pdf(documento: UUID, _: Leitor) -> Response:
        return await b.em_pdf(await b.com_pix(documento))

    return rotas


def rotas_de_documentos_do_plano(b: Balcao) -> APIRouter:
    """The documents of `/v1/parcelamentos/{plano}`."""
    rotas = APIRouter(prefix="/v1/parcelamentos/{plano}", tags=["documentos"])

    async def da_parcela(plano: UUID, numero: int, quem: Identidade) -> Documento:
        if quem.papel is Papel.AUDITOR:
            return await b.em_vigor(plano, numero)
        return await b.emitir(
            lambda uow: b.emissor.da_parcela(uow, plano=plano, numero=numero, documento=uuid4(), autor=quem.nome)
        )

    @rotas.get("/parcelas/{numero}/documento", response_model=DocumentoEmitido, summary="O documento de uma parcela")
    async def parcela(plano: UUID, numero: NumeroNoCaminho, quem: Leitor) -> DocumentoEmitido:
        """O que está em vigor ou, se o preço mudou (parcela em atraso, pagamento parcial), um novo, com o valor de hoje.

        O auditor lê o que está em vigor; nada é emitido para ele."""
        return b.em_json(await da_parcela(plano, numero, quem))

    @rotas.get("/parcelas/{numero}/documento.pdf", response_class=Response, responses=PDF, summary="O mesmo, em PDF")
    async def parcela_em_pdf(plano: UUID, numero: NumeroNoCaminho, quem: Leitor) -> Response:
        return await b.em_pdf(await da_parcela(plano, numero, quem))

    @rotas.get("/termo.pdf", response_class=Response, responses=PDF, summary="O termo de acordo, em PDF")
    async def termo(plano: UUID, _: Leitor) -> Response:
        async with b.mesa.banco.transacao(so_leitura=True) as con:
            feito = await termo_do_plano(b.unidade(con), plano, b.emissor.normas)
        return pdf(await asyncio.to_thread(desenhar_termo, feito), f"termo-{plano}.pdf")

    @rotas.post("/quitacao", status_code=201, response_model=DocumentoEmitido, summary="O documento do saldo todo")
    async def quitacao(plano: UUID, request: Request, quem: Atendente, chave: Chave = None) -> Response:
        """Enquanto vale, não se emitem documentos de parcelas: cancele-o para continuar pagando por elas."""

        async def acao(uow: Unidade) -> Documento:
            return await b.emissor.da_quitacao(uow, plano=plano, documento=uuid4(), autor=quem.nome)

        return await b.emitir_uma_vez(request, chave, quem, acao)

    @rotas.delete("/quitacao", status_code=204, summary="Cancela o documento do saldo")
    async def desistir(plano: UUID, _: Atendente) -> None:
        """Pago ainda assim, o dinheiro conta. Cancelar de novo nada muda."""
        async with b.mesa.banco.transacao() as con:
            await cancelar_quitacao(b.unidade(con), plano)

    return rotas
