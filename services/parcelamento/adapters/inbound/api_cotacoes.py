"""Routes for quotes: asked for, read again, worked out again, and the three offers that fit best."""

from __future__ import annotations

import zlib
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from kernel.domain.canonico import canonico
from kernel.domain.datas import ler_competencia
from kernel.domain.errors import EntradaInvalida as ValorRecusado
from kernel.http.auth import Identidade
from kernel.http.idempotencia import Chave
from kernel.http.valores import Dia, DinheiroEntrada
from kernel.persistence.banco import Conexao
from parcelamento.adapters.inbound.api import Atendente, Conferente, Leitor, Mesa
from parcelamento.application.cotar import Cotada, cotar_e_guardar, em_json, reabrir
from parcelamento.domain.debito import Natureza
from parcelamento.domain.oferta import tres_melhores
from parcelamento.errors import EstadoNaoPermite, NaoExiste

CAMINHO_DAS_COTACOES: Final = "/v1/parcelamentos/cotacoes"
CAMINHO_DAS_OFERTAS: Final = "/v1/parcelamentos/ofertas"
MAXIMO_DE_DEBITOS: Final = 2000

Identificador = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
Quantia = Annotated[DinheiroEntrada, Field(ge=0)]
Fracao = Annotated[
    str,
    Field(
        pattern=r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$", description="Fração de 0 a 1: `0.10` são dez por cento.", examples=["0.10"]
    ),
]


class OptanteInformado(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Identificador | None = Field(None, description="Identificador no fisco; preciso para formalizar.")
    regime: Literal["normal", "simples"]
    receita_bruta_ano_anterior: Quantia | None = None


class DebitoInformado(BaseModel):
    model_config = ConfigDict(extra="forbid")

    debito: Identificador
    tributo: Literal["ICMS", "IPVA", "ITCD"] = "ICMS"
    agencia: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,40}$")] | None = Field(
        None, description="Unidade de atendimento."
    )
    conta: Literal[1, 2, 3, 12] | None = None
    natureza: Natureza
    fato_gerador: str = Field(description="Mês, aaaa-mm.", examples=["2014-05"])
    lancado_em: Dia | None = None
    ciencia_em: Dia | None = None
    divida_ativa: bool = False
    principal: Quantia
    multa: Quantia
    juros: Quantia

    @field_validator("fato_gerador")
    @classmethod
    def _mes(cls, valor: str) -> str:
        try:
            return str(ler_competencia(valor))
        except ValorRecusado as recusa:
            raise ValueError(str(recusa)) from None


class PedidoDeCotacao(BaseModel):
    model_config = ConfigDict(extra="forbid")

    norma: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")] | None = Field(None, description="Se omitida, a norma padrão.")
    contribuinte: OptanteInformado
    data: Dia = Field(description="Qualquer dia passado, ou até 30 dias adiante.")
    reparcelamento: bool = False
    multa_reduzida_20: bool = Field(False, description="Entrada de 20% com a multa reduzida, até 30 dias do lançamento.")
    honorarios_pge: Fracao | None = None
    debitos: Annotated[list[DebitoInformado], Field(min_length=1, max_length=MAXIMO_DE_DEBITOS)]

    @field_validator("debitos")
    @classmethod
    def _uma_vez_cada(cls, debitos: list[DebitoInformado]) -> list[DebitoInformado]:
        vistos: set[str] = set()
        for d in debitos:
            if d.debito in vistos:
                raise ValueError(f"O débito {d.debito} aparece mais de uma vez.")
            vistos.add(d.debito)
        return debitos

    def entrada(self) -> dict[str, Any]:
        """Plain JSON values, money in whole cents."""
        valores: dict[str, Any] = orjson.loads(canonico(self.model_dump(mode="python")))
        return valores


class Recusado(BaseModel):
    debito: str
    motivo: str
    fundamento: str


class PlanoProposto(BaseModel):
    parcelas: int
    regime: str
    reducao_multa: str = Field(examples=["0.90"])
    reducao_juros: str = Field(examples=["0.90"])
    total_sem_reducao: str = Field(examples=["1234.56"])
    desconto: str
    total: str
    entrada: str = Field(description="`0.00` quando a norma não a exige.")
    valores: list[str] = Field(description="Todas as parcelas; somam `total`.")
    vencimentos: list[str] = Field(description="Em dia não útil, paga-se sem acréscimo no dia útil seguinte.")
    fundamento: str


class Indisponivel(BaseModel):
    parcelas: int
    motivo: str


class CotacaoDada(BaseModel):
    """Cada número de parcelas de 1 a 60 está em `planos` ou em `indisponiveis`."""

    cotacao: UUID
    valida_ate: str = Field(description="Último dia em que vira parcelamento.")
    recusados: list[Recusado]
    planos: list[PlanoProposto]
    indisponiveis: list[Indisponivel]


class Oferta(BaseModel):
    rotulo: Literal["menor_total", "menor_parcela", "intermediario"]
    economia: str = Field(description="Quanto se deixa de pagar em relação ao total sem redução.")
    plano: PlanoProposto


class Ofertas(BaseModel):
    cotacao: UUID
    valida_ate: str
    ofertas: list[Oferta]
    recusados: list[Recusado]


class Reexecucao(BaseModel):
    igual: bool
    hash: str = Field(description="SHA-256 da resposta como foi dada.")


def rotas_de_cotacoes(m: Mesa, *, norma_padrao: str) -> APIRouter:
    """`/v1/parcelamentos/cotacoes` and `/v1/parcelamentos/ofertas`."""
    rotas = APIRouter(tags=["parcelamento"])

    async def cotar_aqui(con: Conexao, dados: PedidoDeCotacao, quem: Identidade) -> Cotada:
        return await cotar_e_guardar(
            m.unidades(con, m.relogio.agora()),
            dados.entrada(),
            norma=dados.norma or norma_padrao,
            cotacao=uuid4(),
            autor=quem.nome,
        )

    @rotas.post(CAMINHO_DAS_COTACOES, status_code=201, response_model=CotacaoDada, summary="Cota um parcelamento")
    async def cotar_parcelamento(request: Request, dados: PedidoDeCotacao, quem: Atendente, chave: Chave = None) -> Response:
        """Todos os números de parcelas, ao centavo, ou por que cada um não cabe. A cotação fica guardada e nunca muda."""

        async def executar(con: Conexao) -> bytes:
            return zlib.decompress((await cotar_aqui(con, dados, quem)).guardada.resposta)

        return await m.uma_vez(request, chave, quem, executar)

    @rotas.post(CAMINHO_DAS_OFERTAS, status_code=201, response_model=Ofertas, summary="As três propostas que melhor servem")
    async def ofertar(request: Request, dados: PedidoDeCotacao, quem: Atendente, chave: Chave = None) -> Response:
        """Menor total, menor parcela e um meio-termo, com o que cada uma economiza; menos, quando coincidem."""

        async def executar(con: Conexao) -> dict[str, Any]:
            cotada = await cotar_aqui(con, dados, quem)
            return {
                "cotacao": str(cotada.guardada.cotacao),
                "valida_ate": cotada.cotacao.valida_ate.isoformat(),
                "ofertas": [
                    {"rotulo": rotulo, "economia": f"{economia // 100}.{economia % 100:02d}", "plano": em_json(plano)}
                    for rotulo, plano, economia in tres_melhores(cotada.cotacao)
                ],
                "recusados": [
                    {"debito": r.debito, "motivo": r.motivo, "fundamento": r.fundamento} for r in cotada.cotacao.recusados
                ],
            }

        return await m.uma_vez(request, chave, quem, executar)

    @rotas.get(f"{CAMINHO_DAS_COTACOES}/{{cotacao}}", response_model=CotacaoDada, summary="A cotação, como foi dada")
    async def ler(cotacao: UUID, _: Leitor) -> Response:
        async with m.banco.conexao() as con:
            guardada = await m.unidades(con, m.relogio.agora()).cotacoes.ler(cotacao)
        if guardada is None:
            raise NaoExiste("Não há cotação com este identificador.")
        return Response(zlib.decompress(guardada.resposta), media_type="application/json")

    @rotas.post(
        f"{CAMINHO_DAS_COTACOES}/{{cotacao}}/reexecutar",
        response_model=Reexecucao,
        summary="Refaz a cotação e a compara, byte a byte",
    )
    async def reexecutar(cotacao: UUID, _: Conferente) -> Reexecucao:
        """Com os dados e a versão da norma de então."""
        async with m.banco.transacao(so_leitura=True) as con:
            uow = m.unidades(con, m.relogio.agora())
            guardada = await uow.cotacoes.ler(cotacao)
            if guardada is None:
                raise NaoExiste("Não há cotação com este identificador.")
            try:
                await reabrir(uow, cotacao)
            except EstadoNaoPermite:
                return Reexecucao(igual=False, hash=guardada.resumo.hex())
        return Reexecucao(igual=True, hash=guardada.resumo.hex())

    return rotas
