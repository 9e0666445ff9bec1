"""Money in reais: exact, two decimals, integer cents where it is counted; never float."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, Final, NewType

from kernel.domain.errors import EntradaInvalida

Dinheiro = NewType("Dinheiro", Decimal)
"""Reais with exactly two decimals, made by `ler_dinheiro`, `de_centavos` or `de_decimal`."""

LIMITE_CENTAVOS: Final = 10**15

_CENTAVO: Final = Decimal("0.01")
_MAIS_LONGO: Final = 40
_SIMPLES: Final = re.compile(r"(-?)([0-9]+)(?:[.,]([0-9]{1,2}))?")
_AGRUPADO: Final = re.compile(r"(-?)([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]{1,2})")
_AMBIGUO: Final = re.compile(r"-?[0-9]{1,3}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+)")
_MAIS_CASAS: Final = re.compile(r"-?[0-9.]*[0-9][.,][0-9]{3,}")


class DinheiroInvalido(EntradaInvalida):
    """`motivo`: vazio, formato, ambiguo, casas_decimais, negativo or limite."""

    mensagens: ClassVar[Mapping[str, str]] = {
        "vazio": "Falta o valor.",
        "formato": "O valor não está em um formato aceito: 1234,56, 1234.56 ou 1.234,56.",
        "ambiguo": "O valor é ambíguo: não se sabe se o separador é de milhar ou de centavos.",
        "casas_decimais": "O valor tem mais de duas casas decimais.",
        "negativo": "O valor não pode ser negativo.",
        "limite": "O valor é grande demais.",
    }


def ler_centavos(texto: str, *, negativo: bool = False) -> int:
    """Reads an amount as integer cents: `1234,56`, `1234.56`, `1234` or `1.234,56`.

    Refuses what may be read in two ways (`1.234`, `1,234`), more than two decimals, exponents, NaN and infinity,
    amounts beyond LIMITE_CENTAVOS, and negative ones unless `negativo`. Raises DinheiroInvalido.
    """
    limpo = texto.strip()
    achado = _partes(limpo)
    if achado is None:
        raise DinheiroInvalido(_motivo(limpo))
    sinal, inteiros, decimais = achado
    total = int(inteiros) * 100 + int(decimais.ljust(2, "0"))
    if sinal and total and not negativo:
        raise DinheiroInvalido("negativo")
    if total > LIMITE_CENTAVOS:
        raise DinheiroInvalido("limite")
    return -total if sinal else total


def ler_dinheiro(texto: str, *, negativo: bool = False) -> Dinheiro:
    """As `ler_centavos`, in reais. Raises DinheiroInvalido."""
    return de_centavos(ler_centavos(texto, negativo=negativo))


def de_centavos(centavos: int) -> Dinheiro:
    """Integer cents to reais, exactly."""
    return Dinheiro(Decimal(centavos).scaleb(-2))


def de_decimal(valor: Decimal) -> Dinheiro:
    """An exact number of cents given as Decimal; never rounds, since how to round is the norm's to say.

    Raises DinheiroInvalido for NaN, infinity, fractions of a cent and amounts beyond LIMITE_CENTAVOS.
    """
    if not valor.is_finite():
        raise DinheiroInvalido("formato")
    if abs(valor) * 100 > LIMITE_CENTAVOS:
        raise DinheiroInvalido("limite")
    exato = valor.quantize(_CENTAVO)
    if exato != valor:
        raise DinheiroInvalido("casas_decimais")
    return Dinheiro(exato)


def centavos(valor: Decimal) -> int:
    """Reais to integer cents. Raises DinheiroInvalido where that is not exact, TypeError for anything but Decimal."""
    if not isinstance(valor, Decimal):
        raise TypeError("money is Decimal, never float")
    return int(de_decimal(valor).scaleb(2))


def texto(valor: Decimal) -> str:
    """As the APIs and files write it: `1234.56`. Raises DinheiroInvalido where the cents are not exact."""
    return format(de_decimal(valor) + 0, "f")


def formatar_brl(valor: Decimal) -> str:
    """As people read it: `R$ 1.234,56`, `-R$ 0,05`. Raises DinheiroInvalido where the cents are not exact."""
    exato = de_decimal(valor)
    brasileiro = f"{abs(exato):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{'-' if exato < 0 else ''}R$ {brasileiro}"


def _partes(limpo: str) -> tuple[str, str, str] | None:
    # int() refuses very long digits with an error of its own, so length is judged first.
    if len(limpo) > _MAIS_LONGO:
        return None
    achado = _SIMPLES.fullmatch(limpo) or _AGRUPADO.fullmatch(limpo)
    if achado is None:
        return None
    sinal, inteiros, decimais = achado.groups(default="")
    return sinal, inteiros.replace(".", ""), decimais


def _motivo(limpo: str) -> str:
    if not limpo:
        return "vazio"
    if len(limpo) > _MAIS_LONGO:
        return "limite" if limpo.lstrip("-").isdigit() else "formato"
    if _AMBIGUO.fullmatch(limpo):
        return "ambiguo"
    return "casas_decimais" if _MAIS_CASAS.fullmatch(limpo) else "formato"
