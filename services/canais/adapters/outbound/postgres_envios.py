"""Rows of envio in Postgres, in batches: one statement each, arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from canais.adapters.outbound import postgres_sql as sql
from canais.application.ports import Cancelamento, Emissao, Mudanca, Reivindicacao
from canais.domain.envio import Envio, fica_na_historia
from kernel.persistence.banco import Conexao


class EnviosPostgres:
    """The port `Envios` on one connection inside its transaction."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def criar(self, emissoes: Sequence[Emissao], agora: datetime) -> list[Envio]:
        unicas = list({e["envio"]: e for e in emissoes}.values())
        await self._con.execute(sql.POR_INDICE)
        linhas = await self._con.fetch(sql.CRIAR, agora, orjson.dumps(unicas).decode())
        # heard once this commits
        await self._con.execute("select pg_notify($1, '')", sql.CANAL_FILA)
        return [Envio(*linha) for linha in linhas]

    async def travar(self, envios: Collection[UUID]) -> list[Envio]:
        return [Envio(*linha) for linha in await self._con.fetch(sql.TRAVAR, list(envios))]

    async def ids_por_provedor(self, ids: Collection[str]) -> Mapping[str, UUID]:
        return {linha[0]: linha[1] for linha in await self._con.fetch(sql.IDS_POR_PROVEDOR, list(ids))}

    async def reivindicar(self, pedido: Reivindicacao) -> list[Envio]:
        linhas = await self._con.fetch(
            sql.REIVINDICAR, pedido.canal, pedido.agora, pedido.maximo, pedido.trava, pedido.provedor, pedido.dia
        )
        return [Envio(*linha) for linha in linhas]

    async def sem_pedido(self, travas: Collection[int], em_curso: Collection[UUID]) -> list[Envio]:
        return [Envio(*linha) for linha in await self._con.fetch(sql.SEM_PEDIDO, list(travas), list(em_curso))]

    async def orfaos(self, limite: int) -> list[Envio]:
        return [Envio(*linha) for linha in await self._con.fetch(sql.ORFAOS, sql.CLASSE_DA_TRAVA, limite)]

    async def vencidos(self, agora: datetime, limite: int) -> list[Envio]:
        return [Envio(*linha) for linha in await self._con.fetch(sql.VENCIDOS, agora, limite)]

    async def a_consultar(self, agora: datetime, limite: int) -> list[Envio]:
        return [Envio(*linha) for linha in await self._con.fetch(sql.A_CONSULTAR, agora, limite)]

    async def gravar(self, mudancas: Sequence[Mudanca], agora: datetime) -> None:
        # several steps of one envio: the row gets where they end, the history each of them
        finais = list({m.depois.envio: m.depois for m in mudancas}.values())
        await self._con.execute(sql.GRAVAR, agora, *_linhas(finais), *_historia(mudancas))
        await self._avisar(finais)

    async def gravar_meus(self, mudancas: Sequence[Mudanca], agora: datetime) -> set[UUID]:
        # in the order in which everybody locks
        em_ordem = sorted(mudancas, key=lambda m: m.depois.envio)
        if all(_so_aceita(m) for m in em_ordem) and len({_comum(m) for m in em_ordem}) == 1:
            return await self._aceitar_meus(em_ordem, agora)
        finais = [m.depois for m in em_ordem]
        linhas = await self._con.fetch(
            sql.GRAVAR_MEUS,
            agora,
            *_linhas(finais),
            [m.antes.trava for m in em_ordem],
            [m.antes.tentativas for m in em_ordem],
            *_historia(em_ordem),
        )
        await self._avisar(finais)
        return {linha[0] for linha in linhas}

    async def _aceitar_meus(self, mudancas: Sequence[Mudanca], agora: datetime) -> set[UUID]:
        envios = [m.depois.envio for m in mudancas]
        escritos: list[UUID] | None = await self._con.fetchval(
            sql.ACEITAR_MEUS,
            agora,
            envios,
            [m.depois.id_provedor for m in mudancas],
            [m.antes.tentativas for m in mudancas],
            *_comum(mudancas[0]),
        )
        return set(envios if escritos is None else escritos)

    async def _avisar(self, finais: Sequence[Envio]) -> None:
        if any(e.estado == "pendente" for e in finais):
            await self._con.execute("select pg_notify($1, '')", sql.CANAL_FILA)

    async def suprimir_na_origem(self, cancelamentos: Sequence[Cancelamento]) -> None:
        unicos = list({(c.acionamento, c.canal): c for c in cancelamentos}.values())
        await self._con.execute(sql.TUMULO, *zip(*unicos, strict=True))


def _so_aceita(m: Mudanca) -> bool:
    """Whether `m` is a request accepted as it was claimed: then nothing changes but what `ACEITAR_MEUS` writes."""
    return m.depois.estado == "aceito" and m.antes.estado == "enviando" and m.antes.codigo_falha is None


def _comum(m: Mudanca) -> tuple[int | None, str | None, int | None]:
    """What `ACEITAR_MEUS` takes once for all rows."""
    return m.depois.custo_micros, m.depois.moeda, m.antes.trava


def _linhas(finais: Sequence[Envio]) -> list[list[Any]]:
    return [[e[campo] for e in finais] for campo in sql.CAMPOS_GRAVADOS]


def _historia(mudancas: Sequence[Mudanca]) -> list[list[Any]]:
    linhas = [m.depois for m in mudancas if fica_na_historia(m.antes, m.depois)]
    return [
        [e.envio for e in linhas],
        [e.estado for e in linhas],
        [e.provedor_em for e in linhas],
        [e.codigo_falha for e in linhas],
    ]
