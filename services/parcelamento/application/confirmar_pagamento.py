"""What other rooms are told of money that came in for a document: one `pagamento.confirmado`, or one for each of its debts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

from kernel.messaging.envelope import Evento, saida
from kernel.messaging.log import Saida
from parcelamento.domain.rateio import ratear

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


def _confirmados(p: PagamentoDeDocumento, fonte: str, agora: datetime, traceparent: str | None) -> Iterable[Saida]:
    itens = () if p.plano is not None else p.itens or ()
    comum = {"contribuinte": p.contribuinte, "fonte": fonte, "pago_em": p.pago_em.isoformat()}
    if not itens:
        do_plano = {} if p.plano is None else {"parcelamento": str(p.plano)}
        if p.parcela is not None:
            do_plano["parcela"] = p.parcela  # type: ignore[assignment]
        yield _saida(p.pagamento, comum | do_plano | _tributo(p.tributo), p.valor, agora, traceparent)
        return
    valores = (p.valor,) if len(itens) == 1 else ratear(p.valor, [int(item["valor"]) for item in itens])
    for item, valor in zip(itens, valores, strict=True):
        pagamento = p.pagamento if len(itens) == 1 else uuid5(p.pagamento, item["debito"])
        da_divida = {"debito": item["debito"]} | _tributo(item.get("tributo") or p.tributo)
        yield _saida(pagamento, comum | da_divida, valor, agora, traceparent)


def _tributo(tributo: str | None) -> dict[str, str]:
    return {} if tributo is None else {"tributo": tributo}


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
