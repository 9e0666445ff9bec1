"""Whom a campaign is about: a small filter over casos, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from kernel.domain.dinheiro import DinheiroInvalido, ler_centavos
from regua.domain.acervo import TRIBUTOS
from regua.domain.politica import HIPOTESES

_LISTAS: Final[Mapping[str, str]] = {
    "tributos": "tributo",
    "hipoteses": "hipotese",
    "municipios": "municipio",
    "naturezas": "natureza",
    "regimes": "regime",
    "contribuintes": "contribuinte",
}
_FECHADAS: Final[Mapping[str, tuple[str, ...]]] = {"tributos": TRIBUTOS, "hipoteses": HIPOTESES}
_VALORES: Final = ("valor_minimo", "valor_maximo")


class SegmentoInvalido(ValueError):
    """The segment is refused; `campo` says where, and the message why."""

    codigo = "segmento_invalido"

    def __init__(self, campo: str, motivo: str) -> None:
        super().__init__(f"{campo}: {motivo}")
        self.campo = campo
        self.motivo = motivo


@dataclass(frozen=True, slots=True)
class Segmento:
    """All conditions hold at once; an empty segment takes everyone. Values in cents, of `valor_aberto`."""

    listas: tuple[tuple[str, tuple[str, ...]], ...] = ()
    valor_minimo: int | None = None
    valor_maximo: int | None = None

    def filtrar(self, casos: pl.DataFrame) -> pl.DataFrame:
        """The casos of the segment."""
        condicoes = [pl.col(coluna).is_in(valores) for coluna, valores in self.listas]
        if self.valor_minimo is not None:
            condicoes.append(pl.col("valor_aberto") >= self.valor_minimo)
        if self.valor_maximo is not None:
            condicoes.append(pl.col("valor_aberto") <= self.valor_maximo)
        return casos.filter(condicoes) if condicoes else casos


def ler_segmento(documento: Mapping[str, Any]) -> Segmento:
    """Reads `{"tributos": […], "hipoteses": […], "municipios": […], "naturezas": […], "regimes": […],
    "contribuintes": […], "valor_minimo": "0.00", "valor_maximo": "0.00"}`, all optional. Raises SegmentoInvalido."""
    estranhos = sorted(set(documento) - set(_LISTAS) - set(_VALORES))
    if estranhos:
        raise SegmentoInvalido(f"segmento.{estranhos[0]}", f"não existe; use {', '.join((*_LISTAS, *_VALORES))}.")
    listas = tuple((coluna, _lista(documento, campo)) for campo, coluna in _LISTAS.items() if campo in documento)
    return Segmento(listas, *(_valor(documento, campo) for campo in _VALORES))


def _lista(documento: Mapping[str, Any], campo: str) -> tuple[str, ...]:
    valores = documento[campo]
    if not isinstance(valores, list) or not valores or any(not isinstance(v, str) for v in valores):
        raise SegmentoInvalido(f"segmento.{campo}", "deve ser uma lista de textos, com ao menos um.")
    aceitos = _FECHADAS.get(campo)
    if aceitos is not None and not set(valores) <= set(aceitos):
        raise SegmentoInvalido(f"segmento.{campo}", f"só aceita {', '.join(aceitos)}.")
    return tuple(valores)


def _valor(documento: Mapping[str, Any], campo: str) -> int | None:
    valor = documento.get(campo)
    if valor is None:
        return None
    try:
        return ler_centavos(valor if isinstance(valor, str) else "")
    except DinheiroInvalido as erro:
        raise SegmentoInvalido(f"segmento.{campo}", str(erro)) from None
