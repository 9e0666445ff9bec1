"""What is wrong with the records, one by one: balances, late payments, omissions, divergências. To the letter of the terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from regua.domain.acervo import Base, chave, competencia, mes
from regua.domain.politica import Definicoes


@dataclass(frozen=True, slots=True)
class Registros:
    """Judged records, keyed by `c`.

    `debitos`: vencimento, situacao, saldo, em_aberto, prescrito, inconforme (saldo past its vencimento, any situacao but
    `pago`), tardio (paid off more than the tolerated days late). `omissoes`: prazo, notas_emitidas, na_janela.
    `divergencias`: desde, na_janela. `entregues`: valor_declarado of delivered declarations.
    """

    debitos: pl.DataFrame
    omissoes: pl.DataFrame
    divergencias: pl.DataFrame
    entregues: pl.DataFrame
    pagamentos: pl.DataFrame


def julgar(base: Base, data: date, d: Definicoes) -> Registros:
    """Judges the records as of `data`: what is dated after it does not count."""
    debitos, declaracoes = base.debitos, base.declaracoes
    pagamentos = base.pagamentos.filter(pl.col("pago_em") <= data)
    entregue = pl.col("entregue_em").is_not_null() & (pl.col("entregue_em") <= data)
    return Registros(
        debitos=_debitos(debitos, pagamentos, data, d),
        omissoes=declaracoes.filter(~entregue & (pl.col("prazo") < data)).select(
            "c", "prazo", "notas_emitidas", na_janela=_na_janela(data, d)
        ),
        divergencias=_divergencias(debitos, declaracoes.with_columns(entregue=entregue), pagamentos, data, d),
        entregues=declaracoes.filter(entregue & pl.col("valor_declarado").is_not_null()).select("c", "valor_declarado"),
        pagamentos=pagamentos.select("c", "pago_em"),
    )


def limite_de_prescricao(data: date, anos: int) -> date:
    """The first vencimento that is not prescrito on `data`: one whose term of years (Código Civil, art. 132, § 3: where
    the day is missing, the next one) is not before `data`."""
    dia = date(data.year - anos, data.month, min(data.day, 28)) - timedelta(days=3)
    while mais_anos(dia, anos) < data:
        dia += timedelta(days=1)
    return dia


def mais_anos(dia: date, anos: int) -> date:
    """The same day `anos` years later; the day after where that year has none (Código Civil, art. 132, § 3)."""
    try:
        return dia.replace(year=dia.year + anos)
    except ValueError:
        return date(dia.year + anos, 3, 1)


def _na_janela(data: date, d: Definicoes) -> pl.Expr:
    return competencia().is_between(mes(data) - d.janela_meses, mes(data) - 1)


def _debitos(debitos: pl.DataFrame, pagamentos: pl.DataFrame, data: date, d: Definicoes) -> pl.DataFrame:
    tolerado = pl.col("vencimento") + timedelta(days=d.episodio_atraso_dias)
    somas = (
        pagamentos.lazy()
        .filter(pl.col("n").is_not_null())
        .select("n", "valor", ate_tolerado=pl.when(pl.col("pago_em") <= tolerado).then("valor").otherwise(0))
        .group_by("n")
        .agg(pl.col("valor").sum(), pl.col("ate_tolerado").sum())
    )
    saldo, vencido = pl.col("saldo"), pl.col("vencimento") < data
    return (
        debitos.lazy()
        .select(pl.row_index("n"), "c", "vencimento", "situacao", "total")
        .join(somas, on="n", how="left")
        .with_columns(
            saldo=pl.col("total") - pl.col("valor").fill_null(0),
            prescrito=pl.col("vencimento") < limite_de_prescricao(data, d.prescricao_anos),
        )
        .select(
            "c",
            "vencimento",
            "situacao",
            "saldo",
            "prescrito",
            em_aberto=(pl.col("situacao") == "aberto") & (saldo > 0) & vencido & ~pl.col("prescrito"),
            inconforme=(pl.col("situacao") != "pago") & (saldo > 0) & vencido,
            # payments are never negative: paid off, and not yet when the tolerated days were over
            tardio=pl.col("valor").is_not_null() & (saldo <= 0) & (pl.col("ate_tolerado") < pl.col("total")),
        )
        .collect()
    )


def _divergencias(
    debitos: pl.DataFrame, declaracoes: pl.DataFrame, pagamentos: pl.DataFrame, data: date, d: Definicoes
) -> pl.DataFrame:
    """Competências with a divergência, and the day from which it counts: the declaration's prazo (without one, the
    debts' vencimento), or the day of an unmatched payment."""
    pagos = _pagos_por_competencia(pagamentos)
    devidos = (
        debitos.lazy()
        .group_by("c")
        .agg(pl.col("total").sum(), pl.col("vencimento").min(), parcelado=(pl.col("situacao") == "parcelado").any())
    )
    entregue = pl.col("entregue").fill_null(value=False)
    referencia = pl.col("total").fill_null(pl.when(entregue).then("valor_declarado"))
    sem_par = pl.min_horizontal("desconhecido_em", pl.when(pl.col("total").is_null() & ~entregue).then("em_branco_em"))
    difere = (pl.col("pago") > 0) & ((pl.col("pago") - referencia).abs() > d.tolerancia_centavos)
    prazo = pl.col("prazo").fill_null(pl.col("vencimento"))
    return (
        pagos.join(devidos, on="c", how="left")
        .join(declaracoes.lazy().select("c", "prazo", "valor_declarado", "entregue"), on="c", how="left")
        .filter(~pl.col("parcelado").fill_null(value=False))
        .select("c", desde=pl.min_horizontal(pl.when(difere).then(prazo), sem_par))
        .filter(pl.col("desde").is_not_null())
        .with_columns(na_janela=_na_janela(data, d))
        .collect()
    )


def _pagos_por_competencia(pagamentos: pl.DataFrame) -> pl.LazyFrame:
    desconhecido = pl.col("n").is_null() & ~pl.col("em_branco")
    return (
        pagamentos.lazy()
        .select(
            "c",
            pago="valor",
            desconhecido_em=pl.when(desconhecido).then("pago_em"),
            em_branco_em=pl.when("em_branco").then("pago_em"),
        )
        .group_by("c")
        .agg(pl.col("pago").sum(), pl.col("desconhecido_em").min(), pl.col("em_branco_em").min())
    )


def por_caso(frame: pl.DataFrame) -> pl.LazyFrame:
    """`frame` with the caso's `chave` beside `c`."""
    return frame.lazy().with_columns(chave())
