"""Reads the criteria of a policy: a small condition language of `todos`, `algum` and a fact with its minimum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from kernel.domain.dinheiro import DinheiroInvalido, ler_centavos
from regua.domain.politica import FATOS, Algum, Condicao, Criterio, Todos

_PROFUNDIDADE: Final = 8


class PoliticaInvalida(ValueError):
    """The document is refused; `campo` says where, and the message why, for the person who wrote it."""

    codigo = "politica_invalida"

    def __init__(self, campo: str, motivo: str) -> None:
        super().__init__(f"{campo}: {motivo}")
        self.campo = campo
        self.motivo = motivo

    def __reduce__(self) -> tuple[type[PoliticaInvalida], tuple[str, str]]:
        return type(self), (self.campo, self.motivo)


def ler_lista(corpo: Mapping[str, Any], campo: str) -> list[Any]:
    """The list in `campo`. Raises PoliticaInvalida."""
    valor = corpo.get(campo)
    if not isinstance(valor, list):
        raise PoliticaInvalida(campo, "falta, ou não é uma lista.")
    return valor


def ler_reais(valor: object, campo: str) -> int:
    """The cents of an amount written as a text in reais. Raises PoliticaInvalida."""
    if not isinstance(valor, str):
        raise PoliticaInvalida(campo, 'deve ser um valor em reais entre aspas, como "50.00".')
    try:
        return ler_centavos(valor)
    except DinheiroInvalido as erro:
        raise PoliticaInvalida(campo, str(erro)) from None


def _razao(valor: object, campo: str) -> Fraction:
    try:
        razao = Fraction(valor) if isinstance(valor, str) else None
    except (ValueError, ZeroDivisionError):
        razao = None
    # a short fraction, so that comparing it exactly stays within whole numbers of 128 bits
    if razao is None or not 0 < razao <= 1 or razao.denominator > 10_000:
        raise PoliticaInvalida(campo, 'deve ser uma proporção entre aspas, acima de 0 e até 1, como "0.30".')
    return razao


def _contagem(valor: object, campo: str) -> Fraction:
    if not isinstance(valor, int) or isinstance(valor, bool) or not 1 <= valor <= 100_000:
        raise PoliticaInvalida(campo, "deve ser um número inteiro a partir de 1.")
    return Fraction(valor)


def _sim(valor: object, campo: str) -> Fraction:
    if valor is not True:
        raise PoliticaInvalida(campo, "só pode ser true.")
    return Fraction(1)


_MINIMOS: Final[dict[str, Callable[[object, str], Fraction]]] = {
    "contagem": _contagem,
    "dinheiro": lambda valor, campo: Fraction(ler_reais(valor, campo)),
    "razao": _razao,
    "sim_nao": _sim,
}


def ler_criterio(no: object, campo: str, profundidade: int = 0) -> Criterio:
    """The criterion in `no`; `campo` is its place in the document. Raises PoliticaInvalida."""
    if not isinstance(no, Mapping) or profundidade > _PROFUNDIDADE:
        raise PoliticaInvalida(campo, "deve ser um objeto com todos, algum ou fato, sem aninhar demais.")
    match sorted(no):
        case ["fato", "minimo"]:
            return _condicao(no, campo)
        case ["todos"]:
            return Todos(_partes(no, "todos", campo, profundidade))
        case ["algum"]:
            partes = _partes(no, "algum", campo, profundidade)
            if not partes:
                raise PoliticaInvalida(campo, "algum precisa de ao menos um critério.")
            return Algum(partes)
    raise PoliticaInvalida(campo, 'deve ter {"todos"}, {"algum"} ou {"fato", "minimo"}.')


def _partes(no: Mapping[str, Any], chave: str, campo: str, profundidade: int) -> tuple[Criterio, ...]:
    itens = ler_lista(no, chave)
    return tuple(ler_criterio(item, f"{campo}.{chave}[{i}]", profundidade + 1) for i, item in enumerate(itens))


def _condicao(no: Mapping[str, Any], campo: str) -> Condicao:
    fato = no["fato"]
    if not isinstance(fato, str) or fato not in FATOS:
        raise PoliticaInvalida(f"{campo}.fato", f"não existe; os fatos são {', '.join(FATOS)}.")
    return Condicao(fato, _MINIMOS[FATOS[fato][0]](no["minimo"], f"{campo}.minimo"))
