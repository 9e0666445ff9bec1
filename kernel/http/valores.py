"""How money and dates cross HTTP. Money is text with two decimals (six for costs) outside, whole cents (micros) inside."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, PlainSerializer, WithJsonSchema

# Fits a bigint of cents or micros, with room for sums.
_DIGITOS_INTEIROS = 12
_PRIMEIRO_ANO, _ULTIMO_ANO = 1900, 2200
_DIA = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
T = TypeVar("T", date, datetime)


def _escrever(casas: int) -> Callable[[int], str]:
    def escrever(valor: int) -> str:
        inteiro, resto = divmod(abs(valor), 10**casas)
        return f"{'-' if valor < 0 else ''}{inteiro}.{resto:0{casas}d}"

    return escrever


def _ler(casas: int, *, so_texto: bool) -> Callable[[Any], int]:
    formato = re.compile(rf"(-?)([0-9]{{1,{_DIGITOS_INTEIROS}}})\.([0-9]{{{casas}}})")

    def ler(valor: Any) -> int:
        if type(valor) is int and not so_texto:
            return valor
        achado = formato.fullmatch(valor) if isinstance(valor, str) else None
        if achado is None:
            exemplo = "1234." + "5" + "0" * (casas - 1)
            raise ValueError(f'Precisa ser um texto com {casas} casas decimais e ponto (por exemplo "{exemplo}").')
        sinal, inteiro, resto = achado.groups()
        return int(f"{sinal}{inteiro}{resto}")

    return ler


def _esquema(casas: int, exemplo: str, descricao: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": rf"^-?\d{{1,}}\.\d{{{casas}}}$", "examples": [exemplo], "description": descricao}
    )


_DINHEIRO = _esquema(2, "1234.56", "Valor em reais, com duas casas.")
_CUSTO = _esquema(6, "0.006800", "Custo na moeda informada ao lado, com seis casas.")

# In models of answers: the attribute is an int of cents, JSON says "1234.56". Takes cents from our code, or such a text.
DinheiroTexto = Annotated[
    int, BeforeValidator(_ler(2, so_texto=False)), PlainSerializer(_escrever(2), str, when_used="json"), _DINHEIRO
]
# The same for costs: an int of millionths, "0.006800".
CustoTexto = Annotated[
    int, BeforeValidator(_ler(6, so_texto=False)), PlainSerializer(_escrever(6), str, when_used="json"), _CUSTO
]
# In models of requests: only text is taken, since a JSON number 1234 could mean reais or cents.
DinheiroEntrada = Annotated[
    int, BeforeValidator(_ler(2, so_texto=True)), PlainSerializer(_escrever(2), str, when_used="json"), _DINHEIRO
]
# A cost that callers send: only text, likewise.
CustoEntrada = Annotated[
    int, BeforeValidator(_ler(6, so_texto=True)), PlainSerializer(_escrever(6), str, when_used="json"), _CUSTO
]


def _em_epoca(valor: T) -> T:
    # at the calendar's ends, terms and time zones lead out of it
    if not _PRIMEIRO_ANO <= valor.year <= _ULTIMO_ANO:
        raise ValueError(f"Precisa ficar entre os anos {_PRIMEIRO_ANO} e {_ULTIMO_ANO}.")
    return valor


def _em_texto(valor: Any) -> Any:
    # 20150310 would be taken for seconds since 1970: a due date in August of that year, and the interest of all years since
    if isinstance(valor, date) or (isinstance(valor, str) and _DIA.fullmatch(valor)):
        return valor
    raise ValueError("Precisa ser uma data no formato aaaa-mm-dd.")


# Dates and instants that callers send.
Dia = Annotated[date, BeforeValidator(_em_texto), AfterValidator(_em_epoca)]
Instante = Annotated[AwareDatetime, AfterValidator(_em_epoca)]
