"""Rule sets on Postgres: every version kept, each read from its document once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kernel.domain.canonico import canonico
from kernel.persistence.banco import Conexao
from parcelamento.application.ports import NormaEmUso
from parcelamento.domain.norma import Norma
from parcelamento.domain.norma_leitura import ler_norma
from parcelamento.errors import NaoExiste
from parcelamento.normas import normas_de_fabrica

FABRICA: Final = "fábrica"


class CacheDeNormas:
    """Norms by their document's hash."""

    def __init__(self) -> None:
        self._lidas: dict[bytes, NormaEmUso] = {}

    def conhecida(self, resumo: bytes, norma: str, versao: int) -> NormaEmUso | None:
        achada = self._lidas.get(resumo)
        return achada if achada is not None and (achada.id, achada.versao) == (norma, versao) else None

    def guardar(self, resumo: bytes, lida: NormaEmUso) -> NormaEmUso:
        self._lidas[resumo] = lida
        return lida


class NormasPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao, cache: CacheDeNormas) -> None:
        self._con = con
        self._cache = cache

    async def atual(self, norma: str) -> NormaEmUso | None:
        linha = await self._con.fetchrow(
            "select versao, resumo from parcelamento.norma where norma = $1 order by versao desc limit 1", norma
        )
        return None if linha is None else await self._ler(norma, linha["versao"], linha["resumo"])

    async def versao(self, norma: str, versao: int) -> NormaEmUso:
        resumo = await self._con.fetchval("select resumo from parcelamento.norma where norma = $1 and versao = $2", norma, versao)
        if resumo is None:
            raise NaoExiste(f"Não há a versão {versao} da norma {norma}.")
        return await self._ler(norma, versao, resumo)

    async def _ler(self, norma: str, versao: int, resumo: bytes) -> NormaEmUso:
        if (conhecida := self._cache.conhecida(resumo, norma, versao)) is not None:
            return conhecida
        documento = await self._con.fetchval(
            "select documento from parcelamento.norma where norma = $1 and versao = $2", norma, versao
        )
        return self._cache.guardar(resumo, NormaEmUso(norma, versao, ler_norma(documento), documento))

    async def listar(self) -> list[Any]:
        """The newest version of each rule set: norma, versao, documento, autor, criada_em."""
        return await self._con.fetch(
            """select distinct on (norma) norma, versao, documento, autor, criada_em
            from parcelamento.norma order by norma, versao desc"""
        )

    async def historico(self, norma: str) -> list[Any]:
        """Every version of one, the newest first."""
        return await self._con.fetch(
            "select norma, versao, documento, autor, criada_em from parcelamento.norma where norma = $1 order by versao desc",
            norma,
        )

    async def gravar(self, documento: Mapping[str, Any], norma: Norma, *, autor: str, agora: datetime) -> int:
        """The document as the newest version of its norm, unless it is that already; its version."""
        await self._con.execute("select pg_advisory_xact_lock(hashtextextended('norma:' || $1, 0))", norma.norma)
        resumo = hashlib.sha256(canonico(documento)).digest()
        ultima = await self._con.fetchrow(
            "select versao, resumo from parcelamento.norma where norma = $1 order by versao desc limit 1", norma.norma
        )
        if ultima is not None and ultima["resumo"] == resumo:
            return int(ultima["versao"])
        versao = 1 if ultima is None else int(ultima["versao"]) + 1
        await self._con.execute(
            """insert into parcelamento.norma (norma, versao, documento, resumo, autor, criada_em)
            values ($1, $2, $3, $4, $5, $6)""",
            *(norma.norma, versao, documento, resumo, autor, agora),
        )
        return versao


async def semear_normas(con: Conexao, agora: datetime) -> None:
    """The rule sets that ship with the room; one that somebody has changed since is left as it is."""
    normas = NormasPostgres(con, CacheDeNormas())
    for nome, documento in normas_de_fabrica().items():
        autor = await con.fetchval("select autor from parcelamento.norma where norma = $1 order by versao desc limit 1", nome)
        if autor in {None, FABRICA}:
            await normas.gravar(documento, ler_norma(documento), autor=FABRICA, agora=agora)
