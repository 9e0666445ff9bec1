"""The log as tables in Postgres: one partition a topic, one reader a group, wake-ups by NOTIFY."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import orjson

from kernel.messaging.embutido_leitor import ConsumidorEmbutido, Sessao
from kernel.messaging.embutido_sql import ATRASO, CANAL, CRIAR, LIMPAR, LOTE_LIMPEZA, PRAZOS, PUBLICAR, ddl_log
from kernel.messaging.log import Cabecalhos, Consumer, LogIndisponivel, Producer, Saida, Topico
from kernel.persistence.banco import INDISPONIVEL, Banco, Conexao

__all__ = ["LogEmbutido", "ProdutorEmbutido", "ddl_log"]


def _texto(cabecalhos: Cabecalhos) -> str | None:
    if not cabecalhos:
        return None
    return orjson.dumps([(nome, base64.b64encode(valor).decode()) for nome, valor in cabecalhos]).decode()


class ProdutorEmbutido:
    """Appends under the lock of each topic, all of a call in one statement that commits alone."""

    def __init__(self, banco: Banco, tempo_limite_s: float) -> None:
        self._sessao = Sessao(banco, tempo_limite_s)

    async def publish(self, saidas: Sequence[Saida]) -> None:
        if not saidas:
            return
        topicos = [s.topico for s in saidas]
        chaves = [s.chave for s in saidas]
        valores = [s.valor for s in saidas]
        cabecalhos = [_texto(s.cabecalhos) for s in saidas]
        async with self._sessao.usar() as con:
            await con.execute(PUBLICAR, topicos, chaves, valores, cabecalhos, CANAL)

    async def close(self) -> None:
        await self._sessao.fechar()


class LogEmbutido:
    """The log on `plataforma.log_*` of `banco`.

    `ronda_s` is how often a member that stands by tries for the lock; `tempo_limite_s`, how long a silent server is waited for.
    """

    def __init__(self, banco: Banco, *, tempo_limite_s: float = 15.0, ronda_s: float = 0.5) -> None:
        self._banco = banco
        self._tempo_limite_s = tempo_limite_s
        self._ronda_s = ronda_s
        self._abertos: list[ProdutorEmbutido | ConsumidorEmbutido] = []

    async def create_topics(self, topicos: Sequence[Topico]) -> None:
        async with self._conexao() as con:
            await con.execute(CRIAR, [t.nome for t in topicos], [t.retencao_dias for t in topicos])

    async def producer(self) -> Producer:
        produtor = ProdutorEmbutido(self._banco, self._tempo_limite_s)
        self._abertos.append(produtor)
        return produtor

    async def consumer(self, *, grupo: str, topicos: Sequence[str], membro: str) -> Consumer:
        """`membro` has no part here: who holds the lock is the reader, and a killed one frees it at once."""
        consumidor = ConsumidorEmbutido(
            self._banco, grupo=grupo, topicos=topicos, tempo_limite_s=self._tempo_limite_s, ronda_s=self._ronda_s
        )
        self._abertos.append(consumidor)
        return consumidor

    async def lag(self, *, grupo: str, topicos: Sequence[str]) -> Mapping[str, int]:
        async with self._conexao() as con:
            linhas = await con.fetch(ATRASO, grupo, list(topicos))
        return {linha[0]: linha[1] for linha in linhas}

    async def limpar(self, agora: datetime) -> int:
        """Deletes what is older than its topic's retention and says how many records that was.

        `agora` is the machine's instant, not the domain's: records are stamped by the server as they are appended. Like
        Kafka it goes by age alone, read or not. Raises `LogIndisponivel`.
        """
        total = 0
        async with self._conexao() as con:
            prazos = await con.fetch(PRAZOS, agora)
            for topico, antes_de in prazos:
                apagados = LOTE_LIMPEZA
                while apagados == LOTE_LIMPEZA:
                    apagados = await con.fetchval(LIMPAR, topico, antes_de, LOTE_LIMPEZA)
                    total += apagados
        return total

    async def close(self) -> None:
        for aberto in self._abertos:
            await aberto.close()
        self._abertos.clear()

    @asynccontextmanager
    async def _conexao(self) -> AsyncIterator[Conexao]:
        try:
            async with self._banco.conexao() as con:
                yield con
        except INDISPONIVEL as erro:
            raise LogIndisponivel(f"log embutido fora do ar: {type(erro).__name__}") from erro
