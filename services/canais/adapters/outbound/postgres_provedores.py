"""Providers' rows and prices: made at the first start from what ships, read again while running."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from canais.domain.preco import Tabela
from canais.normas.precos import PRECOS, Preco
from kernel.persistence.banco import Conexao


class AjusteDeProvedor(NamedTuple):
    """What an operator may change of a provider while it runs."""

    provedor: str
    peso: int
    pausado: bool
    taxa_por_s: float | None


async def semear(con: Conexao, provedores: Sequence[tuple[str, str, float | None]]) -> None:
    """Rows for (provedor, canal, requests a second) and for the prices that ship; what is there stays as it is."""
    await con.executemany(
        "insert into canais.provedor (provedor, canal, taxa_por_s) values ($1, $2, $3) on conflict do nothing", provedores
    )
    await con.executemany(
        """insert into canais.preco (provedor, desde, valor_micros, moeda, cobra_em, verificado, fonte)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing""",
        [(p.provedor, p.desde, p.valor_micros, p.moeda, p.cobra_em, p.verificado, p.fonte) for p in PRECOS],
    )


async def ler_precos(con: Conexao) -> Tabela:
    """The price table in force."""
    linhas = await con.fetch("select provedor, desde, valor_micros, moeda, cobra_em, verificado, fonte from canais.preco")
    return Tabela(Preco(*linha) for linha in linhas)


async def ler_ajustes(con: Conexao) -> dict[str, AjusteDeProvedor]:
    """Each provider's settings of the moment."""
    linhas = await con.fetch("select provedor, peso, pausado, taxa_por_s from canais.provedor")
    return {linha["provedor"]: AjusteDeProvedor(*linha) for linha in linhas}
