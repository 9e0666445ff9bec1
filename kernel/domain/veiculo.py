"""RENAVAM and plates: what a vehicle is known by, in the old and the Mercosul format."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from kernel.domain.errors import EntradaInvalida

_PESOS_RENAVAM: Final = (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_ANTIGA: Final = re.compile(r"[A-Z]{3}[0-9]{4}")
_MERCOSUL: Final = re.compile(r"[A-Z]{3}[0-9][A-Z][0-9]{2}")
_LETRA_DO_DIGITO: Final[Mapping[str, str]] = dict(zip("0123456789", "ABCDEFGHIJ", strict=True))
_DIGITO_DA_LETRA: Final[Mapping[str, str]] = {letra: digito for digito, letra in _LETRA_DO_DIGITO.items()}


class RenavamInvalido(EntradaInvalida):
    """`motivo`: vazio, caracteres, tamanho or zerado. A wrong check digit is no error: see `Renavam.dv_correto`."""

    mensagens: ClassVar[Mapping[str, str]] = {
        "vazio": "Falta o RENAVAM.",
        "caracteres": "O RENAVAM tem só algarismos.",
        "tamanho": "O RENAVAM tem no máximo 11 algarismos.",
        "zerado": "O RENAVAM não pode ser zero.",
    }


class PlacaInvalida(EntradaInvalida):
    """`motivo`: vazio or formato."""

    mensagens: ClassVar[Mapping[str, str]] = {
        "vazio": "Falta a placa.",
        "formato": "A placa tem o formato ABC1234 ou ABC1D23.",
    }


@dataclass(frozen=True, slots=True)
class Renavam:
    """11 digits as text. `dv_correto` is False where the check digit does not match: a warning, not a refusal."""

    valor: str
    dv_correto: bool


@dataclass(frozen=True, slots=True)
class Placa:
    """A plate in either format, upper case, without dash. Raises PlacaInvalida when `valor` is not that."""

    valor: str

    def __post_init__(self) -> None:
        if not (_ANTIGA.fullmatch(self.valor) or _MERCOSUL.fullmatch(self.valor)):
            raise PlacaInvalida("formato")

    @property
    def equivalentes(self) -> frozenset[str]:
        """Every way the same vehicle's plate may be written: itself, and its other format where there is one."""
        quinto = self.valor[4]
        outro = _LETRA_DO_DIGITO.get(quinto) or _DIGITO_DA_LETRA.get(quinto)
        return frozenset({self.valor, self.valor[:4] + (outro or quinto) + self.valor[5:]})

    @property
    def chave(self) -> str:
        """The Mercosul form: equal for the two formats of one vehicle, so that tables may be joined on it."""
        return self.valor[:4] + _LETRA_DO_DIGITO.get(self.valor[4], self.valor[4]) + self.valor[5:]

    @property
    def final(self) -> int:
        """The last digit, which the IPVA calendar goes by; the same in both formats."""
        return int(self.valor[-1])


def ler_renavam(texto: str) -> Renavam:
    """Reads a RENAVAM and pads it with zeros to 11 digits (9 before 2013-04-01; spreadsheets drop zeros too).

    Raises RenavamInvalido. The check digit is told, not demanded: real bases hold wrong ones.
    """
    limpo = texto.strip().replace(".", "").replace("-", "").replace(" ", "")
    if not limpo:
        raise RenavamInvalido("vazio")
    if not (limpo.isascii() and limpo.isdigit()):
        raise RenavamInvalido("caracteres")
    if len(limpo) > 11:
        raise RenavamInvalido("tamanho")
    if not limpo.strip("0"):
        raise RenavamInvalido("zerado")
    valor = limpo.zfill(11)
    return Renavam(valor, valor[-1] == _dv_renavam(valor[:-1]))


def ler_placa(texto: str) -> Placa:
    """Reads a plate with or without dash, in either case. Raises PlacaInvalida."""
    limpo = texto.strip()
    if not limpo:
        raise PlacaInvalida("vazio")
    if not limpo.isascii():
        raise PlacaInvalida("formato")
    return Placa(limpo.replace("-", "").replace(" ", "").upper())


def placas_equivalentes(uma: Placa, outra: Placa) -> bool:
    """Whether the two may be the same vehicle: ABC1234 and its conversion ABC1C34."""
    return uma.chave == outra.chave


def _dv_renavam(corpo: str) -> str:
    soma = sum(int(c) * peso for c, peso in zip(corpo, _PESOS_RENAVAM, strict=True))
    return str(soma * 10 % 11 % 10)
