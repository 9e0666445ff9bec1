"""Documents, registrations and plates of the synthetic base: valid check digits, unique by construction.

Each number is an affine permutation of an index, so it is unique without remembering what was given out. The digits are
computed here, apart from kernel's validation: the generator must not inherit a mistake of the code it feeds.
"""

from __future__ import annotations

LETRAS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PESOS_CNPJ = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
PESOS_RENAVAM = (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
PESOS_IE = (9, 8, 7, 6, 5, 4, 3, 2)
PLACAS = 26**3 * 10**4
# every 23rd company has letters in its root, as registrations from July 2026 may (IN RFB 2.229/2024)
CICLO_ALFANUMERICO = 23


def _resto_11(soma: int) -> str:
    resto = soma % 11
    return "0" if resto < 2 else str(11 - resto)


def _permutado(indice: int, modulo: int, multiplicador: int, deslocamento: int) -> int:
    """A bijection of 0..modulo-1: `multiplicador` must have no factor in common with `modulo`."""
    return (indice * multiplicador + deslocamento) % modulo


def cpf(indice: int) -> str:
    """A valid CPF, 11 digits; distinct for distinct indices below 10^9."""
    numero = _permutado(indice, 10**9, 472_882_027, 135_797_531)
    corpo = f"{numero:09d}"
    a, b, c, d, e, f, g, h, i = map(int, corpo)
    primeiro = _resto_11(10 * a + 9 * b + 8 * c + 7 * d + 6 * e + 5 * f + 4 * g + 3 * h + 2 * i)
    segundo = _resto_11(11 * a + 10 * b + 9 * c + 8 * d + 7 * e + 6 * f + 5 * g + 4 * h + 3 * i + 2 * int(primeiro))
    return corpo + primeiro + segundo


def raiz_cnpj(empresa: int) -> str:
    """The 8 positions a company's registrations share; alphanumeric for one in `CICLO_ALFANUMERICO`."""
    numero = _permutado(empresa, 10**8, 61_803_399, 27_182_818)
    corpo = f"{numero:08d}"
    if empresa % CICLO_ALFANUMERICO != 5:
        return corpo
    # a letter for each of two digits keeps the permutation one to one
    return LETRAS[int(corpo[0])] + corpo[1:4] + LETRAS[25 - int(corpo[4])] + corpo[5:]


def cnpj(raiz: str, ordem: int) -> str:
    """A valid CNPJ, 14 positions, of root `raiz` (8 of 0-9A-Z) and branch `ordem` (1 is the head office)."""
    corpo = f"{raiz}{ordem:04d}"
    for pesos in (PESOS_CNPJ[1:], PESOS_CNPJ):
        corpo += _resto_11(sum((ord(c) - 48) * p for c, p in zip(corpo, pesos, strict=True)))
    return corpo


def inscricao_estadual(indice: int, tipo: str) -> str:
    """A CACEAL number, `24` + `tipo` + 5 digits + check digit; distinct per tipo for indices below 100,000."""
    corpo = f"24{tipo}{_permutado(indice, 10**5, 61_803, 27_182):05d}"
    digito = sum(int(c) * p for c, p in zip(corpo, PESOS_IE, strict=True)) * 10 % 11
    return f"{corpo}{digito % 10}"


def renavam(indice: int) -> str:
    """A valid RENAVAM, 11 digits; distinct for distinct indices below 10^10."""
    corpo = f"{_permutado(indice, 10**10, 3_141_592_653, 1_414_213_562):010d}"
    digito = sum(int(c) * p for c, p in zip(corpo, PESOS_RENAVAM, strict=True)) * 10 % 11
    return f"{corpo}{digito % 10}"


def placa(indice: int, *, mercosul: bool) -> str:
    """A plate without dash, old (`ABC1234`) or Mercosul (`ABC1C34`); the same vehicle keeps its last digit in both."""
    letras, numero = divmod(_permutado(indice, PLACAS, 61_803_399, 14_142_135), 10**4)
    resto, c = divmod(letras, 26)
    a, b = divmod(resto, 26)
    digitos = f"{numero:04d}"
    segundo = LETRAS[int(digitos[1])] if mercosul else digitos[1]
    return f"{LETRAS[a]}{LETRAS[b]}{LETRAS[c]}{digitos[0]}{segundo}{digitos[2:]}"
