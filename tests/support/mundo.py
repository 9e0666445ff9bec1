"""A platform to be asked the wrong things: one process, one debtor, a token of each role, its tables to look into."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from kernel.persistence.servidor import url_no_ar
from tests.support import base_pequena as base
from tests.support.instalacao import Instalacao, Processo, instalacao_embutida

# Sunday: nobody is contacted, so nothing moves in the tables but what the requests move
INICIO = "2026-03-08T12:00-03:00"
HOJE = "2026-03-08"
DEVEDOR = base.Devedor(1, "2026-03-02")
NENHUM = str(UUID(int=1))
PAPEIS = ("operador", "supervisor", "auditor", "integracao")
Operacao = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Mundo:
    """A running platform with one debtor, tokens by role, and its database to look into."""

    instalacao: Instalacao
    tokens: Mapping[str, str]
    url: str

    def de(self, papel: str) -> dict[str, str]:
        """The headers of a caller with that role."""
        return {"Authorization": f"Bearer {self.tokens[papel]}"}

    @property
    def api(self) -> httpx.AsyncClient:
        return self.instalacao.api

    async def retrato(self) -> Mapping[str, str]:
        """Rows and a digest of each table of the rooms: what a refusal may not change."""
        con = await asyncpg.connect(self.url)
        try:
            tabelas = await con.fetch(
                "select format('%I.%I', schemaname, tablename) as nome from pg_tables where schemaname in ('regua', 'canais')"
            )
            contar = "select (count(*), coalesce(sum(hashtext(x::text)::bigint), 0))::text from"
            return {t["nome"]: await con.fetchval(f"{contar} {t['nome']} x") for t in tabelas}
        finally:
            await con.close()


@asynccontextmanager
async def abrir_mundo(pasta: Path) -> AsyncIterator[Mundo]:
    """The platform on `pasta`, loaded, its ciclo of the day done and nothing under way."""
    async with instalacao_embutida(pasta, relogio=INICIO) as instalacao:
        for tipo in ("contribuintes", "contatos", "debitos"):
            assert (await instalacao.carregar(tipo, getattr(base, tipo)([DEVEDOR])))["rejeitados"] == 0
        assert (await instalacao.ciclo(HOJE))["estado"] == "concluido"
        await instalacao.sossegar()
        url = url_no_ar(pasta / "dados")
        assert url is not None
        yield Mundo(instalacao, await _tokens(instalacao), url)


async def _tokens(instalacao: Instalacao) -> dict[str, str]:
    ambiente = instalacao.processos["plataforma"].ambiente
    tokens = {}
    for papel in PAPEIS:
        saida = instalacao.pasta / f"token-{papel}"
        comando = Processo(["plataforma", "token", "--nome", papel, "--papel", papel], ambiente, saida)
        comando.iniciar()
        assert await asyncio.to_thread(comando.esperar) == 0, comando.fim_do_registro()
        tokens[papel] = saida.read_text().strip()
    return tokens


async def operacoes(mundo: Mundo, *, com_token: bool = True) -> list[Operacao]:
    """Method, path and description of each operation that asks for a token, or of each that does not."""
    esquema = (await mundo.api.get("/openapi.json")).raise_for_status().json()
    return [
        (metodo.upper(), caminho, operacao)
        for caminho, metodos in esquema["paths"].items()
        for metodo, operacao in metodos.items()
        if bool(operacao.get("security")) is com_token
    ]


def com_um_id(caminho: str) -> str:
    """A path with an id that nobody has."""
    return re.sub(r"\{[^}]+\}", NENHUM, caminho)
