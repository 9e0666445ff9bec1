"""The shared clock: seen by all, goes on from where it was, and the time while nothing ran does not count."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from kernel.clock import RelogioReal
from kernel.persistence.banco import Banco
from kernel.persistence.relogio import DDL_RELOGIO, abrir_relogio, ancorar, comecar_virtual

_INICIO = datetime(2015, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
async def pronto(banco: Banco) -> Banco:
    async with banco.conexao() as con:
        await con.execute("create schema plataforma")
        await con.execute(DDL_RELOGIO)
    return banco


async def test_sem_linha_vale_o_relogio_da_maquina(pronto: Banco) -> None:
    async with abrir_relogio(pronto) as relogio:
        assert isinstance(relogio, RelogioReal)


async def test_outro_processo_ve_o_avanco(pronto: Banco) -> None:
    async with pronto.conexao() as con:
        await comecar_virtual(con, _INICIO)
    async with abrir_relogio(pronto) as um, abrir_relogio(pronto) as outro:
        assert timedelta() <= um.agora() - _INICIO < timedelta(minutes=1)
        async with pronto.transacao() as con:
            await ancorar(con, _INICIO + timedelta(days=3))
        async with asyncio.timeout(30):
            while outro.agora() < _INICIO + timedelta(days=3):  # noqa: ASYNC110 - the clock gives no event
                await asyncio.sleep(0.01)


async def test_tempo_parado_nao_conta(pronto: Banco) -> None:
    async with pronto.conexao() as con:
        await comecar_virtual(con, _INICIO)
        # as a start finds it that comes two days after the last process was killed
        await con.execute(
            "update plataforma.relogio set real = real - '2 days'::interval, visto_real = visto_real - '2 days'::interval"
        )
        await comecar_virtual(con, _INICIO - timedelta(days=300))
    async with abrir_relogio(pronto) as relogio:
        assert timedelta() <= relogio.agora() - _INICIO < timedelta(minutes=1)


async def test_processo_que_entra_nao_mexe_no_relogio_dos_outros(pronto: Banco) -> None:
    async with pronto.conexao() as con:
        await comecar_virtual(con, _INICIO)
        antes = await con.fetchrow("select virtual, real from plataforma.relogio")
        await comecar_virtual(con, _INICIO + timedelta(days=9))
        assert await con.fetchrow("select virtual, real from plataforma.relogio") == antes
