"""Reads the ciclo's snapshot: the whole base by ADBC as Arrow, one person by an ordinary connection."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import adbc_driver_postgresql.dbapi
import polars as pl
import pyarrow as pa

from kernel.persistence.banco import Banco, Conexao
from regua.adapters.outbound.ciclo_consultas import ESQUEMAS, Alvo, consultas, gasto
from regua.application.ports_ciclo import Campanha, Leitura
from regua.domain.acervo import Base, codificar, ligar
from regua.domain.estado import Estado
from regua.domain.politica import Politica

# ADBC is read committed unless the session says otherwise; all frames must be of one snapshot
_OPCOES = "-c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on -c timezone=UTC"
_DA_BASE = ("contribuintes", "debitos", "pagamentos", "declaracoes", "lembretes", "suspensoes")
# read after the contribuintes, and kept with a number in place of their names
_CODIFICADOS = frozenset({"debitos", "declaracoes", "pagamentos"})
_LINHAS_POR_PARTE = 1_000_000


class LeituraPostgres:
    """`LeituraDoCiclo` on the room's database."""

    def __init__(self, banco: Banco) -> None:
        self._banco = banco

    async def ler(self, *, data: date, politica: Politica, campanha: Campanha) -> Leitura:
        textos = consultas(data=data, politica=politica, campanha=campanha.campanha)
        sql = None if campanha.orcamento_micros is None else gasto(politica=politica, campanha=campanha.campanha)
        try:
            return await asyncio.to_thread(_ler_tudo, self._banco.url, textos, sql)
        except adbc_driver_postgresql.dbapi.OperationalError as erro:
            # as the other ways to the database say it: away, try again later
            raise ConnectionError(str(erro)) from erro

    async def ler_pessoa(self, contribuinte: str, *, data: date, politica: Politica, campanha: Campanha) -> Leitura:
        async with self._banco.transacao(isolamento="repeatable_read", so_leitura=True) as con:
            instantaneo: str = await con.fetchval("select pg_current_snapshot()::text")
            alvo = await _alvo(con, contribuinte)
            textos = consultas(data=data, politica=politica, campanha=campanha.campanha, alvo=alvo)
            quadros: dict[str, pl.DataFrame] = {}
            for nome, sql in textos.items():
                quadros[nome] = _pronto(nome, await _quadro(con, nome, sql), quadros)
            return _leitura(quadros, 0, instantaneo)


async def _alvo(con: Conexao, contribuinte: str) -> Alvo:
    pessoa = await con.fetchval("select pessoa from regua.contribuinte where contribuinte = $1", contribuinte)
    if pessoa is None:
        # nobody: a registration that no row has, and no person
        return Alvo("", [contribuinte])
    linhas = await con.fetch("select contribuinte from regua.contribuinte where pessoa = $1 order by 1", pessoa)
    return Alvo(pessoa, [linha["contribuinte"] for linha in linhas])


async def _quadro(con: Conexao, nome: str, sql: str) -> pl.DataFrame:
    linhas = await con.fetch(sql)
    esquema = ESQUEMAS[nome]
    return pl.DataFrame([tuple(linha) for linha in linhas], schema=dict(esquema), orient="row")


def _ler_tudo(url: str, textos: Mapping[str, str], sql_do_gasto: str | None) -> Leitura:
    with adbc_driver_postgresql.dbapi.connect(_com_opcoes(url)) as con, con.cursor() as cursor:
        # the first statement takes the snapshot that all the others see
        cursor.execute("select pg_current_snapshot()::text")
        instantaneo = str(cursor.fetchall()[0][0])
        quadros: dict[str, pl.DataFrame] = {}
        for nome, sql in textos.items():
            cursor.execute(sql)
            quadros[nome] = pl.concat(_pronto(nome, parte, quadros) for parte in _partes(cursor))
        return _leitura(quadros, _gasto(cursor, sql_do_gasto), instantaneo)


def _gasto(cursor: adbc_driver_postgresql.dbapi.Cursor, sql: str | None) -> int:
    if sql is None:
        return 0
    cursor.execute(sql)
    return int(cursor.fetchall()[0][0])


def _partes(cursor: adbc_driver_postgresql.dbapi.Cursor) -> Iterator[pl.DataFrame]:
    """The answer a million rows at a time: the text of a whole base does not fit beside its frames. At least one part."""
    leitor = cursor.fetch_record_batch()
    lotes: list[pa.RecordBatch] = []
    for lote in leitor:
        lotes.append(lote)
        if sum(x.num_rows for x in lotes) >= _LINHAS_POR_PARTE:
            yield _de_arrow(lotes, leitor.schema)
            lotes = []
    yield _de_arrow(lotes, leitor.schema)


def _de_arrow(lotes: list[pa.RecordBatch], esquema: pa.Schema) -> pl.DataFrame:
    quadro = pl.from_arrow(pa.Table.from_batches(lotes, esquema))
    if not isinstance(quadro, pl.DataFrame):
        raise TypeError("a table was expected")
    return quadro


def _pronto(nome: str, lido: pl.DataFrame, antes: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    quadro = lido.cast(pl.Schema(ESQUEMAS[nome]))
    if nome in _CODIFICADOS:
        quadro = codificar(quadro, antes["contribuintes"])
    return ligar(quadro, antes["debitos"]) if nome == "pagamentos" else quadro


def _leitura(quadros: Mapping[str, pl.DataFrame], gasto_micros: int, instantaneo: str) -> Leitura:
    base = Base(**{nome: quadros[nome].drop("debito", strict=False) for nome in _DA_BASE})
    do_estado = {nome: quadro for nome, quadro in quadros.items() if nome not in _DA_BASE}
    return Leitura(base, Estado(**do_estado, gasto_micros=gasto_micros), instantaneo)


def _com_opcoes(url: str) -> str:
    partes = urlsplit(url)
    opcoes = [*((k, v) for k, v in parse_qsl(partes.query) if k != "options"), ("options", _OPCOES)]
    # libpq decodes %20 and not +
    return urlunsplit(partes._replace(query=urlencode(opcoes, quote_via=quote)))
