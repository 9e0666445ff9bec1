"""Builders of quote requests, and the norms that ship, read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from kernel.domain.datas import ler_competencia
from parcelamento.domain.cotacao import Cotacao, Indisponivel, PlanoProposto, cotar
from parcelamento.domain.debito import Debito, Optante, Pedido, RegimeDoOptante
from parcelamento.domain.norma import Norma
from parcelamento.domain.norma_leitura import ler_norma
from parcelamento.normas import normas_de_fabrica

NORMAS = {nome: ler_norma(documento) for nome, documento in normas_de_fabrica().items()}
MP_189 = NORMAS["ma-mp-189-2015"]
DIA = date(2015, 3, 10)


def um_debito(
    fato_gerador: str = "2014-05", principal: int = 60_000_00, multa: int = 20_000_00, juros: int = 4_000_05, **outros: Any
) -> Debito:
    """A debt of account 3, of regime I unless told otherwise; money in cents."""
    base = Debito(
        debito="D1",
        tributo="ICMS",
        agencia=None,
        conta=3,
        natureza="icms",
        fato_gerador=ler_competencia(fato_gerador),
        lancado_em=None,
        ciencia_em=None,
        divida_ativa=False,
        principal=principal,
        multa=multa,
        juros=juros,
    )
    return replace(base, **outros)


def um_pedido(
    *debitos: Debito,
    data: date = DIA,
    regime: RegimeDoOptante = "normal",
    receita: int | None = None,
    reparcelamento: bool = False,
    multa_reduzida_20: bool = False,
    honorarios: str | None = None,
) -> Pedido:
    """A request for `debitos`, each with a name of its own."""
    nomeados = tuple(replace(debito, debito=f"D{i}") for i, debito in enumerate(debitos, start=1))
    return Pedido(
        optante=Optante(None, regime, receita),
        data=data,
        reparcelamento=reparcelamento,
        multa_reduzida_20=multa_reduzida_20,
        honorarios_pge=None if honorarios is None else Decimal(honorarios),
        debitos=nomeados,
    )


def plano_de(pedido: Pedido, parcelas: int, norma: Norma = MP_189) -> PlanoProposto:
    """The plan of so many installments, which must be there."""
    achado = resposta_de(cotar(pedido, norma), parcelas)
    assert isinstance(achado, PlanoProposto), achado
    return achado


def resposta_de(cotacao: Cotacao, parcelas: int) -> PlanoProposto | Indisponivel:
    """What the quote says of so many installments: it says one thing."""
    todos: tuple[PlanoProposto | Indisponivel, ...] = (*cotacao.planos, *cotacao.indisponiveis)
    ditos = [resposta for resposta in todos if resposta.parcelas == parcelas]
    assert len(ditos) == 1
    return ditos[0]


def motivos(cotacao: Cotacao) -> dict[int, str]:
    """Why each number of installments is not to be had."""
    return {i.parcelas: i.motivo for i in cotacao.indisponiveis}
