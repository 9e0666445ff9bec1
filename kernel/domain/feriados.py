"""The holidays of Brazil, Alagoas, Maranhão and Maceió as dated rules, each with its legal ground."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, assert_never

Ambito = Literal["nacional", "AL", "MA", "maceio"]

_TERCA, _QUINTA = 1, 3


@dataclass(frozen=True, slots=True)
class DiaFixo:
    """The same day every year."""

    mes: int
    dia: int


@dataclass(frozen=True, slots=True)
class DiaDaPascoa:
    """A number of days after Easter Sunday (before it, if negative)."""

    dias: int


@dataclass(frozen=True, slots=True)
class DiaTransferido:
    """Where a fixed day's holiday goes when it falls on certain weekdays (0 is Monday): weekday to days of shift."""

    mes: int
    dia: int
    transferencias: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class DiaUnico:
    """One day of one year, by decree."""

    data: date


Regra = DiaFixo | DiaDaPascoa | DiaTransferido | DiaUnico


@dataclass(frozen=True, slots=True)
class Feriado:
    """A holiday, or a `facultativo` day on which public offices close.

    `desde` and `ate` are the first and last year it holds. `conferido` says that its date and ground were read in a
    source; otherwise the day is used, but somebody should check the ground.
    """

    nome: str
    regra: Regra
    ambito: Ambito
    fundamento: str
    facultativo: bool = False
    desde: int | None = None
    ate: int | None = None
    conferido: bool = True

    def data_em(self, ano: int) -> date | None:
        """The day it takes in a year, or None where it does not apply."""
        if (self.desde is not None and ano < self.desde) or (self.ate is not None and ano > self.ate):
            return None
        return _data_da_regra(self.regra, ano)


def pascoa(ano: int) -> date:
    """Easter Sunday of a Gregorian year. Source: the anonymous computus (Meeus, Astronomical Algorithms, ch. 8)."""
    seculo, do_seculo = divmod(ano, 100)
    correcao = (8 * seculo + 13) // 25
    epacta = (19 * (ano % 19) + seculo - seculo // 4 - correcao + 15) % 30
    ate_domingo = (32 + 2 * (seculo % 4) + 2 * (do_seculo // 4) - epacta - do_seculo % 4) % 7
    ajuste = (ano % 19 + 11 * epacta + 22 * ate_domingo) // 451
    mes, dia = divmod(epacta + ate_domingo - 7 * ajuste + 114, 31)
    return date(ano, mes, dia + 1)


def _data_da_regra(regra: Regra, ano: int) -> date | None:
    match regra:
        case DiaFixo(mes, dia):
            return date(ano, mes, dia)
        case DiaDaPascoa(dias):
            return pascoa(ano) + timedelta(days=dias)
        case DiaTransferido(mes, dia, transferencias):
            original = date(ano, mes, dia)
            salto = dict(transferencias).get(original.weekday())
            return None if salto is None else original + timedelta(days=salto)
        case DiaUnico(data):
            return data if data.year == ano else None
        case _:
            assert_never(regra)


_LEI_662: Final = "Lei 662/1949, na redação da Lei 10.607/2002"
_AL_2026: Final = "Decreto estadual (AL) 106.093/2025"
_MACEIO_2026: Final = "Decreto municipal (Maceió) 10.234/2026"
_CMN: Final = "Resolução CMN 4.880/2020"

NACIONAIS: Final[tuple[Feriado, ...]] = (
    Feriado("Confraternização Universal", DiaFixo(1, 1), "nacional", _LEI_662),
    # A religious holiday of municipal law in form; no office or bank opens anywhere in the country.
    Feriado("Sexta-feira da Paixão", DiaDaPascoa(-2), "nacional", "Lei 9.093/1995, art. 2º"),
    Feriado("Tiradentes", DiaFixo(4, 21), "nacional", _LEI_662),
    Feriado("Dia do Trabalho", DiaFixo(5, 1), "nacional", _LEI_662),
    Feriado("Independência do Brasil", DiaFixo(9, 7), "nacional", _LEI_662),
    Feriado("Nossa Senhora Aparecida", DiaFixo(10, 12), "nacional", "Lei 6.802/1980", desde=1980),
    Feriado("Finados", DiaFixo(11, 2), "nacional", _LEI_662),
    Feriado("Proclamação da República", DiaFixo(11, 15), "nacional", _LEI_662),
    Feriado("Dia Nacional de Zumbi e da Consciência Negra", DiaFixo(11, 20), "nacional", "Lei 14.759/2023", desde=2024),
    Feriado("Natal", DiaFixo(12, 25), "nacional", _LEI_662),
)

# Not holidays by law; clearing between banks does not run. 24 and 31 December are business days for due dates: banks
# shorten or close their counters, the market calendar does not change.
SEM_EXPEDIENTE_BANCARIO: Final[tuple[Feriado, ...]] = (
    Feriado("Segunda-feira de Carnaval", DiaDaPascoa(-48), "nacional", _CMN, facultativo=True),
    Feriado("Terça-feira de Carnaval", DiaDaPascoa(-47), "nacional", _CMN, facultativo=True),
    Feriado("Corpus Christi", DiaDaPascoa(60), "nacional", f"{_CMN}; {_MACEIO_2026}", facultativo=True),
)

ESTADUAIS: Final[Mapping[Literal["AL", "MA"], tuple[Feriado, ...]]] = {
    "AL": (
        Feriado("São João", DiaFixo(6, 24), "AL", _AL_2026),
        Feriado("São Pedro", DiaFixo(6, 29), "AL", _AL_2026),
        Feriado("Emancipação Política de Alagoas", DiaFixo(9, 16), "AL", _AL_2026),
        # Listed by the state's yearly decrees before 2024; the law's number was not checked.
        Feriado("Zumbi dos Palmares", DiaFixo(11, 20), "AL", "Lei estadual (AL) 5.724/1995", ate=2023, conferido=False),
        Feriado("Dia Estadual do Evangélico", DiaFixo(11, 30), "AL", "Lei estadual (AL) 7.530/2013", desde=2013),
        # The law moves it off a Tuesday or Thursday. Both days count here: 30 November still closes in some towns,
        # and a day too many disturbs nobody.
        Feriado(
            "Dia Estadual do Evangélico (transferido)",
            DiaTransferido(11, 30, ((_TERCA, -1), (_QUINTA, 1))),
            "AL",
            "Lei estadual (AL) 7.530/2013, parágrafo único",
            desde=2013,
        ),
    ),
    "MA": (
        # The day is certain; the law's number was not checked.
        Feriado(
            "Adesão do Maranhão à Independência",
            DiaFixo(7, 28),
            "MA",
            "Lei estadual (MA) 2.457/1964",
            conferido=False,
        ),
    ),
}

# The city's anniversary (5 December) is in none of its decrees as a fixed day: 2024 had it as an optional day only.
MUNICIPAIS_DE_MACEIO: Final[tuple[Feriado, ...]] = (
    Feriado("Marechal Floriano Peixoto", DiaFixo(6, 29), "maceio", _MACEIO_2026),
    Feriado("Nossa Senhora dos Prazeres", DiaFixo(8, 27), "maceio", _MACEIO_2026),
    Feriado("Nossa Senhora da Conceição", DiaFixo(12, 8), "maceio", _MACEIO_2026),
)

# Days that the state's or the city's decrees declare optional every year, and those of 2026 alone.
FACULTATIVOS_EM_ALAGOAS: Final[tuple[Feriado, ...]] = (
    Feriado("Quarta-feira de Cinzas", DiaDaPascoa(-46), "AL", _AL_2026, facultativo=True),
    Feriado("Quinta-feira Santa", DiaDaPascoa(-3), "AL", _AL_2026, facultativo=True),
    Feriado("Dia do Servidor Público", DiaFixo(10, 28), "AL", _AL_2026, facultativo=True),
    Feriado("Véspera de Natal", DiaFixo(12, 24), "AL", _AL_2026, facultativo=True),
    Feriado("Véspera de Ano-Novo", DiaFixo(12, 31), "AL", _AL_2026, facultativo=True),
    Feriado("Ponto facultativo", DiaUnico(date(2026, 1, 2)), "AL", _AL_2026, facultativo=True),
    Feriado("Ponto facultativo", DiaUnico(date(2026, 6, 5)), "AL", _AL_2026, facultativo=True),
)
