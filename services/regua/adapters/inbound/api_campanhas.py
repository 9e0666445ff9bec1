"""Routes of campaigns: whom they are about, what they may spend, and their life."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kernel.http.idempotencia import Chave
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.valores import CustoEntrada, CustoTexto, Dia
from kernel.persistence.banco import Conexao
from regua.adapters.inbound.api import Leitor, Mesa, Operador
from regua.adapters.outbound.escritorio_postgres import COLUNAS_DA_CAMPANHA, campanha_de, escritorio
from regua.application.campanhas import conduzir_campanha, criar_campanha, mudar_campanha
from regua.application.ports_api import CampanhaGuardada
from regua.errors import NaoExiste

IdDaCampanha = Annotated[str, Path(max_length=64, description="Identificador da campanha.")]
Canal = Literal["whatsapp", "sms", "messenger", "voz"]
Parte = Annotated[Decimal, Field(ge=0, lt=1, max_digits=5, decimal_places=4)]
Nome = Annotated[str, Field(min_length=1, max_length=200)]


class Orcamento(BaseModel):
    valor: CustoTexto
    moeda: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class OrcamentoPedido(Orcamento):
    model_config = ConfigDict(extra="forbid")

    valor: CustoEntrada


class NovaCampanha(BaseModel):
    model_config = ConfigDict(extra="forbid")

    nome: Nome
    segmento: dict[str, Any] = Field(
        default_factory=dict,
        description="Filtros que valem juntos: tributos, hipoteses, municipios, naturezas, regimes, contribuintes, "
        "valor_minimo, valor_maximo. Vazio: todos.",
    )
    politica: str | None = Field(None, max_length=40, description="Versão aprovada; sem ela, a que valer no dia.")
    canais: list[Canal] | None = Field(None, description="Sem eles, todos os que estiverem em serviço.")
    valida_de: Dia | None = None
    valida_ate: Dia | None = None
    orcamento: OrcamentoPedido | None = Field(None, description="Quanto pode gastar ao todo; sem ele, não há limite.")
    grupo_controle: Parte = Field(Decimal(0), description='Parte das pessoas que não é contatada, como "0.10".')


class MudancaDeCampanha(BaseModel):
    """Só o que vier é mudado; null apaga."""

    model_config = ConfigDict(extra="forbid")

    nome: Nome = ""
    segmento: dict[str, Any] = Field(default_factory=dict)
    politica: str | None = Field(None, max_length=40)
    canais: list[Canal] | None = None
    valida_de: Dia | None = None
    valida_ate: Dia | None = None
    orcamento: OrcamentoPedido | None = None
    grupo_controle: Parte = Decimal(0)


class Campanha(BaseModel):
    id: str
    nome: str
    estado: str = Field(description="rascunho · ativa · pausada · encerrada")
    segmento: dict[str, Any]
    politica: str | None
    canais: list[str] | None
    valida_de: date | None
    valida_ate: date | None
    orcamento: Orcamento | None
    grupo_controle: Decimal
    autor: str
    criada_em: datetime
    atualizada_em: datetime

    @classmethod
    def de(cls, c: CampanhaGuardada) -> Campanha:
        tem_orcamento = c.orcamento_micros is not None and c.moeda is not None
        return cls(
            id=c.campanha,
            nome=c.nome,
            estado=c.estado,
            segmento=dict(c.segmento),
            politica=c.politica,
            canais=None if c.canais is None else list(c.canais),
            valida_de=c.valida_de,
            valida_ate=c.valida_ate,
            orcamento=Orcamento(valor=c.orcamento_micros or 0, moeda=c.moeda or "") if tem_orcamento else None,
            grupo_controle=c.grupo_controle,
            autor=c.autor,
            criada_em=c.criada_em,
            atualizada_em=c.atualizada_em,
        )


def rotas_de_campanhas(m: Mesa) -> APIRouter:
    """`/v1/campanhas`."""
    rotas = APIRouter(tags=["campanhas"])

    @rotas.get("/v1/campanhas", response_model=Pagina[Campanha], summary="As campanhas, da mais nova à mais antiga")
    async def listar(_: Leitor, pagina: Paginacao) -> Pagina[Campanha]:
        depois = pagina.depois_de(datetime, str) or (None, None)
        async with m.banco.conexao() as con:
            linhas = await con.fetch(
                f"""select {COLUNAS_DA_CAMPANHA} from regua.campanha
                where $1::timestamptz is null or (criada_em, campanha) < ($1, $2)
                order by criada_em desc, campanha desc limit $3""",
                *depois,
                pagina.buscar,
            )
        guardadas = [campanha_de(linha) for linha in linhas]
        return montar(guardadas, pagina, chave=lambda c: (c.criada_em, c.campanha), item=Campanha.de)

    @rotas.post("/v1/campanhas", status_code=201, response_model=Campanha, summary="Cria uma campanha")
    async def criar(request: Request, dados: NovaCampanha, quem: Operador, chave: Chave = None) -> Response:
        """Nasce como rascunho; `iniciar` a põe em curso."""

        async def executar(con: Conexao) -> Campanha:
            agora = m.relogio.agora()
            nova = CampanhaGuardada(
                campanha=str(uuid4()), estado="rascunho", autor=quem.nome, criada_em=agora, atualizada_em=agora, **_campos(dados)
            )
            return Campanha.de(await criar_campanha(escritorio(con, agora), nova, secrets.token_bytes(32)))

        return await m.uma_vez(request, chave, quem, executar)

    @rotas.get("/v1/campanhas/{campanha}", response_model=Campanha, summary="Uma campanha")
    async def ler(campanha: IdDaCampanha, _: Leitor) -> Campanha:
        async with m.banco.conexao() as con:
            linha = await con.fetchrow(f"select {COLUNAS_DA_CAMPANHA} from regua.campanha where campanha = $1", campanha)
        if linha is None:
            raise NaoExiste(f"Não há campanha {campanha}.")
        return Campanha.de(campanha_de(linha))

    @rotas.patch("/v1/campanhas/{campanha}", response_model=Campanha, summary="Muda uma campanha")
    async def mudar(campanha: IdDaCampanha, dados: MudancaDeCampanha, _: Operador) -> Campanha:
        """Depois de iniciada, só o nome, o fim e o orçamento mudam: quem ela alcança precisa continuar comparável."""
        async with m.banco.transacao() as con:
            mudada = await mudar_campanha(escritorio(con, m.relogio.agora()), campanha, _campos(dados, so_enviados=True))
            return Campanha.de(mudada)

    for acao, titulo in (
        ("iniciar", "Inicia uma campanha"),
        ("pausar", "Pausa uma campanha"),
        ("retomar", "Retoma uma campanha pausada"),
        ("encerrar", "Encerra uma campanha"),
    ):
        _rota_de_acao(rotas, m, acao, titulo)
    return rotas


def _rota_de_acao(rotas: APIRouter, m: Mesa, acao: str, titulo: str) -> None:
    @rotas.post(f"/v1/campanhas/{{campanha}}/{acao}", response_model=Campanha, summary=titulo, name=f"{acao}_campanha")
    async def conduzir(campanha: IdDaCampanha, _: Operador) -> Campanha:
        async with m.banco.transacao() as con:
            return Campanha.de(await conduzir_campanha(escritorio(con, m.relogio.agora()), campanha, acao))


def _campos(dados: NovaCampanha | MudancaDeCampanha, *, so_enviados: bool = False) -> dict[str, Any]:
    campos = {nome: getattr(dados, nome) for nome in (dados.model_fields_set if so_enviados else type(dados).model_fields)}
    if "orcamento" in campos:
        orcamento = campos.pop("orcamento")
        campos["orcamento_micros"] = None if orcamento is None else orcamento.valor
        campos["moeda"] = None if orcamento is None else orcamento.moeda
    if campos.get("canais") is not None:
        campos["canais"] = tuple(campos["canais"])
    return campos
