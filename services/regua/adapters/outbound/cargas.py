"""The régua's destinations of loads: refusals that need the database, the merge, what is told and who falls silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kernel.cargas.analise import TipoDeCarga
from kernel.cargas.execucao import Contexto, Destino
from kernel.messaging import outbox
from kernel.persistence.banco import Conexao
from regua.adapters.outbound import cargas_sql as sql
from regua.application.carregar import PagamentoNovo, pagamentos_confirmados
from regua.application.ports_carga import Silenciador
from regua.domain.carga import TIPOS

_LOTE: Final = 5000


class _Destino:
    """A tipo whose lines only go into their table."""

    def __init__(self, nome: str, *recusas: str) -> None:
        self._nome = nome
        self.recusas: Sequence[str] = recusas

    @property
    def tipo(self) -> TipoDeCarga:
        return TIPOS[self._nome]

    @property
    def tipos_sql(self) -> Mapping[str, str]:
        return sql.CAMPOS[self._nome]

    async def mesclar(self, con: Conexao, contexto: Contexto) -> None:
        tabela, chave = sql.CHAVES[self._nome]
        await con.execute(sql.mesclar(tabela, chave, tuple(self.tipos_sql)))


class _Declaracoes(_Destino):
    """A declaration delivered late silences what was decided about its omission."""

    def __init__(self, silenciador: Silenciador) -> None:
        super().__init__("declaracoes", sql.SEM_CONTRIBUINTE)
        self._silenciador = silenciador

    async def mesclar(self, con: Conexao, contexto: Contexto) -> None:
        await con.execute(sql.MUDADOS)
        await con.execute(sql.MESCLAR_DECLARACOES)
        await _silenciar(con, self._silenciador, contexto)


class _Debitos(_Destino):
    """Debts that are paid, suspended or agreed by now silence what was decided about them."""

    def __init__(self, silenciador: Silenciador) -> None:
        super().__init__("debitos", sql.SEM_CONTRIBUINTE)
        self._silenciador = silenciador

    async def mesclar(self, con: Conexao, contexto: Contexto) -> None:
        await con.execute(sql.MUDADOS)
        await con.execute(sql.MESCLAR_DEBITOS)
        await _silenciar(con, self._silenciador, contexto)


class _Pagamentos(_Destino):
    """Payments are told to all rooms once, whether an event or a file told of them first."""

    def __init__(self, silenciador: Silenciador) -> None:
        super().__init__("pagamentos", sql.SEM_CONTRIBUINTE, sql.DEBITO_DE_OUTRO)
        self._silenciador = silenciador

    async def mesclar(self, con: Conexao, contexto: Contexto) -> None:
        await con.execute(sql.COMPETENCIA_DO_PAGAMENTO)
        await con.execute(sql.RECONHECER_PAGAMENTOS)
        await con.execute(sql.PAGAMENTOS_NOVOS)
        await con.execute(sql.MUDADOS)
        await con.execute(sql.MESCLAR_PAGAMENTOS)
        cursor = await con.cursor("select * from carga_nova order by contribuinte, pagamento")
        while lote := await cursor.fetch(_LOTE):
            novos = (PagamentoNovo(*linha) for linha in lote)
            await outbox.gravar(con, "regua", pagamentos_confirmados(novos, contexto.agora, contexto.traceparent))
        await _silenciar(con, self._silenciador, contexto)


async def _silenciar(con: Conexao, silenciador: Silenciador, contexto: Contexto) -> None:
    cursor = await con.cursor("select contribuinte from carga_mudado order by contribuinte")
    while lote := await cursor.fetch(_LOTE):
        await silenciador.silenciar(con, [linha["contribuinte"] for linha in lote], contexto.agora)


def destinos_da_regua(silenciador: Silenciador) -> tuple[Destino, ...]:
    """One for each tipo that the régua loads, for `kernel.cargas.execucao.TrabalhadorDeCargas`."""
    return (
        _Destino("contribuintes"),
        _Declaracoes(silenciador),
        _Debitos(silenciador),
        _Pagamentos(silenciador),
        _Destino("veiculos", sql.SEM_CONTRIBUINTE),
    )
