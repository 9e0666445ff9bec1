"""The log on Apache Kafka, by aiokafka: idempotent producers, static members, topics and lag by the admin client."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaConnectionError,
    NotCoordinatorForGroupError,
    TopicAlreadyExistsError,
    for_code,
)
from tenacity import AsyncRetrying, retry_if_exception_type, retry_if_result, wait_fixed

from kernel.messaging.kafka_leitor import TRANSPORTE, ConsumidorKafka, em_milissegundos
from kernel.messaging.log import Consumer, LogIndisponivel, Producer, Saida, Topico
from kernel.messaging.particao import murmur2

# Kafka refuses batches over 1 MiB by default (`max.message.bytes`); many records share one far below that.
LOTE_BYTES = 512 * 1024
MAIOR_REGISTRO_BYTES = 960 * 1024
_DIA_MS = 86_400_000
# The first question about groups makes a new cluster create the topic that answers it.
_COORDENADOR = (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError)


class ProdutorKafka:
    """Appends to the partition that the key's murmur2 names, as Java's client does.

    A partition's batches follow each other only after the one before was acknowledged. aiokafka would send the next while
    one fails, and a broker takes it where it has seen nothing of this producer yet: records out of order.
    """

    def __init__(self, bootstrap: str, tempo_limite_s: float) -> None:
        self._bootstrap = bootstrap
        self._tempo_limite_s = tempo_limite_s
        self._interno: Any = None
        self._despedidas: set[asyncio.Task[None]] = set()
        self._vez = asyncio.Lock()

    async def publish(self, saidas: Sequence[Saida]) -> None:
        """Also raises `ValueError`, before anything is sent, for a record that no broker takes."""
        for saida in saidas:
            if len(saida.valor) > MAIOR_REGISTRO_BYTES:
                raise ValueError(f"registro de {len(saida.valor)} bytes em {saida.topico}: o limite é {MAIOR_REGISTRO_BYTES}")
        interno = await self.abrir()
        try:
            async with asyncio.timeout(self._tempo_limite_s):
                filas = await self._por_particao(interno, saidas)
                feitas = await asyncio.gather(*(_enviar(interno, tp, fila) for tp, fila in filas.items()), return_exceptions=True)
        except TimeoutError as erro:
            # the client stays: it goes on with what is in flight, which keeps its place in the order
            raise LogIndisponivel("o Kafka não confirmou a gravação a tempo") from erro
        except TRANSPORTE as erro:
            raise self._descartar(interno, erro) from erro
        for falha in feitas:
            if isinstance(falha, TRANSPORTE):
                raise self._descartar(interno, falha) from falha
            if isinstance(falha, BaseException):
                raise falha

    async def abrir(self) -> Any:
        """The client, started. Raises `LogIndisponivel`."""
        async with self._vez:
            if self._interno is not None:
                return self._interno
            interno = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                enable_idempotence=True,
                acks="all",
                max_batch_size=LOTE_BYTES,
                request_timeout_ms=em_milissegundos(self._tempo_limite_s),
            )
            try:
                async with asyncio.timeout(self._tempo_limite_s):
                    await interno.start()
            except BaseException as erro:
                falha = self._descartar(interno, erro)
                if isinstance(erro, TRANSPORTE):
                    raise falha from erro
                raise
            self._interno = interno
            return interno

    async def close(self) -> None:
        if self._interno is not None:
            self._descartar(self._interno, LogIndisponivel())
        if self._despedidas:
            await asyncio.wait(self._despedidas)

    async def _por_particao(self, interno: Any, saidas: Sequence[Saida]) -> dict[TopicPartition, list[Saida]]:
        quantas = {t: len(await interno.partitions_for(t)) for t in {s.topico for s in saidas}}
        filas: dict[TopicPartition, list[Saida]] = defaultdict(list)
        for saida in saidas:
            particao = (murmur2(saida.chave.encode()) & 0x7FFFFFFF) % quantas[saida.topico]
            filas[TopicPartition(saida.topico, particao)].append(saida)
        return filas

    def _descartar(self, interno: Any, erro: BaseException) -> LogIndisponivel:
        if interno is self._interno:
            self._interno = None
        despedida = asyncio.create_task(_parar_produtor(interno, self._tempo_limite_s))
        self._despedidas.add(despedida)
        despedida.add_done_callback(self._despedidas.discard)
        return LogIndisponivel(f"Kafka fora do ar: {type(erro).__name__}")


async def _enviar(interno: Any, tp: TopicPartition, fila: Sequence[Saida]) -> None:
    for lote in _lotes(interno, fila):
        await (await interno.send_batch(lote, tp.topic, partition=tp.partition))


def _lotes(interno: Any, fila: Sequence[Saida]) -> Iterator[Any]:
    lote = interno.create_batch()
    for saida in fila:
        while lote.append(key=saida.chave.encode(), value=saida.valor, timestamp=None, headers=list(saida.cabecalhos)) is None:
            yield lote
            lote = interno.create_batch()
    lote.close()
    yield lote


async def _parar_produtor(interno: Any, limite_s: float) -> None:
    try:
        async with asyncio.timeout(limite_s):
            await interno.stop()
    except TRANSPORTE:
        # An idempotent batch is retried for ever, and `stop` waits for it; its caller has long been told that it failed.
        interno._message_accumulator.fail_all(KafkaConnectionError("producer closed"))  # noqa: SLF001
        await interno._sender.close()  # noqa: SLF001
        await interno.client.close()


class LogKafka:
    """The log on the brokers at `bootstrap` (`host:port,…`).

    `tempo_limite_s` is how long a silent broker is waited for; `sessao_s`, how long the partitions of a killed member stay its
    own (it is back at once under the same name; after that others have them).
    """

    def __init__(self, bootstrap: str, *, tempo_limite_s: float = 15.0, sessao_s: float = 10.0) -> None:
        self._bootstrap = bootstrap
        self._tempo_limite_s = tempo_limite_s
        self._sessao_s = sessao_s
        self._abertos: list[ProdutorKafka | ConsumidorKafka] = []
        self._sondas: tuple[Any, Any] | None = None
        self._vez = asyncio.Lock()

    async def create_topics(self, topicos: Sequence[Topico]) -> None:
        """Raises `RuntimeError` where the cluster refuses a topic for good, `LogIndisponivel` where it may not later."""
        if not topicos:
            return
        async with self._admin() as admin:
            replicas = min(3, len((await admin.describe_cluster())["brokers"]))
            resposta = await admin.create_topics([_novo_topico(t, replicas) for t in topicos])
            for nome, codigo, *_ in resposta.topic_errors:
                _conferir(nome, for_code(codigo))
            await _esperar_visiveis(admin, [t.nome for t in topicos])

    async def producer(self) -> Producer:
        produtor = ProdutorKafka(self._bootstrap, self._tempo_limite_s)
        await produtor.abrir()
        self._abertos.append(produtor)
        return produtor

    async def consumer(self, *, grupo: str, topicos: Sequence[str], membro: str) -> Consumer:
        consumidor = ConsumidorKafka(
            self._bootstrap,
            grupo=grupo,
            topicos=topicos,
            membro=membro,
            tempo_limite_s=self._tempo_limite_s,
            sessao_s=self._sessao_s,
        )
        try:
            await consumidor.abrir()
        except BaseException:
            # a second client of this name must not meet the remains of the first
            await consumidor.close()
            raise
        self._abertos.append(consumidor)
        return consumidor

    async def lag(self, *, grupo: str, topicos: Sequence[str]) -> Mapping[str, int]:
        async with self._vez:
            try:
                async with asyncio.timeout(2 * self._tempo_limite_s):
                    return await self._medir(grupo, topicos)
            except TRANSPORTE as erro:
                await self._fechar_sondas()
                raise LogIndisponivel(f"Kafka fora do ar: {type(erro).__name__}") from erro

    async def close(self) -> None:
        await asyncio.gather(self._fechar_sondas(), *(aberto.close() for aberto in self._abertos))
        self._abertos.clear()

    async def _medir(self, grupo: str, topicos: Sequence[str]) -> Mapping[str, int]:
        admin, sonda = await self._abrir_sondas()
        descritos = await admin.describe_topics(list(topicos))
        particoes = [TopicPartition(t["topic"], p["partition"]) for t in descritos for p in t["partitions"]]
        async for tentativa in AsyncRetrying(retry=retry_if_exception_type(_COORDENADOR), wait=wait_fixed(0.1)):
            with tentativa:
                confirmados = await admin.list_consumer_group_offsets(grupo)
        fins = await sonda.end_offsets(particoes)
        inicios = await sonda.beginning_offsets(particoes)
        atraso = dict.fromkeys(topicos, 0)
        for tp in particoes:
            confirmado = confirmados[tp].offset if tp in confirmados else 0
            # retention may have passed the group by
            atraso[tp.topic] += max(0, fins[tp] - max(confirmado, inicios[tp]))
        return atraso

    async def _abrir_sondas(self) -> tuple[Any, Any]:
        """The clients that `lag` asks, open from its first call on: it is called often."""
        if self._sondas is None:
            sonda = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, request_timeout_ms=em_milissegundos(self._tempo_limite_s))
            self._sondas = self._novo_admin(), sonda
            for cliente in self._sondas:
                await cliente.start()
        return self._sondas

    async def _fechar_sondas(self) -> None:
        if self._sondas is None:
            return
        (admin, sonda), self._sondas = self._sondas, None
        await asyncio.gather(admin.close(), sonda.stop())

    def _novo_admin(self) -> Any:
        return AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=em_milissegundos(self._tempo_limite_s))

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[Any]:
        admin = self._novo_admin()
        try:
            async with asyncio.timeout(2 * self._tempo_limite_s):
                await admin.start()
                yield admin
        except TRANSPORTE as erro:
            raise LogIndisponivel(f"Kafka fora do ar: {type(erro).__name__}") from erro
        finally:
            await admin.close()


def _novo_topico(topico: Topico, replicas: int) -> Any:
    ajustes = {
        "retention.ms": str(int(topico.retencao_dias * _DIA_MS)),
        # what was acknowledged is on two machines, and one may be away
        "min.insync.replicas": str(max(1, replicas - 1)),
    }
    return NewTopic(topico.nome, topico.particoes, replicas, topic_configs=ajustes)


def _conferir(nome: str, erro: Any) -> None:
    if erro.errno in (0, TopicAlreadyExistsError.errno):
        return
    if erro.retriable:
        raise LogIndisponivel(f"o Kafka não criou {nome} agora: {erro.__name__}")
    raise RuntimeError(f"o Kafka recusou o tópico {nome}: {erro.__name__}")


async def _esperar_visiveis(admin: Any, nomes: list[str]) -> None:
    async for tentativa in AsyncRetrying(retry=retry_if_result(bool), wait=wait_fixed(0.05)):
        with tentativa:
            descritos = await admin.describe_topics(nomes)
        tentativa.retry_state.set_result(any(t["error_code"] != 0 for t in descritos))
