"""Routes of what comes after a plan: its balance quoted anew, or the plan itself put back."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from kernel.http.auth import Operador, Papel, pode
from kernel.http.idempotencia import Chave
from kernel.http.problema import SemPermissao
from kernel.persistence.banco import Conexao
from parcelamento.adapters.inbound.api import Mesa, Supervisor
from parcelamento.adapters.inbound.api_cotacoes import CotacaoDada, Quantia
from parcelamento.adapters.inbound.api_planos import Situacao
from parcelamento.adapters.outbound.perdidos_postgres import PerdidosPostgres
from parcelamento.application.reparcelar import PedidoDeReparcelamento, reparcelar
from parcelamento.application.restabelecer_plano import Decisao, restabelecer_plano


class ReparcelamentoPedido(BaseModel):
    model_config = ConfigDict(extra="forbid")

    # strict: what ends a plan is said plainly
    cancelar: StrictBool = Field(
        False, description="Encerra o parcelamento em curso (só supervisor); se nada puder ser proposto, ele continua."
    )
    norma: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")] | None = Field(None, description="Se omitida, a do parcelamento.")
    receita_bruta_ano_anterior: Quantia | None = Field(
        None, description="Se omitida, a da primeira cotação, quando é do mesmo ano."
    )


class RestabelecimentoPedido(BaseModel):
    model_config = ConfigDict(extra="forbid")

    nota: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)] = Field(
        description="Por quê; fica registrada com o nome de quem decidiu."
    )


class PlanoRestabelecido(BaseModel):
    parcelamento: UUID
    situacao: Situacao = Field(description="A de antes da perda; os pagamentos são aplicados em seguida.")


def rotas_de_reparcelamento(m: Mesa, dia_de_baixa: Callable[[date], date]) -> APIRouter:
    """`…/{plano}/reparcelar` and `…/{plano}/restabelecer`. `dia_de_baixa`: up to which day plans may be judged on a day."""
    rotas = APIRouter(tags=["parcelamento"])

    @rotas.post(
        "/v1/parcelamentos/{plano}/reparcelar",
        status_code=201,
        response_model=CotacaoDada,
        summary="Cota de novo o saldo de um parcelamento cancelado",
    )
    async def reparcelar_saldo(
        plano: UUID, request: Request, quem: Operador, dados: ReparcelamentoPedido | None = None, chave: Chave = None
    ) -> Response:
        """Com a entrada mínima do reparcelamento. A cotação nada muda: o acordo se faz com ela, em `POST /v1/parcelamentos`.
        Os saldos são os do dia da perda."""
        pedido = dados or ReparcelamentoPedido()
        if pedido.cancelar and not pode(quem.papel, frozenset({Papel.SUPERVISOR}), leitura=False):
            raise SemPermissao("Cancelar um parcelamento em curso exige o papel supervisor.")

        async def executar(con: Conexao) -> bytes:
            feita = await reparcelar(
                m.unidades(con, m.relogio.agora()),
                PerdidosPostgres(con),
                PedidoDeReparcelamento(plano, **pedido.model_dump()),
                cotacao=uuid4(),
                autor=quem.nome,
            )
            return zlib.decompress(feita.guardada.resposta)

        return await m.uma_vez(request, chave, quem, executar)

    @rotas.post(
        "/v1/parcelamentos/{plano}/restabelecer",
        response_model=PlanoRestabelecido,
        summary="Restabelece um parcelamento perdido apesar de pago em dia",
    )
    async def restabelecer(
        plano: UUID, request: Request, dados: RestabelecimentoPedido, quem: Supervisor, chave: Chave = None
    ) -> Response:
        """Só se os pagamentos que esperam na lista, cada um no seu dia, teriam evitado a perda. Eles são então aplicados."""
        agora = m.relogio.agora()

        async def executar(con: Conexao) -> PlanoRestabelecido:
            feito = await restabelecer_plano(
                m.unidades(con, agora),
                PerdidosPostgres(con),
                plano,
                Decisao(dados.nota, quem.nome, agora),
                dia_de_baixa=dia_de_baixa,
            )
            return PlanoRestabelecido(parcelamento=feito.plano, situacao=feito.situacao)

        return await m.uma_vez(request, chave, quem, executar, status=200)

    return rotas
