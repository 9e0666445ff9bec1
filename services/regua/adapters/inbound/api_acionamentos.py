"""Routes of acionamentos: what went out, why, and whether the decision comes out the same again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.valores import CustoTexto
from kernel.persistence.banco import Conexao
from regua.adapters.inbound.api import Conferente, Leitor, Mesa
from regua.adapters.inbound.api_evidencias import Classificada
from regua.application.reexecutar import DecisaoGuardada, explicar_decisao, reexecutar_decisao
from regua.errors import NaoExiste

_COLUNAS: Final = """acionamento, caso, contribuinte, tributo, etapa, tentativa, hipotese, reincidencia, rigidez, campanha, ciclo,
    politica, decisao, codigo, idioma, estado, canais, canais[ordem] as canal, consumido, emitido_em, entregue_em, encerrado_em,
    motivo, modelo, parcelamento"""
_LISTA: Final = f"""
select {_COLUNAS} from regua.acionamento
where ($1::text is null or contribuinte = $1) and ($2::uuid is null or caso = $2) and ($3::text is null or campanha = $3)
    and ($4::uuid is null or ciclo = $4) and ($5::text is null or estado = $5) and ($6::int is null or etapa = $6)
    and ($7::int is null or rigidez = $7) and ($8::text is null or canais[ordem] = $8)
    and ($9::timestamptz is null or (emitido_em, acionamento) < ($9, $10))
order by emitido_em desc, acionamento desc limit $11
"""
_DECISAO: Final = """
select d.resultado, d.motivo, d.hipotese, d.etapa, d.reincidencia, d.rigidez, d.insumos, d.resumo, c.data
from regua.acionamento a join regua.decisao d on d.ciclo = a.ciclo and d.caso = a.caso join regua.ciclo c on c.ciclo = a.ciclo
where a.acionamento = $1
union all
select d.resultado, d.motivo, d.hipotese, d.etapa, d.reincidencia, d.rigidez, d.insumos, d.resumo, d.data
from regua.acionamento a join regua.decisao_avulsa d on d.decisao = a.ciclo
where a.acionamento = $1
"""


class Custo(BaseModel):
    valor: CustoTexto
    moeda: str


class Emissao(BaseModel):
    canal: str
    ordem: int
    data: date = Field(description="Dia local que conta como contato da pessoa.")
    estado: str
    esgotado: bool
    requisitado: bool = Field(description="Um pedido saiu para o provedor.")
    cancelada: bool
    motivo: str | None
    custo: Custo | None
    emitido_em: datetime
    valido_ate: datetime
    atualizado_em: datetime | None

    @classmethod
    def de(cls, linha: asyncpg.Record) -> Emissao:
        campos: dict[str, Any] = dict(linha)
        micros, moeda = campos.pop("custo_micros"), campos.pop("moeda")
        return cls(**campos, custo=None if micros is None else Custo(valor=micros, moeda=moeda or ""))


class Acionamento(BaseModel):
    id: UUID
    caso: UUID
    contribuinte: str
    tributo: str
    etapa: int
    tentativa: int
    hipotese: str
    reincidencia: int
    rigidez: int
    campanha: str
    ciclo: UUID = Field(description="Do que foi decidido fora de um ciclo, o identificador da própria decisão.")
    politica: str
    decisao: str = Field(description="SHA-256 dos insumos da decisão.")
    codigo: str = Field(description="Com ele a pessoa confere a mensagem.")
    idioma: str
    estado: str = Field(description="emitido · entregue · esgotado · cancelado · retido")
    canais: list[str] = Field(description="Em ordem.")
    canal: str | None = Field(description="O que está em curso, ou o último.")
    consumido: bool = Field(description="O degrau conta: um pedido saiu, ou o contato foi retido.")
    motivo: str | None = Field(description="Por que foi cancelado; em um ainda emitido, por que se pediu o cancelamento.")
    emitido_em: datetime
    entregue_em: datetime | None
    encerrado_em: datetime | None
    modelo: str | None = Field(description="O texto, quando não é o de hipótese × rigidez: um contato fora da escada.")
    parcelamento: UUID | None = Field(description="De que parcelamento o contato fala.")

    @classmethod
    def campos(cls, linha: asyncpg.Record) -> dict[str, Any]:
        campos: dict[str, Any] = dict(linha)
        return {**campos, "id": campos.pop("acionamento"), "decisao": campos["decisao"].hex()}

    @classmethod
    def de(cls, linha: asyncpg.Record) -> Acionamento:
        return cls(**cls.campos(linha))


class AcionamentoDetalhe(Acionamento):
    emissoes: list[Emissao]

    @classmethod
    def com(cls, linha: asyncpg.Record, emissoes: Sequence[asyncpg.Record]) -> AcionamentoDetalhe:
        return cls(**cls.campos(linha), emissoes=[Emissao.de(e) for e in emissoes])


class Explicacao(Classificada):
    acionamento: UUID
    data: date
    resultado: str
    motivo: str | None
    etapa: int
    reincidencia: int
    rigidez: int
    decisao: str


class Reexecucao(BaseModel):
    igual: bool = Field(description="A decisão e seus insumos saem os mesmos, byte a byte.")
    hash: str


def rotas_de_acionamentos(m: Mesa) -> APIRouter:
    """`/v1/acionamentos`."""
    rotas = APIRouter(tags=["acionamentos"])

    @rotas.get("/v1/acionamentos", response_model=Pagina[Acionamento], summary="Os acionamentos, do mais novo ao mais antigo")
    async def listar(
        _: Leitor,
        pagina: Paginacao,
        *,
        contribuinte: Annotated[str | None, Query(max_length=40)] = None,
        caso: UUID | None = None,
        campanha: Annotated[str | None, Query(max_length=64)] = None,
        ciclo: UUID | None = None,
        estado: Literal["emitido", "entregue", "esgotado", "cancelado", "retido"] | None = None,
        etapa: Annotated[int | None, Query(ge=1, le=5)] = None,
        rigidez: Annotated[int | None, Query(ge=1, le=5)] = None,
        canal: Literal["whatsapp", "sms", "messenger", "voz"] | None = None,
    ) -> Pagina[Acionamento]:
        depois = pagina.depois_de(datetime, UUID) or (None, None)
        filtros = (contribuinte, caso, campanha, ciclo, estado, etapa, rigidez, canal)
        async with m.banco.conexao() as con:
            linhas = await con.fetch(_LISTA, *filtros, *depois, pagina.buscar)
        return montar(linhas, pagina, chave=lambda a: (a["emitido_em"], a["acionamento"]), item=Acionamento.de)

    @rotas.get("/v1/acionamentos/{acionamento}", response_model=AcionamentoDetalhe, summary="Um acionamento, canal a canal")
    async def ler(acionamento: UUID, _: Leitor) -> AcionamentoDetalhe:
        async with m.banco.conexao() as con:
            linha = await con.fetchrow(f"select {_COLUNAS} from regua.acionamento where acionamento = $1", acionamento)
            if linha is None:
                raise _inexistente()
            emissoes = await con.fetch(
                """select canal, ordem, data, estado, esgotado, requisitado, cancelada, motivo, custo_micros, moeda, emitido_em,
                    valido_ate, atualizado_em from regua.emissao where acionamento = $1 order by ordem""",
                acionamento,
            )
        return AcionamentoDetalhe.com(linha, emissoes)

    @rotas.get("/v1/acionamentos/{acionamento}/explicacao", response_model=Explicacao, summary="Por que se acionou")
    async def explicar(acionamento: UUID, _: Leitor) -> Explicacao:
        """As razões em palavras simples, pela política daquele dia."""
        async with m.banco.conexao() as con:
            decisao = await _decisao(con, acionamento)
        classificacao = await explicar_decisao(m.portas.regras, decisao["insumos"])
        campos = {n: decisao[n] for n in ("data", "resultado", "motivo", "etapa", "reincidencia", "rigidez")}
        return Explicacao(
            **Classificada.campos(classificacao), **campos, acionamento=acionamento, decisao=decisao["resumo"].hex()
        )

    @rotas.post("/v1/acionamentos/{acionamento}/reexecutar", response_model=Reexecucao, summary="Decide de novo e compara")
    async def reexecutar(acionamento: UUID, _: Conferente) -> Reexecucao:
        """A partir só dos insumos guardados, com a política de então. Nada é gravado."""
        async with m.banco.conexao() as con:
            decisao = dict(await _decisao(con, acionamento))
        del decisao["data"]
        guardada = DecisaoGuardada(**{**decisao, "resumo": decisao["resumo"].hex()})
        conferencia = await reexecutar_decisao(m.portas.regras, guardada)
        return Reexecucao(igual=conferencia.igual, hash=conferencia.hash)

    return rotas


async def _decisao(con: Conexao, acionamento: UUID) -> asyncpg.Record:
    linha = await con.fetchrow(_DECISAO, acionamento)
    if linha is None:
        raise _inexistente()
    return linha


def _inexistente() -> NaoExiste:
    return NaoExiste("Não há acionamento com este identificador.")
