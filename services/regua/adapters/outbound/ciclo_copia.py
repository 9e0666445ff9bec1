"""Frames into tables by COPY: text built in columns, a slice at a time."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence

import polars as pl

from kernel.persistence.banco import Conexao

_LINHAS = 20_000
# what COPY's text format gives a meaning to; in this order, the first one escapes the others' escapes
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


async def copiar(con: Conexao, tabela: str, quadro: pl.DataFrame, *, esquema: str | None = "regua") -> None:
    """Appends `quadro` to a table, columns by name, in the order of its rows. Runs inside the caller's transaction."""
    if quadro.is_empty():
        return
    await con.copy_to_table(tabela, schema_name=esquema, columns=quadro.columns, source=_fatias([quadro]), format="text")


async def copiar_eventos(con: Conexao, eventos: Sequence[pl.DataFrame]) -> None:
    """Queues events (topico, chave, valor as JSON text) for the relay, in their order: ids are handed out as lines come in."""
    # bytea reads a backslash as an escape of its own
    prontos = [e.with_columns(_trocar("valor", (("\\", "\\\\"),))) for e in eventos if not e.is_empty()]
    if prontos:
        await con.copy_to_table(
            "outbox", schema_name="regua", columns=["topico", "chave", "valor"], source=_fatias(prontos), format="text"
        )


async def _fatias(quadros: Sequence[pl.DataFrame]) -> AsyncIterator[bytes]:
    for quadro in quadros:
        for fatia in quadro.iter_slices(_LINHAS):
            yield await asyncio.to_thread(_texto, fatia)


def _texto(fatia: pl.DataFrame) -> bytes:
    escapadas = [_trocar(nome, _ESCAPES) for nome, tipo in fatia.schema.items() if tipo == pl.String]
    saida = io.BytesIO()
    fatia.with_columns(escapadas).write_csv(saida, include_header=False, separator="\t", quote_style="never", null_value="\\N")
    return saida.getvalue()


def _trocar(coluna: str, pares: Sequence[tuple[str, str]]) -> pl.Expr:
    texto = pl.col(coluna)
    for de, para in pares:
        texto = texto.str.replace_all(de, para, literal=True)
    return texto
