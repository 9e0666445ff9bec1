"""The exam of the log port: what `kernel.messaging.log` promises, for every adapter to pass.

A test module subclasses `SuiteDoLog` and gives the fixtures that it leaves open.
"""
# ruff: noqa: S101

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol
from uuid import uuid4

import orjson
import pytest

from kernel.messaging.log import Consumer, Log, LogIndisponivel, Producer, Registro, Saida, Topico

LIMITE_S = 90.0
Chave = tuple[str, int, int]


class Queda(Protocol):
    """The server of a log, to be taken away and brought back."""

    async def cortar(self) -> None: ...

    async def voltar(self) -> None: ...


async def novo_topico(log: Log) -> str:
    nome = f"t-{uuid4().hex[:12]}"
    await log.create_topics([Topico(nome)])
    return nome


def novo_grupo() -> str:
    return f"g-{uuid4().hex[:12]}"


def saidas(topico: str, quantas: int, *, chaves: int = 20, inicio: int = 0) -> list[Saida]:
    """Records numbered from `inicio`, spread over keys in turn; the value is the number."""
    return [Saida(topico, f"c{n % chaves}", str(n).encode()) for n in range(inicio, inicio + quantas)]


def onde(registros: Iterable[Registro]) -> list[Chave]:
    return [(r.topico, r.particao, r.offset) for r in registros]


def numeros(registros: Iterable[Registro]) -> list[int]:
    return [int(r.valor) for r in registros]


def por_chave(registros: Iterable[Registro]) -> dict[str, list[int]]:
    """Numbers by key, each at its first appearance."""
    vistos: dict[str, dict[int, None]] = defaultdict(dict)
    for r in registros:
        vistos[r.chave].setdefault(int(r.valor))
    return {chave: list(ns) for chave, ns in vistos.items()}


async def ler(
    consumer: Consumer, quantos: int, *, confirmar: bool = False, maximo: int = 500, ja: Sequence[Registro] = ()
) -> list[Registro]:
    """Reads until `quantos` different numbers came, those of `ja` included. A server that is away is asked again."""
    lidos = list(ja)
    vistos = {r.valor for r in ja}
    async with asyncio.timeout(LIMITE_S):
        while len(vistos) < quantos:
            try:
                lote = await consumer.fetch(maximo=maximo, espera_s=0.5)
                if confirmar:
                    await consumer.commit(lote)
            except LogIndisponivel:
                await asyncio.sleep(0.2)
                continue
            lidos += lote
            vistos.update(r.valor for r in lote)
    return lidos


async def nada_mais(consumer: Consumer) -> bool:
    return await consumer.fetch(maximo=10, espera_s=1.0) == []


async def insistir(producer: Producer, lote: Sequence[Saida]) -> None:
    """Publishes until it is taken, as the relay does."""
    async with asyncio.timeout(LIMITE_S):
        while True:
            try:
                return await producer.publish(lote)
            except LogIndisponivel:
                await asyncio.sleep(0.2)


async def ate(condicao: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LIMITE_S):
        while True:
            if await condicao():
                return
            await asyncio.sleep(0.05)


class SuiteDoLog:
    """Subclasses give `log`, `membro_externo` and `log_com_queda`, and say how a member loses what it reads."""

    @pytest.fixture
    def log(self) -> Log:
        raise NotImplementedError

    @pytest.fixture
    def membro_externo(self) -> list[str]:
        """The command of a member in another process, but for `--grupo --topico --membro`."""
        raise NotImplementedError

    @pytest.fixture
    def log_com_queda(self) -> tuple[Log, Queda]:
        raise NotImplementedError

    async def tirar(self, log: Log, consumer: Consumer, *, grupo: str, topico: str) -> Consumer:
        """Makes the group give partitions of `consumer` to another member, which is returned."""
        raise NotImplementedError

    async def test_cada_chave_mantem_a_ordem(self, log: Log) -> None:
        topico = await novo_topico(log)
        producer = await log.producer()
        for inicio in range(0, 1000, 100):
            await producer.publish(saidas(topico, 100, inicio=inicio))
        lidos = await ler(await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a"), 1000)
        assert len(lidos) == 1000
        assert por_chave(lidos) == {f"c{c}": list(range(c, 1000, 20)) for c in range(20)}

    async def test_uma_chave_fica_em_uma_particao(self, log: Log) -> None:
        topico = await novo_topico(log)
        for _ in range(2):
            await (await log.producer()).publish(saidas(topico, 100))
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")
        lidos: list[Registro] = []
        async with asyncio.timeout(LIMITE_S):
            while len(lidos) < 200:
                lidos += await consumer.fetch(maximo=500, espera_s=0.5)
        assert len({(r.chave, r.particao) for r in lidos}) == 20

    async def test_cabecalhos_e_registro_grande_chegam_inteiros(self, log: Log) -> None:
        topico = await novo_topico(log)
        grande = Saida(topico, "ação", bytes(range(256)) * 800, (("motivo", b"\xff\x00"), ("motivo", b"")))
        await (await log.producer()).publish([grande])
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")
        [lido] = await ler(consumer, 1)
        assert (lido.chave, lido.valor, lido.cabecalhos) == (grande.chave, grande.valor, grande.cabecalhos)

    async def test_sem_commit_le_de_novo(self, log: Log) -> None:
        topico, grupo = await novo_topico(log), novo_grupo()
        await (await log.producer()).publish(saidas(topico, 300))
        primeiro = await log.consumer(grupo=grupo, topicos=[topico], membro="a")
        lidos = await ler(primeiro, 300)
        await primeiro.close()
        de_novo = await ler(await log.consumer(grupo=grupo, topicos=[topico], membro="a"), 300)
        assert sorted(onde(de_novo)) == sorted(onde(lidos))

    async def test_commit_vale_exatamente_ate_onde_foi(self, log: Log) -> None:
        topico, grupo = await novo_topico(log), novo_grupo()
        await (await log.producer()).publish(saidas(topico, 300))
        primeiro = await log.consumer(grupo=grupo, topicos=[topico], membro="a")
        lidos = await ler(primeiro, 300)
        await primeiro.commit(lidos[:120])
        # an older batch committed late moves nothing back
        await primeiro.commit(lidos[:10])
        assert await log.lag(grupo=grupo, topicos=[topico]) == {topico: 180}
        await primeiro.close()
        segundo = await log.consumer(grupo=grupo, topicos=[topico], membro="b")
        assert sorted(onde(await ler(segundo, 180))) == sorted(onde(lidos[120:]))
        assert await nada_mais(segundo)

    async def test_grupos_nao_dependem_um_do_outro(self, log: Log) -> None:
        topico = await novo_topico(log)
        await (await log.producer()).publish(saidas(topico, 100))
        um, outro = [await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a") for _ in range(2)]
        await um.commit(await ler(um, 100))
        assert len(await ler(outro, 100)) == 100

    async def test_maximo_e_respeitado(self, log: Log) -> None:
        topico = await novo_topico(log)
        await (await log.producer()).publish(saidas(topico, 100))
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")
        lotes = [await consumer.fetch(maximo=7, espera_s=10) for _ in range(5)]
        assert all(1 <= len(lote) <= 7 for lote in lotes)
        assert len(set(onde(itertools.chain(*lotes)))) == sum(map(len, lotes))

    async def test_pausado_nao_entrega_e_retoma_de_onde_estava(self, log: Log) -> None:
        parado, livre = await novo_topico(log), await novo_topico(log)
        producer = await log.producer()
        await producer.publish(saidas(parado, 200))
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[parado, livre], membro="a")
        antes = await ler(consumer, 50, maximo=50)
        consumer.pause([parado])
        await producer.publish(saidas(livre, 100, inicio=1000))
        assert {r.topico for r in await ler(consumer, 100, confirmar=True)} == {livre}
        assert await nada_mais(consumer)
        consumer.resume([parado])
        depois = await ler(consumer, 200 - len(antes))
        assert sorted(numeros(antes + depois)) == list(range(200))

    async def test_atraso_conta_o_que_falta_confirmar(self, log: Log) -> None:
        um, outro, grupo = await novo_topico(log), await novo_topico(log), novo_grupo()
        await (await log.producer()).publish(saidas(um, 70) + saidas(outro, 30))
        assert await log.lag(grupo=grupo, topicos=[um, outro]) == {um: 70, outro: 30}
        consumer = await log.consumer(grupo=grupo, topicos=[um], membro="a")
        lidos = await ler(consumer, 70)
        assert await log.lag(grupo=grupo, topicos=[um]) == {um: 70}
        await consumer.commit(lidos)
        assert await log.lag(grupo=grupo, topicos=[um, outro]) == {um: 0, outro: 30}

    async def test_vinte_mil_registros_passam(self, log: Log) -> None:
        topico = await novo_topico(log)
        producer = await log.producer()
        for inicio in range(0, 20_000, 2_000):
            await producer.publish(saidas(topico, 2_000, chaves=500, inicio=inicio))
        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")
        lidos = await ler(consumer, 20_000, confirmar=True)
        assert por_chave(lidos) == {f"c{c}": list(range(c, 20_000, 500)) for c in range(500)}

    async def test_quatro_produtores_e_um_leitor_que_nao_pula_nada(self, log: Log) -> None:
        topico = await novo_topico(log)

        async def produzir(quem: int) -> None:
            producer = await log.producer()
            for n in range(0, 1_500, 5):
                lote = [Saida(topico, f"p{quem}-{i % 3}", str(quem * 10_000 + i).encode()) for i in range(n, n + 5)]
                await producer.publish(lote)

        consumer = await log.consumer(grupo=novo_grupo(), topicos=[topico], membro="a")
        leitura = asyncio.create_task(ler(consumer, 6_000, confirmar=True))
        await asyncio.gather(*(produzir(quem) for quem in range(4)))
        lidos = await leitura
        assert len(lidos) == 6_000
        esperado = {f"p{q}-{r}": [q * 10_000 + i for i in range(1_500) if i % 3 == r] for q in range(4) for r in range(3)}
        assert por_chave(lidos) == esperado

    async def test_dois_membros_dividem_sem_repetir_e_quem_fica_assume(self, log: Log) -> None:
        topico, grupo = await novo_topico(log), novo_grupo()
        a = await log.consumer(grupo=grupo, topicos=[topico], membro="a")
        b = await log.consumer(grupo=grupo, topicos=[topico], membro="b")
        producer = await log.producer()
        await producer.publish(saidas(topico, 600))
        de: dict[str, list[Registro]] = {"a": [], "b": []}

        async def colher(nome: str, consumer: Consumer) -> None:
            async with asyncio.timeout(LIMITE_S):
                while len(de["a"]) + len(de["b"]) < 600:
                    lote = await consumer.fetch(maximo=50, espera_s=0.2)
                    await consumer.commit(lote)
                    de[nome] += lote

        await asyncio.gather(colher("a", a), colher("b", b))
        assert sorted(numeros(de["a"] + de["b"])) == list(range(600))
        assert not {r.particao for r in de["a"]} & {r.particao for r in de["b"]}
        await a.close()
        await producer.publish(saidas(topico, 100, inicio=600))
        assert sorted(numeros(await ler(b, 100, confirmar=True))) == list(range(600, 700))

    async def test_membros_que_entram_e_saem_nao_perdem_nem_desordenam(self, log: Log) -> None:
        topico, grupo = await novo_topico(log), novo_grupo()
        lidos: list[Registro] = []
        producer = await log.producer()

        async def trabalhar(nome: str, parar: asyncio.Event) -> None:
            consumer = await log.consumer(grupo=grupo, topicos=[topico], membro=nome)
            while not parar.is_set():
                lote = await consumer.fetch(maximo=40, espera_s=0.1)
                lidos.extend(lote)
                await consumer.commit(lote)
            await consumer.close()

        async with asyncio.timeout(LIMITE_S), asyncio.TaskGroup() as turma:
            ativos = [asyncio.Event()]
            turma.create_task(trabalhar("m0", ativos[0]))
            for rodada in range(1, 6):
                ativos.append(asyncio.Event())
                turma.create_task(trabalhar(f"m{rodada}", ativos[-1]))
                await producer.publish(saidas(topico, 400, inicio=400 * (rodada - 1)))
                ativos[-2].set()

            async def tudo_lido() -> bool:
                return len({r.valor for r in lidos}) == 2_000

            await ate(tudo_lido)
            ativos[-1].set()
        assert por_chave(lidos) == {f"c{c}": list(range(c, 2_000, 20)) for c in range(20)}
        assert await log.lag(grupo=grupo, topicos=[topico]) == {topico: 0}

    async def test_quem_perdeu_a_vez_nao_move_a_posicao(self, log: Log) -> None:
        topico, grupo = await novo_topico(log), novo_grupo()
        await (await log.producer()).publish(saidas(topico, 240))
        zumbi = await log.consumer(grupo=grupo, topicos=[topico], membro="a")
        lidos = await ler(zumbi, 240)
        novo = await self.tirar(log, zumbi, grupo=grupo, topico=topico)
        await novo.fetch(maximo=10, espera_s=10)
        # nor those of partitions that came back to it: what it had in hand of them is handed out anew
        for particao in {r.particao for r in lidos}:
            await zumbi.commit([r for r in lidos if r.particao == particao])
        await zumbi.commit(lidos)
        assert await log.lag(grupo=grupo, topicos=[topico]) == {topico: 240}

    async def test_membro_morto_cede_o_que_nao_confirmou(self, log: Log, membro_externo: list[str]) -> None:
        topico, grupo = await novo_topico(log), novo_grupo()
        await (await log.producer()).publish(saidas(topico, 300))
        processo = await asyncio.create_subprocess_exec(
            *membro_externo,
            *("--grupo", grupo, "--topico", topico, "--membro", "morto"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert processo.stdin is not None
        assert processo.stdout is not None
        try:
            async with asyncio.timeout(LIMITE_S):
                lidos = 0
                while lidos < 300:
                    lidos += len(orjson.loads(await processo.stdout.readline()))
                processo.stdin.write(b"\n")
                assert orjson.loads(await processo.stdout.readline()) == "confirmado"
            await (await log.producer()).publish(saidas(topico, 200, inicio=300))
            async with asyncio.timeout(LIMITE_S):
                while lidos < 500:
                    lidos += len(orjson.loads(await processo.stdout.readline()))
        finally:
            processo.kill()
            await processo.wait()
        outro = await log.consumer(grupo=grupo, topicos=[topico], membro="outro")
        assert sorted(numeros(await ler(outro, 200))) == list(range(300, 500))

    async def test_servidor_fora_do_ar_e_de_volta(self, log_com_queda: tuple[Log, Queda]) -> None:
        log, queda = log_com_queda
        topico, grupo = await novo_topico(log), novo_grupo()
        producer = await log.producer()
        consumer = await log.consumer(grupo=grupo, topicos=[topico], membro="a")
        await producer.publish(saidas(topico, 100))
        antes = await ler(consumer, 100)
        await queda.cortar()
        with pytest.raises(LogIndisponivel):
            await producer.publish(saidas(topico, 100, inicio=100))
        # a member that already knows itself cut off skips, as for partitions taken away
        with contextlib.suppress(LogIndisponivel):
            await consumer.commit(antes)
        with contextlib.suppress(LogIndisponivel):
            assert await consumer.fetch(maximo=10, espera_s=0.2) == []
        with pytest.raises(LogIndisponivel):
            await log.lag(grupo=grupo, topicos=[topico])
        await queda.voltar()
        for inicio in (100, 200):
            await insistir(producer, saidas(topico, 100, inicio=inicio))
        assert por_chave(await ler(consumer, 300, confirmar=True, ja=antes)) == {
            f"c{c}": list(range(c, 300, 20)) for c in range(20)
        }

        async def sem_atraso() -> bool:
            await consumer.commit(await consumer.fetch(maximo=500, espera_s=0.2))
            return await log.lag(grupo=grupo, topicos=[topico]) == {topico: 0}

        await ate(sem_atraso)
