"""A room's loads without HTTP: files go into the store and through the worker, and what came of them is read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson

from kernel.cargas import registro
from kernel.cargas.armazem import Armazem
from kernel.cargas.execucao import Destino, TrabalhadorDeCargas
from kernel.cargas.leitura import Rejeicao
from kernel.cargas.registro import Carga
from kernel.clock import RelogioFixo
from kernel.metrics import Metricas
from kernel.persistence.banco import Banco, Conexao

TRACO = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Silencios:
    """Who was to fall silent, in the order of asking."""

    def __init__(self) -> None:
        self.contribuintes: list[str] = []

    async def silenciar(self, con: Conexao, contribuintes: Sequence[str], agora: datetime) -> None:
        assert con.is_in_transaction()
        assert agora.tzinfo is not None
        self.contribuintes += contribuintes


@dataclass(slots=True)
class Mesa:
    """One room's worker over a database."""

    banco: Banco
    sala: str
    armazem: Armazem
    relogio: RelogioFixo
    trabalhador: TrabalhadorDeCargas

    async def enviar(self, tipo: str, conteudo: str | bytes) -> UUID:
        """As the API does: the file is stored, and its row waits."""
        carga = uuid4()
        bruto = conteudo.encode() if isinstance(conteudo, str) else conteudo
        with self.armazem.criar(carga) as arquivo:
            arquivo.write(bruto)
        await self.registrar(carga, tipo, sha256(bruto).digest())
        return carga

    async def registrar(self, carga: UUID, tipo: str, resumo: bytes) -> None:
        self.armazem.guardar(carga)
        async with self.banco.transacao() as con:
            await registro.registrar(
                con, self.sala, carga=carga, tipo=tipo, resumo=resumo, agora=self.relogio.agora(), traceparent=TRACO
            )

    async def carregar(self, tipo: str, conteudo: str | bytes) -> Carga:
        """Sends, runs, and answers what became of it; the sum of its counts is looked after."""
        carga = await self.enviar(tipo, conteudo)
        await self.trabalhador.executar_pendentes()
        return await self.ler(carga)

    async def ler(self, carga: UUID) -> Carga:
        async with self.banco.conexao() as con:
            achada = await registro.ler(con, self.sala, carga)
        assert achada is not None
        assert achada.total == achada.aceitos + achada.rejeitados
        return achada

    async def rejeitadas(self, carga: Carga) -> list[Rejeicao]:
        async with self.banco.conexao() as con:
            return await registro.rejeitadas(con, self.sala, carga.carga, depois_de=0, limite=10_000)

    async def linhas(self, consulta: str, *valores: Any) -> list[tuple[Any, ...]]:
        async with self.banco.conexao() as con:
            return [tuple(linha) for linha in await con.fetch(consulta, *valores)]

    async def valor(self, consulta: str, *valores: Any) -> Any:
        async with self.banco.conexao() as con:
            return await con.fetchval(consulta, *valores)

    async def eventos(self) -> list[dict[str, Any]]:
        """What waits in the outbox, in order; emptied by the reading."""
        async with self.banco.transacao() as con:
            linhas = await con.fetch(f"select valor from {self.sala}.outbox order by id")
            await con.execute(f"delete from {self.sala}.outbox")
        return [orjson.loads(linha["valor"]) for linha in linhas]

    async def fotografia(self, *tabelas: str) -> dict[str, list[tuple[Any, ...]]]:
        """Every row with its xmin: equal photographs mean that nothing was even touched."""
        return {
            tabela: await self.linhas(f"select xmin::text::bigint, t.* from {self.sala}.{tabela} t order by t::text")
            for tabela in tabelas
        }


def mesa(banco: Banco, sala: str, destinos: Sequence[Destino], pasta: Path, relogio: RelogioFixo) -> Mesa:
    armazem = Armazem(pasta, sala)
    trabalhador = TrabalhadorDeCargas(
        banco=banco, sala=sala, destinos=destinos, armazem=armazem, relogio=relogio, metricas=Metricas()
    )
    return Mesa(banco, sala, armazem, relogio, trabalhador)
