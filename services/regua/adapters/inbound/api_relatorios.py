"""Routes of reports: what came in, what it cost, and what the campaign changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from kernel.domain.datas import Competencia
from kernel.http.valores import CustoTexto, Dia, DinheiroTexto
from regua.adapters.inbound.api import FUSO, Leitor, Mesa
from regua.adapters.outbound import consultas_relatorio as consultas
from regua.application.executar_ciclo import CAMPANHA_PERMANENTE
from regua.application.relatorios import CONFIANCA, Grupo
from regua.application.relatorios import efeito as calcular_efeito
from regua.errors import NaoExiste, recusar

De = Annotated[Dia, Query(description="Primeiro dia.")]
Ate = Annotated[Dia, Query(description="Último dia, incluído.")]
Dias = Annotated[int, Query(ge=1, le=365, description="Até quantos dias depois do contato um pagamento é efeito dele.")]
Proporcao = Annotated[str, Field(pattern=r"^-?\d+\.\d{4}$", description="De 0 a 1, com quatro casas.")]


class Mes(BaseModel):
    mes: str
    recuperado: DinheiroTexto
    pela_cobranca: DinheiroTexto
    espontaneo: DinheiroTexto
    parte_da_cobranca: Proporcao | None
    contribuintes: int


class AlcanceDoPeriodo(BaseModel):
    """Contatados sobre os que havia a contatar (avaliados em algum ciclo do período)."""

    contribuintes: int
    contatados: int
    parte_contatada: Proporcao | None
    valor: DinheiroTexto
    valor_contatado: DinheiroTexto
    parte_do_valor: Proporcao | None


class Inadimplencia(BaseModel):
    tributo: str
    competencia: str
    declarado: DinheiroTexto
    nao_pago: DinheiroTexto
    taxa: Proporcao | None


class Resultado(BaseModel):
    """Recuperado: pago depois do vencimento, ou em parcelamento. Pela cobrança: pago até `dias` depois de um contato
    entregue sobre o mesmo tributo."""

    de: date
    ate: date
    dias: int
    recuperado: DinheiroTexto
    pela_cobranca: DinheiroTexto
    espontaneo: DinheiroTexto
    parte_da_cobranca: Proporcao | None
    meses: list[Mes]
    alcance: AlcanceDoPeriodo
    inadimplencia: list[Inadimplencia]


class CustoPorCanal(BaseModel):
    campanha: str
    canal: str | None
    moeda: str | None
    emissoes: int
    requisitadas: int
    entregues: int
    custo: CustoTexto
    recuperado: DinheiroTexto
    custo_por_real: CustoTexto | None = Field(description="Custo, na moeda ao lado, por real recuperado.")


class Custos(BaseModel):
    de: date
    ate: date
    dias: int
    itens: list[CustoPorCanal]
    recuperado: DinheiroTexto


class GrupoDaCampanha(BaseModel):
    pessoas: int
    pagaram: int
    parte: Proporcao | None
    valor: DinheiroTexto


class Estrato(BaseModel):
    hipotese: str
    tributo: str
    rigidez: int
    contatados: GrupoDaCampanha
    retidos: GrupoDaCampanha


class EfeitoDaCampanha(BaseModel):
    """Diferença entre a parte dos contatados e a dos retidos que pagou em até `dias` dias, com o intervalo de Newcombe."""

    campanha: str
    dias: int
    contatados: GrupoDaCampanha
    retidos: GrupoDaCampanha
    diferenca: Proporcao | None = Field(description="null quando falta um dos grupos.")
    minimo: Proporcao | None
    maximo: Proporcao | None
    confianca: Proporcao
    estratos: list[Estrato]


def rotas_de_relatorios(m: Mesa) -> APIRouter:
    """`/v1/relatorios`."""
    rotas = APIRouter(tags=["relatórios"])

    @rotas.get("/v1/relatorios/resultado", response_model=Resultado, summary="O que entrou, pela cobrança e por si")
    async def resultado(_: Leitor, de: De, ate: Ate, dias: Dias = 30) -> Resultado:
        _periodo(de, ate)
        async with m.banco.transacao(isolamento="repeatable_read", so_leitura=True) as con:
            meses = await consultas.recebido_por_mes(con, de, ate, dias, FUSO)
            alcance = await consultas.alcance(con, de, ate, FUSO)
            inadimplencia = await consultas.inadimplencia(con, de, ate)
        total, cobranca = sum(x["total"] for x in meses), sum(x["cobranca"] for x in meses)
        return Resultado(
            de=de,
            ate=ate,
            dias=dias,
            recuperado=total,
            pela_cobranca=cobranca,
            espontaneo=total - cobranca,
            parte_da_cobranca=_parte(cobranca, total),
            meses=[_mes(linha) for linha in meses],
            alcance=AlcanceDoPeriodo(
                **dict(alcance),
                parte_contatada=_parte(alcance["contatados"], alcance["contribuintes"]),
                parte_do_valor=_parte(alcance["valor_contatado"], alcance["valor"]),
            ),
            inadimplencia=[
                Inadimplencia(
                    **{**dict(i), "competencia": str(Competencia.de_indice(i["competencia"]))},
                    taxa=_parte(i["nao_pago"], i["declarado"]),
                )
                for i in inadimplencia
            ],
        )

    @rotas.get("/v1/relatorios/custos", response_model=Custos, summary="Quanto custou cada real recuperado")
    async def custos(_: Leitor, de: De, ate: Ate, dias: Dias = 30) -> Custos:
        """Cada pagamento conta para o último contato entregue antes dele."""
        _periodo(de, ate)
        async with m.banco.conexao() as con:
            linhas = await consultas.custos(con, de, ate, dias, FUSO)
        itens = [CustoPorCanal(**dict(linha), custo=linha["custo_micros"], custo_por_real=_por_real(linha)) for linha in linhas]
        return Custos(de=de, ate=ate, dias=dias, itens=itens, recuperado=sum(i.recuperado for i in itens))

    @rotas.get("/v1/relatorios/efeito", response_model=EfeitoDaCampanha, summary="O que a campanha mudou, contra o controle")
    async def efeito(
        _: Leitor, campanha: Annotated[str, Query(max_length=64)] = CAMPANHA_PERMANENTE, dias: Dias = 30
    ) -> EfeitoDaCampanha:
        async with m.banco.conexao() as con:
            if not await con.fetchval("select true from regua.campanha where campanha = $1", campanha):
                raise NaoExiste(f"Não há campanha {campanha}.")
            linhas = await consultas.efeito(con, campanha, dias, FUSO)
        contatados, retidos = _grupo(linhas, controle=False), _grupo(linhas, controle=True)
        e = calcular_efeito(*(Grupo(g.pessoas, g.pagaram) for g in (contatados, retidos)))
        return EfeitoDaCampanha(
            campanha=campanha,
            dias=dias,
            contatados=contatados,
            retidos=retidos,
            diferenca=_numero(e.diferenca),
            minimo=_numero(e.minimo),
            maximo=_numero(e.maximo),
            confianca=f"{CONFIANCA:.4f}",
            estratos=_estratos(linhas),
        )

    return rotas


def _periodo(de: date, ate: date) -> None:
    if ate < de:
        raise recusar("ate", "não pode ser anterior a `de`.")


def _parte(um: int, todo: int) -> str | None:
    if not todo:
        return None
    return str((Decimal(um) / Decimal(todo)).quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN))


def _numero(valor: float | None) -> str | None:
    return None if valor is None else f"{valor:.4f}"


def _mes(linha: asyncpg.Record) -> Mes:
    return Mes(
        mes=linha["mes"],
        recuperado=linha["total"],
        pela_cobranca=linha["cobranca"],
        espontaneo=linha["total"] - linha["cobranca"],
        parte_da_cobranca=_parte(linha["cobranca"], linha["total"]),
        contribuintes=linha["contribuintes"],
    )


def _por_real(linha: asyncpg.Record) -> int | None:
    # millionths over cents: a hundred times too little
    return round(Decimal(linha["custo_micros"]) * 100 / linha["recuperado"]) if linha["recuperado"] else None


def _grupo(linhas: Sequence[asyncpg.Record], *, controle: bool) -> GrupoDaCampanha:
    delas = [linha for linha in linhas if linha["controle"] is controle]
    pessoas, pagaram = sum(x["pessoas"] for x in delas), sum(x["pagaram"] for x in delas)
    return GrupoDaCampanha(pessoas=pessoas, pagaram=pagaram, parte=_parte(pagaram, pessoas), valor=sum(x["valor"] for x in delas))


def _estratos(linhas: Sequence[asyncpg.Record]) -> list[Estrato]:
    chaves = dict.fromkeys((x["hipotese"], x["tributo"], x["rigidez"]) for x in linhas)
    estratos = []
    for chave in chaves:
        delas = [x for x in linhas if (x["hipotese"], x["tributo"], x["rigidez"]) == chave]
        estratos.append(
            Estrato(
                hipotese=chave[0],
                tributo=chave[1],
                rigidez=chave[2],
                contatados=_grupo(delas, controle=False),
                retidos=_grupo(delas, controle=True),
            )
        )
    return estratos
