"""The reference of the messaging benchmark: the bare clients, the same batches and the same SQL, one step after the other."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from kernel.messaging.kafka import LOTE_BYTES
from tests.bench.mensageria_carga import AGORA, EVENTOS, LOTE_CONSUMO, LOTE_RELAY, Cronometro, Taxa, ter_efeito


async def relay(url: str, bootstrap: str, sala: str) -> Taxa:
    """SELECT, `send` each, wait for all acknowledgements, DELETE."""
    con = await asyncpg.connect(url)
    produtor = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", max_batch_size=LOTE_BYTES)
    await produtor.start()
    cronometro = Cronometro()
    try:
        while linhas := await con.fetch(
            f"select id, topico, chave, valor, cabecalhos from {sala}.outbox order by id limit $1", LOTE_RELAY
        ):
            cronometro.comecar()
            enviados = [await produtor.send(li["topico"], li["valor"], key=li["chave"].encode()) for li in linhas]
            await asyncio.gather(*enviados)
            await con.execute(f"delete from {sala}.outbox where id = any($1::bigint[])", [li["id"] for li in linhas])
            cronometro.contar(len(linhas))
    finally:
        await produtor.stop()
        await con.close()
    return cronometro.taxa()


async def consumo(url: str, bootstrap: str, sala: str, topico: str, grupo: str) -> Taxa:
    """`getmany`, one transaction of inbox and effect, `commit` of the position."""
    con = await asyncpg.connect(url)
    consumidor = AIOKafkaConsumer(
        topico,
        bootstrap_servers=bootstrap,
        group_id=grupo,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=2 * 1024 * 1024,
    )
    await consumidor.start()
    cronometro = Cronometro()
    try:
        while cronometro.eventos < EVENTOS:
            lote = await consumidor.getmany(timeout_ms=500, max_records=LOTE_CONSUMO)
            if not lote:
                continue
            cronometro.comecar()
            corpos = [orjson.loads(m.value) for mensagens in lote.values() for m in mensagens]
            await _gravar(con, sala, grupo, corpos)
            await consumidor.commit({tp: mensagens[-1].offset + 1 for tp, mensagens in lote.items()})
            cronometro.contar(len(corpos))
    finally:
        await consumidor.stop()
        await con.close()
    return cronometro.taxa()


async def _gravar(con: asyncpg.Connection[asyncpg.Record], sala: str, grupo: str, corpos: list[dict[str, Any]]) -> None:
    async with con.transaction():
        await con.fetch(
            f"""insert into {sala}.inbox (grupo, evento, recebido_em) select $1, e, $3 from unnest($2::uuid[]) e
                on conflict do nothing returning evento""",
            grupo,
            [corpo["id"] for corpo in corpos],
            AGORA,
        )
        await ter_efeito(con, sala, [corpo["data"] for corpo in corpos])
