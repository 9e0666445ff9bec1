"""Route of the audit report of plans (Portaria 46/2015, Anexo III, item 27, c), as JSON, CSV or XLSX."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, BinaryIO, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from kernel.http.auth import Operador
from kernel.http.valores import Dia, DinheiroTexto
from parcelamento.adapters.inbound.api import Mesa
from parcelamento.adapters.inbound.api_planos import Situacao
from parcelamento.adapters.outbound.consultas_relatorio import linhas_da_auditoria
from parcelamento.adapters.outbound.relatorio_arquivo import ESCRITORES, TIPO_DE_CONTEUDO, Formato
from parcelamento.application.relatorio_de_auditoria import FiltroDaAuditoria, Totais
from parcelamento.errors import recusar

# each one holds a connection and a thread until it is written: the rest of the room must go on
_AO_MESMO_TEMPO: Final = 2
_PEDACO: Final = 256 * 1024


class SomaDaAuditoria(BaseModel):
    planos: int
    total_sem_reducao: DinheiroTexto
    desconto: DinheiroTexto
    total: DinheiroTexto
    pago: DinheiroTexto
    encargos: DinheiroTexto
    saldo: DinheiroTexto
    devolvido: DinheiroTexto
    parcelas: int
    parcelas_pagas: int
    parcelas_parciais: int
    parcelas_vencidas: int
    valor_vencido: DinheiroTexto


class SomaDaSituacao(SomaDaAuditoria):
    situacao: Situacao


class SomaDaUnidade(SomaDaAuditoria):
    unidade: str


class PlanoAuditado(BaseModel):
    plano: UUID
    contribuinte: str
    unidade: str
    tributo: str
    situacao: Situacao
    motivo: str | None = Field(description="Por que foi cancelado.")
    norma: str
    versao: int
    regime: str
    reparcelamento: bool
    data: date
    ativado_em: date | None
    encerrado_em: date | None
    total_sem_reducao: DinheiroTexto
    desconto: DinheiroTexto
    total: DinheiroTexto
    pago: DinheiroTexto = Field(description="Das parcelas, acréscimos à parte.")
    encargos: DinheiroTexto = Field(description="Acréscimos pagos por atraso.")
    saldo: DinheiroTexto = Field(description="O que falta pagar das parcelas; zero quando encerrado.")
    devolvido: DinheiroTexto = Field(description="O que voltou aos débitos, se foi cancelado.")
    parcelas: int
    parcelas_pagas: int
    parcelas_parciais: int
    parcelas_vencidas: int
    valor_vencido: DinheiroTexto
    primeiro_vencimento: date
    ultimo_vencimento: date


class RelatorioDeAuditoria(BaseModel):
    """Um item por parcelamento, por dia; somas de todos, por situação e por unidade."""

    de: date | None
    ate: date | None
    unidade: str | None
    situacao: Situacao | None
    tributo: str | None
    gerado_em: datetime
    itens: list[PlanoAuditado]
    totais: SomaDaAuditoria
    por_situacao: list[SomaDaSituacao]
    por_unidade: list[SomaDaUnidade]


_RESPOSTAS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": RelatorioDeAuditoria,
        "content": {TIPO_DE_CONTEUDO["csv"]: {}, TIPO_DE_CONTEUDO["xlsx"]: {}},
        "description": "O relatório, no formato pedido. O CSV tem só as linhas; as somas estão no JSON e na planilha.",
    }
}


def rotas_de_relatorios(m: Mesa) -> APIRouter:
    """`/v1/relatorios/parcelamentos`."""
    rotas = APIRouter(tags=["relatórios"])
    vez = asyncio.Semaphore(_AO_MESMO_TEMPO)

    async def gerar(arquivo: BinaryIO, filtro: FiltroDaAuditoria, formato: Formato) -> None:
        totais = Totais()
        escritor = ESCRITORES[formato](arquivo, asdict(filtro) | {"gerado_em": m.relogio.agora()})
        async with m.banco.transacao(isolamento="repeatable_read", so_leitura=True) as con:
            async for lote in linhas_da_auditoria(con, filtro):
                totais.somar(lote)
                await asyncio.to_thread(escritor.escrever, lote)
        await asyncio.to_thread(escritor.terminar, totais)

    @rotas.get(
        "/v1/relatorios/parcelamentos",
        response_class=StreamingResponse,
        responses=_RESPOSTAS,
        summary="Relatório de auditoria dos parcelamentos",
    )
    async def auditoria(
        _: Operador,
        *,
        de: Annotated[Dia | None, Query(description="Formalizados deste dia em diante.")] = None,
        ate: Annotated[Dia | None, Query(description="Formalizados até este dia.")] = None,
        unidade: Annotated[str | None, Query(max_length=40)] = None,
        situacao: Situacao | None = None,
        tributo: Literal["ICMS", "IPVA", "ITCD"] | None = None,
        formato: Formato = "json",
    ) -> StreamingResponse:
        """Por período, unidade, situação e tributo: quanto se parcelou, pagou, venceu e falta, e a situação das parcelas."""
        if de is not None and ate is not None and ate < de:
            raise recusar("ate", "Não pode ser anterior a `de`.")
        filtro = FiltroDaAuditoria(de, ate, unidade, situacao, tributo)
        # to a file first: the answer begins once nothing can fail, and a slow reader holds no connection
        arquivo = tempfile.TemporaryFile()  # noqa: SIM115 - the answer reads it after this function is over
        try:
            async with vez:
                await gerar(arquivo, filtro, formato)
        except BaseException:
            arquivo.close()
            raise
        cabecalhos = {"Content-Length": str(arquivo.tell())}
        if formato != "json":
            cabecalhos["Content-Disposition"] = f'attachment; filename="{_nome(filtro)}.{formato}"'
        return StreamingResponse(_em_pedacos(arquivo), media_type=TIPO_DE_CONTEUDO[formato], headers=cabecalhos)

    return rotas


def _nome(filtro: FiltroDaAuditoria) -> str:
    return "-".join(str(x) for x in ("parcelamentos", filtro.de, filtro.ate) if x is not None)


async def _em_pedacos(arquivo: BinaryIO) -> AsyncIterator[bytes]:
    with arquivo:
        arquivo.seek(0)
        while pedaco := await asyncio.to_thread(arquivo.read, _PEDACO):
            yield pedaco
