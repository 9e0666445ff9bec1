"""The Kafka adapter against a real broker."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import orjson
import pytest

from kernel.messaging.kafka import LogKafka
from kernel.messaging.log import Consumer, Log, Saida
from kernel.testing.suite_log import LIMITE_S, SuiteDoLog, insistir, ler, novo_grupo, novo_topico, numeros, por_chave, saidas
from tests.support.kafka import BrokerKafka

pytestmark = pytest.mark.kafka

# our own broker allows sessions of 1 s; one given by address has Kafka's usual minimum
SESSAO_S = 6.0 if os.environ.get("KAFKA_BOOTSTRAP") else 2.0


class QuedaDoBroker:
    def __init__(self, broker: BrokerKafka) -> None:
        self._broker = broker

    async def cortar(self) -> None:
        self._broker.pause()

    async def voltar(self) -> None:
        self._broker.resume()


class TestLogKafka(SuiteDoLog):
    @pytest.fixture
    async def log(self, kafka_bootstrap: str) -> AsyncIterator[Log]:
        log = LogKafka(kafka_bootstrap, sessao_s=SESSAO_S)
        yield log
        await log.close()

    @pytest.fixture
    def membro_externo(self, kafka_bootstrap: str) -> list[str]:
        comando = [sys.executable, "-m", "kernel.testing.membro_log"]
        return [*comando, "--kafka", kafka_bootstrap, "--sessao-s", str(SESSAO_S)]

    @pytest.fixture
    async def log_com_queda(self, broker_kafka: BrokerKafka) -> AsyncIterator[tuple[Log, QuedaDoBroker]]:
        log = LogKafka(broker_kafka.bootstrap, tempo_limite_s=2, sessao_s=SESSAO_S)
        yield log, QuedaDoBroker(broker_kafka)
        await log.close()

    async def tirar(self, log: Log, consumer: Consumer, *, grupo: str, topico: str) -> Consumer:
        return await log.consumer(grupo=grupo, topicos=[topico], membro="b")

    async def test_membro_congelado_que_volta_nao_move_a_posicao(self, log: Log, membro_externo: list[str]) -> None:
        topico, grupo = await novo_topico(log), novo_grupo()
        producer = await log.producer()
        await producer.publish(saidas(topico, 100))
        zumbi = await asyncio.create_subprocess_exec(
            *membro_externo,
            *("--grupo", grupo, "--topico", topico, "--membro", "zumbi"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert zumbi.stdin is not None
        assert zumbi.stdout is not None
        try:
            async with asyncio.timeout(LIMITE_S):
                lidos = 0
                while lidos < 100:
                    lidos += len(orjson.loads(await zumbi.stdout.readline()))
            zumbi.send_signal(signal.SIGSTOP)
            novo = await log.consumer(grupo=grupo, topicos=[topico], membro="novo")
            await producer.publish(saidas(topico, 100, inicio=100))
            await ler(novo, 200, confirmar=True)
            zumbi.send_signal(signal.SIGCONT)
            zumbi.stdin.write(b"\n")
            async with asyncio.timeout(LIMITE_S):
                while orjson.loads(await zumbi.stdout.readline()) != "confirmado":
                    pass
            assert await log.lag(grupo=grupo, topicos=[topico]) == {topico: 0}
        finally:
            zumbi.kill()
            await zumbi.wait()

    async def test_quem_fecha_cede_as_particoes_sem_esperar_a_sessao(self, kafka_bootstrap: str) -> None:
        """Sessions outlast the test: only a member that really leaves gives its partitions to the other."""
        log = LogKafka(kafka_bootstrap, sessao_s=4 * LIMITE_S)
        topico, grupo = await novo_topico(log), novo_grupo()
        a, b = [await log.consumer(grupo=grupo, topicos=[topico], membro=m) for m in "ab"]
        await a.close()
        await (await log.producer()).publish(saidas(topico, 100))
        assert sorted(numeros(await ler(b, 100, confirmar=True))) == list(range(100))
        await log.close()

    async def test_membro_morto_volta_pelo_nome_sem_esperar_a_sessao(self, kafka_bootstrap: str) -> None:
        log = LogKafka(kafka_bootstrap, sessao_s=4 * LIMITE_S)
        topico, grupo = await novo_topico(log), novo_grupo()
        await (await log.producer()).publish(saidas(topico, 100))
        morto = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kernel.testing.membro_log", "--kafka", kafka_bootstrap),
            *("--sessao-s", str(4 * LIMITE_S), "--grupo", grupo, "--topico", topico, "--membro", "a"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert morto.stdout is not None
        try:
            async with asyncio.timeout(LIMITE_S):
                await morto.stdout.readline()
        finally:
            morto.kill()
            await morto.wait()
        async with asyncio.timeout(LIMITE_S):
            consumer = await log.consumer(grupo=grupo, topicos=[topico], membro="a")
        assert sorted(numeros(await ler(consumer, 100))) == list(range(100))
        await log.close()

    async def test_broker_morto_e_reerguido_nao_perde_nem_desordena(self, broker_kafka: BrokerKafka) -> None:
        log = LogKafka(broker_kafka.bootstrap, tempo_limite_s=2, sessao_s=SESSAO_S)
        topico = await novo_topico(log)
        producer = await log.producer()
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")

        async def produzir() -> None:
            for inicio in range(0, 3_000, 50):
                await insistir(producer, saidas(topico, 50, inicio=inicio))

        producao = asyncio.create_task(produzir())
        lidos = await ler(consumer, 200)
        broker_kafka.kill()
        await asyncio.to_thread(broker_kafka.start)
        await producao
        lidos = await ler(consumer, 3_000, ja=lidos)
        assert por_chave(lidos) == {f"c{c}": list(range(c, 3_000, 20)) for c in range(20)}
        await log.close()

    async def test_lote_maior_que_o_de_uma_requisicao_mantem_a_ordem(self, log: Log) -> None:
        topico = await novo_topico(log)
        lote = [Saida(topico, "c", str(n).encode().ljust(9_000)) for n in range(500)]
        await (await log.producer()).publish(lote)
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")
        assert por_chave(await ler(consumer, 500)) == {"c": list(range(500))}

    async def test_registro_que_nenhum_broker_aceita_e_recusado_antes_de_enviar(self, log: Log) -> None:
        topico = await novo_topico(log)
        producer = await log.producer()
        with pytest.raises(ValueError, match="limite"):
            await producer.publish([Saida(topico, "c", b"1"), Saida(topico, "c", b"x" * 1_000_000)])
        assert await log.lag(grupo=novo_grupo(), topicos=[topico]) == {topico: 0}

    async def test_a_chave_vai_para_a_particao_do_cliente_java(self, log: Log) -> None:
        """murmur2 of the key, as the Java client computes it: other tools must find the same partition."""
        topico = await novo_topico(log)
        await (await log.producer()).publish([Saida(topico, "21", b"1"), Saida(topico, "foobar", b"2")])
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")
        # reference values of Kafka's UtilsTest.testMurmur2
        esperado = {"21": (-973932308 & 0x7FFFFFFF) % 12, "foobar": (-790332482 & 0x7FFFFFFF) % 12}
        assert {r.chave: r.particao for r in await ler(consumer, 2)} == esperado
