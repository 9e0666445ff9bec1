"""Runs the loads of a room, one at a time in the order of arrival: read, stage, refuse, merge in one transaction.

The staging tables are temporary, on a connection of the load's own: a killed worker leaves nothing behind, and the load
starts over from its stored file.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

import asyncpg

from kernel import rastro
from kernel.cargas import registro
from kernel.cargas.armazem import Armazem
from kernel.cargas.leitor import ArquivoAberto, Lido, TipoDeArquivo
from kernel.cargas.leitura import ArquivoRecusado, Rejeicao, conteudo_visivel
from kernel.cargas.registro import Carga
from kernel.clock import Relogio
from kernel.logging import campos
from kernel.metrics import Metricas
from kernel.persistence.banco import INDISPONIVEL, Banco, Conexao
from kernel.persistence.sinal import Sinal

_log = logging.getLogger(__name__)

ENTRADA: Final = "pg_temp.carga_entrada"
"""The staged lines: `linha`, and the columns of the tipo."""
RECUSADA: Final = "pg_temp.carga_recusada"
"""Lines refused for what the database says of them: `linha` (unique), `campo`, `motivo`."""

_ANDAMENTO_S: Final = 1.0
_ESPERA_S: Final = 5.0
_GRUPO_DE_REJEITADAS: Final = 1000
# reading takes most of the time; the rest of the bar is the merge
_PARTE_DA_LEITURA: Final = 0.9


@dataclass(frozen=True, slots=True)
class Contexto:
    """What a merge may need to know of its load. `fatos`: what the file says of itself, where its kind has such."""

    carga: UUID
    agora: datetime
    traceparent: str | None
    fatos: Mapping[str, Any] = field(default_factory=dict)


class Destino(Protocol):
    """Where the lines of one tipo go."""

    @property
    def tipo(self) -> TipoDeArquivo: ...

    @property
    def tipos_sql(self) -> Mapping[str, str]:
        """The PostgreSQL type of each of `tipo.campos`."""
        ...

    @property
    def recusas(self) -> Sequence[str]:
        """Statements that put lines of ENTRADA into RECUSADA, `on conflict do nothing`; the first reason stays."""
        ...

    async def mesclar(self, con: Conexao, contexto: Contexto) -> None:
        """Takes ENTRADA, by now without the refused lines, into the room's tables, inside the load's transaction.

        Raises `ArquivoRecusado` where, for what the room knows, nothing of the file can be taken.
        """
        ...


class TrabalhadorDeCargas:
    """The coroutine that runs a room's loads. Several may run at once over many processes: one of them works."""

    def __init__(
        self,
        *,
        banco: Banco,
        sala: str,
        destinos: Sequence[Destino],
        armazem: Armazem,
        relogio: Relogio,
        metricas: Metricas,
    ) -> None:
        self._banco = banco
        self._sala = sala
        self._destinos = {destino.tipo.nome: destino for destino in destinos}
        self._armazem = armazem
        self._relogio = relogio
        self._linhas = metricas.contador("cargas_linhas", "Linhas de arquivos carregados.", ("sala", "tipo", "resultado"))

    async def executar(self) -> None:
        """Runs until cancelled. A load that breaks is marked `falhou`; a database that is away is waited for."""
        async with Sinal(self._banco, registro.canal_das_cargas(self._sala)) as sinal:
            while True:
                try:
                    if await self._ha_trabalho():
                        await self.executar_pendentes()
                except INDISPONIVEL as erro:
                    _log.warning("cargas sem banco: %s", type(erro).__name__)
                await sinal.esperar(_ESPERA_S)

    async def _ha_trabalho(self) -> bool:
        async with self._banco.conexao() as con:
            return bool(await registro.pendentes(con, self._sala))

    async def executar_pendentes(self) -> int:
        """Runs what waits, unless another process does, and says how many. Raises one of `INDISPONIVEL`."""
        con = await self._banco.dedicada()
        try:
            if not await con.fetchval("select pg_try_advisory_lock(hashtextextended('cargas:' || $1, 0))", self._sala):
                return 0
            await self._limpar_arquivos(con)
            feitas = 0
            while (carga := await registro.proxima(con, self._sala)) is not None:
                await self._executar(con, carga)
                feitas += 1
            return feitas
        finally:
            # not close(): it would wait for a COPY that a cancellation left half way
            con.terminate()

    async def _limpar_arquivos(self, con: Conexao) -> None:
        self._armazem.apagar_abandonados()
        for guardada in list(self._armazem.guardadas()):
            carga = await registro.ler(con, self._sala, guardada)
            if carga.estado in ("concluida", "falhou") if carga else self._armazem.abandonada(guardada):
                self._armazem.apagar(guardada)

    async def _executar(self, con: asyncpg.Connection[asyncpg.Record], carga: Carga) -> None:
        dados = campos(carga=str(carga.carga), tipo=carga.tipo)
        with rastro.usar(carga.traceparent):
            try:
                await self._carregar(con, carga)
            except ArquivoRecusado as recusa:
                await registro.falhar(con, self._sala, carga.carga, motivo=str(recusa), agora=self._relogio.agora())
            except FileNotFoundError:
                motivo = "O arquivo recebido não está mais na pasta de cargas: envie-o de novo."
                await registro.falhar(con, self._sala, carga.carga, motivo=motivo, agora=self._relogio.agora())
            except INDISPONIVEL:
                raise
            except Exception as erro:  # noqa: BLE001 - the worker's loop: one broken load must not hold the others
                # never the text: the database repeats there what the line held
                _log.error("carga interrompida por %s", type(erro).__name__, extra=dados)
                motivo = "A carga parou por um erro interno; nada dela foi gravado."
                await registro.falhar(con, self._sala, carga.carga, motivo=motivo, agora=self._relogio.agora())
        self._armazem.apagar(carga.carga)
        _log.info("carga encerrada", extra=dados)

    async def _carregar(self, con: asyncpg.Connection[asyncpg.Record], carga: Carga) -> None:
        if (igual := await registro.igual_a_ultima(con, self._sala, carga)) is not None:
            await registro.concluir(
                con, self._sala, carga.carga, aceitos=igual.aceitos, rejeitados=0, agora=self._relogio.agora()
            )
            return
        destino = self._destinos[carga.tipo]
        await registro.comecar(con, self._sala, carga.carga)
        await _preparar_mesa(con, destino)
        caminho = self._armazem.caminho(carga.carga)
        tamanho = max(caminho.stat().st_size, 1)
        with caminho.open("rb") as arquivo:
            aberto = destino.tipo.abrir(arquivo)
            leitura = _Leitura(self._banco, self._sala, carga.carga, tamanho)
            async with aclosing(leitura.trechos(aberto)) as trechos:
                await con.copy_to_table(
                    ENTRADA.partition(".")[2],
                    schema_name="pg_temp",
                    source=trechos,
                    columns=["linha", *destino.tipo.campos],
                    format="text",
                    encoding="utf-8",
                )
            await con.execute(f"analyze {ENTRADA}")
            contexto = Contexto(carga.carga, self._relogio.agora(), carga.traceparent, aberto.fatos)
            async with con.transaction():
                recusadas = await self._mesclar(con, destino, contexto, aberto)
                aceitos, rejeitados = leitura.aceitas - recusadas, leitura.rejeitadas + recusadas
                await registro.concluir(
                    con, self._sala, carga.carga, aceitos=aceitos, rejeitados=rejeitados, agora=contexto.agora
                )
        self._linhas.labels(self._sala, carga.tipo, "aceita").inc(aceitos)
        self._linhas.labels(self._sala, carga.tipo, "rejeitada").inc(rejeitados)

    async def _mesclar(self, con: Conexao, destino: Destino, contexto: Contexto, aberto: ArquivoAberto) -> int:
        # sorts and joins of millions of lines; only for this transaction
        await con.execute("set local work_mem = '96MB'")
        for recusa in destino.recusas:
            await con.execute(recusa)
        recusadas = int(await con.fetchval(f"select count(*) from {RECUSADA}"))
        if recusadas:
            await con.execute(f"delete from {ENTRADA} e using {RECUSADA} r where r.linha = e.linha")
            await self._guardar_recusadas(con, contexto.carga, aberto)
        await destino.mesclar(con, contexto)
        return recusadas

    async def _guardar_recusadas(self, con: Conexao, carga: UUID, aberto: ArquivoAberto) -> None:
        """Reads the file once more for what stood on the lines that the database refused."""
        blocos = aberto.linhas()
        while (bloco := await asyncio.to_thread(next, blocos, None)) is not None:
            if not bloco.numeros:
                continue
            recusas = await con.fetch(
                f"select linha, campo, motivo from {RECUSADA} where linha between $1 and $2 order by linha",
                *(bloco.numeros[0], bloco.numeros[-1]),
            )
            if recusas:
                linhas = dict(zip(bloco.numeros, bloco.linhas, strict=True))
                rejeicoes = [Rejeicao(n, campo, motivo, conteudo_visivel(linhas[n])) for n, campo, motivo in recusas]
                await registro.rejeitar(con, self._sala, carga, rejeicoes)


class _Leitura:
    """Feeds COPY from a file, block by block, and writes down rejections and progress on the way."""

    def __init__(self, banco: Banco, sala: str, carga: UUID, tamanho: int) -> None:
        self._banco = banco
        self._sala = sala
        self._carga = carga
        self._tamanho = tamanho
        self._pendentes: list[Rejeicao] = []
        self._anotado_s = time.monotonic()
        self.aceitas = 0
        self.rejeitadas = 0

    async def trechos(self, aberto: ArquivoAberto) -> AsyncGenerator[bytes, None]:
        """COPY text. The next block is judged in a thread while PostgreSQL takes this one."""
        lidos = aberto.lidos()
        seguinte = asyncio.create_task(asyncio.to_thread(next, lidos, None))
        try:
            while (lido := await seguinte) is not None:
                seguinte = asyncio.create_task(asyncio.to_thread(next, lidos, None))
                await self._anotar(lido)
                if lido.copia:
                    yield lido.copia
            await self._guardar_rejeitadas()
        finally:
            # the thread has the file in its hands until it ends
            await asyncio.wait([seguinte])

    async def _anotar(self, lido: Lido) -> None:
        self.aceitas += lido.aceitas
        self.rejeitadas += len(lido.rejeitadas)
        self._pendentes += lido.rejeitadas
        if len(self._pendentes) >= _GRUPO_DE_REJEITADAS:
            await self._guardar_rejeitadas()
        if time.monotonic() - self._anotado_s >= _ANDAMENTO_S:
            self._anotado_s = time.monotonic()
            progresso = _PARTE_DA_LEITURA * lido.lidos / self._tamanho
            async with self._banco.conexao() as con:
                await registro.andar(
                    con, self._sala, self._carga, aceitos=self.aceitas, rejeitados=self.rejeitadas, progresso=progresso
                )

    async def _guardar_rejeitadas(self) -> None:
        rejeitadas, self._pendentes = self._pendentes, []
        if rejeitadas:
            async with self._banco.transacao() as con:
                await registro.rejeitar(con, self._sala, self._carga, rejeitadas)


async def _preparar_mesa(con: Conexao, destino: Destino) -> None:
    """Fresh staging tables, whatever the load before left."""
    colunas = ", ".join(f"{campo} {destino.tipos_sql[campo]}" for campo in destino.tipo.campos)
    await con.execute(f"drop table if exists {ENTRADA}, {RECUSADA}")
    await con.execute(f"create temp table {ENTRADA.partition('.')[2]} (linha bigint not null, {colunas})")
    await con.execute(
        f"create temp table {RECUSADA.partition('.')[2]} (linha bigint primary key, campo text not null, motivo text not null)"
    )
