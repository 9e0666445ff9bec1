"""The embedded log against a real Postgres."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest

from kernel.messaging.embutido import LogEmbutido, ddl_log
from kernel.messaging.embutido_sql import CANAL, PUBLICAR
from kernel.messaging.log import Consumer, Log, Saida, Topico
from kernel.persistence.banco import Banco, abrir_banco
from kernel.testing.suite_log import LIMITE_S, SuiteDoLog, ate, ler, nada_mais, novo_grupo, novo_topico, numeros, saidas

_LEITORES = "select pid from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"


class Ponte:
    """A TCP bridge to the server that can be cut: open connections end and new ones are refused."""

    def __init__(self, host: str, porta: int) -> None:
        self._destino = (host, porta)
        self._servidor: asyncio.Server | None = None
        self._abertas: set[asyncio.StreamWriter] = set()
        self.porta = 0

    async def voltar(self) -> None:
        self._servidor = await asyncio.start_server(self._ligar, "127.0.0.1", self.porta)
        self.porta = self._servidor.sockets[0].getsockname()[1]

    async def cortar(self) -> None:
        if self._servidor is not None:
            self._servidor.close()
        for escritor in self._abertas:
            escritor.transport.abort()

    async def _ligar(self, leitor: asyncio.StreamReader, escritor: asyncio.StreamWriter) -> None:
        la_leitor, la_escritor = await asyncio.open_connection(*self._destino)
        self._abertas |= {escritor, la_escritor}
        with contextlib.suppress(OSError):
            await asyncio.gather(_copiar(leitor, la_escritor), _copiar(la_leitor, escritor))
        for ponta in (escritor, la_escritor):
            self._abertas.discard(ponta)
            ponta.transport.abort()


async def _copiar(de: asyncio.StreamReader, para: asyncio.StreamWriter) -> None:
    while dados := await de.read(65_536):
        para.write(dados)
        await para.drain()
    para.transport.abort()


@pytest.fixture
async def banco_log(banco: Banco) -> Banco:
    async with banco.conexao() as con:
        await con.execute("create schema plataforma")
        await con.execute(ddl_log())
    return banco


class TestLogEmbutido(SuiteDoLog):
    @pytest.fixture
    async def log(self, banco_log: Banco) -> AsyncIterator[Log]:
        log = LogEmbutido(banco_log)
        yield log
        await log.close()

    @pytest.fixture
    def membro_externo(self, banco_log: Banco) -> list[str]:
        return [sys.executable, "-m", "kernel.testing.membro_log", "--banco", banco_log.url]

    @pytest.fixture
    async def log_com_queda(self, banco_log: Banco) -> AsyncIterator[tuple[Log, Ponte]]:
        url = urlsplit(banco_log.url)
        ponte = Ponte(url.hostname or "127.0.0.1", url.port or 5432)
        await ponte.voltar()
        usuario = url.netloc.rpartition("@")[0]
        pela_ponte = url._replace(netloc=f"{usuario}@127.0.0.1:{ponte.porta}").geturl()
        async with abrir_banco(pela_ponte, aplicacao="testes") as banco:
            log = LogEmbutido(banco, tempo_limite_s=2)
            yield log, ponte
            await log.close()
        await ponte.cortar()

    async def tirar(self, log: Log, consumer: Consumer, *, grupo: str, topico: str) -> Consumer:
        novo = await log.consumer(grupo=grupo, topicos=[topico], membro="b")
        assert await nada_mais(novo)
        await _derrubar_leitores(log)
        return novo

    async def test_quem_confirma_depois_nao_fica_para_tras(self, log: Log, banco_log: Banco) -> None:
        """A writer that took its numbers first and commits last must not be skipped by a reader already past them."""
        topico = await novo_topico(log)
        producer = await log.producer()
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")
        async with banco_log.conexao() as lenta, banco_log.conexao() as olho:
            transacao = lenta.transaction()
            await transacao.start()
            await lenta.execute(PUBLICAR, [topico], ["c"], [b"0"], [None], CANAL)
            rapida = asyncio.create_task(producer.publish([Saida(topico, "c", b"1")]))

            async def resolvida() -> bool:
                na_fila = await olho.fetchval("select count(*) from pg_locks where locktype = 'advisory' and not granted")
                return rapida.done() or na_fila == 1

            await ate(resolvida)
            antes = await consumer.fetch(maximo=10, espera_s=1)
            await transacao.commit()
        await rapida
        assert numeros(await ler(consumer, 2, ja=antes)) == [0, 1]

    async def test_a_epoca_barra_quem_nao_sabe_que_foi_substituido(self, log: Log, banco_log: Banco) -> None:
        topico, grupo = await novo_topico(log), novo_grupo()
        await (await log.producer()).publish(saidas(topico, 10))
        consumer = await log.consumer(grupo=grupo, topicos=[topico], membro="a")
        lidos = await ler(consumer, 10)
        async with banco_log.conexao() as con:
            await con.execute("update plataforma.log_posicao set epoca = epoca + 1")
        await consumer.commit(lidos)
        assert await log.lag(grupo=grupo, topicos=[topico]) == {topico: 10}

    async def test_sessao_derrubada_volta_e_le_de_novo(self, log: Log) -> None:
        topico, grupo = await novo_topico(log), novo_grupo()
        await (await log.producer()).publish(saidas(topico, 50))
        consumer = await log.consumer(grupo=grupo, topicos=[topico], membro="a")
        lidos = await ler(consumer, 50)
        await consumer.commit(lidos[:20])
        await _derrubar_leitores(log)
        assert numeros(await ler(consumer, 5, maximo=5)) == list(range(20, 25))
        # of what the former session had in hand, only what this one handed out again can be committed
        await consumer.commit(lidos)
        assert await log.lag(grupo=grupo, topicos=[topico]) == {topico: 25}

    async def test_leitor_parado_acorda_pelo_aviso(self, banco_log: Banco) -> None:
        """With rounds an hour apart only the notice can wake it."""
        log = LogEmbutido(banco_log, ronda_s=3600)
        topico = await novo_topico(log)
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")
        assert await nada_mais(consumer)
        leitura = asyncio.create_task(consumer.fetch(maximo=10, espera_s=3600))
        await (await log.producer()).publish(saidas(topico, 1))
        async with asyncio.timeout(LIMITE_S):
            assert numeros(await leitura) == [0]
        await log.close()

    async def test_quem_espera_assume_assim_que_o_outro_sai(self, banco_log: Banco) -> None:
        log = LogEmbutido(banco_log, ronda_s=3600)
        topico, grupo = await novo_topico(log), novo_grupo()
        a, b = [await log.consumer(grupo=grupo, topicos=[topico], membro=m) for m in "ab"]
        assert await nada_mais(a)
        assert await nada_mais(b)
        leitura = asyncio.create_task(b.fetch(maximo=10, espera_s=3600))
        await (await log.producer()).publish(saidas(topico, 1))
        await a.close()
        async with asyncio.timeout(LIMITE_S):
            assert numeros(await leitura) == [0]
        await log.close()

    async def test_limpar_apaga_so_o_que_passou_do_prazo_do_topico(self, banco_log: Banco) -> None:
        log = LogEmbutido(banco_log)
        await log.create_topics([Topico("curto", retencao_dias=1), Topico("longo", retencao_dias=30)])
        producer = await log.producer()
        await producer.publish(saidas("curto", 12_000) + saidas("longo", 10))
        async with banco_log.conexao() as con:
            await con.execute("update plataforma.log_registro set gravado_em = now() - interval '2 days'")
        await producer.publish(saidas("curto", 5, inicio=12_000))
        assert await log.limpar(datetime.now(UTC)) == 12_000
        assert await log.lag(grupo=novo_grupo(), topicos=["curto", "longo"]) == {"curto": 5, "longo": 10}
        assert await log.limpar(datetime.now(UTC) + timedelta(days=29)) == 15
        # numbers are not used again after all is gone
        await producer.publish(saidas("curto", 1))
        consumer = await log.consumer(grupo=novo_grupo(), topicos=["curto"], membro="a")
        assert (await ler(consumer, 1))[0].offset > 12_015
        await log.close()

    async def test_topico_que_ja_existe_fica_como_esta(self, banco_log: Banco) -> None:
        log = LogEmbutido(banco_log)
        await log.create_topics([Topico("t", retencao_dias=1)])
        await log.create_topics([Topico("t", retencao_dias=9), Topico("u", retencao_dias=2)])
        async with banco_log.conexao() as con:
            linhas = await con.fetch("select topico, retencao_dias from plataforma.log_topico order by topico")
        assert [tuple(linha) for linha in linhas] == [("t", 1), ("u", 2)]


async def _derrubar_leitores(log: Log) -> None:
    """Ends the sessions that hold locks, and waits until they are gone."""
    assert isinstance(log, LogEmbutido)
    con: asyncpg.Connection[asyncpg.Record]
    async with log._conexao() as con:  # type: ignore[assignment]
        pids = [linha["pid"] for linha in await con.fetch(_LEITORES)]
        await con.execute("select pg_terminate_backend(pid) from unnest($1::int[]) as pid", pids)

        async def acabaram() -> bool:
            return not await con.fetchval("select count(*) from pg_stat_activity where pid = any($1)", pids)

        await ate(acabaram)
