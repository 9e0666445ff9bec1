"""A régua's database with a small base in it, for integration tests of the ciclo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from kernel.clock import RelogioFixo
from kernel.persistence.banco import Banco, Conexao
from kernel.persistence.migracoes import migrar
from regua.adapters.outbound.ciclo_escrita import EscritaPostgres
from regua.adapters.outbound.ciclo_leitura import LeituraPostgres
from regua.adapters.outbound.ciclo_regras import RegrasPostgres, semear
from regua.application.ports_ciclo import PortasDoCiclo
from tests.support.regua_referencia import BaseDeReferencia, Pagamento

MIGRACOES = Path(__file__).parents[2] / "services" / "regua" / "migrations"
SEGUNDA_9H = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
"""Monday, 16 March 2026, 09:00 in Maceió."""


async def preparar(banco: Banco) -> None:
    """The régua's schema, its policy and its permanent campaign."""
    await migrar(banco.url, sala="regua", pasta=MIGRACOES)
    async with banco.transacao() as con:
        await semear(con, SEGUNDA_9H)


def portas_do_ciclo(banco: Banco, agora: datetime = SEGUNDA_9H, canais: Sequence[str] = ("whatsapp", "sms")) -> PortasDoCiclo:
    """The ciclo's ports on `banco`, with a clock that stands still."""
    return PortasDoCiclo(
        leitura=LeituraPostgres(banco),
        escrita=EscritaPostgres(banco),
        regras=RegrasPostgres(banco),
        relogio=RelogioFixo(agora),
        canais_ativos=tuple(canais),
    )


async def carregar(con: Conexao, base: BaseDeReferencia, contatos: Mapping[str, Sequence[str]] | None = None) -> None:
    """Puts `base` in; everybody is reachable by whatsapp and sms, unless `contatos` says by which."""
    await con.copy_records_to_table(
        "contribuinte",
        schema_name="regua",
        columns=["contribuinte", "documento", "pessoa", "nome", "natureza", "regime", "municipio", "cnae", "inscricao_estadual"],
        records=[(c, f"doc{c}", p, f"Nome de {c}", "PJ", "normal", "Maceió", "", "") for c, p in base.pessoas.items()],
    )
    await con.copy_records_to_table(
        "debito",
        schema_name="regua",
        columns=[
            *("debito", "contribuinte", "tributo", "origem", "competencia", "vencimento"),
            *("principal", "multa", "juros", "situacao", "agencia"),
        ],
        records=[
            (d.debito, d.contribuinte, d.tributo, "x", d.competencia, d.vencimento, d.total, 0, 0, d.situacao, "1")
            for d in base.debitos
        ],
    )
    await con.copy_records_to_table(
        "declaracao",
        schema_name="regua",
        columns=["contribuinte", "tributo", "competencia", "prazo", "entregue_em", "valor_declarado", "notas_emitidas"],
        records=[
            (d.contribuinte, d.tributo, d.competencia, d.prazo, d.entregue_em, d.valor_declarado, d.notas_emitidas)
            for d in base.declaracoes
        ],
    )
    for i, p in enumerate(base.pagamentos):
        await inserir_pagamento(con, f"P{i}", p)
    await con.copy_records_to_table(
        "contato_canal",
        schema_name="regua",
        columns=["contribuinte", "canal", "situacao", "verificado", "idioma", "alterado_em"],
        records=[
            (c, canal, "valido", True, "pt-BR", SEGUNDA_9H)
            for c in base.pessoas
            for canal in (contatos or {}).get(c, ("whatsapp", "sms"))
        ],
    )


async def inserir_pagamento(con: Conexao, id_: str, p: Pagamento) -> None:
    await con.execute(
        """insert into regua.pagamento
            (pagamento, debito, contribuinte, tributo, codigo_receita, competencia, pago_em, valor)
        values ($1, $2, $3, $4, '1', $5, $6, $7)""",
        *(id_, p.debito, p.contribuinte, p.tributo, p.competencia, p.pago_em, p.valor),
    )
