"""Campaigns and policies as the ciclo reads them, and the ones that ship with the régua."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from fractions import Fraction
from typing import Final

import asyncpg

from kernel.persistence.banco import Banco, Conexao
from regua.application.ports_ciclo import Campanha, CampanhaDesconhecida, PoliticaAusente
from regua.domain.politica import Politica
from regua.domain.politica_leitura import ler_politica
from regua.normas import PADRAO, documento_da_politica

CAMPANHA_PERMANENTE: Final = "permanente"
_AUTOR: Final = "sistema"
# before any date that a base may hold
_SEMPRE: Final = date(1900, 1, 1)


class RegrasPostgres:
    """`RegrasDoCiclo` on the room's database."""

    def __init__(self, banco: Banco) -> None:
        self._banco = banco

    async def campanha(self, campanha: str) -> Campanha:
        async with self._banco.conexao() as con:
            linha = await con.fetchrow("select * from regua.campanha where campanha = $1", campanha)
        if linha is None:
            raise CampanhaDesconhecida(f"Não há campanha {campanha}.")
        return Campanha(
            campanha=linha["campanha"],
            estado=linha["estado"],
            politica=linha["politica"],
            segmento=linha["segmento"],
            canais=tuple(linha["canais"]) if linha["canais"] is not None else None,
            valida_de=linha["valida_de"],
            valida_ate=linha["valida_ate"],
            orcamento_micros=linha["orcamento_micros"],
            parte=Fraction(linha["grupo_controle"]),
            segredo=linha["segredo"],
        )

    async def politica_vigente(self, data: date) -> Politica:
        linha = await self._uma(
            """select documento from regua.politica
            where estado = 'aprovada' and valida_de <= $1 and (valida_ate is null or $1 <= valida_ate)
            order by valida_de desc, aprovada_em desc, versao desc limit 1""",
            data,
        )
        if linha is None:
            raise PoliticaAusente(f"Não há política aprovada que valha em {data:%d/%m/%Y}.")
        return ler_politica(linha["documento"])

    async def politica(self, versao: str, *, aprovada: bool) -> Politica:
        linha = await self._uma(
            "select documento from regua.politica where versao = $1 and (estado = 'aprovada' or not $2)", versao, aprovada
        )
        if linha is None:
            raise PoliticaAusente(f"Não há política {versao}{' aprovada' if aprovada else ''}.")
        return ler_politica(linha["documento"])

    async def politica_por_resumo(self, resumo: str) -> Politica:
        linha = await self._uma("select documento from regua.politica where resumo = $1", bytes.fromhex(resumo))
        if linha is None:
            raise PoliticaAusente(f"Não há política com o resumo {resumo}.")
        return ler_politica(linha["documento"])

    async def _uma(self, sql: str, *valores: object) -> asyncpg.Record | None:
        async with self._banco.conexao() as con:
            return await con.fetchrow(sql, *valores)


async def semear(con: Conexao, agora: datetime) -> None:
    """Installs policy `2026-01`, approved by `sistema`, and the campaign `permanente` (share 0); what is there stays."""
    politica = ler_politica(documento_da_politica(PADRAO))
    await con.execute(
        """insert into regua.politica
            (versao, documento, resumo, estado, autor, aprovador, criada_em, aprovada_em, valida_de)
        values ($1, $2::text::jsonb, $3, 'aprovada', $4, $4, $5, $5, $6) on conflict do nothing""",
        politica.versao,
        documento_da_politica(PADRAO).decode(),
        bytes.fromhex(politica.resumo),
        _AUTOR,
        agora,
        _SEMPRE,
    )
    await con.execute(
        """insert into regua.campanha (campanha, nome, estado, grupo_controle, segredo, autor, criada_em, atualizada_em)
        values ($1, 'Cobrança permanente', 'ativa', 0, $2, $3, $4, $4) on conflict do nothing""",
        CAMPANHA_PERMANENTE,
        secrets.token_bytes(32),
        _AUTOR,
        agora,
    )
