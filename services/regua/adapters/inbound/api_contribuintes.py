"""Routes about one taxpayer: where they stand and why, what happened, and rests of the collection."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kernel.domain.datas import Competencia
from kernel.domain.documento import Documento, DocumentoInvalido
from kernel.http.idempotencia import Chave
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.valores import Dia, DinheiroTexto
from kernel.persistence.banco import Conexao
from regua.adapters.inbound.api import FUSO, ContribuinteNoCaminho, Leitor, Mesa, Operador, Suspensor
from regua.adapters.inbound.api_evidencias import Classificada
from regua.adapters.inbound.api_oferta import caminho_da_oferta
from regua.adapters.outbound import consultas_contribuinte as consultas
from regua.application.explicar import CasoExplicado, explicar
from regua.application.ports import SuspensaoNova
from regua.application.suspender import fim_da_suspensao, suspender
from regua.errors import NaoExiste


class Debito(BaseModel):
    debito: str
    tributo: str
    competencia: str
    vencimento: date
    situacao: str
    principal: DinheiroTexto
    multa: DinheiroTexto
    juros: DinheiroTexto
    saldo: DinheiroTexto


class ProximoPasso(BaseModel):
    etapa: int
    data: date = Field(description="Não antes deste dia.")


class Caso(Classificada):
    caso: UUID
    tributo: str
    etapa: int
    reincidencia: int
    rigidez: int
    valor_aberto: DinheiroTexto
    dias_atraso: int
    resultado: str = Field(description="O que um ciclo decidiria agora: acionado · retido · suprimido.")
    motivo: str | None = Field(description="Por que seria suprimido.")
    proximo_passo: ProximoPasso | None
    oferta: str | None = Field(description="Onde se pede a oferta de parcelamento, quando a política manda oferecê-la.")

    @classmethod
    def de(cls, c: CasoExplicado, oferta: str | None) -> Caso:
        passo = None
        if c.proxima_etapa is not None and c.proxima_data is not None:
            passo = ProximoPasso(etapa=c.proxima_etapa, data=c.proxima_data)
        return cls(
            **Classificada.campos(c.classificacao),
            caso=UUID(c.caso),
            tributo=c.tributo,
            etapa=c.etapa,
            reincidencia=c.reincidencia,
            rigidez=c.rigidez,
            valor_aberto=int(c.fatos["valor_aberto"]),
            dias_atraso=int(c.fatos["dias_atraso"]),
            resultado=c.resultado,
            motivo=c.motivo,
            proximo_passo=passo,
            oferta=oferta if c.oferece_cotacao else None,
        )


class Suspensao(BaseModel):
    id: UUID
    motivo: str
    desde: date
    ate: date | None = Field(description="Último dia; null: sem prazo.")
    origem: str
    vigente: bool


class Contato(BaseModel):
    canal: str
    situacao: str
    verificado: bool
    alterado_em: datetime


class Contribuinte(BaseModel):
    """`hipotese`, `etapa`, `reincidencia`, `rigidez` e `proximo_passo` são os do caso que seria acionado primeiro."""

    contribuinte: str
    documento: str = Field(description="Mascarado.")
    nome: str
    natureza: str
    regime: str
    municipio: str
    beneficios: list[str]
    data: date
    politica: str
    hipotese: str | None
    evidencias: list[str]
    etapa: int | None
    reincidencia: int | None
    rigidez: int | None
    proximo_passo: ProximoPasso | None
    saldo: DinheiroTexto = Field(description="Soma dos saldos de todos os débitos.")
    debitos: list[Debito]
    casos: list[Caso]
    suspensoes: list[Suspensao]
    contatos: list[Contato]


class Fato(BaseModel):
    em: datetime
    tipo: str
    id: str
    detalhe: dict[str, Any]


class NovaSuspensao(BaseModel):
    model_config = ConfigDict(extra="forbid")

    motivo: Literal["ja_pagou", "contesta", "sem_condicoes", "judicial", "promessa"]
    ate: Dia | None = Field(
        None, description="Na promessa, o dia prometido; nos outros, um fim mais cedo que o do prazo da política."
    )


def rotas_de_contribuintes(m: Mesa) -> APIRouter:
    """`/v1/contribuintes`."""
    rotas = APIRouter(tags=["contribuintes"])

    @rotas.get("/v1/contribuintes/{contribuinte}", response_model=Contribuinte, summary="A situação de um contribuinte")
    async def ler(contribuinte: ContribuinteNoCaminho, _: Leitor) -> Contribuinte:
        """O que deve, em que hipótese está e por quê, em que etapa, e o que vem a seguir."""
        hoje = m.janela.dia_local(m.relogio.agora())
        async with m.banco.conexao() as con:
            linha = await _exigir(con, contribuinte)
            debitos = await consultas.debitos(con, contribuinte, hoje)
            suspensoes = await consultas.suspensoes(con, contribuinte, hoje)
            contatos = await consultas.contatos(con, contribuinte)
        explicado = await explicar(m.portas, contribuinte)
        oferta = None if m.parcelamento is None else caminho_da_oferta(contribuinte)
        casos = [Caso.de(caso, oferta) for caso in explicado.casos]
        primeiro = casos[0] if casos else None
        return Contribuinte(
            **{n: linha[n] for n in ("contribuinte", "nome", "natureza", "regime", "municipio", "beneficios")},
            documento=_mascarar(linha["documento"]),
            data=explicado.data,
            politica=explicado.politica,
            hipotese=primeiro.hipotese if primeiro else None,
            evidencias=primeiro.textos if primeiro else [],
            etapa=primeiro.etapa if primeiro else None,
            reincidencia=primeiro.reincidencia if primeiro else None,
            rigidez=primeiro.rigidez if primeiro else None,
            proximo_passo=primeiro.proximo_passo if primeiro else None,
            saldo=sum(d["saldo"] for d in debitos if d["situacao"] != "pago"),
            debitos=[Debito(**{**dict(d), "competencia": str(Competencia.de_indice(d["competencia"]))}) for d in debitos],
            casos=casos,
            suspensoes=[
                Suspensao(id=s["suspensao"], **{n: s[n] for n in ("motivo", "desde", "ate", "origem", "vigente")})
                for s in suspensoes
            ],
            contatos=[Contato(**dict(c)) for c in contatos],
        )

    @rotas.get(
        "/v1/contribuintes/{contribuinte}/linha-do-tempo", response_model=Pagina[Fato], summary="Tudo o que aconteceu, em ordem"
    )
    async def linha_do_tempo(contribuinte: ContribuinteNoCaminho, _: Leitor, pagina: Paginacao) -> Pagina[Fato]:
        async with m.banco.conexao() as con:
            await _exigir(con, contribuinte)
            linhas = await consultas.linha_do_tempo(con, contribuinte, FUSO, pagina.depois_de(datetime, str, str), pagina.buscar)
        return montar(linhas, pagina, chave=lambda f: (f["em"], f["tipo"], f["id"]), item=lambda f: Fato(**dict(f)))

    @rotas.post(
        "/v1/contribuintes/{contribuinte}/suspensoes", status_code=201, response_model=Suspensao, summary="Suspende a cobrança"
    )
    async def suspender_cobranca(
        request: Request, contribuinte: ContribuinteNoCaminho, dados: NovaSuspensao, quem: Suspensor, chave: Chave = None
    ) -> Response:
        """Cancela o que ainda não saiu. O prazo é o da política; na promessa, o dia prometido mais a tolerância."""

        async def executar(con: Conexao) -> Suspensao:
            await _exigir(con, contribuinte)
            uow = m.unidades(con, m.relogio.agora())
            desde = m.janela.dia_local(uow.agora)
            prazos = (await uow.politicas.vigente(desde)).prazos
            ate = fim_da_suspensao(dados.motivo, prazos, desde=desde, informada=dados.ate)
            nova = SuspensaoNova(uuid4(), contribuinte, dados.motivo, desde, ate, quem.nome, uow.agora)
            await suspender(uow, [nova], m.janela)
            return Suspensao(id=nova.suspensao, motivo=nova.motivo, desde=desde, ate=ate, origem=quem.nome, vigente=True)

        return await m.uma_vez(request, chave, quem, executar)

    @rotas.delete("/v1/contribuintes/{contribuinte}/suspensoes/{suspensao}", status_code=204, summary="Encerra uma suspensão")
    async def encerrar(contribuinte: ContribuinteNoCaminho, suspensao: UUID, _: Operador) -> None:
        """A cobrança volta ao degrau em que estava. Encerrar de novo nada muda."""
        agora = m.relogio.agora()
        async with m.banco.transacao() as con:
            existe = await con.fetchval(
                "select true from regua.suspensao where suspensao = $1 and contribuinte = $2", suspensao, contribuinte
            )
            if not existe:
                raise NaoExiste("Não há suspensão com este identificador.")
            await m.unidades(con, agora).suspensoes.encerrar([suspensao], agora)

    return rotas


async def _exigir(con: Conexao, contribuinte: str) -> Any:
    linha = await consultas.contribuinte(con, contribuinte)
    if linha is None:
        raise NaoExiste("Não há contribuinte com este identificador.")
    return linha


def _mascarar(documento: str) -> str:
    try:
        return Documento(documento).mascarado
    except DocumentoInvalido:
        return "***"
