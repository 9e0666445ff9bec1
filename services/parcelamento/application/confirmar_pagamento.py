"""What other rooms are told of money that came in for a document: one `pagamento.confirmado`, or one for each of its debts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

from kernel.messaging.envelope import Evento, saida
from kernel.messaging.log import Saida
from parcelamento.domain.reparticao import ratear

_TOPICO: Final = "cobranca-pagamento"
_TIPO: Final = "cobranca.pagamento.confirmado.v1"


class PagamentoDeDocumento(NamedTuple):
    """A payment and what its document says of it. Cents.

    `itens`, where the document pays debts: objects with `debito`, `valor` and, if the document names none, `tributo`.
    `plano`, where it pays one; `parcela` None then: its whole balance.
    """

    pagamento: UUID
    contribuinte: str
    tributo: str | None
    plano: UUID | None
    parcela: int | None
    pago_em: date
    valor: int
    itens: Sequence[Mapping[str, Any]] | None


def pagamentos_confirmados(
    pagos: Iterable[PagamentoDeDocumento], *, fonte: str, agora: datetime, traceparent: str | None
) -> list[Saida]:
    """The events, in the order of `pagos`; built without a model per row: a test holds them equal to the class.

    `fonte`: `retorno` or `pix`. What pays a plan is one event with its plan and installment. What pays debts is one for
    each, `pagamento` the payment's id itself where there is one debt, else uuid5 of it and the debt; a value other than the
    document's is shared in proportion, to the cent.
    """
    return [s for pago in pagos for s in _confirmados(pago, fonte, agora, traceparent)]


def _confirmados(p: PagamentoDeDocumento, fonte: str, agora: datetime, traceparent: str | None) -> list[Saida]:
    dados: dict[str, Any] = {"contribuinte": p.contribuinte, "fonte": fonte, "pago_em": p.pago_em.isoformat()}
    if p.tributo is not None:
        dados["tributo"] = p.tributo
    if p.plano is not None:
        dados["parcelamento"] = str(p.plano)
        if p.parcela is not None:
            dados["parcela"] = p.parcela
    elif p.itens:
        return _das_dividas(p, p.itens, dados, agora, traceparent)
    return [_saida(p.pagamento, dados, p.valor, agora, traceparent)]


def _das_dividas(
    p: PagamentoDeDocumento, itens: Sequence[Mapping[str, Any]], dados: dict[str, Any], agora: datetime, traceparent: str | None
) -> list[Saida]:
    if len(itens) == 1:
        return [_saida(p.pagamento, dados | _da_divida(itens[0]), p.valor, agora, traceparent)]
    valores = ratear(p.valor, [int(item["valor"]) for item in itens])
    return [
        _saida(uuid5(p.pagamento, item["debito"]), dados | _da_divida(item), valor, agora, traceparent)
        for item, valor in zip(itens, valores, strict=True)
    ]


def _da_divida(item: Mapping[str, Any]) -> dict[str, str]:
    tributo = item.get("tributo")
    return {"debito": item["debito"]} if tributo is None else {"debito": item["debito"], "tributo": tributo}


def _saida(pagamento: UUID, dados: dict[str, Any], valor: int, agora: datetime, traceparent: str | None) -> Saida:
    dados["pagamento"] = str(pagamento)
    dados["valor"] = f"{valor // 100}.{valor % 100:02d}"
    evento = Evento(
        # one event for one payment, however often its transaction is tried
        id=uuid5(pagamento, "confirmado"),
        tipo=_TIPO,
        origem="/parcelamento",
        chave=dados["contribuinte"],
        instante=agora,
        dados=dados,
        traceparent=traceparent,
    )
    return saida(_TOPICO, evento)
