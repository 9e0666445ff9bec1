"""Dates and competências as files write them, and month arithmetic on whole numbers."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from kernel.domain.errors import EntradaInvalida

ANO_MINIMO: Final = 1900
ANO_MAXIMO: Final = 2199

_BRASILEIRA: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_COMPETENCIA: Final = re.compile(r"([0-9]{4})-([0-9]{2})")


class DataInvalida(EntradaInvalida):
    """`motivo`: vazio, formato, inexistente or ano."""

    mensagens: ClassVar[Mapping[str, str]] = {
        "vazio": "Falta a data.",
        "formato": "A data tem o formato dd/mm/aaaa ou aaaa-mm-dd.",
        "inexistente": "A data não existe no calendário.",
        "ano": f"O ano da data fica fora de {ANO_MINIMO} a {ANO_MAXIMO}.",
    }


class CompetenciaInvalida(EntradaInvalida):
    """`motivo`: vazio, formato, inexistente or ano."""

    mensagens: ClassVar[Mapping[str, str]] = {
        "vazio": "Falta a competência.",
        "formato": "A competência tem o formato aaaa-mm.",
        "inexistente": "O mês da competência vai de 01 a 12.",
        "ano": f"O ano da competência fica fora de {ANO_MINIMO} a {ANO_MAXIMO}.",
    }


@dataclass(frozen=True, slots=True, order=True)
class Competencia:
    """A month of reference. `indice` counts months since year 0, so that arithmetic and columns use plain integers."""

    indice: int

    @classmethod
    def de_indice(cls, indice: int) -> "Competencia":
        return cls(indice)

    @classmethod
    def de_ano_mes(cls, ano: int, mes: int) -> "Competencia":
        """Raises CompetenciaInvalida when `mes` is not 1 to 12 or `ano` is out of range."""
        if not 1 <= mes <= 12:
            raise CompetenciaInvalida("inexistente")
        if not ANO_MINIMO <= ano <= ANO_MAXIMO:
            raise CompetenciaInvalida("ano")
        return cls(ano * 12 + mes - 1)

    @property
    def ano(self) -> int:
        return self.indice // 12

    @property
    def mes(self) -> int:
        return self.indice % 12 + 1

    @property
    def primeiro_dia(self) -> date:
        return date(self.ano, self.mes, 1)

    @property
    def ultimo_dia(self) -> date:
        return date(self.ano, self.mes, monthrange(self.ano, self.mes)[1])

    def anterior(self, n: int = 1) -> "Competencia":
        """The competência `n` months before."""
        return Competencia(self.indice - n)

    def seguinte(self, n: int = 1) -> "Competencia":
        """The competência `n` months after."""
        return Competencia(self.indice + n)

    def __str__(self) -> str:
        return f"{self.ano:04d}-{self.mes:02d}"


def mes_de(dia: date) -> Competencia:
    """The competência that a day falls in."""
    return Competencia(dia.year * 12 + dia.month - 1)


def ler_competencia(texto: str) -> Competencia:
    """Reads `aaaa-mm`, strictly. Raises CompetenciaInvalida."""
    limpo = texto.strip()
    if not limpo:
        raise CompetenciaInvalida("vazio")
    achado = _COMPETENCIA.fullmatch(limpo)
    if achado is None:
        raise CompetenciaInvalida("formato")
    return Competencia.de_ano_mes(int(achado[1]), int(achado[2]))


def ler_data(texto: str) -> date:
    """Reads `dd/mm/aaaa` or `aaaa-mm-dd`, strictly: two and four digits, an existing day. Raises DataInvalida."""
    limpo = texto.strip()
    if not limpo:
        raise DataInvalida("vazio")
    ano, mes, dia = _ano_mes_dia(limpo)
    if not ANO_MINIMO <= ano <= ANO_MAXIMO:
        raise DataInvalida("ano")
    try:
        return date(ano, mes, dia)
    except ValueError:
        raise DataInvalida("inexistente") from None


def _ano_mes_dia(limpo: str) -> tuple[int, int, int]:
    if achado := _ISO.fullmatch(limpo):
        return int(achado[1]), int(achado[2]), int(achado[3])
    if achado := _BRASILEIRA.fullmatch(limpo):
        return int(achado[3]), int(achado[2]), int(achado[1])
    raise DataInvalida("formato")
