"""Where the payments of a return file go: kept once, matched by barcode to their documents, told of in the same transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.cargas.execucao import Contexto
from kernel.cargas.leitura import ArquivoRecusado
from kernel.messaging import outbox
from kernel.messaging.log import Saida
from kernel.persistence.banco import Conexao
from parcelamento.adapters.outbound import retorno_sql as sql
from parcelamento.adapters.outbound.retorno_arquivo import TipoRetorno
from parcelamento.application.confirmar_pagamento import PagamentoDeDocumento, pagamentos_confirmados
from parcelamento.domain.retorno import Cabecalho

CANAL_DOS_PAGAMENTOS: Final = "parcelamento_pagamentos"
"""The notice channel on which payments `a_aplicar` are heard of, once they are committed."""

_SALA: Final = "parcelamento"
_LOTE: Final = 2000


class DestinoRetorno:
    """`kernel.cargas.execucao.Destino` of the bank's return files.

    A payment that matches a document, by its barcode, waits to be applied (`a_aplicar`) and is told of
    (`pagamento.confirmado`); any other is `pendente`, for an operator: `sem_documento`, `valor_zero`, `data_posterior` (paid
    after the file was made). What is there already, by bank, NSA and NSR, stays as it is.
    """

    tipo = TipoRetorno()
    tipos_sql: Mapping[str, str] = sql.TIPOS
    recusas: Sequence[str] = (sql.NSR_REPETIDO,)

    async def mesclar(self, con: Conexao, contexto: Contexto) -> None:
        cabecalho: Cabecalho = contexto.fatos["cabecalho"]
        chave = (cabecalho.banco, cabecalho.nsa, contexto.carga)
        if await _ja_veio(con, cabecalho, contexto):
            await con.execute(sql.JA_GUARDADOS, cabecalho.banco, cabecalho.nsa)
        await con.execute(sql.GUARDAR_PAGAMENTOS, *chave, contexto.agora, cabecalho.gerado_em)
        await _confirmar(con, chave, contexto)
        await con.execute("select pg_notify($1, '')", CANAL_DOS_PAGAMENTOS)


async def _ja_veio(con: Conexao, c: Cabecalho, contexto: Contexto) -> bool:
    """Whether this file was loaded before; keeps its number if not. Raises `ArquivoRecusado` where that is another file's."""
    outro = await con.fetchval(sql.OUTRO_CONVENIO, c.banco, c.nsa, c.convenio)
    if outro is not None:
        # payments are told apart by bank, NSA and NSR: those of one of the two files would be taken for the other's
        raise ArquivoRecusado(
            f"O banco {c.banco:03d} já enviou o NSA {c.nsa} pelo convênio {outro}; este arquivo traz o mesmo NSA pelo convênio "
            f"{c.convenio}. Peça ao banco uma numeração só."
        )
    resumo = await con.fetchval(sql.MESMO_NUMERO, c.banco, c.convenio, c.nsa)
    if resumo is not None and resumo != contexto.fatos["resumo"]:
        raise ArquivoRecusado(
            f"O NSA {c.nsa} do banco {c.banco:03d}, convênio {c.convenio}, já foi carregado com outro conteúdo: nada foi gravado."
        )
    if resumo is not None:
        return True
    fatos = contexto.fatos
    await con.execute(
        sql.GUARDAR_RETORNO,
        *(c.banco, c.convenio, c.nsa, contexto.carga, fatos["resumo"], c.gerado_em, fatos["registros"], fatos["total"]),
    )
    return False


async def _confirmar(con: Conexao, chave: Sequence[Any], contexto: Contexto) -> None:
    """Builds a batch of events while the one before it is written and the one after it read: that is another processor's work."""
    cursor = await con.cursor(sql.CONFIRMAR, *chave)
    lote, prontas = await cursor.fetch(_LOTE), list[Saida]()
    while lote:
        construir = asyncio.create_task(asyncio.to_thread(_eventos, lote, contexto))
        try:
            await outbox.gravar(con, _SALA, prontas)
            lote = await cursor.fetch(_LOTE)
        finally:
            prontas = await construir
    await outbox.gravar(con, _SALA, prontas)


def _eventos(lote: Sequence[Any], contexto: Contexto) -> list[Saida]:
    pagos = (PagamentoDeDocumento(*linha) for linha in lote)
    return pagamentos_confirmados(pagos, fonte="retorno", agora=contexto.agora, traceparent=contexto.traceparent)
