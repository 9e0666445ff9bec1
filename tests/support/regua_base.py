"""Builders of small régua bases, and the same base as the columnar frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl

from regua.domain import acervo as colunas
from regua.domain.acervo import Base, codificar, ligar
from tests.support.regua_referencia import BaseDeReferencia, Debito, Declaracao, Pagamento


def mes(texto: str) -> int:
    """The month index of `aaaa-mm`."""
    ano, m = texto.split("-")
    return int(ano) * 12 + int(m) - 1


def um_debito(competencia: str, vencimento: str, total: int = 100_00, **outros: Any) -> Debito:
    campos: dict[str, Any] = {
        "debito": f"D-{competencia}",
        "contribuinte": "C1",
        "tributo": "ICMS",
        "situacao": "aberto",
        **outros,
    }
    return Debito(competencia=mes(competencia), vencimento=date.fromisoformat(vencimento), total=total, **campos)


def uma_declaracao(competencia: str, prazo: str, entregue_em: str | None = None, **outros: Any) -> Declaracao:
    campos: dict[str, Any] = {
        "contribuinte": "C1",
        "tributo": "ICMS",
        "valor_declarado": None,
        "notas_emitidas": 0,
        **outros,
    }
    return Declaracao(
        competencia=mes(competencia),
        prazo=date.fromisoformat(prazo),
        entregue_em=date.fromisoformat(entregue_em) if entregue_em else None,
        **campos,
    )


def um_pagamento(debito: str | None, competencia: str, pago_em: str, valor: int = 100_00, **outros: Any) -> Pagamento:
    campos: dict[str, Any] = {"contribuinte": "C1", "tributo": "ICMS", **outros}
    return Pagamento(debito=debito, competencia=mes(competencia), pago_em=date.fromisoformat(pago_em), valor=valor, **campos)


def quadro(esquema: Mapping[str, pl.DataType], linhas: Sequence[Any]) -> pl.DataFrame:
    return pl.DataFrame([asdict(linha) for linha in linhas], schema=dict(esquema))


def em_colunas(base: BaseDeReferencia) -> Base:
    contribuintes = pl.DataFrame(
        {"contribuinte": list(base.pessoas), "pessoa": list(base.pessoas.values())},
        schema={"contribuinte": pl.String, "pessoa": pl.String},
    ).with_columns(natureza=pl.lit("PJ"), regime=pl.lit("normal"), municipio=pl.lit("Maceió"))
    debitos = codificar(quadro(colunas.DEBITOS, base.debitos), contribuintes)
    return Base(
        contribuintes=contribuintes,
        debitos=debitos.drop("debito"),
        declaracoes=codificar(quadro(colunas.DECLARACOES, base.declaracoes), contribuintes),
        pagamentos=ligar(codificar(quadro(colunas.PAGAMENTOS, base.pagamentos), contribuintes), debitos),
        lembretes=quadro(colunas.LEMBRETES, base.lembretes),
        suspensoes=quadro(colunas.SUSPENSOES, base.suspensoes),
    )
