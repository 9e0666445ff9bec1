"""Routes of the bank's return files, and of the payments that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kernel import rastro
from kernel.cargas.armazem import Armazem
from kernel.cargas.rotas import CargasDaSala, rotas_de_cargas
from kernel.clock import Relogio
from kernel.http.auth import Identidade, Operador, Papel, exigir
from kernel.http.idempotencia import Chave, uma_vez
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.valores import DinheiroTexto
from kernel.persistence.banco import Banco, Conexao
from parcelamento.adapters.outbound.retorno_pendencias import PendenciasPostgres, listar_pendentes
from parcelamento.application.resolver_pagamento import Pendente, Resolucao, resolver_pagamento

CAMINHO_DOS_RETORNOS: Final = "/v1/retornos"
"""Takes files of any size: `corpo_por_caminho={CAMINHO_DOS_RETORNOS: None}`."""

_SALA: Final = "parcelamento"
_FORMATO: Final = (
    "Retorno de arrecadação FEBRABAN 150 (registros A, G e Z), como o banco o gravou. Um arquivo por vez: totais, sequência e "
    "NSA são conferidos, e o que não confere não é carregado."
)
Leitor = Annotated[Identidade, Depends(exigir(Papel.OPERADOR, Papel.INTEGRACAO))]


class PagamentoPendente(BaseModel):
    pagamento: UUID
    origem: Literal["retorno", "pix"]
    motivo: str = Field(
        description="sem_documento · valor_zero · data_posterior (pago depois da data do arquivo) · excedente · "
        "plano_cancelado · devolvido (Pix que voltou a quem pagou) · selic_ausente e outros, de quando os acréscimos não puderam "
        "ser calculados."
    )
    valor: DinheiroTexto
    excedente: DinheiroTexto = Field(description="O que sobrou de um pagamento já aplicado.")
    devolvido: DinheiroTexto = Field(description="O que de um Pix já voltou a quem pagou.")
    resultado: str | None = Field(description="Em que deu a aplicação, se já houve uma.")
    pago_em: date
    creditado_em: date | None
    banco: int | None
    nsa: int | None
    nsr: int | None
    end_to_end: str | None
    txid: str | None
    barras: str | None = Field(description="O código de barras lido pelo banco.")
    nosso_numero: str | None = Field(description="O número do documento que está no código de barras.")
    documento: UUID | None
    retorno: UUID | None = Field(description="O arquivo que o trouxe.")
    linha: int | None
    recebido_em: datetime

    @classmethod
    def de(cls, p: Pendente) -> PagamentoPendente:
        iguais = cls.model_fields.keys() - {"nosso_numero", "retorno"}
        nosso_numero = None if p.barras is None else p.barras[27:].lstrip("0")
        return cls(**{nome: getattr(p, nome) for nome in iguais}, nosso_numero=nosso_numero, retorno=p.carga)


class PagamentoResolvido(BaseModel):
    pagamento: UUID
    resolucao: Literal["documento", "restituir", "ignorar"]
    estado: Literal["a_aplicar", "resolvido"]


class ResolucaoPedida(BaseModel):
    """`documento`, ou `acao`: um dos dois."""

    model_config = ConfigDict(extra="forbid")

    documento: UUID | None = Field(None, description="O documento que o pagamento quitava: é aplicado a ele.")
    acao: Literal["restituir", "ignorar"] | None = None
    nota: Annotated[str, Field(min_length=1, max_length=1000, description="Por quê; fica registrada com o nome de quem decidiu.")]

    @model_validator(mode="after")
    def _um_dos_dois(self) -> Self:
        if (self.documento is None) == (self.acao is None):
            raise ValueError("Informe `documento` ou `acao`, um dos dois.")
        return self


def rotas_de_retornos(banco: Banco, relogio: Relogio, dados: Path) -> Sequence[APIRouter]:
    """`/v1/retornos/pendentes…` and `/v1/retornos`, to be included in this order. `dados`: the setting `DADOS`."""
    cargas = CargasDaSala(
        banco=banco,
        sala=_SALA,
        tipos=("retorno",),
        armazem=Armazem(dados, _SALA),
        relogio=relogio,
        formato=_FORMATO,
        assunto="retornos do banco",
    )
    return _rotas_dos_pendentes(banco, relogio), rotas_de_cargas(cargas, prefixo=CAMINHO_DOS_RETORNOS)


def _rotas_dos_pendentes(banco: Banco, relogio: Relogio) -> APIRouter:
    rotas = APIRouter(tags=["retornos do banco"])
    pendentes = f"{CAMINHO_DOS_RETORNOS}/pendentes"

    @rotas.get(pendentes, response_model=Pagina[PagamentoPendente], summary="Pagamentos que esperam uma pessoa")
    async def listar(
        _: Leitor, pagina: Paginacao, motivo: Annotated[str | None, Query(max_length=40)] = None
    ) -> Pagina[PagamentoPendente]:
        """Do mais antigo ao mais novo: sem documento conhecido, sem valor, ou com sobra depois de aplicados."""
        async with banco.conexao() as con:
            achados = await listar_pendentes(con, motivo=motivo, depois_de=pagina.depois_de(datetime, UUID), limite=pagina.buscar)
        return montar(achados, pagina, chave=lambda p: (p.recebido_em, p.pagamento), item=PagamentoPendente.de)

    @rotas.post(f"{pendentes}/{{pagamento}}/resolver", response_model=PagamentoResolvido, summary="Resolve um pagamento pendente")
    async def resolver(
        pagamento: UUID, pedida: ResolucaoPedida, request: Request, quem: Operador, chave: Chave = None
    ) -> Response:
        """Com `documento`, o pagamento é confirmado e aplicado a ele; com `acao`, sai da lista. Fica registrado quem e quando."""
        agora = relogio.agora()
        resolucao = Resolucao(pedida.acao or "documento", pedida.documento, pedida.nota, quem.nome, agora)

        async def executar(con: Conexao) -> PagamentoResolvido:
            await resolver_pagamento(PendenciasPostgres(con), pagamento, resolucao, traceparent=rastro.atual())
            estado: Literal["a_aplicar", "resolvido"] = "resolvido" if pedida.documento is None else "a_aplicar"
            return PagamentoResolvido(pagamento=pagamento, resolucao=resolucao.acao, estado=estado)

        return await uma_vez(request, chave, banco=banco, esquema=_SALA, quem=quem, agora=agora, executar=executar, status=200)

    return rotas
