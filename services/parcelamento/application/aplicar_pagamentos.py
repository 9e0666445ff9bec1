"""Payments that were kept are applied: to installments of plans, or to a document of debts; what is left over is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from parcelamento.application.eventos import contar
from parcelamento.application.ports import PagamentoAAplicar, PagamentoAplicado, PlanoEmVida, PlanoMudado, Unidade
from parcelamento.domain.acompanhamento import proximo_prazo
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.encargos import SemVersaoVigente
from parcelamento.domain.pagamento import Mora, Recebido, Recebimento, receber
from parcelamento.domain.plano import Evento, Plano, ativado_em, encerrado_em
from parcelamento.domain.selic import SelicAusente

LOTE = 500
FALHA_AO_APLICAR: Final = "falha_ao_aplicar"
"""Why a payment waits for a person that cannot be applied for a reason that nobody foresaw."""


async def aplicar_pagamentos(uow: Unidade) -> int:
    """Applies a batch of what waits; how many there were."""
    espera = await uow.pagamentos.a_aplicar(LOTE)
    await aplicar(uow, espera)
    return len(espera)


async def separar(uow: Unidade, espera: Sequence[PagamentoAAplicar]) -> None:
    """Hands payments that `aplicar` fails on to an operator, untouched: they may be sent again once the cause is mended."""
    falharam = [
        PagamentoAplicado(p.pagamento, None, 0, FALHA_AO_APLICAR, p.plano, (), p.documento, liquidado=False) for p in espera
    ]
    await uow.pagamentos.gravar(falharam, uow.agora)


async def aplicar(uow: Unidade, espera: Sequence[PagamentoAAplicar]) -> None:
    """Applies payments that this transaction took from what waits."""
    if not espera:
        return
    vivos = {v.plano.plano: v for v in await uow.planos.travar(sorted({p.plano for p in espera if p.plano is not None}))}
    moras = {regra: await uow.encargos.mora(regra) for regra in {v.norma.norma.encargos for v in vivos.values()}}
    caixas = {plano: _Caixa(vivo, moras[vivo.norma.norma.encargos]) for plano, vivo in vivos.items()}
    no_lote: Counter[UUID] = Counter()
    aplicados = [_aplicar(p, caixas, no_lote) for p in espera]
    await uow.planos.gravar([c.mudado() for c in caixas.values() if c.mudou])
    await uow.pagamentos.gravar(aplicados, uow.agora)
    await uow.saidas.gravar([s for c in caixas.values() for s in contar(c.plano, c.eventos, uow.agora)])


class _Caixa:
    """A plan while a batch of its payments goes in."""

    def __init__(self, vivo: PlanoEmVida, mora: Mora) -> None:
        self.plano: Plano = vivo.plano
        self.eventos: list[Evento] = []
        self.mudou = False
        self._mora = mora
        self._calendario = calendario_de(vivo.norma.norma.uf)

    def receber(self, p: PagamentoAAplicar) -> Recebimento:
        preco_em = p.preco_em if p.valor == p.valor_do_documento else None
        recebido = Recebido(p.pagamento, p.parcela, p.pago_em, p.valor, preco_em)
        feito = receber(self.plano, recebido, self._mora, self._calendario)
        self.plano = feito.plano
        self.eventos += feito.eventos
        self.mudou = True
        return feito

    def mudado(self) -> PlanoMudado:
        return PlanoMudado(
            plano=self.plano,
            prazo=proximo_prazo(self.plano, self._calendario),
            ativado_em=ativado_em(self.eventos),
            encerrado_em=encerrado_em(self.eventos),
        )


def _aplicar(p: PagamentoAAplicar, caixas: dict[UUID, _Caixa], no_lote: Counter[UUID]) -> PagamentoAplicado:
    """`no_lote`: what payments of this batch before this one paid of each document of debts."""
    if p.plano is None:
        aplicado = _do_documento(p, p.ja_pago + no_lote[p.documento])
        no_lote[p.documento] += p.valor
        return aplicado
    try:
        feito = caixas[p.plano].receber(p)
    except (SelicAusente, SemVersaoVigente) as falta:
        # the money is there and its charges cannot be told: an operator sends it again once the table is whole
        return PagamentoAplicado(p.pagamento, None, 0, falta.codigo, p.plano, (), p.documento, liquidado=False)
    return PagamentoAplicado(
        pagamento=p.pagamento,
        resultado=feito.resultado,
        excedente=feito.excedente,
        pendencia=_pendencia(feito.resultado, feito.excedente),
        plano=p.plano,
        aplicacoes=feito.aplicacoes,
        documento=p.documento,
        liquidado=feito.resultado not in {"parcial", "plano_cancelado"},
    )


def _do_documento(p: PagamentoAAplicar, ja_pago: int) -> PagamentoAplicado:
    """A document of debts: the régua takes the money to each debt; here only what is beyond the document is told apart."""
    falta = max(p.valor_do_documento - ja_pago, 0)
    excedente = max(p.valor - falta, 0)
    if not falta:
        resultado = "em_duplicidade"
    elif excedente:
        resultado = "excedente"
    else:
        resultado = "exato" if p.valor == falta else "parcial"
    return PagamentoAplicado(
        pagamento=p.pagamento,
        resultado=resultado,
        excedente=excedente,
        pendencia=_pendencia(resultado, excedente),
        plano=None,
        aplicacoes=(),
        documento=p.documento,
        liquidado=p.valor >= falta,
    )


def _pendencia(resultado: str, excedente: int) -> str | None:
    return ("plano_cancelado" if resultado == "plano_cancelado" else "excedente") if excedente else None
