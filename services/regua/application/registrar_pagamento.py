"""Money told by other rooms: payments are kept once, and what waits falls silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from kernel.domain.calendario import JanelaDeContato
from kernel.domain.dinheiro import centavos
from kernel.messaging.envelope import Evento
from regua.application.acompanhar_parcelamento import anotar, instantes
from regua.application.avisar_risco import encerrar_avisos
from regua.application.ports import PagamentoInformado, Unidade
from regua.application.silenciar import silenciar


@dataclass(frozen=True, slots=True)
class RegistrarPagamentos:
    """Use case: `pagamento.confirmado` of the bank. Those that the authority's own files told are there already."""

    janela: JanelaDeContato

    async def __call__(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        informados = [_pagamento(e) for e in eventos if e.dados["fonte"] != "carga"]
        await uow.recebimentos.pagar(informados, uow.agora)
        de_planos = [e for e in eventos if e.dados.get("parcelamento")]
        await anotar(uow, de_planos)
        await encerrar_avisos(uow, instantes(de_planos), "pago", self.janela)
        await silenciar(uow, {p.contribuinte for p in informados}, self.janela)


def _pagamento(evento: Evento) -> PagamentoInformado:
    d = evento.dados
    return PagamentoInformado(
        evento=UUID(d["pagamento"]),
        contribuinte=d["contribuinte"],
        tributo=d.get("tributo"),
        debito=d.get("debito"),
        parcelamento=UUID(d["parcelamento"]) if d.get("parcelamento") else None,
        parcela=d.get("parcela"),
        pago_em=date.fromisoformat(d["pago_em"]),
        valor=centavos(Decimal(d["valor"])),
    )
