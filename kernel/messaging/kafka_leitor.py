"""Readers of Kafka: a static member that hands out only what it holds, and commits only what it handed out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, ConsumerStoppedError, IllegalOperation, IllegalStateError, KafkaError

from kernel.messaging.log import LogIndisponivel, Registro

TRANSPORTE = (KafkaError, ConsumerStoppedError, IllegalOperation, OSError, TimeoutError)
# A revoke holds the whole group up: what is in hand may still be committed for this long, then it goes to the next reader.
ESPERA_REVOGACAO_S = 3.0
_TOMADA = (CommitFailedError, IllegalStateError)


def em_milissegundos(segundos: float) -> int:
    return max(0, int(segundos * 1000))


@dataclass(slots=True)
class _Parte:
    """What this member handed out of a partition since the group gave it: first and last offset, and the last committed."""

    inicio: int
    fim: int
    confirmado: int

    def aceita(self, offset: int) -> bool:
        return max(self.inicio - 1, self.confirmado) < offset <= self.fim


class _Ouvinte(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells the member what the group gives it and takes from it."""

    def __init__(self, dono: ConsumidorKafka, interno: Any) -> None:
        self._dono = dono
        self._interno = interno

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._dono.ao_perder(self._interno)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._dono.ao_receber(self._interno, assigned)


class ConsumidorKafka:
    """A member of a group. After any failure of the client it opens another, from what the group has committed."""

    def __init__(
        self, bootstrap: str, *, grupo: str, topicos: Sequence[str], membro: str, tempo_limite_s: float, sessao_s: float
    ) -> None:
        self._bootstrap = bootstrap
        self._grupo = grupo
        self._topicos = tuple(topicos)
        self._membro = membro
        self._tempo_limite_s = tempo_limite_s
        self._sessao_s = sessao_s
        self._interno: Any = None
        self._despedida: asyncio.Task[None] | None = None
        self._partes: dict[TopicPartition, _Parte] = {}
        self._pausados: set[str] = set()
        # set while the group's partitions are ours to read; clear during a rebalance
        self._liberado = asyncio.Event()
        self._confirmou = asyncio.Event()
        self._confirmando: asyncio.Task[None] | None = None
        self._vez = asyncio.Lock()

    async def abrir(self) -> None:
        """Joins the group and waits for its partitions. Raises `LogIndisponivel`."""
        if self._interno is not None:
            return
        if self._despedida is not None:
            await self._sair_do_anterior(self._despedida)
        interno = self._novo()
        interno.subscribe(self._topicos, listener=_Ouvinte(self, interno))
        self._interno = interno
        try:
            async with asyncio.timeout(2 * self._sessao_s + self._tempo_limite_s):
                await interno.start()
        except TRANSPORTE as erro:
            raise self._descartar(erro) from erro
        except asyncio.CancelledError:
            self._descartar(asyncio.CancelledError())
            raise

    async def fetch(self, *, maximo: int, espera_s: float) -> list[Registro]:
        relogio = asyncio.get_running_loop()
        fim = relogio.time() + espera_s
        await self.abrir()
        while True:
            resta = max(0.0, fim - relogio.time())
            registros = await self._obter(maximo, resta) if await self._livre(resta) else []
            if registros or relogio.time() >= fim:
                return registros

    async def commit(self, registros: Sequence[Registro]) -> None:
        async with self._vez:
            ate = self._a_confirmar(registros)
            if not ate:
                return
            partes = {tp: self._partes[tp] for tp in ate}
            # as a task of its own, so that a revoke can end it: sent after it, it would move what is another's
            self._confirmando = asyncio.create_task(self._interno.commit({tp: o + 1 for tp, o in ate.items()}))
            try:
                feito = await self._concluir(self._confirmando)
            finally:
                self._confirmando.cancel()
                self._confirmando = None
            for tp, parte in partes.items():
                # given anew meanwhile: a `fetch` may go on beside this
                if self._partes.get(tp) is not parte:
                    continue
                if feito:
                    parte.confirmado = ate[tp]
                else:
                    del self._partes[tp]
            self._confirmou.set()

    def pause(self, topicos: Sequence[str]) -> None:
        self._pausados.update(topicos)
        if self._interno is not None:
            self._interno.pause(*self._atribuidas(topicos))

    def resume(self, topicos: Sequence[str]) -> None:
        self._pausados.difference_update(topicos)
        if self._interno is not None:
            self._interno.resume(*self._atribuidas(topicos))

    async def close(self) -> None:
        if self._interno is not None:
            coordenador = self._interno._coordinator  # noqa: SLF001
            if coordenador is not None:
                # aiokafka leaves a group only as a dynamic member, so a clean stop would hold the partitions for a session
                coordenador._group_instance_id = None  # noqa: SLF001
            self._descartar(LogIndisponivel("fechado"))
        if self._despedida is not None:
            await self._despedida

    async def ao_perder(self, interno: Any) -> None:
        if interno is not self._interno:
            return
        self._liberado.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ESPERA_REVOGACAO_S):
                await self._tudo_confirmado()
        if self._confirmando is not None:
            self._confirmando.cancel()
        self._partes.clear()

    def ao_receber(self, interno: Any, particoes: Iterable[TopicPartition]) -> None:
        if interno is not self._interno:
            return
        interno.pause(*(tp for tp in particoes if tp.topic in self._pausados))
        self._partes.clear()
        self._liberado.set()

    def _novo(self) -> Any:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id=self._membro,
            group_id=self._grupo,
            group_instance_id=self._membro,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=em_milissegundos(self._sessao_s),
            heartbeat_interval_ms=em_milissegundos(min(1.0, self._sessao_s / 4)),
            rebalance_timeout_ms=em_milissegundos(max(self._sessao_s, 2 * ESPERA_REVOGACAO_S)),
            # a JoinGroup is answered at the end of the rebalance
            request_timeout_ms=em_milissegundos(self._tempo_limite_s + max(self._sessao_s, 2 * ESPERA_REVOGACAO_S)),
            fetch_max_wait_ms=500,
            max_partition_fetch_bytes=2 * 1024 * 1024,
        )

    async def _livre(self, limite_s: float) -> bool:
        if not self._liberado.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limite_s):
                    await self._liberado.wait()
        return self._liberado.is_set() and self._interno is not None

    async def _obter(self, maximo: int, espera_s: float) -> list[Registro]:
        try:
            # aiokafka waits without limit when a rebalance begins inside the call
            async with asyncio.timeout(espera_s + 2 * self._sessao_s):
                lote = await self._interno.getmany(timeout_ms=em_milissegundos(espera_s), max_records=maximo)
        except TRANSPORTE as erro:
            raise self._descartar(erro) from erro
        return [_registro(m) for tp, mensagens in lote.items() for m in self._entregar(tp, mensagens)]

    def _entregar(self, tp: TopicPartition, mensagens: list[Any]) -> list[Any]:
        if not self._liberado.is_set():
            return []
        if tp.topic in self._pausados:
            self._interno.seek(tp, mensagens[0].offset)
            return []
        inicio, fim = mensagens[0].offset, mensagens[-1].offset
        parte = self._partes.setdefault(tp, _Parte(inicio, fim, inicio - 1))
        parte.fim = fim
        return mensagens

    def _a_confirmar(self, registros: Sequence[Registro]) -> dict[TopicPartition, int]:
        """The last offset by partition, of those handed out since the group gave the partition."""
        ate: dict[TopicPartition, int] = {}
        # a batch is handed out partition by partition
        for onde, seguidos in groupby(registros, attrgetter("topico", "particao")):
            tp = TopicPartition(*onde)
            parte = self._partes.get(tp)
            aceitos = [r.offset for r in seguidos if parte is not None and parte.aceita(r.offset)]
            if aceitos:
                ate[tp] = max(*aceitos, ate.get(tp, 0))
        return ate

    async def _concluir(self, tarefa: asyncio.Task[None]) -> bool:
        """Whether the position moved; False where the group has taken the partitions meanwhile."""
        await asyncio.wait({tarefa}, timeout=self._tempo_limite_s)
        if not tarefa.done():
            raise LogIndisponivel("o Kafka não confirmou a posição a tempo")
        if tarefa.cancelled():
            return False
        erro = tarefa.exception()
        if erro is None or isinstance(erro, _TOMADA):
            return erro is None
        raise LogIndisponivel(f"Kafka fora do ar: {type(erro).__name__}") from erro

    async def _tudo_confirmado(self) -> None:
        while any(parte.confirmado < parte.fim for parte in self._partes.values()):
            self._confirmou.clear()
            await self._confirmou.wait()

    def _atribuidas(self, topicos: Sequence[str]) -> list[TopicPartition]:
        return [tp for tp in self._interno.assignment() if tp.topic in topicos]

    def _descartar(self, erro: BaseException) -> LogIndisponivel:
        """Gives the client up; the next call opens another, which first waits for this one to be gone."""
        interno, self._interno = self._interno, None
        self._liberado.clear()
        self._partes.clear()
        if interno is not None:
            self._despedida = asyncio.create_task(_parar(interno, self._tempo_limite_s + self._sessao_s))
        return LogIndisponivel(f"Kafka fora do ar: {type(erro).__name__}")

    async def _sair_do_anterior(self, despedida: asyncio.Task[None]) -> None:
        # two clients with one name would put each other out of the group for ever
        await asyncio.wait({despedida}, timeout=self._tempo_limite_s)
        if not despedida.done():
            raise LogIndisponivel("o Kafka ainda não soltou a conexão anterior")
        self._despedida = None


def _registro(mensagem: Any) -> Registro:
    return Registro(
        topico=mensagem.topic,
        particao=mensagem.partition,
        offset=mensagem.offset,
        chave=(mensagem.key or b"").decode(),
        valor=mensagem.value or b"",
        cabecalhos=tuple(mensagem.headers),
    )


async def _parar(interno: Any, limite_s: float) -> None:
    try:
        async with asyncio.timeout(limite_s):
            await interno.stop()
    except TRANSPORTE:
        # the broker did not answer: closing the sockets is all that is left
        await interno._client.close()  # noqa: SLF001
