"""Routes of the monthly follow-up: which installments to call about, and the contacts that were made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from kernel.domain.datas import Competencia, ler_competencia, mes_de
from kernel.domain.errors import EntradaInvalida as ValorRecusado
from kernel.http.auth import Operador
from kernel.http.idempotencia import Chave
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.valores import Dia, DinheiroTexto
from kernel.persistence.banco import Conexao
from parcelamento.adapters.inbound.api import Mesa, Supervisor
from parcelamento.adapters.inbound.api_planos import Situacao
from parcelamento.adapters.outbound.consultas_planos import ler_plano
from parcelamento.adapters.outbound.contatos_postgres import (
    ContatosPostgres,
    FiltroDoAcompanhamento,
    contatos_do_plano,
    parcelas_a_acompanhar,
)
from parcelamento.application.registrar_contato import Contato, Meio, Passo, excluir_contato, passo, registrar_contato
from parcelamento.domain.calendarios import FUSO, calendario_de
from parcelamento.errors import NaoExiste, recusar

CAMINHO_DO_ACOMPANHAMENTO: Final = "/v1/parcelamentos/acompanhamento"
_CONTATOS: Final = "/v1/parcelamentos/{plano}/contatos"
_Texto = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class ParcelaAAcompanhar(BaseModel):
    parcelamento: UUID
    parcela: int
    contribuinte: str
    unidade: str
    tributo: str
    situacao: Situacao = Field(description="Do parcelamento.")
    vencimento: date
    valor: DinheiroTexto
    pago: DinheiroTexto
    falta: DinheiroTexto = Field(description="Do valor da parcela; os acréscimos de hoje estão no documento dela.")
    vencida: bool = Field(description="false: paga em parte, e ainda no prazo.")
    dias_de_atraso: int = Field(description="Hoje, desde o último dia em que se pagava sem acréscimo.")
    aviso_de_debito: bool = Field(description="Há um aviso de débito emitido para ela.")
    passo: Passo = Field(
        description="`contato`, se há aviso de débito; senão, `cobranca_por_telefone`; `feito`, depois que um contato com pessoa "
        "e compromisso foi registrado no mês."
    )
    contato_em: datetime | None = Field(description="O último contato do mês com uma pessoa.")
    prometido_para: date | None

    @classmethod
    def de(cls, linha: Any, hoje: date) -> ParcelaAAcompanhar:
        iguais = cls.model_fields.keys() & linha.keys()
        pagavel_ate = calendario_de(linha["uf"]).proximo_dia_util(linha["vencimento"])
        return cls(
            **{nome: linha[nome] for nome in iguais},
            parcelamento=linha["plano"],
            parcela=linha["numero"],
            falta=linha["valor"] - linha["pago"],
            dias_de_atraso=max((hoje - pagavel_ate).days, 0),
            aviso_de_debito=linha["com_aviso"],
            passo=passo(com_aviso=linha["com_aviso"], feito_no_mes=linha["contato_em"] is not None),
        )


class ContatoFeito(BaseModel):
    """Um aviso de débito não precisa de pessoa nem de compromisso; qualquer outro contato precisa dos dois."""

    model_config = ConfigDict(extra="forbid")

    parcela: Annotated[int, Field(ge=1, le=999)]
    meio: Meio
    pessoa: _Texto | None = Field(None, description="Com quem da empresa se falou (dado pessoal).")
    compromisso: _Texto | None = Field(None, description="A que a pessoa comprometeu a empresa.")
    prometido_para: Dia | None = Field(None, description="Até quando, se disse.")

    @field_validator("pessoa", "compromisso")
    @classmethod
    def _vazio_nao_diz(cls, valor: str | None) -> str | None:
        return valor or None


class ContatoRegistrado(BaseModel):
    """Sem o que é pessoal: a resposta fica guardada com a chave de idempotência."""

    id: UUID
    parcelamento: UUID
    parcela: int
    meio: Meio
    prometido_para: date | None
    feito_em: datetime

    @classmethod
    def de(cls, c: Contato) -> ContatoRegistrado:
        return cls(
            id=c.contato,
            parcelamento=c.plano,
            parcela=c.parcela,
            meio=c.meio,
            prometido_para=c.prometido_para,
            feito_em=c.feito_em,
        )


class ContatoDoPlano(ContatoRegistrado):
    pessoa: str | None = Field(description="null num aviso, ou depois de excluída.")
    compromisso: str | None
    autor: str
    excluido_em: datetime | None = Field(description="Quando o nome e o compromisso foram apagados.")
    excluido_por: str | None

    @classmethod
    def de(cls, c: Contato) -> ContatoDoPlano:
        return cls(
            **ContatoRegistrado.de(c).model_dump(),
            pessoa=c.pessoa,
            compromisso=c.compromisso,
            autor=c.autor,
            excluido_em=c.excluido_em,
            excluido_por=c.excluido_por,
        )


def rotas_de_acompanhamento(m: Mesa) -> APIRouter:
    """`/v1/parcelamentos/acompanhamento` and `…/{plano}/contatos`; to be included before `/v1/parcelamentos/{plano}`."""
    rotas = APIRouter(tags=["acompanhamento"])

    @rotas.get(CAMINHO_DO_ACOMPANHAMENTO, response_model=Pagina[ParcelaAAcompanhar], summary="As parcelas a cobrar no mês")
    async def acompanhamento(
        _: Operador,
        pagina: Paginacao,
        *,
        mes: Annotated[str | None, Query(description="aaaa-mm; sem ele, o mês corrente.", max_length=10)] = None,
        unidade: Annotated[str | None, Query(max_length=40)] = None,
        parcelamento: UUID | None = None,
    ) -> Pagina[ParcelaAAcompanhar]:
        """As vencidas e as pagas em parte, de parcelamentos em curso, que venceram até o fim do mês e hoje ainda não estão
        quitadas; e o que falta fazer com cada uma nesse mês (Portaria 46/2015, Anexo III, item 28)."""
        hoje = m.relogio.agora().astimezone(FUSO).date()
        filtro = FiltroDoAcompanhamento(_mes(mes, hoje), unidade, parcelamento)
        async with m.banco.conexao() as con:
            linhas = await parcelas_a_acompanhar(con, filtro, depois_de=pagina.depois_de(date, UUID, int), limite=pagina.buscar)
        return montar(
            linhas,
            pagina,
            chave=lambda x: (x["vencimento"], x["plano"], x["numero"]),
            item=lambda x: ParcelaAAcompanhar.de(x, hoje),
        )

    @rotas.post(_CONTATOS, status_code=201, response_model=ContatoRegistrado, summary="Registra um contato sobre uma parcela")
    async def registrar(plano: UUID, request: Request, dados: ContatoFeito, quem: Operador, chave: Chave = None) -> Response:
        agora = m.relogio.agora()
        contato = Contato(contato=uuid4(), plano=plano, **dados.model_dump(), feito_em=agora, autor=quem.nome)

        async def executar(con: Conexao) -> ContatoRegistrado:
            await registrar_contato(ContatosPostgres(con), contato, agora.astimezone(FUSO).date())
            return ContatoRegistrado.de(contato)

        return await m.uma_vez(request, chave, quem, executar)

    @rotas.get(
        _CONTATOS, response_model=Pagina[ContatoDoPlano], summary="Os contatos de um parcelamento, do mais novo ao mais antigo"
    )
    async def listar(plano: UUID, _: Operador, pagina: Paginacao) -> Pagina[ContatoDoPlano]:
        """Com o nome de quem respondeu pela empresa (dado pessoal)."""
        async with m.banco.conexao() as con:
            if await ler_plano(con, plano) is None:
                raise NaoExiste("Não há parcelamento com este identificador.")
            achados = await contatos_do_plano(con, plano, antes_de=pagina.depois_de(datetime, UUID), limite=pagina.buscar)
        return montar(achados, pagina, chave=lambda c: (c.feito_em, c.contato), item=ContatoDoPlano.de)

    @rotas.delete(f"{_CONTATOS}/{{contato}}", status_code=204, summary="Apaga de um contato o nome e o compromisso")
    async def excluir(plano: UUID, contato: UUID, quem: Supervisor) -> None:
        """Fica só que o contato foi feito, quando, por que meio, sobre qual parcela e até quando se prometeu. Não se desfaz."""
        async with m.banco.transacao() as con:
            await excluir_contato(ContatosPostgres(con), plano, contato, em=m.relogio.agora(), por=quem.nome)

    return rotas


def _mes(pedido: str | None, hoje: date) -> Competencia:
    if pedido is None:
        return mes_de(hoje)
    try:
        mes = ler_competencia(pedido)
    except ValorRecusado as recusa:
        raise recusar("mes", str(recusa)) from None
    if mes > mes_de(hoje):
        raise recusar("mes", "Ainda não começou.")
    return mes
