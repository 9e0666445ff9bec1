"""The batch consumer: events to use cases, each event's effect exactly once for a group.

The inbox row and the effect share one transaction, so that a redelivery is a no-op; the log's position is committed after
it. A batch that fails is taken again event by event; an event that keeps failing becomes a dead letter, and later events of
its key follow it there until it is mended. A database or log that is away is nobody's fault: wait and go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple
from uuid import UUID

from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception_type, wait_exponential_jitter

from kernel.clock import Relogio
from kernel.messaging import mortas
from kernel.messaging.envelope import EnvelopeInvalido, Evento, decodificar
from kernel.messaging.handler import Handler, U
from kernel.messaging.log import Consumer, Log, LogIndisponivel, Registro
from kernel.persistence.banco import INDISPONIVEL, Banco, Conexao
from kernel.persistence.sinal import Sinal

_log = logging.getLogger(__name__)
_TENTATIVAS = 3
_PRESA = "espera atrás de outra do mesmo contribuinte"


class _Lido(NamedTuple):
    """A record and the event in it, or why there is none."""

    registro: Registro
    evento: Evento | None
    motivo: str = ""


@dataclass(frozen=True, slots=True)
class Observador:
    """What a consumer tells of itself, for metrics: events taken by type, dead letters."""

    processados: Callable[[str, int], None] = lambda _tipo, _n: None
    enterrados: Callable[[str], None] = lambda _topico: None


def em_grupos(eventos: Sequence[Evento]) -> Iterator[list[Evento]]:
    """Splits `eventos` into runs of one type, as few as keep the order of the events of each key.

    A run may take later events of its type past events of other keys, never past one of the same key.
    """
    grupos: list[list[Evento]] = []
    aberto: dict[str, int] = {}  # type → index of its open run
    ultimo: dict[str, int] = {}  # key → index of the run that holds its last event
    for evento in eventos:
        indice = aberto.get(evento.tipo)
        if indice is None or indice < ultimo.get(evento.chave, 0):
            indice = len(grupos)
            grupos.append([])
            aberto[evento.tipo] = indice
        grupos[indice].append(evento)
        ultimo[evento.chave] = indice
    yield from grupos


class ConsumidorDeEventos(Generic[U]):
    """Reads topics for group `grupo` of room `sala` and gives each event to the handler of its type.

    `unidade` binds a transaction's connection to what the use cases need; types without a handler are passed over.
    """

    def __init__(
        self,
        *,
        banco: Banco,
        log: Log,
        relogio: Relogio,
        sala: str,
        grupo: str,
        membro: str,
        topicos: Sequence[str],
        handlers: Mapping[str, Handler[U]],
        unidade: Callable[[Conexao, datetime], U],
        lote: int = 500,
        observador: Observador | None = None,
    ) -> None:
        self._banco = banco
        self._origem = log
        self._relogio = relogio
        self._sala = sala
        self._grupo = grupo
        self._membro = membro
        self._topicos = topicos
        self._handlers = handlers
        self._unidade = unidade
        self._lote = lote
        self._observador = observador or Observador()
        self._parar = asyncio.Event()

    def parar(self) -> None:
        """Asks `executar` to end after the batch in hand."""
        self._parar.set()

    async def executar(self) -> None:
        """Runs until `parar` or cancellation; leaves the group cleanly in both cases."""
        async with Sinal(self._banco, mortas.canal_das_mortas(self._sala)) as repeticoes:
            async for tentativa in self._insistir():
                with tentativa:
                    consumer = await self._origem.consumer(grupo=self._grupo, topicos=self._topicos, membro=self._membro)
            try:
                await self._trabalhar(consumer, repeticoes)
            finally:
                await consumer.close()

    async def _trabalhar(self, consumer: Consumer, repeticoes: Sinal) -> None:
        """Takes batch after batch. While one takes effect the next is read, and the position of the one before is committed.

        Effects stay one after the other, and a position never passes an effect: what is read ahead and lost is read again.
        """
        leitura = asyncio.create_task(self._ler_lote(consumer))
        posicao: asyncio.Task[None] | None = None
        try:
            while not self._parar.is_set():
                lidos = await leitura
                leitura = asyncio.create_task(self._ler_lote(consumer))
                if lidos:
                    await self._tomar(lidos)
                if posicao is not None:
                    await posicao
                posicao = asyncio.create_task(self._confirmar(consumer, lidos)) if lidos else None
                if await repeticoes.esperar(0):
                    await self.repetir_mortas()
            if posicao is not None:
                await posicao
        finally:
            await _abandonar(leitura, posicao)

    async def _ler_lote(self, consumer: Consumer) -> list[_Lido]:
        async for tentativa in self._insistir():
            with tentativa:
                registros = await consumer.fetch(maximo=self._lote, espera_s=0.5)
        return [_ler(registro) for registro in registros]

    async def _tomar(self, lidos: Sequence[_Lido]) -> None:
        async for tentativa in self._insistir():
            with tentativa:
                await self._ter_efeito(lidos)

    async def _confirmar(self, consumer: Consumer, lidos: Sequence[_Lido]) -> None:
        async for tentativa in self._insistir():
            with tentativa:
                await consumer.commit([lido.registro for lido in lidos])

    def _insistir(self) -> AsyncRetrying:
        """Tries again for as long as the database or the log is away."""
        return AsyncRetrying(
            retry=retry_if_exception_type((LogIndisponivel, *INDISPONIVEL)),
            wait=wait_exponential_jitter(multiplier=0.1, max=5),
            before_sleep=before_sleep_log(_log, logging.WARNING),
        )

    async def processar(self, registros: Sequence[Registro]) -> None:
        """Takes effect of `registros`, each once. Raises one of `INDISPONIVEL`; anything else ends as a dead letter."""
        await self._ter_efeito([_ler(registro) for registro in registros])

    async def _ter_efeito(self, lidos: Sequence[_Lido]) -> None:
        interessa = [lido for lido in lidos if lido.evento is None or lido.evento.tipo in self._handlers]
        if not interessa:
            return
        try:
            await self._em_uma_transacao(interessa)
        except INDISPONIVEL:
            raise
        except Exception as erro:  # noqa: BLE001 - the worker's loop: whose fault it is, each event alone will tell
            _log.warning("lote de %s volta um a um: %s", self._grupo, type(erro).__name__)
            for lido in interessa:
                await self._sozinho(lido)

    async def _em_uma_transacao(self, lidos: Sequence[_Lido]) -> None:
        agora = self._relogio.agora()
        async with self._banco.transacao() as con:
            presas = await mortas.chaves_presas(con, self._sala, self._grupo, [lido.registro.chave for lido in lidos])
            novos = await self._novos(con, lidos, agora)
            livres = []
            for lido in novos:
                if lido.evento is None:
                    await self._enterrar(con, lido, lido.motivo, tentativas=1)
                elif lido.registro.chave in presas:
                    await self._enterrar(con, lido, _PRESA, tentativas=0)
                else:
                    livres.append(lido.evento)
            unidade = self._unidade(con, agora)
            for grupo in em_grupos(livres):
                await self._handlers[grupo[0].tipo](unidade, grupo)
        for grupo in em_grupos(livres):
            self._observador.processados(grupo[0].tipo, len(grupo))

    async def _novos(self, con: Conexao, lidos: Sequence[_Lido], agora: datetime) -> list[_Lido]:
        """Those not in the inbox yet, marked there; unreadable ones have no id and always count as new."""
        ids = [lido.evento.id for lido in lidos if lido.evento is not None]
        # which they are is asked for only where some are not new: a batch seldom comes twice
        marcados: list[UUID] | None = await con.fetchval(
            f"""with novo as (
                    insert into {self._sala}.inbox (grupo, evento, recebido_em) select $1, e, $3 from unnest($2::uuid[]) e
                    on conflict do nothing returning evento
                )
                select array(select evento from novo) where (select count(*) from novo) < cardinality($2::uuid[])""",
            *(self._grupo, ids, agora),
        )
        if marcados is None:
            return list(lidos)
        novos = set(marcados)
        resultado = []
        for lido in lidos:
            if lido.evento is None or lido.evento.id in novos:
                resultado.append(lido)
                if lido.evento is not None:
                    novos.discard(lido.evento.id)  # the same id twice in one batch
        return resultado

    async def _sozinho(self, lido: _Lido) -> None:
        motivo = ""
        for tentativa in range(1, _TENTATIVAS + 1):
            try:
                await self._em_uma_transacao([lido])
            except INDISPONIVEL:
                raise
            except Exception as erro:  # noqa: BLE001 - the worker's loop: bounded, then a dead letter with its reason
                motivo = f"{type(erro).__name__}: {erro}"
                await asyncio.sleep(0.05 * 2**tentativa)
            else:
                return
        async with self._banco.transacao() as con:
            for resto in await self._novos(con, [lido], self._relogio.agora()):
                await self._enterrar(con, resto, motivo, tentativas=_TENTATIVAS)

    async def _enterrar(self, con: Conexao, lido: _Lido, motivo: str, *, tentativas: int) -> None:
        _log.error("evento de %s para a fila de mortas: %s", lido.registro.topico, motivo.split(":", 1)[0])
        self._observador.enterrados(lido.registro.topico)
        await mortas.enterrar(
            con,
            self._sala,
            self._grupo,
            lido.registro,
            tipo=lido.evento.tipo if lido.evento else "ilegivel",
            evento=lido.evento.id if lido.evento else None,
            motivo=motivo[:500],
            tentativas=tentativas,
            agora=self._relogio.agora(),
        )

    async def repetir_mortas(self) -> int:
        """Takes again, key by key and in order, the dead letters that somebody asked for. Answers how many went through."""
        async with self._banco.conexao() as con:
            chaves = await con.fetch(
                f"select distinct chave from {self._sala}.morta where grupo = $1 and repetir_em is not null", self._grupo
            )
        return sum([await self._repetir_chave(linha["chave"]) for linha in chaves])

    async def _repetir_chave(self, chave: str) -> int:
        feitas = 0
        async with self._banco.transacao() as con:
            while linha := await con.fetchrow(
                f"""select id, valor from {self._sala}.morta where grupo = $1 and chave = $2 order by id limit 1 for update""",
                *(self._grupo, chave),
            ):
                try:
                    evento = decodificar(linha["valor"])
                    async with con.transaction():
                        await self._handlers[evento.tipo](self._unidade(con, self._relogio.agora()), [evento])
                except INDISPONIVEL:
                    raise
                except Exception as erro:  # noqa: BLE001 - stays a dead letter, with the newer reason
                    await con.execute(
                        f"""update {self._sala}.morta set repetir_em = null, tentativas = tentativas + 1,
                            motivo = case when id = $3 then $4 else motivo end where grupo = $1 and chave = $2""",
                        *(self._grupo, chave, linha["id"], f"{type(erro).__name__}: {erro}"[:500]),
                    )
                    break
                await con.execute(f"delete from {self._sala}.morta where id = $1", linha["id"])
                feitas += 1
        return feitas


async def _abandonar(*tarefas: asyncio.Task[Any] | None) -> None:
    """Ends what runs beside the batch in hand; nothing of it is lost, since no position was committed for it."""
    vivas = [tarefa for tarefa in tarefas if tarefa is not None]
    for tarefa in vivas:
        tarefa.cancel()
    await asyncio.gather(*vivas, return_exceptions=True)


def _ler(registro: Registro) -> _Lido:
    try:
        return _Lido(registro, decodificar(registro.valor))
    except EnvelopeInvalido as erro:
        return _Lido(registro, None, str(erro))


async def limpar_inbox(con: Conexao, sala: str, agora: datetime, *, dias: int = 31) -> int:
    """Forgets inbox rows older than `dias` (more than the log keeps). Answers how many."""
    feito = await con.execute(f"delete from {sala}.inbox where recebido_em < $1", agora - timedelta(days=dias))
    return int(feito.split()[-1])
