"""Routes of policies: drafts, approval by a second person, dry runs, differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kernel.http.idempotencia import Chave
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.valores import CustoTexto, Dia
from kernel.persistence.banco import Conexao
from regua.adapters.inbound.api import Conferente, Leitor, Mesa, Operador, Supervisor
from regua.adapters.outbound.escritorio_postgres import COLUNAS_DA_POLITICA, escritorio
from regua.application.politicas import aprovar_politica, propor_politica
from regua.application.ports_api import PoliticaGuardada
from regua.application.simular import Mudanca, Simulacao, diferencas, simular
from regua.errors import NaoExiste

Versao = Annotated[str, Path(max_length=40, description="Versão da política, como `2026-01`.")]


class NovaPolitica(BaseModel):
    model_config = ConfigDict(extra="forbid")

    documento: dict[str, Any] = Field(description="A política inteira; `versao` dá o nome dela.")
    valida_de: Dia | None = Field(None, description="Primeiro dia em que vale; sem ele, hoje.")
    valida_ate: Dia | None = Field(None, description="Último dia em que vale; sem ele, não acaba.")


class PoliticaResumida(BaseModel):
    versao: str
    estado: str = Field(description="rascunho · aprovada · recusada")
    resumo: str = Field(description="SHA-256 do documento canônico.")
    autor: str
    aprovador: str | None
    criada_em: datetime
    aprovada_em: datetime | None
    valida_de: date
    valida_ate: date | None

    @classmethod
    def de(cls, p: PoliticaGuardada) -> PoliticaResumida:
        return cls(**_campos(p))


class Politica(PoliticaResumida):
    documento: dict[str, Any]

    @classmethod
    def de(cls, p: PoliticaGuardada) -> Politica:
        return cls(**_campos(p), documento=dict(p.documento))


class PedidoDeSimulacao(BaseModel):
    model_config = ConfigDict(extra="forbid")

    data: Dia = Field(description="Como se o ciclo fosse deste dia, com a base de agora.")
    campanha: str | None = Field(None, max_length=64, description="Sem ela, a campanha permanente.")


class ContatoSimulado(BaseModel):
    contribuinte: str
    tributo: str
    hipotese: str
    etapa: int
    rigidez: int
    canal: str


class ResultadoDaSimulacao(BaseModel):
    politica: str
    data: date
    avaliados: int
    acionados: int
    retidos: int
    por_hipotese: dict[str, int]
    por_rigidez: dict[str, int]
    por_canal: dict[str, int]
    suprimidos: dict[str, int]
    custo: CustoTexto = Field(description="Custo esperado do primeiro canal de cada acionamento.")
    moeda: str
    amostra: list[ContatoSimulado] = Field(description="Os primeiros que seriam acionados.")

    @classmethod
    def de(cls, s: Simulacao) -> ResultadoDaSimulacao:
        c = s.contagens
        return cls(
            politica=s.politica,
            data=s.data,
            avaliados=c.avaliados,
            acionados=c.acionados,
            retidos=c.retidos,
            por_hipotese=dict(c.por_hipotese),
            por_rigidez=dict(c.por_rigidez),
            por_canal=dict(c.por_canal),
            suprimidos=dict(c.suprimidos),
            custo=s.custo_micros,
            moeda=s.moeda,
            amostra=[ContatoSimulado(**asdict(contato)) for contato in s.amostra],
        )


class Posicao(BaseModel):
    hipotese: str
    etapa: int
    rigidez: int
    resultado: str


class MudancaDeCasos(BaseModel):
    antes: Posicao | None = Field(description="null: a política não avaliava o caso.")
    depois: Posicao | None
    casos: int

    @classmethod
    def de(cls, m: Mudanca) -> MudancaDeCasos:
        return cls(antes=_posicao(m.antes), depois=_posicao(m.depois), casos=m.casos)


class DiferencasDePoliticas(BaseModel):
    a: ResultadoDaSimulacao
    b: ResultadoDaSimulacao
    iguais: int
    mudancas: list[MudancaDeCasos]


def rotas_de_politicas(m: Mesa) -> APIRouter:
    """`/v1/politicas`."""
    rotas = APIRouter(tags=["políticas"])

    @rotas.get("/v1/politicas", response_model=Pagina[PoliticaResumida], summary="As políticas, por versão")
    async def listar(_: Leitor, pagina: Paginacao) -> Pagina[PoliticaResumida]:
        depois = pagina.depois_de(str)
        async with m.banco.conexao() as con:
            linhas = await con.fetch(
                f"""select {COLUNAS_DA_POLITICA} from regua.politica where $1::text is null or versao > $1
                order by versao limit $2""",
                *(depois[0] if depois else None, pagina.buscar),
            )
        guardadas = [PoliticaGuardada(**dict(linha)) for linha in linhas]
        return montar(guardadas, pagina, chave=lambda p: (p.versao,), item=PoliticaResumida.de)

    @rotas.post("/v1/politicas", status_code=201, response_model=PoliticaResumida, summary="Propõe uma política")
    async def propor(request: Request, dados: NovaPolitica, quem: Operador, chave: Chave = None) -> Response:
        """Fica como rascunho até que outra pessoa aprove. Recusa o que faria a régua agir errado, dizendo onde."""
        hoje = m.janela.dia_local(m.relogio.agora())

        async def executar(con: Conexao) -> PoliticaResumida:
            guardada = await propor_politica(
                escritorio(con, m.relogio.agora()),
                dados.documento,
                autor=quem.nome,
                valida_de=dados.valida_de or hoje,
                valida_ate=dados.valida_ate,
            )
            return PoliticaResumida.de(guardada)

        return await m.uma_vez(request, chave, quem, executar)

    @rotas.get("/v1/politicas/{versao}", response_model=Politica, summary="Uma política inteira")
    async def ler(versao: Versao, _: Leitor) -> Politica:
        async with m.banco.conexao() as con:
            linha = await con.fetchrow(f"select {COLUNAS_DA_POLITICA} from regua.politica where versao = $1", versao)
        if linha is None:
            raise NaoExiste(f"Não há política {versao}.")
        return Politica.de(PoliticaGuardada(**dict(linha)))

    @rotas.post("/v1/politicas/{versao}/aprovar", response_model=PoliticaResumida, summary="Aprova um rascunho")
    async def aprovar(versao: Versao, quem: Supervisor) -> PoliticaResumida:
        """Quem propôs não aprova."""
        async with m.banco.transacao() as con:
            return PoliticaResumida.de(await aprovar_politica(escritorio(con, m.relogio.agora()), versao, quem=quem.nome))

    @rotas.post("/v1/politicas/{versao}/simular", response_model=ResultadoDaSimulacao, summary="Ensaia uma política")
    async def ensaiar(versao: Versao, dados: PedidoDeSimulacao, _: Conferente) -> ResultadoDaSimulacao:
        """Diz quem seria acionado, com o quê e a que custo; nada é gravado nem enviado."""
        campanha = {} if dados.campanha is None else {"campanha": dados.campanha}
        return ResultadoDaSimulacao.de(await simular(m.portas, versao=versao, data=dados.data, **campanha))

    @rotas.get(
        "/v1/politicas/{a}/diferencas/{b}", response_model=DiferencasDePoliticas, summary="O que muda de uma política a outra"
    )
    async def comparar(
        a: Versao,
        b: Versao,
        _: Leitor,
        data: Annotated[Dia | None, Query(description="Sem ela, ontem.")] = None,
    ) -> DiferencasDePoliticas:
        """As duas sobre a mesma base e a mesma data."""
        dia = data or m.janela.dia_local(m.relogio.agora()) - timedelta(days=1)
        d = await diferencas(m.portas, a=a, b=b, data=dia)
        return DiferencasDePoliticas(
            a=ResultadoDaSimulacao.de(d.a),
            b=ResultadoDaSimulacao.de(d.b),
            iguais=d.iguais,
            mudancas=[MudancaDeCasos.de(mudanca) for mudanca in d.mudancas],
        )

    return rotas


def _campos(p: PoliticaGuardada) -> Mapping[str, Any]:
    nomes = ("versao", "estado", "autor", "aprovador", "criada_em", "aprovada_em", "valida_de", "valida_ate")
    return {**{nome: getattr(p, nome) for nome in nomes}, "resumo": p.resumo.hex()}


def _posicao(p: tuple[str, int, int, str] | None) -> Posicao | None:
    return None if p is None else Posicao(hipotese=p[0], etapa=p[1], rigidez=p[2], resultado=p[3])
