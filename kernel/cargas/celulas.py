"""Reads one cell of a CSV line into the text that PostgreSQL's COPY takes, or says in Portuguese why it cannot."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from kernel.domain.datas import ler_competencia, ler_data, mes_de
from kernel.domain.dinheiro import ler_centavos

NULO: Final = "\\N"
"""How COPY writes null."""

Leitor = Callable[[str], str]
"""Cell → COPY text. Raises `CelulaInvalida`, or the `EntradaInvalida` of `kernel.domain`; both say why in Portuguese."""

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")
_INTEIRO: Final = re.compile(r"[0-9]{1,18}")


class CelulaInvalida(ValueError):
    """The text is for people, in Portuguese, and does not repeat the cell."""


def identificador(celula: str) -> str:
    """An id of the authority's own: `^[A-Za-z0-9._-]{1,40}$`."""
    limpo = celula.strip()
    if _ID.fullmatch(limpo) is None:
        raise CelulaInvalida(
            "O identificador tem de 1 a 40 letras sem acento, algarismos, ponto, hífen ou sublinhado."
            if limpo
            else "Falta o identificador."
        )
    return limpo


def texto(maximo: int, *, exigido: bool = False) -> Leitor:
    """Free text of up to `maximo` characters, trimmed, in composed form."""

    def ler(celula: str) -> str:
        limpo = " ".join(celula.split())
        if exigido and not limpo:
            raise CelulaInvalida("Falta o texto.")
        if len(limpo) > maximo:
            raise CelulaInvalida(f"O texto passa de {maximo} caracteres.")
        return escapar(limpo if limpo.isascii() else unicodedata.normalize("NFC", limpo))

    return ler


def escapar(valor: str) -> str:
    """`valor` as COPY text; it holds no line break."""
    return valor.replace("\\", "\\\\").replace("\t", " ")


def escolha(valores: Sequence[str]) -> Leitor:
    """One of `valores`, in whatever case."""
    por_caixa: Mapping[str, str] = {valor.casefold(): valor for valor in valores}

    def ler(celula: str) -> str:
        achado = por_caixa.get(celula.strip().casefold())
        if achado is None:
            raise CelulaInvalida(f"Precisa ser um destes: {', '.join(valores)}.")
        return achado

    return ler


def opcional(ler: Leitor, vazio: str = NULO) -> Leitor:
    """As `ler`; a blank cell is `vazio`."""

    def ler_ou_vazio(celula: str) -> str:
        return ler(celula) if celula and not celula.isspace() else vazio

    return ler_ou_vazio


def data(celula: str) -> str:
    """`dd/mm/aaaa` or ISO."""
    return ler_data(celula).isoformat()


def competencia(celula: str) -> str:
    """`aaaa-mm`, as its month index."""
    return str(ler_competencia(celula).indice)


def mes_de_data_ou_competencia(celula: str) -> str:
    """The month index of `aaaa-mm` or of a whole date."""
    limpo = celula.strip()
    return str(mes_de(ler_data(limpo)).indice) if len(limpo) == 10 else competencia(limpo)


def dinheiro(celula: str) -> str:
    """`1234,56` or `1234.56`, as cents; `1.234` is refused, since it may be read in two ways."""
    return str(ler_centavos(celula))


def inteiro(minimo: int, maximo: int) -> Leitor:
    """A whole number within the two, without sign or separators."""

    def ler(celula: str) -> str:
        limpo = celula.strip()
        if _INTEIRO.fullmatch(limpo) is None:
            raise CelulaInvalida("Precisa ser um número inteiro, só com algarismos." if limpo else "Falta o número.")
        if not minimo <= int(limpo) <= maximo:
            raise CelulaInvalida(f"O número fica fora de {minimo} a {maximo}.")
        return str(int(limpo))

    return ler


def sim_ou_nao(celula: str) -> str:
    """`1` or `0`."""
    limpo = celula.strip()
    if limpo not in {"0", "1"}:
        raise CelulaInvalida("Precisa ser 0 ou 1.")
    return "t" if limpo == "1" else "f"


def lista(maximo: int, de_cada: int) -> Leitor:
    """Codes separated by `|`, as a PostgreSQL array; blank is the empty array."""

    def ler(celula: str) -> str:
        codigos = [codigo.strip() for codigo in celula.split("|") if codigo.strip()]
        if len(codigos) > maximo or any(len(codigo) > de_cada for codigo in codigos):
            raise CelulaInvalida(f"Aceita até {maximo} códigos de até {de_cada} caracteres, separados por |.")
        aspas = (codigo.replace("\\", "\\\\").replace('"', '\\"') for codigo in codigos)
        return escapar("{" + ",".join(f'"{codigo}"' for codigo in aspas) + "}")

    return ler
