"""A debt as it stands on a day: what to charge for it, and whether its charges were given or worked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kernel.domain.calendario import Calendario
from parcelamento.domain.encargos import RegraDeEncargos, acrescimos, fim_do_prazo
from parcelamento.domain.selic import TabelaSelic

OrigemDosEncargos = Literal["informados", "calculados", "sem_atraso"]

FUNDAMENTO_DOS_INFORMADOS: Final = "Multa e juros informados com o débito."


@dataclass(frozen=True, slots=True)
class DebitoEmAberto:
    """A debt to be paid, in cents. `multa` and `juros` are those that the authority's ledger gave with it."""

    debito: str
    principal: int
    vencimento: date
    multa: int = 0
    juros: int = 0


@dataclass(frozen=True, slots=True)
class DebitoAtualizado:
    """A debt on a day, in cents. `origem` says of fine and interest together where they come from."""

    debito: str
    dia: date
    principal: int
    multa: int
    juros: int
    origem: OrigemDosEncargos
    dias_de_atraso: int
    fundamento: str

    @property
    def total(self) -> int:
        return self.principal + self.multa + self.juros


def atualizar(
    debito: DebitoEmAberto,
    dia: date,
    regra: RegraDeEncargos,
    selic: TabelaSelic,
    *,
    calendario: Calendario | None = None,
) -> DebitoAtualizado:
    """The debt re-priced on `dia`.

    A debt that came with a fine or with interest keeps both as they came (`informados`), on whatever day: the ledger priced it,
    and half of its price worked out anew would mix two days and, for an infraction's fine, two laws. Any other is charged by
    `regra` (`calculados`), nothing while it is not late (`sem_atraso`). Raises what `acrescimos` does.
    """
    if debito.multa or debito.juros:
        return DebitoAtualizado(
            debito=debito.debito,
            dia=dia,
            principal=debito.principal,
            multa=debito.multa,
            juros=debito.juros,
            origem="informados",
            dias_de_atraso=max((dia - fim_do_prazo(debito.vencimento, calendario)).days, 0),
            fundamento=FUNDAMENTO_DOS_INFORMADOS,
        )
    a = acrescimos(debito.principal, debito.vencimento, dia, regra, selic, calendario=calendario)
    return DebitoAtualizado(
        debito=debito.debito,
        dia=dia,
        principal=debito.principal,
        multa=a.multa,
        juros=a.juros,
        origem="calculados" if a.dias_de_atraso else "sem_atraso",
        dias_de_atraso=a.dias_de_atraso,
        fundamento=a.fundamento,
    )
