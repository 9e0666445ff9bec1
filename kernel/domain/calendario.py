"""Which days count: holidays, business days, and the hours in which a taxpayer may be contacted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from kernel.domain.feriados import (
    ESTADUAIS,
    FACULTATIVOS_EM_ALAGOAS,
    MUNICIPAIS_DE_MACEIO,
    NACIONAIS,
    SEM_EXPEDIENTE_BANCARIO,
    Feriado,
)

_UM_DIA: Final = timedelta(days=1)
_FIM_DE_SEMANA: Final = frozenset({5, 6})
# Longer than any run of closed days; reached only by a policy that leaves nobody to contact, ever.
_BUSCA_DIAS: Final = 400


@dataclass(frozen=True, slots=True)
class Calendario:
    """A set of holiday rules. Each year is worked out when first asked for, and kept inside the object."""

    regras: tuple[Feriado, ...]
    _anos: dict[int, Mapping[date, Feriado]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def contato(cls) -> "Calendario":
        """Days without contact in Maceió: national, state and municipal holidays, optional days included."""
        return cls(NACIONAIS + SEM_EXPEDIENTE_BANCARIO + ESTADUAIS["AL"] + MUNICIPAIS_DE_MACEIO + FACULTATIVOS_EM_ALAGOAS)

    @classmethod
    def bancario(cls, uf: Literal["AL", "MA"] | None = None) -> "Calendario":
        """Days on which nothing falls due: the national bank holidays and, where `uf` is given, that state's."""
        return cls(NACIONAIS + SEM_EXPEDIENTE_BANCARIO + (ESTADUAIS[uf] if uf else ()))

    def feriados(self, ano: int) -> Mapping[date, Feriado]:
        """The year's days in order, each with the first rule that claims it."""
        if ano not in self._anos:
            self._anos[ano] = self._calcular(ano)
        return self._anos[ano]

    def feriado_em(self, dia: date) -> Feriado | None:
        """The holiday of that day, if any: for texts that say why."""
        return self.feriados(dia.year).get(dia)

    def eh_feriado(self, dia: date) -> bool:
        return dia in self.feriados(dia.year)

    def dia_util(self, dia: date) -> bool:
        """Monday to Friday and no holiday."""
        return dia.weekday() not in _FIM_DE_SEMANA and not self.eh_feriado(dia)

    def proximo_dia_util(self, dia: date) -> date:
        """The day itself if it is a business day, else the first one after it."""
        return self._andar_ate_util(dia, _UM_DIA)

    def somar_dias_uteis(self, dia: date, dias: int) -> date:
        """The business day `dias` after `dia` (before it, if negative), `dia` itself not counted.

        With 0: as `proximo_dia_util`.
        """
        if dias == 0:
            return self.proximo_dia_util(dia)
        passo = _UM_DIA if dias > 0 else -_UM_DIA
        for _ in range(abs(dias)):
            dia = self._andar_ate_util(dia + passo, passo)
        return dia

    def _andar_ate_util(self, dia: date, passo: timedelta) -> date:
        while not self.dia_util(dia):
            dia += passo
        return dia

    def _calcular(self, ano: int) -> Mapping[date, Feriado]:
        dias: dict[date, Feriado] = {}
        for regra in self.regras:
            dia = regra.data_em(ano)
            if dia is not None:
                dias.setdefault(dia, regra)
        return dict(sorted(dias.items()))


@dataclass(frozen=True, slots=True)
class Faixa:
    """Local hours of one day; `fim` is the first instant that is out. Raises ValueError unless inicio < fim."""

    inicio: time
    fim: time

    def __post_init__(self) -> None:
        if self.inicio.tzinfo or self.fim.tzinfo:
            raise ValueError("hours of a Faixa are local: no time zone")
        if self.inicio >= self.fim:
            raise ValueError("a Faixa begins before it ends")


@dataclass(frozen=True, slots=True)
class HorarioDeContato:
    """Contact hours as data: one Faixa (or none) for each day of the week, Monday first, in an IANA time zone.

    Raises ValueError unless there are seven days and at least one is open.
    """

    semana: tuple[Faixa | None, ...]
    fuso: str

    def __post_init__(self) -> None:
        if len(self.semana) != 7:
            raise ValueError("a week has seven days")
        if not any(self.semana):
            raise ValueError("at least one day of the week is open")


_DIA_DE_SEMANA: Final = Faixa(time(8), time(20))

HORARIO_PADRAO: Final = HorarioDeContato(
    semana=(*[_DIA_DE_SEMANA] * 5, Faixa(time(8), time(14)), None),
    fuso="America/Maceio",
)
"""Monday to Friday 08:00 to 20:00, Saturday 08:00 to 14:00. Source: Lei estadual (AL) 7.782/2016."""


@dataclass(frozen=True, slots=True)
class JanelaDeContato:
    """When a person may be contacted. Instants come in with any time zone and go out in UTC.

    Every method raises ValueError for an instant without time zone.
    """

    calendario: Calendario
    horario: HorarioDeContato = HORARIO_PADRAO

    def permite(self, instante: datetime) -> bool:
        """Whether contact is allowed at this very instant."""
        faixa = self.faixa_do_dia(self.dia_local(instante))
        return faixa is not None and faixa[0] <= instante < faixa[1]

    def proximo_instante(self, instante: datetime) -> datetime:
        """The first allowed instant from `instante` on: itself, if allowed.

        Raises ValueError where the calendar leaves no open day in the next 400.
        """
        dia = self.dia_local(instante)
        for _ in range(_BUSCA_DIAS):
            faixa = self.faixa_do_dia(dia)
            if faixa is not None and instante < faixa[1]:
                return max(instante, faixa[0]).astimezone(UTC)
            dia += _UM_DIA
        raise ValueError(f"no open day in the next {_BUSCA_DIAS}")

    def resta_no_dia(self, instante: datetime) -> timedelta:
        """How much allowed time is left on the local day of `instante`, from it on; zero (false) if none."""
        faixa = self.faixa_do_dia(self.dia_local(instante))
        if faixa is None:
            return timedelta(0)
        return max(faixa[1] - max(instante, faixa[0]), timedelta(0))

    def fim_do_dia(self, instante: datetime) -> datetime | None:
        """The instant at which the local day of `instante` closes (already out), or None if it never opens."""
        faixa = self.faixa_do_dia(self.dia_local(instante))
        return faixa[1] if faixa else None

    def dia_local(self, instante: datetime) -> date:
        """The date of `instante` where the taxpayer is."""
        if instante.tzinfo is None:
            raise ValueError("an instant has a time zone")
        return instante.astimezone(self._fuso).date()

    def faixa_do_dia(self, dia: date) -> tuple[datetime, datetime] | None:
        """The first allowed and the first forbidden instant of a local day, in UTC; None if it never opens."""
        faixa = self.horario.semana[dia.weekday()]
        if faixa is None or self.calendario.eh_feriado(dia):
            return None
        inicio = datetime.combine(dia, faixa.inicio, self._fuso)
        fim = datetime.combine(dia, faixa.fim, self._fuso)
        return inicio.astimezone(UTC), fim.astimezone(UTC)

    @property
    def _fuso(self) -> ZoneInfo:
        return ZoneInfo(self.horario.fuso)
