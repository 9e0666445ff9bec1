"""Routes of what waits for a person: approvals, one by one and in bulk, and tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.persistence.sinal import avisar
from regua.adapters.inbound.agenda import CANAL_DOS_CICLOS
from regua.adapters.inbound.api import Leitor, Mesa, Supervisor
from regua.adapters.outbound.escritorio_postgres import COLUNAS_DA_APROVACAO, escritorio
from regua.application.aprovacoes import Decidida, decidir, decidir_muitas
from regua.application.ports_api import Aprovacao as AprovacaoGuardada

Motivo = Annotated[str, Field(min_length=1, max_length=500)]


class Aprovacao(BaseModel):
    id: UUID
    tipo: str = Field(description="rigidez_5 · politica")
    objeto: str = Field(description="`caso:etapa` na rigidez 5; a versão, na política.")
    contribuinte: str | None
    autor: str
    estado: str = Field(description="pendente · aprovada · recusada")
    decidida_por: str | None
    motivo: str | None
    criada_em: datetime
    decidida_em: datetime | None

    @classmethod
    def de(cls, a: AprovacaoGuardada) -> Aprovacao:
        campos = ("tipo", "objeto", "contribuinte", "autor", "estado", "decidida_por", "motivo", "criada_em", "decidida_em")
        return cls(id=a.aprovacao, **{campo: getattr(a, campo) for campo in campos})


class Concordancia(BaseModel):
    model_config = ConfigDict(extra="forbid")

    motivo: Motivo | None = None


class Recusa(BaseModel):
    model_config = ConfigDict(extra="forbid")

    motivo: Motivo


class EmLote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class ConcordanciaEmLote(EmLote):
    motivo: Motivo | None = None


class RecusaEmLote(EmLote):
    motivo: Motivo


class Item(BaseModel):
    id: UUID
    estado: str | None
    codigo: str | None = Field(description="Por que não foi decidida.")
    detalhe: str | None

    @classmethod
    def de(cls, d: Decidida) -> Item:
        recusa = d.recusa
        return cls(
            id=d.aprovacao,
            estado=d.estado,
            codigo=None if recusa is None else recusa.codigo,
            detalhe=None if recusa is None else str(recusa),
        )


class Decididas(BaseModel):
    decididas: int
    itens: list[Item]


class Tarefa(BaseModel):
    id: UUID
    contribuinte: str
    motivo: str
    caso: UUID | None
    acionamento: UUID | None
    rigidez: int | None
    estado: str
    solicitada_em: datetime


def rotas_de_aprovacoes(m: Mesa) -> APIRouter:
    """`/v1/aprovacoes`, `/v1/tarefas`."""
    rotas = APIRouter(tags=["aprovações e tarefas"])

    @rotas.get("/v1/aprovacoes", response_model=Pagina[Aprovacao], summary="O que espera aprovação, do mais antigo ao mais novo")
    async def listar(
        _: Leitor,
        pagina: Paginacao,
        estado: Literal["pendente", "aprovada", "recusada"] = "pendente",
        tipo: Annotated[str | None, Query(max_length=40)] = None,
        contribuinte: Annotated[str | None, Query(max_length=40)] = None,
    ) -> Pagina[Aprovacao]:
        depois = pagina.depois_de(datetime, UUID) or (None, None)
        async with m.banco.conexao() as con:
            linhas = await con.fetch(
                f"""select {COLUNAS_DA_APROVACAO} from regua.aprovacao
                where estado = $1 and ($2::text is null or tipo = $2) and ($3::text is null or contribuinte = $3)
                    and ($4::timestamptz is null or (criada_em, aprovacao) > ($4, $5))
                order by criada_em, aprovacao limit $6""",
                *(estado, tipo, contribuinte, *depois, pagina.buscar),
            )
        guardadas = [AprovacaoGuardada(**dict(linha)) for linha in linhas]
        return montar(guardadas, pagina, chave=lambda a: (a.criada_em, a.aprovacao), item=Aprovacao.de)

    @rotas.post("/v1/aprovacoes/aprovar", response_model=Decididas, summary="Aprova várias")
    async def aprovar_varias(dados: ConcordanciaEmLote, quem: Supervisor) -> Decididas:
        """As que não podem ser decididas voltam com o motivo; as outras são aprovadas."""
        return await _em_lote(m, dados, aprovada=True, quem=quem.nome, motivo=dados.motivo)

    @rotas.post("/v1/aprovacoes/recusar", response_model=Decididas, summary="Recusa várias")
    async def recusar_varias(dados: RecusaEmLote, quem: Supervisor) -> Decididas:
        return await _em_lote(m, dados, aprovada=False, quem=quem.nome, motivo=dados.motivo)

    @rotas.post("/v1/aprovacoes/{aprovacao}/aprovar", response_model=Aprovacao, summary="Aprova")
    async def aprovar(aprovacao: UUID, quem: Supervisor, dados: Concordancia | None = None) -> Aprovacao:
        """A mensagem de rigidez 5 sai hoje mesmo, se ainda há horário e a pessoa pode ser contatada; senão, com o ciclo
        seguinte. A política passa a valer. Quem propôs não aprova."""
        motivo = dados.motivo if dados else None
        async with m.banco.transacao() as con:
            feita = await decidir(escritorio(con, m.relogio.agora()), aprovacao, aprovada=True, quem=quem.nome, motivo=motivo)
            await avisar(con, CANAL_DOS_CICLOS)
            return Aprovacao.de(feita)

    @rotas.post("/v1/aprovacoes/{aprovacao}/recusar", response_model=Aprovacao, summary="Recusa")
    async def recusar(aprovacao: UUID, dados: Recusa, quem: Supervisor) -> Aprovacao:
        """Na rigidez 5, o caso fica na rigidez 4."""
        async with m.banco.transacao() as con:
            e = escritorio(con, m.relogio.agora())
            return Aprovacao.de(await decidir(e, aprovacao, aprovada=False, quem=quem.nome, motivo=dados.motivo))

    @rotas.get("/v1/tarefas", response_model=Pagina[Tarefa], summary="O que espera uma pessoa, do mais antigo ao mais novo")
    async def tarefas(
        _: Leitor,
        pagina: Paginacao,
        contribuinte: Annotated[str | None, Query(max_length=40)] = None,
        motivo: Annotated[str | None, Query(max_length=40)] = None,
    ) -> Pagina[Tarefa]:
        depois = pagina.depois_de(datetime, UUID) or (None, None)
        async with m.banco.conexao() as con:
            linhas = await con.fetch(
                """select tarefa as id, contribuinte, motivo, caso, acionamento, rigidez, estado, solicitada_em
                from regua.tarefa where estado = 'aberta' and ($1::text is null or contribuinte = $1)
                    and ($2::text is null or motivo = $2)
                    and ($3::timestamptz is null or (solicitada_em, tarefa) > ($3, $4))
                order by solicitada_em, tarefa limit $5""",
                *(contribuinte, motivo, *depois, pagina.buscar),
            )
        return montar(linhas, pagina, chave=lambda t: (t["solicitada_em"], t["id"]), item=lambda t: Tarefa(**dict(t)))

    return rotas


async def _em_lote(m: Mesa, dados: EmLote, *, aprovada: bool, quem: str, motivo: str | None) -> Decididas:
    async with m.banco.transacao() as con:
        feitas = await decidir_muitas(escritorio(con, m.relogio.agora()), dados.ids, aprovada=aprovada, quem=quem, motivo=motivo)
        await avisar(con, CANAL_DOS_CICLOS)
    return Decididas(decididas=sum(d.recusa is None for d in feitas), itens=[Item.de(d) for d in feitas])
