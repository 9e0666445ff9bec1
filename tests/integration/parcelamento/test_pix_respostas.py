"""What each answer of a payment provider means: tokens, charges that are none, refusals, repeated txids."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from parcelamento.application.ports_pix import FalhaPix
from tests.support.pix import uma_cobranca
from tests.support.pix_http import TXID, Provisorio, cobranca_em_json
from tests.support.suite_pix import falhou, registrada


async def test_um_token_serve_a_muitas_chamadas_e_se_renova_antes_de_expirar() -> None:
    provedor = Provisorio(lambda _: httpx.Response(200, json=cobranca_em_json()))
    async with provedor.porta() as pix:
        await asyncio.gather(*(pix.consultar(TXID) for _ in range(20)))
        assert provedor.tokens == 1
        provedor.agora_s += 3569
        await pix.consultar(TXID)
        assert provedor.tokens == 1
        provedor.agora_s += 2
        await pix.consultar(TXID)
        assert provedor.tokens == 2
    assert {p.headers["authorization"] for p in provedor.pedidos} == {"Bearer t1", "Bearer t2"}


async def test_token_revogado_e_trocado_uma_vez_por_chamada() -> None:
    def responder(pedido: httpx.Request) -> httpx.Response:
        return httpx.Response(401 if pedido.headers["authorization"] == "Bearer t1" else 200, json=cobranca_em_json())

    provedor = Provisorio(responder)
    async with provedor.porta() as pix:
        registrada(await pix.consultar(TXID))
        assert provedor.tokens == 2
    sempre = Provisorio(lambda _: httpx.Response(401))
    async with sempre.porta() as pix:
        assert falhou(await pix.consultar(TXID)) == ("credencial_recusada", False)
        assert (sempre.tokens, len(sempre.pedidos)) == (2, 2)


@pytest.mark.parametrize("validade", ["3600", None, {}, []])
async def test_token_ilegivel_e_falha(validade: Any) -> None:
    async with Provisorio(lambda _: httpx.Response(200), expires_in=validade).porta(pix_tentativas=1) as pix:
        assert falhou(await pix.consultar(TXID)) == ("resposta_ilegivel", True)


@pytest.mark.parametrize("token", [None, "", 1, "a b", "a\n", "é", "a\r\nX: y"])
async def test_token_que_nao_cabe_num_cabecalho_e_falha(token: Any) -> None:
    async with Provisorio(lambda _: httpx.Response(200), acesso=token).porta(pix_tentativas=1) as pix:
        assert falhou(await pix.consultar(TXID)) == ("resposta_ilegivel", True)


ILEGIVEIS: dict[str, Any] = {
    "outro txid": cobranca_em_json(txid="a" * 32),
    "status novo": cobranca_em_json(status="EM_ANALISE"),
    "sem location": cobranca_em_json(location=None),
    "location longa": cobranca_em_json(location="x" * 78),
    "location com acento": cobranca_em_json(location="é"),
    "valor com vírgula": cobranca_em_json(valor={"original": "1,00"}),
    "sem valor": cobranca_em_json(valor=None),
    "vencimento impossível": cobranca_em_json(calendario={"dataDeVencimento": "2026-02-30"}),
    "lista": [],
    "texto": "x",
}


@pytest.mark.parametrize("nome", ILEGIVEIS)
async def test_resposta_que_nao_e_a_cobranca_nao_passa_por_uma(nome: str) -> None:
    async with Provisorio(lambda _: httpx.Response(201, json=ILEGIVEIS[nome])).porta() as pix:
        assert falhou(await pix.criar(uma_cobranca())) == ("resposta_ilegivel", True)


async def test_location_perde_o_esquema_e_pode_vir_em_loc() -> None:
    corpo = cobranca_em_json(location=None, loc={"location": "provedor.exemplo/1"}, pixCopiaECola="000201")
    async with Provisorio(lambda _: httpx.Response(200, json=corpo)).porta() as pix:
        lida = registrada(await pix.consultar(TXID))
        assert (lida.location, lida.copia_e_cola) == ("provedor.exemplo/1", "000201")
    async with Provisorio(lambda _: httpx.Response(200, json=cobranca_em_json())).porta() as pix:
        assert registrada(await pix.consultar(TXID)).location == "provedor.exemplo/qr/v2/cobv/1"


@pytest.mark.parametrize(
    ("guardado", "metodos"), [({}, ["PUT", "GET"]), ({"valor": {"original": "1.00"}}, ["PUT", "GET", "PATCH"])]
)
async def test_provedor_que_recusa_o_txid_repetido_com_409(guardado: dict[str, Any], metodos: list[str]) -> None:
    def responder(pedido: httpx.Request) -> httpx.Response:
        match pedido.method:
            case "PUT":
                return httpx.Response(409, json={"title": "txid duplicado"})
            case "GET":
                return httpx.Response(200, json=cobranca_em_json(**guardado))
            case _:
                return httpx.Response(200, json=cobranca_em_json(revisao=1))

    provedor = Provisorio(responder)
    async with provedor.porta() as pix:
        assert registrada(await pix.criar(uma_cobranca())).valor == 12345
    assert [p.method for p in provedor.pedidos] == metodos


@pytest.mark.parametrize(
    ("status", "codigo", "tentativas"),
    [
        (400, "pedido_recusado", 1),
        (401, "credencial_recusada", 2),
        (403, "acesso_negado", 1),
        (404, "nao_encontrada", 1),
        (410, "nao_encontrada", 1),
        (422, "pedido_recusado", 1),
        (429, "excesso_de_pedidos", 3),
        (500, "provedor_indisponivel", 3),
        (503, "provedor_indisponivel", 3),
        (302, "pedido_recusado", 1),
    ],
)
async def test_cada_status_e_uma_falha_nossa(status: int, codigo: str, tentativas: int) -> None:
    provedor = Provisorio(lambda _: httpx.Response(status, content=b"<html>"))
    async with provedor.porta(pix_tentativas=3) as pix:
        resposta = await pix.consultar(TXID)
        assert isinstance(resposta, FalhaPix)
        assert (resposta.codigo, resposta.status, len(provedor.pedidos)) == (codigo, status, tentativas)


async def test_o_problema_do_provedor_vem_sem_documentos() -> None:
    problema = {
        "title": "Cobrança inválida",
        "detail": "o CPF 123.456.789-09 não serve",
        "violacoes": [{"propriedade": "cobv.devedor.cpf", "razao": "CPF 12345678909 inválido", "valor": "12345678909"}, 1],
    }

    def responder(pedido: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if pedido.method == "GET" else 400, json=problema)

    async with Provisorio(responder).porta() as pix:
        resposta = await pix.criar(uma_cobranca())
        assert isinstance(resposta, FalhaPix)
        assert [campo for campo, _ in resposta.violacoes] == ["cobv.devedor.cpf"]
        assert "12345678909" not in repr(resposta)
        assert "123.456.789-09" not in repr(resposta)


@pytest.mark.parametrize(("prazo_total_s", "tentativas"), [(20, 1), (60, 3)])
async def test_espera_longa_que_o_provedor_pede_nao_passa_do_prazo_total(prazo_total_s: float, tentativas: int) -> None:
    provedor = Provisorio(lambda _: httpx.Response(429, headers={"Retry-After": "25"}))
    async with provedor.porta(pix_tentativas=3, pix_prazo_total_s=prazo_total_s) as pix:
        assert falhou(await pix.consultar(TXID)) == ("excesso_de_pedidos", True)
    assert len(provedor.pedidos) == tentativas
