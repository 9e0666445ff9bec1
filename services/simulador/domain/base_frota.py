"""Vehicles of the synthetic base and how their owners meet this year's IPVA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from simulador.domain.base_icms_linhas import pago_a_menor


class Conduta(Enum):
    """How an owner meets this year's IPVA."""

    PAGA = auto()
    PAGA_A_MAIOR = auto()
    ABERTO = auto()
    A_MENOR = auto()
    DEBITO_DESCONHECIDO = auto()
    COMPETENCIAS_TROCADAS = auto()
    PARCELADO = auto()
    SUSPENSO = auto()


# (upper bound of a draw of 1,000, conduct), in order; the last takes the rest
DE_FALTOSO = (
    (955, Conduta.ABERTO),
    (977, Conduta.A_MENOR),
    (990, Conduta.DEBITO_DESCONHECIDO),
    (1000, Conduta.COMPETENCIAS_TROCADAS),
)
EM_DIA = ((985, Conduta.PAGA), (992, Conduta.PAGA_A_MAIOR), (997, Conduta.PARCELADO), (1000, Conduta.SUSPENSO))


@dataclass(frozen=True, slots=True)
class Veiculo:
    """A vehicle and its tax for this year in cents."""

    numero: int
    placa: str
    ano: int
    imposto: int

    @property
    def final(self) -> int:
        """Last digit of the plate: it sets the due date."""
        return int(self.placa[-1])

    def imposto_de(self, anos_atras: int) -> int:
        """The tax `anos_atras` years ago: cars lose 4% a year."""
        return self.imposto * (100 + 4 * anos_atras) // 100


Frota = Sequence[Veiculo]


def condutas(frotas: Sequence[Frota], inadimplencia: float, sorteio: Random) -> list[Conduta]:
    """One for each owner, so that the unpaid value is `inadimplencia` of all, to within one owner's tax."""
    meta = inadimplencia * sum(veiculo.imposto for frota in frotas for veiculo in frota)
    escolhidas = [Conduta.PAGA] * len(frotas)
    ordem = list(range(len(frotas)))
    sorteio.shuffle(ordem)
    aberto = 0
    for posicao in ordem:
        faltoso = aberto + sum(veiculo.imposto for veiculo in frotas[posicao]) <= meta
        escolhidas[posicao] = _sortear(DE_FALTOSO if faltoso else EM_DIA, sorteio)
        aberto += em_aberto(frotas[posicao], escolhidas[posicao])
    return escolhidas


def _sortear(tabela: Sequence[tuple[int, Conduta]], sorteio: Random) -> Conduta:
    sorte = sorteio.randrange(1000)
    return next(conduta for limite, conduta in tabela if sorte < limite)


def em_aberto(frota: Frota, conduta: Conduta) -> int:
    """Cents that an owner of `conduta` leaves unpaid this year. Errors concern the first vehicle alone."""
    match conduta:
        case Conduta.ABERTO:
            return sum(veiculo.imposto for veiculo in frota)
        case Conduta.DEBITO_DESCONHECIDO | Conduta.COMPETENCIAS_TROCADAS:
            return frota[0].imposto
        case Conduta.A_MENOR:
            return frota[0].imposto - pago_a_menor(frota[0].imposto)
        case _:
            return 0
