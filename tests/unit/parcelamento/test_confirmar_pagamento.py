"""What is told of a payment: once for a plan's installment, once for each debt of a document, and never another sum."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.messaging.envelope import decodificar
from parcelamento.application.confirmar_pagamento import PagamentoDeDocumento, pagamentos_confirmados
from parcelamento.application.resolver_pagamento import Acao, Pendente, Resolucao, resolver_pagamento
from parcelamento.domain.reparticao import ratear
from parcelamento.errors import DadosRecusados, EstadoNaoPermite
from schemas.evento import para_saida
from schemas.pagamento import PagamentoConfirmado

AGORA = datetime(2026, 11, 20, 12, tzinfo=UTC)
TRACO = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
PAGO, PLANO, DOCUMENTO, OUTRO = (UUID(int=n) for n in (1, 2, 3, 4))


def um_pago(**outros: Any) -> PagamentoDeDocumento:
    padrao = PagamentoDeDocumento(PAGO, "C1", None, None, None, date(2026, 11, 19), 1000, [{"debito": "D1", "valor": 1000}])
    return padrao._replace(**outros)


def _dados(pago: PagamentoDeDocumento, fonte: str = "retorno") -> list[dict[str, Any]]:
    saidas = pagamentos_confirmados([pago], fonte=fonte, agora=AGORA, traceparent=TRACO)
    return [dict(decodificar(s.valor).dados) for s in saidas]


@pytest.mark.parametrize(
    ("pago", "esperado"),
    [
        (
            um_pago(plano=PLANO, parcela=2, itens=None, tributo="ICMS"),
            {"parcelamento": PLANO, "parcela": 2, "tributo": "ICMS"},
        ),
        (um_pago(plano=PLANO, itens=None), {"parcelamento": PLANO}),
        # a plan's installment is the plan's, whatever its document lists
        (um_pago(plano=PLANO, parcela=1), {"parcelamento": PLANO, "parcela": 1}),
        (um_pago(), {"debito": "D1"}),
        (um_pago(tributo="IPVA"), {"debito": "D1", "tributo": "IPVA"}),
        (um_pago(itens=[{"debito": "D1", "valor": 7, "tributo": "ITCD"}], tributo="ICMS"), {"debito": "D1", "tributo": "ITCD"}),
        (um_pago(itens=[]), {}),
    ],
)
def test_evento_de_um_pagamento_e_o_da_classe(pago: PagamentoDeDocumento, esperado: dict[str, Any]) -> None:
    dados = PagamentoConfirmado(
        contribuinte="C1", pagamento=PAGO, fonte="retorno", pago_em=date(2026, 11, 19), valor="10.00", **esperado
    )
    saida = para_saida(dados, id_=uuid5(PAGO, "confirmado"), origem="parcelamento", instante=AGORA, traceparent=TRACO)
    [nossa] = pagamentos_confirmados([pago], fonte="retorno", agora=AGORA, traceparent=TRACO)
    assert (nossa.topico, nossa.chave, decodificar(nossa.valor)) == (saida.topico, saida.chave, decodificar(saida.valor))


def test_documento_de_varias_dividas_e_um_evento_para_cada_uma() -> None:
    itens = [{"debito": "D1", "valor": 100}, {"debito": "D2", "valor": 300, "tributo": "IPVA"}]
    lidos = _dados(um_pago(itens=itens, valor=400), "pix")
    assert [(d["debito"], d["pagamento"], d["valor"], d["fonte"]) for d in lidos] == [
        ("D1", str(uuid5(PAGO, "D1")), "1.00", "pix"),
        ("D2", str(uuid5(PAGO, "D2")), "3.00", "pix"),
    ]
    for dados in lidos:
        PagamentoConfirmado.model_validate_json(orjson.dumps(dados))


def test_valor_diferente_do_documento_e_repartido_em_proporcao() -> None:
    itens = [{"debito": "D1", "valor": 100}, {"debito": "D2", "valor": 200}, {"debito": "D3", "valor": 0}]
    assert [d["valor"] for d in _dados(um_pago(itens=itens, valor=100))] == ["0.33", "0.67", "0.00"]


@given(st.integers(0, 10**13), st.lists(st.integers(0, 10**11), min_size=1, max_size=30))
def test_rateio_soma_o_valor_e_ninguem_passa_de_um_centavo_da_sua_parte(valor: int, pesos: list[int]) -> None:
    partes = ratear(valor, pesos)
    assert sum(partes) == valor
    soma = sum(pesos)
    for parte, peso in zip(partes, pesos, strict=True):
        if soma:
            assert abs(parte * soma - valor * peso) < soma
        else:
            assert parte - valor // len(pesos) in {0, 1}


@given(st.lists(st.integers(0, 10**11), min_size=1, max_size=30))
def test_rateio_do_valor_inteiro_da_a_cada_um_o_seu(pesos: list[int]) -> None:
    if sum(pesos):
        assert ratear(sum(pesos), pesos) == tuple(pesos)


@pytest.mark.parametrize(("valor", "pesos"), [(-1, [1]), (1, []), (1, [2, -1])])
def test_rateio_recusa_negativos_e_ninguem(valor: int, pesos: list[int]) -> None:
    with pytest.raises(ValueError, match="zero or more"):
        ratear(valor, pesos)


PENDENTE = Pendente(
    pagamento=PAGO,
    origem="retorno",
    banco=1,
    nsa=1,
    nsr=1,
    end_to_end=None,
    barras="8" * 44,
    txid=None,
    documento=None,
    pago_em=date(2026, 11, 19),
    creditado_em=None,
    valor=1000,
    excedente=0,
    devolvido=0,
    motivo="sem_documento",
    resultado=None,
    carga=None,
    linha=2,
    recebido_em=AGORA,
)


class Lista:
    """The port over one payment and two documents."""

    def __init__(self, pendente: Pendente | None) -> None:
        self.pendente = pendente
        self.eventos: list[Any] = []
        self.resolvidas: list[Resolucao] = []

    async def travar(self, pagamento: UUID) -> Pendente | None:
        assert pagamento == PAGO
        return self.pendente

    async def do_documento(self, p: Pendente, documento: UUID) -> PagamentoDeDocumento | None:
        return um_pago(pagamento=p.pagamento, valor=p.valor) if documento in {DOCUMENTO, OUTRO} else None

    async def resolver(self, p: Pendente, resolucao: Resolucao) -> None:
        self.resolvidas.append(resolucao)

    async def contar(self, saidas: Any) -> None:
        self.eventos += saidas


def _resolucao(acao: Acao, documento: UUID | None = None) -> Resolucao:
    return Resolucao(acao, documento, "nota", "Ana", AGORA)


@pytest.mark.parametrize(
    ("mudanca", "documento", "eventos"),
    [
        ({}, DOCUMENTO, 1),
        ({"motivo": "data_posterior", "documento": DOCUMENTO}, DOCUMENTO, 1),
        ({"motivo": "data_posterior", "documento": DOCUMENTO}, OUTRO, 1),
        # told of already: applied again to its own document, and not told again
        ({"motivo": "selic_ausente", "documento": DOCUMENTO}, DOCUMENTO, 0),
        ({"motivo": "excedente", "documento": DOCUMENTO, "resultado": "excedente"}, None, 0),
        ({"valor": 0, "motivo": "valor_zero"}, None, 0),
    ],
)
async def test_resolver(mudanca: dict[str, Any], documento: UUID | None, eventos: int) -> None:
    lista = Lista(replace(PENDENTE, **mudanca))
    pedida = _resolucao("documento" if documento else "restituir", documento)
    await resolver_pagamento(lista, PAGO, pedida)
    assert (len(lista.eventos), lista.resolvidas) == (eventos, [pedida])


@pytest.mark.parametrize(
    ("pendente", "documento", "erro", "codigo"),
    [
        (None, DOCUMENTO, EstadoNaoPermite, "pagamento_resolvido"),
        (None, None, EstadoNaoPermite, "pagamento_resolvido"),
        (PENDENTE, UUID(int=99), DadosRecusados, "entrada_invalida"),
        (replace(PENDENTE, valor=0, motivo="valor_zero"), DOCUMENTO, DadosRecusados, "entrada_invalida"),
        (replace(PENDENTE, motivo="excedente", resultado="excedente"), DOCUMENTO, EstadoNaoPermite, "pagamento_aplicado"),
        (replace(PENDENTE, motivo="selic_ausente", documento=DOCUMENTO), OUTRO, EstadoNaoPermite, "pagamento_contado"),
    ],
)
async def test_resolver_recusado_nada_muda(
    pendente: Pendente | None, documento: UUID | None, erro: type[Exception], codigo: str
) -> None:
    lista = Lista(pendente)
    with pytest.raises(erro) as recusa:
        await resolver_pagamento(lista, PAGO, _resolucao("documento" if documento else "ignorar", documento))
    assert getattr(recusa.value, "codigo", None) == codigo
    assert (lista.eventos, lista.resolvidas) == ([], [])
