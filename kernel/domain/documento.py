"""CPF and CNPJ, numeric or alphanumeric, as the text that identifies a taxpayer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from kernel.domain.errors import EntradaInvalida

TipoDeDocumento = Literal["CPF", "CNPJ"]

_POSICOES: Final = re.compile(r"[0-9A-Z]+")
_FORMATOS: Final = {11: re.compile(r"[0-9]{11}"), 14: re.compile(r"[0-9A-Z]{12}[0-9]{2}")}
_SEPARADORES: Final = str.maketrans("", "", ".-/ ")
_PESOS: Final[Mapping[int, tuple[Sequence[int], Sequence[int]]]] = {
    11: (range(10, 1, -1), range(11, 1, -1)),
    14: ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)),
}


class DocumentoInvalido(EntradaInvalida):
    """`motivo`: vazio, caracteres, tamanho, repetido or digito_verificador."""

    mensagens: ClassVar[Mapping[str, str]] = {
        "vazio": "Falta o CPF ou CNPJ.",
        "caracteres": "O CPF ou CNPJ tem caracteres que não são aceitos.",
        "tamanho": "O CPF tem 11 posições e o CNPJ, 14, com os zeros à esquerda.",
        "repetido": "O CPF ou CNPJ tem todas as posições iguais.",
        "digito_verificador": "O dígito verificador do CPF ou CNPJ não confere.",
    }


@dataclass(frozen=True, slots=True, order=True)
class Documento:
    """A valid CPF or CNPJ. `valor` is canonical: ASCII, upper case, no mask, zeros kept; it stays out of `repr`.

    Raises DocumentoInvalido when `valor` is not that; text from outside goes through `ler_documento`.
    """

    valor: str = field(repr=False)

    def __post_init__(self) -> None:
        _conferir(self.valor)

    @property
    def tipo(self) -> TipoDeDocumento:
        return "CPF" if len(self.valor) == 11 else "CNPJ"

    @property
    def raiz(self) -> str:
        """The pessoa behind the registration: the CPF, or the first 8 positions of the CNPJ."""
        return self.valor if len(self.valor) == 11 else self.valor[:8]

    @property
    def mascarado(self) -> str:
        """For display: enough for its owner to recognise, too little to find out who that is."""
        v = self.valor
        if len(v) == 11:
            return f"***.{v[3:6]}.{v[6:9]}-**"
        return f"**.{v[2:5]}.{v[5:8]}/****-**"

    @property
    def formatado(self) -> str:
        """With its usual mask, whole: only for who has proved to be its owner."""
        v = self.valor
        if len(v) == 11:
            return f"{v[:3]}.{v[3:6]}.{v[6:9]}-{v[9:]}"
        return f"{v[:2]}.{v[2:5]}.{v[5:8]}/{v[8:12]}-{v[12:]}"

    def __str__(self) -> str:
        return self.mascarado


def ler_documento(texto: str) -> Documento:
    """Reads a CPF or CNPJ with or without mask, in either case; surrounding blanks are dropped.

    Nothing is padded: a CPF that lost its zeros in a spreadsheet is refused rather than guessed.
    Raises DocumentoInvalido. Source: IN RFB 2.119/2022 as changed by IN RFB 2.229/2024 (letters in the CNPJ).
    """
    # Upper-casing before this check would let some letters in: "ſ".upper() is "S".
    if not texto.isascii():
        raise DocumentoInvalido("caracteres")
    return Documento(texto.strip().translate(_SEPARADORES).upper())


def digitos_verificadores(corpo: str) -> str:
    """The two check digits for the first 9 positions of a CPF or 12 of a CNPJ (digits and capitals).

    A position counts its ASCII code − 48, so digits keep their value and letters go from A=17 to Z=42.
    """
    primeiros, segundos = _PESOS[len(corpo) + 2]
    com_primeiro = corpo + _modulo_11(corpo, primeiros)
    return com_primeiro[-1] + _modulo_11(com_primeiro, segundos)


def _modulo_11(corpo: str, pesos: Sequence[int]) -> str:
    resto = sum((ord(c) - 48) * peso for c, peso in zip(corpo, pesos, strict=True)) % 11
    return "0" if resto < 2 else str(11 - resto)


def _conferir(valor: str) -> None:
    if not valor:
        raise DocumentoInvalido("vazio")
    if not _POSICOES.fullmatch(valor):
        raise DocumentoInvalido("caracteres")
    if len(valor) not in _FORMATOS:
        raise DocumentoInvalido("tamanho")
    if not _FORMATOS[len(valor)].fullmatch(valor):
        raise DocumentoInvalido("caracteres")
    if len(set(valor)) == 1:
        raise DocumentoInvalido("repetido")
    if valor[-2:] != digitos_verificadores(valor[:-2]):
        raise DocumentoInvalido("digito_verificador")
