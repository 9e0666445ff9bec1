"""Quotes on Postgres."""

from __future__ import annotations

from dataclasses import astuple
from typing import Final
from uuid import UUID

from kernel.persistence.banco import Conexao
from parcelamento.application.ports import CotacaoGuardada

_COLUNAS: Final = "cotacao, contribuinte, norma, versao, data, valida_ate, entrada, resposta, resumo, autor, criada_em"


class CotacoesPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def guardar(self, cotacao: CotacaoGuardada) -> None:
        await self._con.execute(
            f"insert into parcelamento.cotacao ({_COLUNAS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            *astuple(cotacao),
        )

    async def ler(self, cotacao: UUID) -> CotacaoGuardada | None:
        linha = await self._con.fetchrow(f"select {_COLUNAS} from parcelamento.cotacao where cotacao = $1", cotacao)
        return None if linha is None else CotacaoGuardada(**dict(linha))
