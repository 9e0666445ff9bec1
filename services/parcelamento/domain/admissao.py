"""Which debts a norm takes into a quote, under which regime, and why it takes no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.domain.datas import mes_de
from parcelamento.domain.debito import Debito, Pedido
from parcelamento.domain.norma import Norma, Recusa, Regime
from parcelamento.domain.reparticao import fracao


@dataclass(frozen=True, slots=True)
class Recusado:
    """A debt that stays out of the quote, why, and the item of the norm that says so."""

    debito: str
    motivo: str
    fundamento: str


@dataclass(frozen=True, slots=True)
class Aceito:
    """A debt in the quote. `multa` holds the fine of the assessment; `prazo_multa` is the last day of its reduced fine.

    `prazo_multa` is None where the reduced fine was not asked for or is not for this debt.
    """

    debito: Debito
    regime: Regime
    multa: int
    prazo_multa: date | None


def admitir(pedido: Pedido, norma: Norma) -> tuple[tuple[Recusado, ...], tuple[Aceito, ...]]:
    """The debts refused and the debts taken, each in the order they came."""
    recusados: list[Recusado] = []
    aceitos: list[Aceito] = []
    for debito in pedido.debitos:
        julgado = _julgar(debito, pedido, norma)
        if isinstance(julgado, Recusado):
            recusados.append(julgado)
        else:
            aceitos.append(_aceitar(debito, julgado, pedido, norma))
    return tuple(recusados), tuple(aceitos)


def regimes_presentes(aceitos: Sequence[Aceito], norma: Norma) -> tuple[Regime, ...]:
    """The regimes of these debts, in the norm's order."""
    nomes = {aceito.regime.nome for aceito in aceitos}
    return tuple(regime for regime in norma.regimes if regime.nome in nomes)


def _julgar(debito: Debito, pedido: Pedido, norma: Norma) -> Recusado | Regime:
    """The debt's regime, or the first reason against it."""
    regime = _regime(debito, norma)
    razao = _pela_materia(debito, pedido, norma) or _pelo_tempo(debito, regime, pedido, norma)
    return Recusado(debito.debito, *razao) if isinstance(razao, tuple) else razao


def _pela_materia(debito: Debito, pedido: Pedido, norma: Norma) -> tuple[str, str] | None:
    if debito.tributo not in norma.tributos:
        return _com_fundamento("tributo_fora_da_norma", norma)
    for recusa in norma.recusas:
        if _cabe(recusa, debito, pedido):
            return recusa.motivo, recusa.fundamento
    return None if debito.natureza in norma.naturezas else _com_fundamento("tributo_fora_da_norma", norma)


def _pelo_tempo(debito: Debito, regime: Regime | None, pedido: Pedido, norma: Norma) -> tuple[str, str] | Regime:
    if debito.fato_gerador > mes_de(pedido.data):
        return _com_fundamento("fato_gerador_futuro", norma)
    if regime is None:
        return _com_fundamento("fora_da_norma", norma)
    if not _entre(norma.vigencia_de, pedido.data, norma.vigencia_ate):
        return _com_fundamento("fora_da_vigencia", norma)
    if not _entre(regime.concessao_de, pedido.data, regime.concessao_ate):
        return "fora_da_vigencia", regime.fundamento
    return regime


def _com_fundamento(motivo: str, norma: Norma) -> tuple[str, str]:
    return motivo, norma.fundamentos[motivo]


def _cabe(recusa: Recusa, debito: Debito, pedido: Pedido) -> bool:
    return (
        (recusa.naturezas is None or debito.natureza in recusa.naturezas)
        and debito.natureza not in recusa.exceto_naturezas
        and (recusa.regimes is None or pedido.optante.regime in recusa.regimes)
        and (recusa.em_parcelamento is None or debito.em_parcelamento is recusa.em_parcelamento)
    )


def _regime(debito: Debito, norma: Norma) -> Regime | None:
    fato = debito.fato_gerador
    for regime in norma.regimes:
        de, ate = regime.fato_gerador_de, regime.fato_gerador_ate
        if (de is None or de <= fato) and (ate is None or fato <= ate):
            return regime
    return None


def _entre(de: date | None, dia: date, ate: date | None) -> bool:
    return (de is None or de <= dia) and (ate is None or dia <= ate)


def _aceitar(debito: Debito, regime: Regime, pedido: Pedido, norma: Norma) -> Aceito:
    multa = debito.multa
    if norma.lancamento is not None and debito.conta in norma.lancamento.contas:
        multa += fracao(debito.principal, norma.lancamento.multa)
    prazo = _prazo_da_multa(debito, regime, pedido, norma) if pedido.multa_reduzida_20 else None
    return Aceito(debito, regime, multa, prazo)


def _prazo_da_multa(debito: Debito, regime: Regime, pedido: Pedido, norma: Norma) -> date | None:
    regra = norma.multa_reduzida
    if regra is None or regime.nome not in regra.regimes or debito.conta not in regra.contas:
        return None
    ciencia = _ciencia(debito, pedido, norma)
    lancado = debito.lancado_em or ciencia
    prazo = timedelta(days=regra.dias)
    if ciencia is None or lancado is None or lancado + prazo < pedido.data:
        return None
    return ciencia + prazo


def _ciencia(debito: Debito, pedido: Pedido, norma: Norma) -> date | None:
    """When the taxpayer was told: an assessment not yet told of is told by the quote."""
    sem_data = norma.lancamento is not None and debito.conta in norma.lancamento.contas_com_ciencia
    return debito.ciencia_em or (pedido.data if sem_data else None)
