"""MP 189/2015 worked out a second time, from the text of Portaria 46/2015, Anexo III, in exact fractions.

Shares nothing with the code under test but the request: no band is looked up in the norm's document.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from parcelamento.domain.debito import Debito, Pedido

ITEM_14_I = {2: 90, 3: 85, 4: 80} | dict.fromkeys(range(5, 13), 75) | dict.fromkeys(range(13, 61), 40)
ENTRADA = dict.fromkeys(range(1, 37), 0) | dict.fromkeys(range(37, 49), 5) | dict.fromkeys(range(49, 61), 10)


@dataclass
class Esperado:
    regime: str
    reducao: Fraction
    total_sem_reducao: int
    total: int
    entrada: int
    valores: list[int]
    vencimentos: list[date]


def recusas(pedido: Pedido) -> dict[str, tuple[str, str]]:
    """Refused debts: reason and the place in the source."""
    todas = {debito.debito: _recusa(debito, pedido) for debito in pedido.debitos}
    return {nome: recusa for nome, recusa in todas.items() if recusa is not None}


def calcular(pedido: Pedido, n: int) -> Esperado | str:
    """The plan of `n` installments, or why there is none."""
    debitos = [debito for debito in pedido.debitos if _recusa(debito, pedido) is None]
    if not debitos:
        return "sem_debitos"
    if n == 1:
        return "percentual_nao_definido"
    total = sum(_valor(debito, pedido, ITEM_14_I[n]) for debito in debitos)
    sem_reducao = sum(_valor(debito, pedido, 0) for debito in debitos)
    elegiveis = sum(_valor(d, pedido, ITEM_14_I[n]) for d in debitos if _elegivel(d, pedido))
    percentual = Fraction(max(ENTRADA[n], 10 if pedido.reparcelamento else 0), 100)
    if pedido.multa_reduzida_20:
        minima = _meio_acima(elegiveis * Fraction(20, 100)) + _meio_acima((total - elegiveis) * percentual)
    else:
        minima = _meio_acima(total * percentual)
    iguais = _em_partes(total, n)
    if iguais[0] >= minima:
        valores, entrada = iguais, iguais[0] if percentual or pedido.multa_reduzida_20 else 0
    else:
        valores, entrada = [minima, *_em_partes(total - minima, n - 1)], minima
    if min(valores) < _minimo(pedido):
        return "abaixo_do_minimo"
    regimes = {_regime(debito) for debito in debitos}
    return Esperado(
        regime=regimes.pop() if len(regimes) == 1 else "misto",
        reducao=Fraction(ITEM_14_I[n] if any(_regime(d) == "I" for d in debitos) else 0, 100),
        total_sem_reducao=sem_reducao,
        total=total,
        entrada=entrada,
        valores=valores,
        vencimentos=_vencimentos(pedido, debitos, n),
    )


def _recusa(debito: Debito, pedido: Pedido) -> tuple[str, str] | None:  # noqa: PLR0911 the source's list, one line each
    ano_mes = (debito.fato_gerador.ano, debito.fato_gerador.mes)
    if debito.tributo != "ICMS":
        return "tributo_fora_da_norma", "art. 1º"
    if debito.natureza == "icms_st_retido":
        return "icms_st_retido", "item 25, a"
    if debito.natureza == "obrigacao_acessoria":
        return "obrigacao_acessoria", "item 25, c"
    if debito.natureza == "simples" or (pedido.optante.regime == "simples" and debito.natureza != "diferenca_aliquota"):
        return "simples", "item 25, b"
    if debito.em_parcelamento:
        return "parcelamento_ativo", "item 22"
    if ano_mes > (pedido.data.year, pedido.data.month):
        return "fato_gerador_futuro", "item 14, I e II"
    if ano_mes > (2014, 12):
        return "fora_da_norma", "item 14, I e II"
    if pedido.data < date(2015, 2, 3):
        return "fora_da_vigencia", "art. 2º"
    if ano_mes < (2014, 8) and pedido.data > date(2015, 5, 29):
        return "fora_da_vigencia", "item 14, I"
    return None


def _regime(debito: Debito) -> str:
    return "I" if (debito.fato_gerador.ano, debito.fato_gerador.mes) < (2014, 8) else "II"


def _valor(debito: Debito, pedido: Pedido, reducao: int) -> int:
    fica = Fraction(100 - (reducao if _regime(debito) == "I" else 0), 100)
    # item 23: a declared balance is assessed with a fine of 30% of the tax
    multa = debito.multa + (_meio_acima(debito.principal * Fraction(30, 100)) if debito.conta in (1, 2) else 0)
    valor = debito.principal + _meio_acima(multa * fica) + _meio_acima(debito.juros * fica)
    honorarios = Fraction(str(pedido.honorarios_pge or 0)) if debito.divida_ativa else Fraction(0)
    return valor + _meio_acima(valor * honorarios)


def _elegivel(debito: Debito, pedido: Pedido) -> bool:
    if not pedido.multa_reduzida_20 or _regime(debito) != "II" or debito.conta not in (1, 2, 3):
        return False
    lancado = debito.lancado_em or debito.ciencia_em or pedido.data
    return (pedido.data - lancado).days <= 30


def _minimo(pedido: Pedido) -> int:
    receita = pedido.optante.receita_bruta_ano_anterior
    return 100_00 if pedido.optante.regime == "simples" and receita is not None and receita <= 120_000_00 else 500_00


def _vencimentos(pedido: Pedido, debitos: list[Debito], n: int) -> list[date]:
    primeiro = pedido.data + timedelta(5)
    for debito in debitos:
        if _elegivel(debito, pedido):
            primeiro = min(primeiro, (debito.ciencia_em or pedido.data) + timedelta(30))
    dias, ano, mes = [], primeiro.year, primeiro.month
    for _ in range(n):
        dias.append(date(ano, mes, min(primeiro.day, monthrange(ano, mes)[1])))
        ano, mes = (ano + 1, 1) if mes == 12 else (ano, mes + 1)
    return dias


def _em_partes(total: int, n: int) -> list[int]:
    return [total // n + (1 if i < total % n else 0) for i in range(n)]


def _meio_acima(valor: Fraction) -> int:
    return floor(valor + Fraction(1, 2))
