"""The offer, asked of the real parcelamento room over its API, and what the caller is told when it cannot answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

import parcelamento.inject
from kernel.http.app import criar_app
from kernel.persistence.banco import Banco, abrir_banco
from kernel.persistence.migracoes import migrar
from parcelamento.config import ConfigParcelamento
from tests.support.regua_banco import inserir_pagamento
from tests.support.regua_base import um_debito, um_pagamento
from tests.support.regua_referencia import BaseDeReferencia
from tests.support.regua_sala import Sala, abrir_sala

# C1 owes ICMS and IPVA, and nothing that a promise or a plan holds; C2 owes nothing that is due
BASE = BaseDeReferencia(
    pessoas={"C1": "P1", "C2": "P2", "C3": "P3"},
    debitos=(
        um_debito("2025-12", "2026-01-10", 9_000_00, debito="D1"),
        um_debito("2026-01", "2026-02-10", 3_000_00, debito="D2"),
        um_debito("2025-11", "2025-12-10", 500_00, debito="D3", situacao="parcelado"),
        um_debito("2019-01", "2019-02-10", 500_00, debito="D4"),
        um_debito("2026-01", "2026-01-30", 1_200_00, debito="V1", tributo="IPVA"),
        um_debito("2026-03", "2026-04-10", 700_00, debito="D5", contribuinte="C2"),
        um_debito("2026-01", "2026-02-10", 700_00, debito="T1", contribuinte="C3", tributo="ITCD"),
    ),
)
OFERTA = "/v1/contribuintes/C1/oferta"


@asynccontextmanager
async def sala_com(banco: Banco, dados: Path, responder: Callable[[httpx.Request], httpx.Response]) -> AsyncIterator[Sala]:
    """The régua, with something that answers in parcelamento's place."""
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(responder), base_url="http://parcelamento.test") as cliente,
        abrir_sala(banco, dados, parcelamento=cliente) as sala,
    ):
        await sala.carregar(BASE)
        yield sala


@asynccontextmanager
async def duas_salas(banco: Banco, dados: Path) -> AsyncIterator[Sala]:
    """The régua beside the real parcelamento, in one process."""
    await migrar(banco.url, sala="parcelamento", pasta=parcelamento.inject.MIGRACOES)
    apps: list[Any] = []

    async def encaminhar(scope: Any, receive: Any, send: Any) -> None:
        await apps[0](scope, receive, send)

    cabecalhos = {"Authorization": "Bearer integracao"}
    transporte = httpx.ASGITransport(app=encaminhar)
    async with (
        httpx.AsyncClient(transport=transporte, base_url="http://parcelamento.test", headers=cabecalhos) as cliente,
        abrir_sala(banco, dados, parcelamento=cliente) as sala,
        parcelamento.inject.preparar_parcelamento(ConfigParcelamento(dados=dados, pix_modo="nenhum"), sala.ambiente) as outra,
    ):
        await outra.semear()
        apps.append(
            criar_app(
                titulo="Parcelamento",
                descricao="Teste",
                rotas=outra.rotas,
                prontidao=outra.prontidao,
                verificador=sala.ambiente.verificador,
                metricas=sala.ambiente.metricas,
                erros=outra.erros,
                corpo_por_caminho=outra.corpo_por_caminho,
            )
        )
        yield sala


@pytest.fixture
async def banco(url_sala: str) -> AsyncIterator[Banco]:
    async with abrir_banco(url_sala, aplicacao="testes", maximo=12) as aberto:
        yield aberto


async def test_uma_oferta_por_tributo_com_o_que_ainda_se_deve(banco: Banco, tmp_path: Path) -> None:
    async with duas_salas(banco, tmp_path) as sala:
        await sala.carregar(BASE)
        async with banco.transacao() as con:
            await inserir_pagamento(con, "P-1", um_pagamento("D1", "2025-12", "2026-03-01", 1_000_00))
        resposta = await sala.pedir("GET", OFERTA, token="operador")
        assert resposta.status_code == 200, resposta.text
        icms, ipva = resposta.json()["ofertas"]
        assert (icms["tributo"], icms["norma"], ipva["tributo"], ipva["norma"]) == (
            *("ICMS", "al-icms-ordinario"),
            *("IPVA", "al-ipva-atraso"),
        )
        # D1 − 1,000.00 paid + D2: the debt in a plan, and the one prescribed, are not quoted
        assert {o["plano"]["total"] for o in icms["ofertas"]} == {"11000.00"}
        assert {o["plano"]["total"] for o in ipva["ofertas"]} == {"1200.00"}
        assert icms["valida_ate"] == "2026-03-16"
        assert icms["ofertas"][0]["plano"]["valores"]
        assert (icms["recusados"], ipva["recusados"]) == ([], [])
        assert resposta.json()["sem_norma"] == []


async def test_a_cotacao_da_oferta_e_de_quem_deve(banco: Banco, tmp_path: Path) -> None:
    async with duas_salas(banco, tmp_path) as sala:
        await sala.carregar(BASE)
        icms = (await sala.pedir("GET", OFERTA)).json()["ofertas"][0]
        guardada = await sala.linha("select contribuinte from parcelamento.cotacao where cotacao::text = $1", icms["cotacao"])
        assert guardada["contribuinte"] == "C1"


async def test_tributo_sem_norma_e_dito(banco: Banco, tmp_path: Path) -> None:
    async with duas_salas(banco, tmp_path) as sala:
        await sala.carregar(BASE)
        assert (await sala.pedir("GET", "/v1/contribuintes/C3/oferta")).json() == {"ofertas": [], "sem_norma": ["ITCD"]}


async def test_quem_nada_deve_nao_tem_oferta(banco: Banco, tmp_path: Path) -> None:
    def ninguem_chama(_: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing to quote")

    async with sala_com(banco, tmp_path, ninguem_chama) as sala:
        assert (await sala.pedir("GET", "/v1/contribuintes/C2/oferta")).json() == {"ofertas": [], "sem_norma": []}
        assert (await sala.pedir("GET", "/v1/contribuintes/C9/oferta")).status_code == 404


async def test_recusa_do_parcelamento_passa_como_veio(banco: Banco, tmp_path: Path) -> None:
    campos = [{"campo": "debitos[0].natureza", "motivo": "Não serve."}]
    recusa = {"title": "x", "status": 422, "codigo": "norma_desconhecida", "detail": "Não há a norma.", "campos": campos}
    async with sala_com(banco, tmp_path, lambda _: httpx.Response(422, json=recusa)) as sala:
        resposta = await sala.pedir("GET", OFERTA)
        corpo = resposta.json()
        assert (resposta.status_code, corpo["codigo"], corpo["detail"]) == (422, "norma_desconhecida", "Não há a norma.")
        assert corpo["campos"] == campos


def _sem_conexao(pedido: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=pedido)


def _fora_do_prazo(pedido: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("late", request=pedido)


@pytest.mark.parametrize(
    "responder",
    [
        _sem_conexao,
        _fora_do_prazo,
        lambda _: httpx.Response(500, json={"codigo": "erro_interno", "detail": "x"}),
        lambda _: httpx.Response(502, text="<html>"),
        # our own token is wrong: not the caller's business
        lambda _: httpx.Response(401, json={"codigo": "nao_autenticado", "detail": "x"}),
        # another program lives at that address
        lambda _: httpx.Response(404, json={"detail": "Not Found"}),
        lambda _: httpx.Response(200, text="pronto"),
    ],
    ids=["recusada", "sem resposta", "500", "502", "401", "404 alheio", "200 alheio"],
)
async def test_parcelamento_fora_do_ar(
    banco: Banco, tmp_path: Path, responder: Callable[[httpx.Request], httpx.Response]
) -> None:
    async with sala_com(banco, tmp_path, responder) as sala:
        resposta = await sala.pedir("GET", OFERTA)
        assert (resposta.status_code, resposta.json()["codigo"]) == (503, "parcelamento_indisponivel")
        assert "parcelamento" in resposta.json()["detail"]


async def test_sem_sala_de_parcelamento(sala: Sala) -> None:
    await sala.carregar(BASE)
    resposta = await sala.pedir("GET", OFERTA)
    assert (resposta.status_code, resposta.json()["codigo"]) == (409, "parcelamento_ausente")
    assert (await sala.pedir("GET", "/v1/contribuintes/C1")).json()["casos"][0]["oferta"] is None


async def test_situacao_de_quem_esta_em_h2_diz_onde_esta_a_oferta(banco: Banco, tmp_path: Path) -> None:
    async with sala_com(banco, tmp_path, _sem_conexao) as sala:
        async with banco.transacao() as con:
            await con.execute(
                """insert into regua.suspensao (suspensao, contribuinte, motivo, desde, ate, origem, criada_em)
                values (gen_random_uuid(), 'C1', 'sem_condicoes', '2026-03-01', '2026-03-06', 'x', '2026-03-01 12:00Z')"""
            )
        casos = (await sala.pedir("GET", "/v1/contribuintes/C1")).json()["casos"]
        assert {(caso["hipotese"], caso["oferta"]) for caso in casos} == {("H2", OFERTA)}
        (outro,) = (await sala.pedir("GET", "/v1/contribuintes/C3")).json()["casos"]
        assert (outro["hipotese"], outro["oferta"]) == ("H1", None)
