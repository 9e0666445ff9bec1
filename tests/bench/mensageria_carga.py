"""What both sides of the messaging benchmark share: schemas, real events, and the effect that a consumer has."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from kernel.messaging.log import Saida
from kernel.messaging.tabelas import ddl_mensageria
from schemas.acionamento import AcionamentoEmitido
from schemas.evento import para_saida

EVENTOS = 40_000
LOTE_RELAY = 1000
LOTE_CONSUMO = 500
AGORA = datetime(2026, 1, 5, 13, tzinfo=UTC)
SALAS = ("nossa", "nua")
_ESPACO = UUID("5f0c2a52-3a5b-4c7e-9d3e-000000000002")


@dataclass(frozen=True, slots=True)
class Taxa:
    """How fast a process took events, and the CPU time that each cost it."""

    por_segundo: float
    cpu_us: float


@dataclass(slots=True)
class Cronometro:
    """Runs from the first batch in hand to the last one settled: what comes before is set-up."""

    eventos: int = 0
    inicio: tuple[float, float] | None = None
    fim: tuple[float, float] = (0.0, 0.0)

    def comecar(self) -> None:
        if self.inicio is None:
            self.inicio = time.perf_counter(), time.process_time()

    def contar(self, quantos: int) -> None:
        self.eventos += quantos
        self.fim = time.perf_counter(), time.process_time()

    def taxa(self) -> Taxa:
        assert self.inicio is not None
        return Taxa(
            por_segundo=self.eventos / (self.fim[0] - self.inicio[0]),
            cpu_us=1e6 * (self.fim[1] - self.inicio[1]) / self.eventos,
        )


def evento(n: int) -> Saida:
    """An `acionamento.emitido` as the régua writes it, for a taxpayer of its own."""
    caso = uuid5(_ESPACO, str(n))
    dados = AcionamentoEmitido(
        contribuinte=f"AL-{n:09d}",
        acionamento=uuid5(caso, "1-1"),
        canal="sms",
        caso=caso,
        tributo="ICMS",
        hipotese="H1",
        etapa=1,
        tentativa=1,
        reincidencia=1,
        rigidez=1,
        ordem=1,
        modelo="h1_r1",
        idioma="pt-BR",
        campanha="bench",
        ciclo=_ESPACO,
        politica="2026-01",
        decisao="0" * 64,
        codigo="ABCD2345",
        emitido_em=AGORA,
        nao_antes=AGORA,
        valido_ate=AGORA + timedelta(hours=24),
    )
    traceparent = f"00-{caso.hex}-{caso.hex[:16]}-01"
    return para_saida(dados, id_=uuid5(caso, "emitido"), origem="regua", instante=AGORA, traceparent=traceparent)


def eventos(topico: str) -> list[Saida]:
    """`EVENTOS` of them, for `topico`."""
    return [evento(n)._replace(topico=topico) for n in range(EVENTOS)]


async def preparar(url: str) -> None:
    """The tables of messaging and of the effect, for each side its own."""
    con = await asyncpg.connect(url)
    try:
        for sala in SALAS:
            await con.execute(f"create schema {sala}")
            await con.execute(ddl_mensageria(sala))
            await con.execute(
                f"""create table {sala}.efeito (
                    acionamento uuid primary key, contribuinte text not null, canal text not null,
                    rigidez int not null, valido_ate timestamptz not null)"""
            )
    finally:
        await con.close()


async def encher_outbox(url: str, sala: str, saidas: Sequence[Saida]) -> None:
    """A full outbox, as a ciclo leaves it."""
    con = await asyncpg.connect(url)
    try:
        await con.execute(f"truncate {sala}.outbox")
        await con.copy_records_to_table(
            "outbox",
            schema_name=sala,
            columns=("topico", "chave", "valor", "cabecalhos"),
            records=[(s.topico, s.chave, s.valor, "[]") for s in saidas],
        )
        await con.execute(f"analyze {sala}.outbox")
        await con.execute("checkpoint")
    finally:
        await con.close()


async def esvaziar_efeito(url: str, sala: str) -> None:
    con = await asyncpg.connect(url)
    try:
        await con.execute(f"truncate {sala}.inbox, {sala}.efeito")
        await con.execute("checkpoint")
    finally:
        await con.close()


async def conferir_efeito(url: str, sala: str) -> None:
    """A fast consumer that lost or doubled something would have no figure. Raises `AssertionError`."""
    con = await asyncpg.connect(url)
    try:
        feitos = await con.fetchval(f"select count(*) from {sala}.efeito")
        assert feitos == EVENTOS, f"{sala}: {feitos} efeitos de {EVENTOS} eventos"
    finally:
        await con.close()


async def ter_efeito(con: Any, sala: str, dados: Sequence[Mapping[str, Any]]) -> None:
    """One statement for the batch: a row for each acionamento."""
    await con.execute(
        f"""insert into {sala}.efeito (acionamento, contribuinte, canal, rigidez, valido_ate)
            select a, c, k, r, v::timestamptz
            from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[]) as u(a, c, k, r, v)""",
        [d["acionamento"] for d in dados],
        [d["contribuinte"] for d in dados],
        [d["canal"] for d in dados],
        [d["rigidez"] for d in dados],
        [d["valido_ate"] for d in dados],
    )
