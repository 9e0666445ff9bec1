"""Units of work on Postgres: the ports of the use cases bound to one transaction, and policies read once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.messaging import outbox
from kernel.messaging.log import Saida
from kernel.persistence.banco import Conexao
from regua.adapters.outbound.acionamentos_postgres import AcionamentosPostgres
from regua.adapters.outbound.avisos_postgres import AvisosPostgres
from regua.adapters.outbound.contatos_postgres import ContatosPostgres, SuspensoesPostgres
from regua.adapters.outbound.recebimentos_postgres import RecebimentosPostgres
from regua.application.ports_ciclo import PoliticaAusente
from regua.application.silenciar import silenciar as silenciar_unidade
from regua.domain.politica import Politica
from regua.domain.politica_leitura import ler_politica

SALA: Final = "regua"


class CacheDePoliticas:
    """Documents read once for each hash: a version's draft may still change, its hash then too."""

    def __init__(self) -> None:
        self._lidas: dict[bytes, Politica] = {}

    def ler(self, resumo: bytes, documento: Any) -> Politica:
        if resumo not in self._lidas:
            self._lidas[resumo] = ler_politica(documento)
        return self._lidas[resumo]

    def conhecida(self, resumo: bytes) -> Politica | None:
        return self._lidas.get(resumo)


class PoliticasPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao, cache: CacheDePoliticas) -> None:
        self._con = con
        self._cache = cache

    async def por_versao(self, versao: str) -> Politica:
        resumo = await self._con.fetchval("select resumo from regua.politica where versao = $1", versao)
        if resumo is None:
            raise PoliticaAusente(f"Não há política {versao}.")
        return await self._ler(versao, resumo)

    async def vigente(self, dia: date) -> Politica:
        linha = await self._con.fetchrow(
            """select versao, resumo from regua.politica
            where estado = 'aprovada' and valida_de <= $1 and (valida_ate is null or $1 <= valida_ate)
            order by valida_de desc, aprovada_em desc, versao desc limit 1""",
            dia,
        )
        if linha is None:
            raise PoliticaAusente(f"Não há política aprovada que valha em {dia:%d/%m/%Y}.")
        return await self._ler(linha["versao"], linha["resumo"])

    async def _ler(self, versao: str, resumo: bytes) -> Politica:
        if (conhecida := self._cache.conhecida(resumo)) is not None:
            return conhecida
        documento = await self._con.fetchval("select documento from regua.politica where versao = $1", versao)
        return self._cache.ler(resumo, documento)


class _Saidas:
    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def gravar(self, saidas: Sequence[Saida]) -> None:
        await outbox.gravar(self._con, SALA, saidas)


@dataclass(frozen=True, slots=True)
class UnidadePostgres:
    """Everything that one transaction may touch."""

    agora: datetime
    acionamentos: AcionamentosPostgres
    contatos: ContatosPostgres
    suspensoes: SuspensoesPostgres
    recebimentos: RecebimentosPostgres
    avisos: AvisosPostgres
    politicas: PoliticasPostgres
    saidas: _Saidas


class Unidades:
    """Binds the ports to a connection that is inside a transaction."""

    def __init__(self) -> None:
        self._cache = CacheDePoliticas()

    def __call__(self, con: Conexao, agora: datetime) -> UnidadePostgres:
        acionamentos = AcionamentosPostgres(con)
        return UnidadePostgres(
            agora=agora,
            acionamentos=acionamentos,
            contatos=ContatosPostgres(con),
            suspensoes=SuspensoesPostgres(con),
            recebimentos=RecebimentosPostgres(con),
            avisos=AvisosPostgres(con, acionamentos),
            politicas=PoliticasPostgres(con, self._cache),
            saidas=_Saidas(con),
        )


class SilenciadorPostgres:
    """`Silenciador` of the loads: `application.silenciar` inside the caller's transaction, after the caller's own writes."""

    def __init__(self, unidades: Unidades, calendario: Calendario) -> None:
        self._unidades = unidades
        self._janela = JanelaDeContato(calendario)

    async def silenciar(self, con: Conexao, contribuintes: Collection[str], agora: datetime) -> None:
        await silenciar_unidade(self._unidades(con, agora), contribuintes, self._janela)
