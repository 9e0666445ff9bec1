"""Routes for what can be paid: documents of installments, of a plan's balance, of debts; and the agreement term."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kernel.domain.datas import ler_competencia
from kernel.domain.errors import EntradaInvalida as ValorRecusado
from kernel.http.auth import Identidade
from kernel.http.idempotencia import Chave
from kernel.http.valores import Dia, DinheiroTexto
from kernel.persistence.banco import Conexao
from parcelamento.adapters.inbound.api import Atendente, Leitor, Mesa
from parcelamento.adapters.inbound.api_cotacoes import Identificador, Quantia
from parcelamento.adapters.outbound.pdf_documento import desenhar_documento
from parcelamento.adapters.outbound.pdf_termo import desenhar_termo
from parcelamento.application.emitir_documento import Emissor, cancelar_quitacao
from parcelamento.application.imprimir import documento_impresso, termo_do_plano
from parcelamento.application.por_pix import CodigoPix
from parcelamento.application.ports_documentos import Documento
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.febraban import formatar_linha
from parcelamento.errors import NaoExiste

NumeroNoCaminho = Annotated[int, Path(ge=1, le=999)]
PDF: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"application/pdf": {}}, "description": "O documento em PDF."}}


@dataclass(frozen=True, slots=True)
class Caixa:
    """What issues documents and makes them payable by Pix."""

    emissor: Emissor
    pix: CodigoPix


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
    uf: Literal["AL", "MA"] = "AL"
    encargos: Annotated[str, Field(max_length=40)] | None = Field(None, description="A regra de acréscimos; sem ela, a da UF.")
    debitos: Annotated[list[DebitoAPagar], Field(max_length=500)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _um_dos_dois(self) -> Self:
        if (self.cotacao is None) == (self.contribuinte is None):
            raise ValueError("Informe `cotacao`, ou `contribuinte` e `debitos`.")
        if self.contribuinte is not None and not self.debitos:
            raise ValueError("Informe ao menos um débito em `debitos`.")
        if len({d.debito for d in self.debitos}) < len(self.debitos):
            raise ValueError("Um débito aparece mais de uma vez em `debitos`.")
        return self


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


def rotas_de_documentos(m: Mesa, caixa: Caixa) -> APIRouter:
    """`/v1/documentos`, and the documents of `/v1/parcelamentos`."""
    rotas = APIRouter(tags=["documentos"])

    def em_json(d: Documento) -> DocumentoEmitido:
        return DocumentoEmitido(
            id=d.documento,
            rotulo=caixa.emissor.normas(d.uf).rotulo,
            numero=d.nosso_numero,
            **{
                nome: getattr(d, nome)
                for nome in ("tipo", "situacao", "contribuinte", "parcela", "valor", "encargos", "vencimento")
            },
            parcelamento=d.plano,
            pagavel_ate=calendario_de(d.uf).proximo_dia_util(d.vencimento),
            linha=d.linha,
            linha_formatada=formatar_linha(d.linha),
            barras=d.barras,
            pix=d.pix,
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

    async def ler(documento: UUID) -> Documento:
        async with m.banco.conexao() as con:
            achado = await m.unidades(con, m.relogio.agora()).documentos.ler(documento)
        if achado is None:
            raise NaoExiste("Não há documento com este identificador.")
        return achado

    async def com_pix(documento: UUID) -> Documento:
        """After the document is kept, and outside its transaction: the provider may take its time."""
        achado = await ler(documento)
        if achado.pix is not None or achado.situacao != "emitido":
            return achado
        pix = await caixa.pix.de(achado)
        if pix is None:
            return achado
        async with m.banco.transacao() as con:
            await m.unidades(con, m.relogio.agora()).documentos.por_pix(documento, pix)
        return await ler(documento)

    async def emitir(acao: Callable[[Conexao], Awaitable[Documento]]) -> Documento:
        async with m.banco.transacao() as con:
            feito = await acao(con)
        return await com_pix(feito.documento)

    async def uma_vez(
        request: Request, chave: str | None, quem: Identidade, acao: Callable[[Conexao], Awaitable[Documento]]
    ) -> Response:
        async def executar(con: Conexao) -> dict[str, Any]:
            return {"documento": str((await acao(con)).documento)}

        guardada = await m.uma_vez(request, chave, quem, executar)
        feito = await com_pix(UUID(orjson.loads(guardada.body)["documento"]))
        repetida = {k: v for k, v in guardada.headers.items() if k.lower() == "idempotency-replayed"}
        return Response(em_json(feito).model_dump_json(), status_code=201, headers=repetida, media_type="application/json")

    async def em_pdf(d: Documento) -> Response:
        async with m.banco.conexao() as con:
            impresso = await documento_impresso(m.unidades(con, m.relogio.agora()), d, caixa.emissor.normas(d.uf))
        corpo = await asyncio.to_thread(desenhar_documento, impresso)
        nome = f"{impresso.norma.rotulo.lower()}-{d.nosso_numero}.pdf"
        return Response(corpo, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{nome}"'})

    async def da_parcela(plano: UUID, numero: int, quem: Identidade) -> Documento:
        return await emitir(
            lambda con: caixa.emissor.da_parcela(
                m.unidades(con, m.relogio.agora()), plano=plano, numero=numero, documento=uuid4(), autor=quem.nome
            )
        )

    @rotas.get(
        "/v1/parcelamentos/{plano}/parcelas/{numero}/documento",
        response_model=DocumentoEmitido,
        summary="O documento de uma parcela",
    )
    async def parcela(plano: UUID, numero: NumeroNoCaminho, quem: Leitor) -> DocumentoEmitido:
        """O que está em vigor ou, se o preço mudou (parcela em atraso, pagamento parcial), um novo, com o valor de hoje."""
        return em_json(await da_parcela(plano, numero, quem))

    @rotas.get(
        "/v1/parcelamentos/{plano}/parcelas/{numero}/documento.pdf",
        response_class=Response,
        responses=PDF,
        summary="O mesmo, em PDF",
    )
    async def parcela_em_pdf(plano: UUID, numero: NumeroNoCaminho, quem: Leitor) -> Response:
        return await em_pdf(await da_parcela(plano, numero, quem))

    @rotas.get(
        "/v1/parcelamentos/{plano}/termo.pdf", response_class=Response, responses=PDF, summary="O termo de acordo, em PDF"
    )
    async def termo(plano: UUID, _: Leitor) -> Response:
        async with m.banco.transacao(so_leitura=True) as con:
            uow = m.unidades(con, m.relogio.agora())
            feito = await termo_do_plano(uow, plano, caixa.emissor.normas)
        corpo = await asyncio.to_thread(desenhar_termo, feito)
        nome = f"termo-{plano}.pdf"
        return Response(corpo, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{nome}"'})

    @rotas.post(
        "/v1/parcelamentos/{plano}/quitacao",
        status_code=201,
        response_model=DocumentoEmitido,
        summary="O documento do saldo todo de um parcelamento",
    )
    async def quitacao(plano: UUID, request: Request, quem: Atendente, chave: Chave = None) -> Response:
        """Enquanto vale, não se emitem documentos de parcelas: cancele-o para continuar pagando por elas."""

        async def acao(con: Conexao) -> Documento:
            uow = m.unidades(con, m.relogio.agora())
            return await caixa.emissor.da_quitacao(uow, plano=plano, documento=uuid4(), autor=quem.nome)

        return await uma_vez(request, chave, quem, acao)

    @rotas.delete("/v1/parcelamentos/{plano}/quitacao", status_code=204, summary="Cancela o documento do saldo")
    async def desistir(plano: UUID, _: Atendente) -> None:
        """Pago ainda assim, o dinheiro conta. Cancelar de novo nada muda."""
        async with m.banco.transacao() as con:
            retirados = await cancelar_quitacao(m.unidades(con, m.relogio.agora()), plano)
        for retirado in retirados:
            if retirado.pix is not None:
                await caixa.pix.retirar(retirado)

    @rotas.post(
        "/v1/documentos", status_code=201, response_model=DocumentoEmitido, summary="Pagamento único de um ou mais débitos"
    )
    async def cota_unica(request: Request, dados: PedidoDeDocumento, quem: Atendente, chave: Chave = None) -> Response:
        async def acao(con: Conexao) -> Documento:
            uow = m.unidades(con, m.relogio.agora())
            if dados.cotacao is not None:
                return await caixa.emissor.da_cotacao(uow, cotacao=dados.cotacao, documento=uuid4(), autor=quem.nome)
            return await caixa.emissor.dos_debitos(
                uow,
                contribuinte=dados.contribuinte or "",
                uf=dados.uf,
                regra=dados.encargos or {"AL": "al", "MA": "federal"}[dados.uf],
                debitos=[d.model_dump() for d in dados.debitos],
                documento=uuid4(),
                autor=quem.nome,
            )

        return await uma_vez(request, chave, quem, acao)

    @rotas.get("/v1/documentos/{documento}", response_model=DocumentoEmitido, summary="Um documento, como foi emitido")
    async def ler_documento(documento: UUID, _: Leitor) -> DocumentoEmitido:
        return em_json(await com_pix(documento))

    @rotas.get("/v1/documentos/{documento}/documento.pdf", response_class=Response, responses=PDF, summary="O mesmo, em PDF")
    async def ler_em_pdf(documento: UUID, _: Leitor) -> Response:
        return await em_pdf(await com_pix(documento))

    return rotas
