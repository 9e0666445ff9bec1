"""Routes for plans: agreed from a quote, read, listed, cancelled."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.http.idempotencia import Chave
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.valores import Dia, DinheiroTexto
from kernel.persistence.banco import Conexao
from parcelamento.adapters.inbound.api import Atendente, Leitor, Mesa, Supervisor
from parcelamento.adapters.outbound import consultas_planos as consultas
from parcelamento.application.acompanhar_planos import cancelar_plano
from parcelamento.application.formalizar import formalizar
from parcelamento.domain.acompanhamento import perda
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.pagamento import atrasada
from parcelamento.domain.plano import Parcela
from parcelamento.errors import NaoExiste

Situacao = Literal["aguardando_entrada", "ativo", "quitado", "cancelado"]


class PedidoDeParcelamento(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cotacao: UUID
    parcelas: Annotated[int, Field(strict=True, ge=1, le=999)]


class PedidoDeCancelamento(BaseModel):
    model_config = ConfigDict(extra="forbid")

    motivo: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


class ParcelaDoPlano(BaseModel):
    numero: int
    valor: DinheiroTexto
    vencimento: date
    pagavel_ate: date = Field(description="O dia útil até o qual se paga sem acréscimo.")
    pago: DinheiroTexto = Field(description="Do valor, acréscimos à parte.")
    quitada_em: date | None
    situacao: Literal["paga", "parcial", "vencida", "aberta"]


class DebitoDoPlano(BaseModel):
    """Multa e juros antes e depois da redução; os saldos, só se o parcelamento foi cancelado."""

    debito: str
    regime: str
    principal: DinheiroTexto
    multa: DinheiroTexto
    juros: DinheiroTexto
    multa_reduzida: DinheiroTexto
    juros_reduzidos: DinheiroTexto
    honorarios: DinheiroTexto
    saldo_principal: DinheiroTexto | None
    saldo_multa: DinheiroTexto | None
    saldo_juros: DinheiroTexto | None
    saldo_honorarios: DinheiroTexto | None


class PagamentoDoPlano(BaseModel):
    pagamento: UUID
    origem: str
    parcela: int | None = Field(description="A do documento pago; null: o saldo todo.")
    pago_em: date
    valor: DinheiroTexto
    estado: str
    resultado: str | None
    excedente: DinheiroTexto


class ResumoDoPlano(BaseModel):
    id: UUID
    cotacao: UUID
    contribuinte: str
    situacao: Situacao
    motivo: str | None = Field(description="Por que foi cancelado.")
    norma: str
    versao: int
    regime: str
    reparcelamento: bool
    tributo: str
    unidade: str
    data: date
    total: DinheiroTexto
    total_sem_reducao: DinheiroTexto
    desconto: DinheiroTexto
    pago: DinheiroTexto
    saldo: DinheiroTexto = Field(description="O que falta pagar das parcelas, acréscimos à parte.")
    numero_de_parcelas: int
    parcelas_vencidas: int
    formalizado_em: datetime
    ativado_em: date | None
    encerrado_em: date | None

    @classmethod
    def campos(cls, linha: Any) -> dict[str, Any]:
        """The plan's own fields, from a row of `consultas`."""
        iguais = (
            *(
                "cotacao",
                "contribuinte",
                "situacao",
                "motivo",
                "norma",
                "versao",
                "regime",
                "reparcelamento",
                "tributo",
                "unidade",
            ),
            *("data", "total", "total_sem_reducao", "pago", "numero_de_parcelas", "formalizado_em", "ativado_em", "encerrado_em"),
        )
        viva = linha["situacao"] in {"aguardando_entrada", "ativo"}
        return {nome: linha[nome] for nome in iguais} | {
            "id": linha["plano"],
            "desconto": linha["total_sem_reducao"] - linha["total"],
            "saldo": linha["total"] - linha["pago"] if viva else 0,
            "parcelas_vencidas": linha["vencidas"],
        }

    @classmethod
    def de(cls, linha: Any) -> ResumoDoPlano:
        return cls(**cls.campos(linha))


class PlanoInteiro(ResumoDoPlano):
    perda_em: date | None = Field(description="Quando se perde o parcelamento, se nada mais for pago.")
    parcelas: list[ParcelaDoPlano]
    debitos: list[DebitoDoPlano]
    pagamentos: list[PagamentoDoPlano]


def rotas_de_planos(m: Mesa) -> APIRouter:
    """`/v1/parcelamentos`."""
    rotas = APIRouter(tags=["parcelamento"])

    async def detalhar(con: Conexao, plano: UUID) -> PlanoInteiro:
        uow = m.unidades(con, m.relogio.agora())
        linha, vivo = await consultas.ler_plano(con, plano), await uow.planos.ler(plano)
        if linha is None or vivo is None:
            raise NaoExiste("Não há parcelamento com este identificador.")
        calendario = calendario_de(vivo.norma.norma.uf)

        def parcela(p: Parcela) -> ParcelaDoPlano:
            if not p.aberto:
                situacao: Literal["paga", "parcial", "vencida", "aberta"] = "paga"
            elif atrasada(p, uow.hoje, calendario):
                situacao = "vencida"
            else:
                situacao = "parcial" if p.pago else "aberta"
            return ParcelaDoPlano(
                numero=p.numero,
                valor=p.valor,
                vencimento=p.vencimento,
                pagavel_ate=calendario.proximo_dia_util(p.vencimento),
                pago=p.pago,
                quitada_em=p.quitada_em,
                situacao=situacao,
            )

        perdido = perda(vivo.plano, calendario)
        return PlanoInteiro(
            **ResumoDoPlano.campos(linha),
            perda_em=perdido.data if perdido is not None else None,
            parcelas=[parcela(p) for p in vivo.plano.parcelas],
            debitos=[DebitoDoPlano(**dict(d)) for d in await consultas.debitos_do_plano(con, plano)],
            pagamentos=[PagamentoDoPlano(**dict(g)) for g in await consultas.pagamentos_do_plano(con, plano)],
        )

    @rotas.post("/v1/parcelamentos", status_code=201, response_model=PlanoInteiro, summary="Formaliza um parcelamento")
    async def formalizar_parcelamento(
        request: Request, dados: PedidoDeParcelamento, quem: Atendente, chave: Chave = None
    ) -> Response:
        """Da cotação do dia. Nenhuma restrição cai antes de paga a primeira parcela."""

        async def executar(con: Conexao) -> PlanoInteiro:
            uow = m.unidades(con, m.relogio.agora())
            plano = await formalizar(uow, cotacao=dados.cotacao, parcelas=dados.parcelas, plano=uuid4(), autor=quem.nome)
            return await detalhar(con, plano.plano)

        return await m.uma_vez(request, chave, quem, executar)

    @rotas.get("/v1/parcelamentos", response_model=Pagina[ResumoDoPlano], summary="Os parcelamentos, por dia")
    async def listar(
        _: Leitor,
        pagina: Paginacao,
        *,
        situacao: Situacao | None = None,
        unidade: Annotated[str | None, Query(max_length=40)] = None,
        tributo: Annotated[str | None, Query(max_length=10)] = None,
        contribuinte: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,40}$")] = None,
        de: Annotated[Dia | None, Query(description="Formalizados deste dia em diante.")] = None,
        ate: Annotated[Dia | None, Query(description="Formalizados até este dia.")] = None,
    ) -> Pagina[ResumoDoPlano]:
        filtro = consultas.FiltroDePlanos(situacao, unidade, tributo, contribuinte, de, ate)
        async with m.banco.conexao() as con:
            linhas = await consultas.listar_planos(con, filtro, depois_de=pagina.depois_de(date, UUID), limite=pagina.buscar)
        return montar(linhas, pagina, chave=lambda p: (p["data"], p["plano"]), item=ResumoDoPlano.de)

    @rotas.get("/v1/parcelamentos/{plano}", response_model=PlanoInteiro, summary="Um parcelamento, com parcelas e pagamentos")
    async def ler(plano: UUID, _: Leitor) -> PlanoInteiro:
        async with m.banco.transacao(so_leitura=True, isolamento="repeatable_read") as con:
            return await detalhar(con, plano)

    @rotas.post("/v1/parcelamentos/{plano}/cancelar", response_model=PlanoInteiro, summary="Cancela um parcelamento")
    async def cancelar(
        plano: UUID, request: Request, dados: PedidoDeCancelamento, quem: Supervisor, chave: Chave = None
    ) -> Response:
        """O que foi pago é imputado na ordem da norma, e o saldo volta aos débitos."""

        async def executar(con: Conexao) -> PlanoInteiro:
            await cancelar_plano(m.unidades(con, m.relogio.agora()), plano, dados.motivo)
            return await detalhar(con, plano)

        return await m.uma_vez(request, chave, quem, executar, status=200)

    return rotas
