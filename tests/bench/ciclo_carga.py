"""Puts a generated base into the régua's tables straight by COPY, for the benchmark of the ciclo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from kernel.persistence.banco import Banco
from regua.adapters.outbound.ciclo_copia import copiar

_LINHAS: Final = 500_000
_AGORA: Final = datetime(2020, 1, 1, tzinfo=UTC).isoformat()


def _centavos(coluna: str) -> pl.Expr:
    return pl.col(coluna).str.replace(",", "", literal=True).cast(pl.Int64)


def _mes(coluna: str) -> pl.Expr:
    texto = pl.col(coluna)
    return texto.str.slice(0, 4).cast(pl.Int32) * 12 + texto.str.slice(5, 2).cast(pl.Int32) - 1


def _contribuintes(q: pl.DataFrame) -> pl.DataFrame:
    documento = pl.col("documento")
    pessoa = pl.when(documento.str.len_chars() == 14).then(documento.str.slice(0, 8)).otherwise(documento)
    colunas = ("contribuinte", "documento", "nome", "natureza", "regime")
    return q.select(
        *colunas,
        pessoa.alias("pessoa"),
        *(pl.col(c).fill_null("") for c in ("municipio", "cnae", "inscricao_estadual")),
        _centavos("receita_bruta"),
    )


def _debitos(q: pl.DataFrame) -> pl.DataFrame:
    return q.select(
        *("debito", "contribuinte", "tributo", "origem", "vencimento", "situacao", "agencia", "natureza", "lancado_em"),
        _mes("competencia"),
        *(_centavos(c) for c in ("principal", "multa", "juros")),
    )


def _declaracoes(q: pl.DataFrame) -> pl.DataFrame:
    return q.select(
        "contribuinte",
        "tributo",
        "prazo",
        "entregue_em",
        _mes("competencia"),
        _centavos("valor_declarado"),
        pl.col("notas_emitidas").fill_null("0"),
    )


def _pagamentos(q: pl.DataFrame) -> pl.DataFrame:
    return q.select(
        *("pagamento", "debito", "contribuinte", "tributo", "pago_em"),
        pl.col("codigo_receita").fill_null(""),
        pl.coalesce(_mes("competencia"), _mes("pago_em")),
        _centavos("valor"),
    )


def _contatos(q: pl.DataFrame) -> pl.DataFrame:
    sem_consentimento = (pl.col("canal") == "whatsapp") & (pl.col("consentimento") == "0")
    return (
        q.filter(pl.col("canal").is_in(["whatsapp", "sms", "messenger", "voz"]))
        .select(
            "contribuinte",
            "canal",
            "idioma",
            pl.when(sem_consentimento).then(pl.lit("ausente")).otherwise(pl.lit("valido")).alias("situacao"),
            pl.col("verificado").eq("1").alias("verificado"),
            pl.lit(_AGORA).alias("alterado_em"),
        )
        .unique(["contribuinte", "canal"], keep="first", maintain_order=True)
    )


_ARQUIVOS: Final[tuple[tuple[str, str, Callable[[pl.DataFrame], pl.DataFrame]], ...]] = (
    ("contribuintes", "contribuinte", _contribuintes),
    ("debitos", "debito", _debitos),
    ("declaracoes", "declaracao", _declaracoes),
    ("pagamentos", "pagamento", _pagamentos),
    ("contatos", "contato_canal", _contatos),
)


async def carregar(banco: Banco, pasta: Path) -> dict[str, int]:
    """Loads the five files that the ciclo reads; returns how many lines went into each table."""
    linhas: dict[str, int] = {}
    for arquivo, tabela, traduzir in _ARQUIVOS:
        caminho = pasta / f"{arquivo}.csv"
        lidos = pl.scan_csv(caminho, separator=";", infer_schema=False)
        linhas[tabela] = 0
        inicio = 0
        while True:
            fatia = lidos.slice(inicio, _LINHAS).collect(engine="streaming")
            if fatia.is_empty():
                break
            quadro = traduzir(fatia)
            async with banco.transacao() as con:
                await copiar(con, tabela, quadro)
            linhas[tabela] += quadro.height
            inicio += fatia.height
    async with banco.conexao() as con:
        await con.execute("vacuum analyze")
    return linhas
