"""A quote: every number of installments worked out to the cent, or the reason why it is not to be had."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from parcelamento.domain.admissao import Aceito, Recusado, admitir
from parcelamento.domain.debito import Pedido, PedidoRecusado
from parcelamento.domain.norma import MAXIMO_DE_PARCELAS, Norma
from parcelamento.domain.quadro import Indisponivel, PlanoProposto, Quadro
from parcelamento.domain.reducao import Consolidado

__all__ = ("Consolidado", "Cotacao", "Indisponivel", "PedidoRecusado", "PlanoProposto", "Recusado", "consolidar", "cotar")


@dataclass(frozen=True, slots=True)
class Cotacao:
    """The answer. Each number of installments from 1 to 60 (further, where the norm goes) is in one list or the other."""

    valida_ate: date
    recusados: tuple[Recusado, ...]
    planos: tuple[PlanoProposto, ...]
    indisponiveis: tuple[Indisponivel, ...]


def cotar(pedido: Pedido, norma: Norma) -> Cotacao:
    """The quote of `pedido` under `norma`: the same for the same arguments, always. Good until the end of its day.

    Where every debt is refused there is no plan, whatever else was asked for. Raises PedidoRecusado.
    """
    recusados, aceitos = _admitidos(pedido, norma)
    numeros = range(1, max(MAXIMO_DE_PARCELAS, norma.maximo_de_parcelas) + 1)
    if not aceitos:
        return Cotacao(pedido.data, recusados, (), tuple(Indisponivel(n, "sem_debitos") for n in numeros))
    quadro = Quadro(pedido, norma, aceitos)
    propostas = [quadro.propor(n) for n in numeros]
    return Cotacao(
        valida_ate=pedido.data,
        recusados=recusados,
        planos=tuple(p for p in propostas if isinstance(p, PlanoProposto)),
        indisponiveis=tuple(p for p in propostas if isinstance(p, Indisponivel)),
    )


def consolidar(pedido: Pedido, norma: Norma, parcelas: int) -> tuple[Consolidado, ...]:
    """Each accepted debt inside the plan of so many installments; together they come to the plan's total.

    Raises PedidoRecusado, also where there is no such plan.
    """
    _, aceitos = _admitidos(pedido, norma)
    proposta = Quadro(pedido, norma, aceitos).consolidar(parcelas) if aceitos else "sem_debitos"
    if isinstance(proposta, str):
        raise PedidoRecusado("parcelas_indisponiveis", "parcelas", f"não há plano de {parcelas} parcelas: {proposta}.")
    return proposta


def _admitidos(pedido: Pedido, norma: Norma) -> tuple[tuple[Recusado, ...], tuple[Aceito, ...]]:
    _conferir(pedido)
    if pedido.reparcelamento and not norma.reparcelamento.permitido:
        motivo = f"a norma não permite reparcelar ({norma.reparcelamento.fundamento})."
        raise PedidoRecusado("reparcelamento_nao_permitido", "reparcelamento", motivo)
    recusados, aceitos = admitir(pedido, norma)
    if pedido.multa_reduzida_20 and aceitos and all(aceito.prazo_multa is None for aceito in aceitos):
        regra = norma.multa_reduzida
        motivo = "nenhum débito tem direito à multa reduzida" + (f" ({regra.fundamento})." if regra else ": a norma não a prevê.")
        raise PedidoRecusado("multa_reduzida_sem_debito", "multa_reduzida_20", motivo)
    return recusados, aceitos


def _conferir(pedido: Pedido) -> None:
    """Raises PedidoRecusado for what no norm could answer."""
    if not pedido.debitos:
        raise PedidoRecusado("entrada_invalida", "debitos", "informe ao menos um débito.")
    repetidos = {nome for nome, vezes in Counter(d.debito for d in pedido.debitos).items() if vezes > 1}
    for i, debito in enumerate(pedido.debitos):
        if debito.debito in repetidos:
            raise PedidoRecusado("debito_repetido", f"debitos[{i}].debito", "o débito aparece mais de uma vez.")
        for campo in ("principal", "multa", "juros"):
            if getattr(debito, campo) < 0:
                raise PedidoRecusado("entrada_invalida", f"debitos[{i}].{campo}", "o valor não pode ser negativo.")
    honorarios = pedido.honorarios_pge
    if honorarios is not None and not (honorarios.is_finite() and 0 <= honorarios <= Decimal(1)):
        raise PedidoRecusado("entrada_invalida", "honorarios_pge", 'deve ser uma fração de 0 a 1: "0.10" é 10%.')
