"""A re-plan: a lost plan's balances quoted anew, as the norm's re-plan; a living plan is ended for it in the same transaction.

Source: Portaria 46/2015, Anexo III, items 14, IV, and 22.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol
from uuid import UUID

import orjson

from parcelamento.application.acompanhar_planos import cancelar_plano
from parcelamento.application.cotar import Cotada, cotar_e_guardar, reabrir
from parcelamento.application.ports import PlanoEmVida, Unidade
from parcelamento.domain.debito import Debito
from parcelamento.domain.imputacao import debitos_do_saldo, imputar
from parcelamento.errors import EstadoNaoPermite, NaoExiste

MOTIVO: Final = "reparcelamento"


class Historico(Protocol):
    """What besides the plan itself says whether its balances are still those of its debts; inside one transaction."""

    async def posteriores(self, plano: UUID) -> list[UUID]:
        """Plans made after it with some of its debts."""
        ...

    async def tem_pagamento_a_aplicar(self, plano: UUID) -> bool:
        """Whether money came in that the worker has not taken to the plan yet."""
        ...


@dataclass(frozen=True, slots=True)
class PedidoDeReparcelamento:
    """`cancelar`: end the plan if it is alive. `norma` None: the plan's own. `receita_bruta_ano_anterior` in cents, if told."""

    plano: UUID
    cancelar: bool
    norma: str | None
    receita_bruta_ano_anterior: int | None


async def reparcelar(uow: Unidade, historico: Historico, pedido: PedidoDeReparcelamento, *, cotacao: UUID, autor: str) -> Cotada:
    """Quotes today what a lost plan left of its debts, with the id `cotacao`. A plan of it is made as of any quote.

    The balances are those of the day of the loss. Raises `NaoExiste`; `EstadoNaoPermite`: `parcelamento_quitado`,
    `parcelamento_em_curso`, `pagamento_a_aplicar`, `ja_reparcelado`, `sem_propostas` (the living plan stays as it is); and what
    quoting refuses.
    """
    vivo = await _travar(uow, historico, pedido)
    if vivo.plano.em_curso:
        await cancelar_plano(uow, pedido.plano, MOTIVO)
    registro = await uow.planos.registro(pedido.plano)
    if registro is None:
        raise NaoExiste("Não há parcelamento com este identificador.")
    cotada = await reabrir(uow, registro.cotacao)
    entrada = _entrada(cotada, _debitos(cotada, vivo), pedido, uow.hoje)
    nova = await cotar_e_guardar(uow, entrada, norma=pedido.norma or vivo.norma.id, cotacao=cotacao, autor=autor)
    if vivo.plano.em_curso and not nova.cotacao.planos:
        raise EstadoNaoPermite(
            "Nenhum número de parcelas está disponível para o saldo: o parcelamento em curso não foi cancelado.",
            codigo="sem_propostas",
        )
    return nova


async def _travar(uow: Unidade, historico: Historico, pedido: PedidoDeReparcelamento) -> PlanoEmVida:
    vivos = await uow.planos.travar([pedido.plano])
    if not vivos:
        raise NaoExiste("Não há parcelamento com este identificador.")
    plano = vivos[0].plano
    if plano.situacao == "quitado":
        raise EstadoNaoPermite("O parcelamento está quitado: não há saldo.", codigo="parcelamento_quitado")
    if plano.em_curso and not pedido.cancelar:
        raise EstadoNaoPermite(
            "O parcelamento está em curso. Para reparcelar o saldo, peça com `cancelar`: as reduções podem ser perdidas.",
            codigo="parcelamento_em_curso",
        )
    if plano.em_curso and await historico.tem_pagamento_a_aplicar(pedido.plano):
        raise EstadoNaoPermite(
            "Há um pagamento deste parcelamento a aplicar: tente de novo em instantes.", codigo="pagamento_a_aplicar"
        )
    if posteriores := await historico.posteriores(pedido.plano):
        raise EstadoNaoPermite(
            f"Os débitos já passaram a outro parcelamento ({posteriores[-1]}): o saldo deles é o de lá.", codigo="ja_reparcelado"
        )
    return vivos[0]


def _debitos(cotada: Cotada, vivo: PlanoEmVida) -> tuple[Debito, ...]:
    return debitos_do_saldo(
        cotada.pedido.debitos,
        imputar(vivo.plano).saldos,
        lancamento=vivo.norma.norma.lancamento,
        plano_de=vivo.plano.data,
    )


def _entrada(cotada: Cotada, debitos: Sequence[Debito], pedido: PedidoDeReparcelamento, hoje: date) -> Mapping[str, Any]:
    """The quote's request, as the first plan's was asked, with the balances and today's date."""
    antes: dict[str, Any] = orjson.loads(zlib.decompress(cotada.guardada.entrada))
    por_debito = {d["debito"]: d for d in antes["debitos"]}
    receita = pedido.receita_bruta_ano_anterior
    if receita is None and hoje.year == cotada.pedido.data.year:
        # of another year it would be another year's revenue
        receita = antes["contribuinte"].get("receita_bruta_ano_anterior")
    return {
        **antes,
        "norma": pedido.norma,
        "contribuinte": {**antes["contribuinte"], "receita_bruta_ano_anterior": receita},
        "data": hoje.isoformat(),
        "reparcelamento": True,
        "multa_reduzida_20": False,
        "debitos": [{**por_debito[d.debito], **_saldo(d)} for d in debitos],
    }


def _saldo(d: Debito) -> dict[str, Any]:
    return {
        "conta": d.conta,
        "lancado_em": None if d.lancado_em is None else d.lancado_em.isoformat(),
        "ciencia_em": None if d.ciencia_em is None else d.ciencia_em.isoformat(),
        "principal": d.principal,
        "multa": d.multa,
        "juros": d.juros,
    }
