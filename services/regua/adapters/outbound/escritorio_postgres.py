"""Policies in the making, campaigns and approvals on Postgres, for operators."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from kernel.persistence.banco import Conexao
from regua.application.ports_api import Aprovacao, CampanhaGuardada, PoliticaGuardada

COLUNAS_DA_POLITICA: Final = ", ".join(f.name for f in fields(PoliticaGuardada))
COLUNAS_DA_CAMPANHA: Final = ", ".join(f.name for f in fields(CampanhaGuardada))
COLUNAS_DA_APROVACAO: Final = ", ".join(f.name for f in fields(Aprovacao))


def campanha_de(linha: asyncpg.Record) -> CampanhaGuardada:
    """The campaign in a row of COLUNAS_DA_CAMPANHA."""
    campos = dict(linha)
    campos["canais"] = None if linha["canais"] is None else tuple(linha["canais"])
    return CampanhaGuardada(**campos)


class PoliticasEmPreparoPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def criar(self, politica: PoliticaGuardada) -> bool:
        p = politica
        feito = await self._con.execute(
            f"""insert into regua.politica ({COLUNAS_DA_POLITICA}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict do nothing""",
            *(p.versao, p.documento, p.resumo, p.estado, p.autor),
            *(p.aprovador, p.criada_em, p.aprovada_em, p.valida_de, p.valida_ate),
        )
        return feito != "INSERT 0 0"

    async def travar(self, versao: str) -> PoliticaGuardada | None:
        linha = await self._con.fetchrow(f"select {COLUNAS_DA_POLITICA} from regua.politica where versao = $1 for update", versao)
        return PoliticaGuardada(**dict(linha)) if linha else None

    async def decidir(self, versao: str, estado: str, aprovador: str, agora: datetime) -> None:
        await self._con.execute(
            "update regua.politica set estado = $2, aprovador = $3, aprovada_em = $4 where versao = $1",
            *(versao, estado, aprovador, agora),
        )


class CampanhasPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def criar(self, campanha: CampanhaGuardada, segredo: bytes) -> None:
        c = campanha
        await self._con.execute(
            f"""insert into regua.campanha ({COLUNAS_DA_CAMPANHA}, segredo)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)""",
            *(c.campanha, c.nome, c.estado, c.politica, c.segmento, c.canais, c.valida_de, c.valida_ate),
            *(c.orcamento_micros, c.moeda, c.grupo_controle, c.autor, c.criada_em, c.atualizada_em, segredo),
        )

    async def travar(self, campanha: str) -> CampanhaGuardada | None:
        linha = await self._con.fetchrow(
            f"select {COLUNAS_DA_CAMPANHA} from regua.campanha where campanha = $1 for update", campanha
        )
        return campanha_de(linha) if linha else None

    async def gravar(self, campanha: CampanhaGuardada) -> None:
        c = campanha
        await self._con.execute(
            """update regua.campanha set nome = $2, estado = $3, politica = $4, segmento = $5, canais = $6, valida_de = $7,
                valida_ate = $8, orcamento_micros = $9, moeda = $10, grupo_controle = $11, atualizada_em = $12
            where campanha = $1""",
            *(c.campanha, c.nome, c.estado, c.politica, c.segmento, c.canais, c.valida_de, c.valida_ate),
            *(c.orcamento_micros, c.moeda, c.grupo_controle, c.atualizada_em),
        )

    async def politica_aprovada(self, versao: str) -> bool:
        return bool(
            await self._con.fetchval(
                "select exists (select from regua.politica where versao = $1 and estado = 'aprovada')", versao
            )
        )


class AprovacoesPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def pedir(self, aprovacao: Aprovacao) -> None:
        a = aprovacao
        await self._con.execute(
            f"insert into regua.aprovacao ({COLUNAS_DA_APROVACAO}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            *(a.aprovacao, a.tipo, a.objeto, a.contribuinte, a.autor),
            *(a.estado, a.decidida_por, a.motivo, a.criada_em, a.decidida_em),
        )

    async def travar(self, aprovacoes: Collection[UUID]) -> list[Aprovacao]:
        linhas = await self._con.fetch(
            f"""select {COLUNAS_DA_APROVACAO} from regua.aprovacao where aprovacao = any($1::uuid[])
            order by aprovacao for update""",
            list(aprovacoes),
        )
        return [Aprovacao(**dict(linha)) for linha in linhas]

    async def travar_por_objeto(self, tipo: str, objeto: str) -> Aprovacao | None:
        linha = await self._con.fetchrow(
            f"select {COLUNAS_DA_APROVACAO} from regua.aprovacao where tipo = $1 and objeto = $2 for update", tipo, objeto
        )
        return Aprovacao(**dict(linha)) if linha else None

    async def gravar(self, aprovacao: Aprovacao) -> None:
        a = aprovacao
        await self._con.execute(
            "update regua.aprovacao set estado = $2, decidida_por = $3, motivo = $4, decidida_em = $5 where aprovacao = $1",
            *(a.aprovacao, a.estado, a.decidida_por, a.motivo, a.decidida_em),
        )

    async def politica_que_decidiu(self, contribuinte: str, caso: UUID) -> Mapping[str, Any] | None:
        documento: Mapping[str, Any] | None = await self._con.fetchval(
            """select p.documento from regua.decisao d
            join regua.ciclo c using (ciclo) join regua.politica p on p.versao = c.politica
            where d.contribuinte = $1 and d.caso = $2 order by c.data desc, c.iniciado_em desc limit 1""",
            contribuinte,
            caso,
        )
        return documento

    async def limitar_rigidez(self, caso: UUID, teto: int) -> None:
        await self._con.execute("update regua.caso set teto_rigidez = least(teto_rigidez, $2) where caso = $1", caso, teto)


@dataclass(frozen=True, slots=True)
class EscritorioPostgres:
    """What operators may touch in one transaction."""

    agora: datetime
    politicas: PoliticasEmPreparoPostgres
    campanhas: CampanhasPostgres
    aprovacoes: AprovacoesPostgres


def escritorio(con: Conexao, agora: datetime) -> EscritorioPostgres:
    """Binds the ports to `con`, which is inside a transaction."""
    return EscritorioPostgres(agora, PoliticasEmPreparoPostgres(con), CampanhasPostgres(con), AprovacoesPostgres(con))
