"""What a debt comes to inside a plan: fine and interest reduced by its own regime's band, and the PGE's fee on the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from parcelamento.domain.admissao import Aceito
from parcelamento.domain.norma import Faixa
from parcelamento.domain.reparticao import proporcao

Razao = tuple[int, int]
"""A fraction as whole numbers: thousands of products are worked out exactly, and fast."""


@dataclass(frozen=True, slots=True)
class Consolidado:
    """One accepted debt inside a plan, in cents: `multa` and `juros` before reduction (the assessment's fine included).

    It comes to `principal` + `multa_reduzida` + `juros_reduzidos` + `honorarios`. Where the norm charges interest on the
    installments, both `juros` and `juros_reduzidos` hold the debt's share of it, told apart in `juros_do_parcelamento`.
    """

    debito: str
    regime: str
    principal: int
    multa: int
    juros: int
    multa_reduzida: int
    juros_reduzidos: int
    honorarios: int
    juros_do_parcelamento: int = 0

    @property
    def total(self) -> int:
        return self.principal + self.multa_reduzida + self.juros_reduzidos + self.honorarios


class Mantido(NamedTuple):
    """The fractions of fine and interest that stay due."""

    multa: Razao
    juros: Razao


class Somas(NamedTuple):
    """Totals in cents over all debts; `com_multa_reduzida` over those that the reduced fine is asked for."""

    total: int
    com_multa_reduzida: int
    honorarios: int


INTEIRO = Mantido((1, 1), (1, 1))
"""Nothing is taken off."""


@dataclass(frozen=True, slots=True)
class Reducoes:
    """How much stays due of the debts of each regime (by name), of those with the reduced fine, and the fee."""

    por_regime: Mapping[str, Mantido]
    multa_30_dias: Razao
    honorarios: Razao

    def componentes(self, aceito: Aceito) -> tuple[int, int, int]:
        """The debt's fine, interest and fee in cents, each rounded half up."""
        debito, mantido = aceito.debito, self.por_regime[aceito.regime.nome]
        razao = mantido.multa
        if aceito.prazo_multa is not None:
            razao = _menor(razao, self.multa_30_dias)
        multa = proporcao(aceito.multa, *razao)
        juros = proporcao(debito.juros, *mantido.juros)
        if not debito.divida_ativa:
            return multa, juros, 0
        return multa, juros, proporcao(debito.principal + multa + juros, *self.honorarios)

    def somar(self, aceitos: Iterable[Aceito]) -> Somas:
        """What all of them come to."""
        total = com_multa_reduzida = soma_honorarios = 0
        for aceito in aceitos:
            multa, juros, honorarios = self.componentes(aceito)
            valor = aceito.debito.principal + multa + juros + honorarios
            total += valor
            soma_honorarios += honorarios
            if aceito.prazo_multa is not None:
                com_multa_reduzida += valor
        return Somas(total, com_multa_reduzida, soma_honorarios)


def reducoes(faixas: Mapping[str, Faixa], *, multa_30_dias: Decimal, honorarios: Decimal) -> Reducoes:
    """The reductions of one band of each regime. The fractions are what is taken off, and the fee's."""
    return Reducoes(
        por_regime={nome: Mantido(_resta(faixa.reducao_multa), _resta(faixa.reducao_juros)) for nome, faixa in faixas.items()},
        multa_30_dias=_resta(multa_30_dias),
        honorarios=honorarios.as_integer_ratio(),
    )


def sem_reducoes(regimes: Iterable[str], *, honorarios: Decimal) -> Reducoes:
    """The same debts with nothing taken off."""
    return Reducoes(dict.fromkeys(regimes, INTEIRO), (1, 1), honorarios.as_integer_ratio())


def consolidar_debitos(aceitos: Sequence[Aceito], regra: Reducoes, juros: Sequence[int]) -> tuple[Consolidado, ...]:
    """Each debt by itself; `juros` is each one's share of the interest on the installments."""
    return tuple(_consolidar(aceito, regra, parte) for aceito, parte in zip(aceitos, juros, strict=True))


def _consolidar(aceito: Aceito, regra: Reducoes, juros_do_parcelamento: int) -> Consolidado:
    debito = aceito.debito
    multa, juros, honorarios = regra.componentes(aceito)
    return Consolidado(
        debito=debito.debito,
        regime=aceito.regime.nome,
        principal=debito.principal,
        multa=aceito.multa,
        juros=debito.juros + juros_do_parcelamento,
        multa_reduzida=multa,
        juros_reduzidos=juros + juros_do_parcelamento,
        honorarios=honorarios,
        juros_do_parcelamento=juros_do_parcelamento,
    )


def _resta(reducao: Decimal) -> Razao:
    numerador, denominador = reducao.as_integer_ratio()
    return denominador - numerador, denominador


def _menor(a: Razao, b: Razao) -> Razao:
    return a if a[0] * b[1] <= b[0] * a[1] else b
