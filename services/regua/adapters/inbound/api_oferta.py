"""Route of the offer: a taxpayer's open debts, quoted by parcelamento."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from kernel.http.problema import Conflito, EntradaInvalida, NaoEncontrado, Problema
from regua.adapters.inbound.api import ContribuinteNoCaminho, Mesa, Suspensor
from regua.adapters.outbound import consultas_contribuinte as consultas
from regua.application.ofertar import OfertaDoTributo, ofertar
from regua.application.ports_parcelamento import RecusadaPeloParcelamento
from regua.errors import EstadoNaoPermite, NaoExiste

_PROBLEMAS: Final[dict[int, type[Problema]]] = {404: NaoEncontrado, 409: Conflito, 422: EntradaInvalida}


class PlanoOfertado(BaseModel):
    parcelas: int
    regime: str
    reducao_multa: str
    reducao_juros: str
    total_sem_reducao: str
    desconto: str
    total: str
    entrada: str
    valores: list[str]
    vencimentos: list[date]
    fundamento: str


class Oferta(BaseModel):
    rotulo: Literal["menor_total", "menor_parcela", "intermediario"]
    economia: str = Field(description="Quanto se deixa de pagar em relação ao total sem redução.", examples=["1234.56"])
    plano: PlanoOfertado


class Recusado(BaseModel):
    debito: str
    motivo: str
    fundamento: str


class OfertasDoTributo(BaseModel):
    tributo: str
    norma: str
    cotacao: UUID = Field(description="Com ela e o número de parcelas se formaliza, em `POST /v1/parcelamentos`.")
    valida_ate: date
    ofertas: list[Oferta]
    recusados: list[Recusado]

    @classmethod
    def de(cls, o: OfertaDoTributo) -> OfertasDoTributo:
        campos: dict[str, Any] = dict(o.resposta)
        return cls(tributo=o.tributo, norma=o.norma, **campos)


class Ofertas(BaseModel):
    """Uma entrada por tributo com débitos em aberto; nenhuma para quem nada deve."""

    ofertas: list[OfertasDoTributo]
    sem_norma: list[str] = Field(description="Tributos com débitos em aberto para os quais não há norma configurada.")


def caminho_da_oferta(contribuinte: str) -> str:
    """Where a taxpayer's offer is."""
    return f"/v1/contribuintes/{contribuinte}/oferta"


def rotas_da_oferta(m: Mesa) -> APIRouter:
    """`/v1/contribuintes/{contribuinte}/oferta`."""
    rotas = APIRouter(tags=["contribuintes"])

    @rotas.get(caminho_da_oferta("{contribuinte}"), response_model=Ofertas, summary="O que se pode oferecer para parcelar")
    async def ler(contribuinte: ContribuinteNoCaminho, _: Suspensor) -> Ofertas:
        """Os débitos em aberto, cotados hoje. Cada consulta guarda uma cotação nova, que vale até o fim do dia."""
        if m.parcelamento is None:
            raise EstadoNaoPermite("Não há sala de parcelamento configurada.", codigo="parcelamento_ausente")
        hoje = m.janela.dia_local(m.relogio.agora())
        async with m.banco.conexao() as con:
            devedor = await consultas.devedor(con, contribuinte)
            if devedor is None:
                raise NaoExiste("Não há contribuinte com este identificador.")
            abertos = await consultas.debitos_abertos(con, contribuinte, hoje)
        try:
            feitas = await ofertar(m.parcelamento, devedor, abertos, normas=m.normas_da_oferta, data=hoje)
        except RecusadaPeloParcelamento as recusa:
            raise _PROBLEMAS[recusa.status](str(recusa), codigo=recusa.codigo, campos=recusa.campos) from recusa
        return Ofertas(ofertas=[OfertasDoTributo.de(o) for o in feitas.ofertas], sem_norma=list(feitas.sem_norma))

    return rotas
