"""The collection barcode of a payment document: FEBRABAN's 44 digits, the 48 that people type, and their reader.

Source: FEBRABAN, Layout Padrão de Arrecadação/Recebimento com Utilização do Código de Barras, version 07 (2023-03-01).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import ClassVar, Final, Literal

from kernel.domain.errors import EntradaInvalida

Identificador = Literal[6, 8]
"""Value in reais; the check digits are modulo 10 (6) or modulo 11 (8)."""

VALOR_MAXIMO: Final = 10**11 - 1
NOSSO_NUMERO_MAXIMO: Final = 10**17 - 1

_PRODUTO: Final = "8"
_SEGMENTO: Final = "5"
_EMPRESA: Final = re.compile(r"[0-9]{4}")
_SEPARADORES: Final = str.maketrans("", "", " -.")
_ALGARISMOS: Final = re.compile(r"[0-9]+")
# ASCII digit → its value, and → the sum of the digits of its double.
_SIMPLES: Final = bytes(c - 48 if 48 <= c < 58 else 0 for c in range(256))
_DOBRADO: Final = bytes(sum(divmod(2 * (c - 48), 10)) if 48 <= c < 58 else 0 for c in range(256))
_PESOS_11: Final = tuple(2 + i % 8 for i in range(44))


class BarrasInvalidas(EntradaInvalida):
    """`motivo` says which part of the code is not what this platform writes."""

    mensagens: ClassVar[Mapping[str, str]] = {
        "vazio": "Falta o código de barras.",
        "caracteres": "O código de barras tem só algarismos.",
        "tamanho": "O código de barras tem 44 algarismos; a linha digitável, 48.",
        "produto": "O código não é de documento de arrecadação: começa com 8.",
        "segmento": "O código não é de órgão governamental (segmento 5).",
        "identificador": "O código não traz o valor em reais (identificador 6 ou 8).",
        "digito_do_bloco": "O dígito verificador de um dos blocos da linha digitável não confere.",
        "digito_geral": "O dígito verificador geral do código de barras não confere.",
        "vencimento": "O código não traz uma data de vencimento válida.",
    }


@dataclass(frozen=True, slots=True)
class Barras:
    """`codigo`: the 44 digits of the bars. `linha`: the 48 to type, without signs (`formatar_linha` puts them in)."""

    codigo: str
    linha: str


@dataclass(frozen=True, slots=True)
class LidoDasBarras:
    """What a code of ours says. `valor` in cents."""

    valor: int
    vencimento: date
    nosso_numero: int
    empresa: str


def modulo_10(algarismos: str) -> int:
    """Weights 2, 1, 2, 1… from the right, the digits of each product added; 10 minus the remainder, 10 counting as 0."""
    invertido = algarismos.encode("ascii")[::-1]
    soma = sum(invertido[::2].translate(_DOBRADO)) + sum(invertido[1::2].translate(_SIMPLES))
    return -soma % 10


def modulo_11(algarismos: str) -> int:
    """Weights 2 to 9 over and over from the right; remainders 0 and 1 give 0, others 11 minus the remainder.

    Two remainders share the 0, so that, unlike modulo 10, a few single wrong digits pass it.
    """
    invertido = algarismos.encode("ascii")[::-1].translate(_SIMPLES)
    resto = sum(map(mul, invertido, _PESOS_11)) % 11
    return 0 if resto < 2 else 11 - resto


_MODULOS: Final = {"6": modulo_10, "8": modulo_11, "7": modulo_10, "9": modulo_11}


def compor_barras(valor: int, vencimento: date, nosso_numero: int, empresa: str, identificador: Identificador = 6) -> Barras:
    """The code of a document of `valor` cents: segment 5, FEBRABAN company code, due date and our number in the free field.

    `empresa` is the 4-digit code that FEBRABAN gave; never a CNPJ, whose letters no numeric field can hold.
    Raises ValueError for anything that does not fit its field.
    """
    _conferir_campos(valor, nosso_numero, empresa, identificador)
    inicio = f"{_PRODUTO}{_SEGMENTO}{identificador}"
    resto = f"{valor:011d}{empresa}{vencimento.strftime('%Y%m%d'):0>8}{nosso_numero:017d}"
    digito = _MODULOS[str(identificador)](inicio + resto)
    codigo = f"{inicio}{digito}{resto}"
    return Barras(codigo=codigo, linha=linha_de(codigo))


def linha_de(codigo: str) -> str:
    """The 48 digits of a 44-digit code: four blocks of 11, each followed by its own check digit."""
    modulo = _MODULOS[codigo[2]]
    blocos = (codigo[i : i + 11] for i in range(0, 44, 11))
    return "".join(f"{bloco}{modulo(bloco)}" for bloco in blocos)


def formatar_linha(linha: str) -> str:
    """As it is printed: `85650000012-5 34560000202-5 61230000000-9 00000012345-5`."""
    return " ".join(f"{linha[i : i + 11]}-{linha[i + 11]}" for i in range(0, 48, 12))


def digitos_conferem(codigo: str) -> bool:
    """Whether 44 characters are a collection code, of any segment and any company, with the right general digit."""
    if len(codigo) != 44 or not _so_algarismos(codigo) or codigo[0] != _PRODUTO or codigo[2] not in _MODULOS:
        return False
    return codigo[3] == str(_MODULOS[codigo[2]](codigo[:3] + codigo[4:]))


def ler_barras(texto: str) -> LidoDasBarras:
    """Reads a code written by `compor_barras`: 44 digits of the bars or 48 typed, blanks, dots and dashes dropped.

    Raises BarrasInvalidas.
    """
    codigo = _codigo_de(texto.translate(_SEPARADORES))
    _conferir_codigo(codigo)
    return LidoDasBarras(
        valor=int(codigo[4:15]),
        vencimento=_data(codigo[19:27]),
        nosso_numero=int(codigo[27:]),
        empresa=codigo[15:19],
    )


def _codigo_de(limpo: str) -> str:
    if not limpo:
        raise BarrasInvalidas("vazio")
    if not _so_algarismos(limpo):
        raise BarrasInvalidas("caracteres")
    if len(limpo) == 44:
        return limpo
    if len(limpo) != 48:
        raise BarrasInvalidas("tamanho")
    codigo = "".join(limpo[i : i + 11] for i in range(0, 48, 12))
    if codigo[2] in _MODULOS and linha_de(codigo) != limpo:
        raise BarrasInvalidas("digito_do_bloco")
    return codigo


def _conferir_codigo(codigo: str) -> None:
    if codigo[0] != _PRODUTO:
        raise BarrasInvalidas("produto")
    if codigo[1] != _SEGMENTO:
        raise BarrasInvalidas("segmento")
    if codigo[2] not in {"6", "8"}:
        raise BarrasInvalidas("identificador")
    if not digitos_conferem(codigo):
        raise BarrasInvalidas("digito_geral")


def _conferir_campos(valor: int, nosso_numero: int, empresa: str, identificador: int) -> None:
    if not 0 < valor <= VALOR_MAXIMO:
        raise ValueError("the value of a document goes from 1 to 99999999999 cents")
    if not 0 <= nosso_numero <= NOSSO_NUMERO_MAXIMO:
        raise ValueError("our number has at most 17 digits")
    if not _EMPRESA.fullmatch(empresa):
        raise ValueError("the company is FEBRABAN's code of 4 digits, never a CNPJ")
    if identificador not in {6, 8}:
        raise ValueError("a value in reais is told by identifier 6 or 8")


def _so_algarismos(texto: str) -> bool:
    # str.isdigit() takes digits of other scripts too
    return _ALGARISMOS.fullmatch(texto) is not None


def _data(algarismos: str) -> date:
    try:
        return date(int(algarismos[:4]), int(algarismos[4:6]), int(algarismos[6:]))
    except ValueError:
        raise BarrasInvalidas("vencimento") from None
