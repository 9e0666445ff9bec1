"""What the other rooms are told of a load: payments that nobody had told of before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

from kernel.messaging.envelope import Evento, saida
from kernel.messaging.log import Saida
from regua.domain.identidade import PROJETO

_ESPACO: Final = uuid5(PROJETO, "pagamento da carga")


class PagamentoNovo(NamedTuple):
    """A payment that a file brought, as its row is. `valor` in cents."""

    pagamento: str
    debito: str | None
    contribuinte: str
    tributo: str
    pago_em: date
    valor: int


def id_do_pagamento(pagamento: str) -> UUID:
    """The id that events give to a payment of the authority's own files: the same whenever and wherever it is loaded."""
    return uuid5(_ESPACO, pagamento)


def pagamentos_confirmados(novos: Iterable[PagamentoNovo], agora: datetime, traceparent: str | None) -> list[Saida]:
    """One `pagamento.confirmado` for each; built without a model per row: a test holds them equal to the class."""
    return [_confirmado(novo, agora, traceparent) for novo in novos]


def _confirmado(p: PagamentoNovo, agora: datetime, traceparent: str | None) -> Saida:
    pagamento = id_do_pagamento(p.pagamento)
    dados: dict[str, Any] = {
        "contribuinte": p.contribuinte,
        "pagamento": str(pagamento),
        "fonte": "carga",
        "tributo": p.tributo,
        "pago_em": p.pago_em.isoformat(),
        "valor": f"{p.valor // 100}.{p.valor % 100:02d}",
    }
    if p.debito is not None:
        dados["debito"] = p.debito
    evento = Evento(
        # one event for one payment, however often its transaction is tried
        id=uuid5(pagamento, "confirmado"),
        tipo="cobranca.pagamento.confirmado.v1",
        origem="/regua",
        chave=p.contribuinte,
        instante=agora,
        dados=dados,
        traceparent=traceparent,
    )
    return saida("cobranca-pagamento", evento)
