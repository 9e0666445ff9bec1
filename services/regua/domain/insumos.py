"""The inputs of a decision as canonical JSON: written for a whole base at once, read back for one caso."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import orjson
import polars as pl

from regua.domain.fatos import FATOS_DO_CASO, SITUACOES
from regua.domain.politica import CANAIS

_TIPOS: Final[Mapping[str, pl.DataType]] = {"sem_condicoes": pl.Boolean()}

# where each column stands in the document, and its type when read back
_ESTADO: Final[Mapping[str, pl.DataType]] = {
    **{f"alcance_{canal}": pl.Boolean() for canal in CANAIS},
    "andamento": pl.Int64(),
    "aprovacao": pl.String(),
    "cabe_no_orcamento": pl.Boolean(),
    "contatos_hoje": pl.Int64(),
    "contatos_na_janela": pl.Int64(),
    "controle": pl.Boolean(),
    "conversa_aberta": pl.Boolean(),
    "etapa_consumida": pl.Int64(),
    "etapa_em": pl.Date(),
    "janela_aberta": pl.Boolean(),
    **{f"optou_{canal}": pl.Boolean() for canal in CANAIS},
    "preterido": pl.Boolean(),
    "promessa": pl.Boolean(),
    "suspenso": pl.Boolean(),
    "tentativa": pl.Int64(),
    "teto_rigidez": pl.Int64(),
}
_FATOS: Final[Mapping[str, pl.DataType]] = {nome: _TIPOS.get(nome, pl.Int64()) for nome in (*FATOS_DO_CASO, *SITUACOES)}
_CASO: Final = ("campanha", "caso", "contribuinte", "data", "tributo")
ESQUEMA: Final[Mapping[str, pl.DataType]] = {
    **{nome: pl.String() for nome in (*_CASO, "politica_versao", "politica_resumo")},
    **_FATOS,
    **_ESTADO,
}
"""Every column that a decision reads, with its type."""


def escrever(casos: pl.DataFrame) -> pl.Series:
    """The canonical JSON of each row: sorted keys, no white space. Reads the columns of ESQUEMA."""
    politica = pl.struct(resumo="politica_resumo", versao="politica_versao")
    documento = pl.struct(
        "campanha",
        "caso",
        "contribuinte",
        pl.col("data").cast(pl.String),
        _objeto(_ESTADO).alias("estado"),
        _objeto(_FATOS).alias("fatos"),
        politica.alias("politica"),
        "tributo",
    )
    return casos.select(documento.struct.json_encode().alias("insumos")).to_series()


def _objeto(esquema: Mapping[str, pl.DataType]) -> pl.Expr:
    datas = {nome for nome, tipo in esquema.items() if tipo == pl.Date}
    return pl.struct([pl.col(n).cast(pl.String) if n in datas else pl.col(n) for n in sorted(esquema)])


def resumir(insumos: pl.Series) -> list[str]:
    """SHA-256 of each, in hexadecimal."""
    return [hashlib.sha256(texto.encode()).hexdigest() for texto in insumos.to_list()]


def ler(insumos: str) -> pl.DataFrame:
    """The frame of one row that `escrever` wrote as `insumos`. Raises ValueError where it is none of ours."""
    try:
        d = orjson.loads(insumos)
        planos: dict[str, Any] = {nome: d[nome] for nome in _CASO}
        planos |= {"politica_versao": d["politica"]["versao"], "politica_resumo": d["politica"]["resumo"]}
        planos |= d["fatos"] | d["estado"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as erro:
        raise ValueError(f"these are not the inputs of a decision: {erro}") from erro
    return pl.DataFrame({n: [_lido(planos[n], t)] for n, t in ESQUEMA.items()}, schema=pl.Schema(ESQUEMA))


def _lido(valor: Any, tipo: pl.DataType) -> Any:
    return date.fromisoformat(valor) if tipo == pl.Date and valor is not None else valor
