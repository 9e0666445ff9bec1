"""The counts that a ciclo answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl


@dataclass(frozen=True, slots=True)
class Contagens:
    """avaliados = acionados + retidos + the sum of `suprimidos`. `por_canal` by first channel, over acionados.

    `mapa`: casos by etapa and reincidência (4 stands for 4 and more), over avaliados.
    """

    avaliados: int
    acionados: int
    retidos: int
    por_hipotese: Mapping[str, int]
    por_rigidez: Mapping[str, int]
    por_canal: Mapping[str, int]
    suprimidos: Mapping[str, int]
    mapa: Mapping[str, Mapping[str, int]]

    def detalhes(self) -> dict[str, Any]:
        """What goes into `ciclo.contagens`."""
        return {
            "por_hipotese": dict(self.por_hipotese),
            "por_rigidez": dict(self.por_rigidez),
            "por_canal": dict(self.por_canal),
            "suprimidos": dict(self.suprimidos),
            "mapa": {etapa: dict(linha) for etapa, linha in self.mapa.items()},
        }


def contar(decisoes: pl.DataFrame, canais: pl.Series) -> Contagens:
    """Counts decisions (resultado, motivo, hipotese, etapa, reincidencia, rigidez); `canais`: first channel of each acionado."""
    resultados = _por(decisoes["resultado"])
    return Contagens(
        avaliados=decisoes.height,
        acionados=resultados.get("acionado", 0),
        retidos=resultados.get("retido", 0),
        por_hipotese=_por(decisoes["hipotese"]),
        por_rigidez=_por(decisoes["rigidez"]),
        por_canal=_por(canais),
        suprimidos=_por(decisoes["motivo"].drop_nulls()),
        mapa=_mapa(decisoes),
    )


def _por(coluna: pl.Series) -> dict[str, int]:
    contagem = coluna.alias("valor").value_counts(name="n").sort("valor")
    return {str(valor): n for valor, n in contagem.iter_rows()}


def _mapa(decisoes: pl.DataFrame) -> dict[str, dict[str, int]]:
    mapa: dict[str, dict[str, int]] = {}
    casas = (
        decisoes.select("etapa", pl.col("reincidencia").clip(upper_bound=4))
        .group_by("etapa", "reincidencia")
        .len()
        .sort("etapa", "reincidencia")
    )
    for etapa, reincidencia, n in casas.iter_rows():
        mapa.setdefault(str(etapa), {})[str(reincidencia)] = n
    return mapa
