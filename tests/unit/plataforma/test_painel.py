"""The summary in words: on the page, on the terminal, in a line."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import httpx
from fastapi import FastAPI
from rich.console import Console

from plataforma.adapters.inbound.pagina import pagina_inicial
from plataforma.adapters.outbound.terminal import desenhar
from plataforma.domain.painel import SITUACOES, Recolhido, Retrato, em_texto, situacoes_presentes

VAZIO = Retrato(agora=datetime(2015, 3, 10, 12, 0, tzinfo=UTC))
COM_PLANOS = replace(
    VAZIO,
    parcelamentos={"quitado": 1, "aguardando_entrada": 12, "ativo": 3},
    recolhidos={"retorno": Recolhido(2, Decimal("1234.50")), "pix": Recolhido(7, Decimal("99.90"))},
)


async def _pagina(retrato: Retrato) -> str:
    async def retratar() -> Retrato:
        return retrato

    app = FastAPI()
    app.include_router(pagina_inicial(retratar, salas=("régua", "parcelamento"), simulador=None))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://local") as cliente:
        return (await cliente.get("/")).text


def _no_terminal(retrato: Retrato) -> str:
    saida = io.StringIO()
    Console(file=saida, width=200).print(desenhar(retrato, "Régua"))
    return saida.getvalue()


def test_situacoes_aparecem_na_ordem_da_vida_de_um_plano() -> None:
    assert situacoes_presentes(COM_PLANOS) == ["aguardando_entrada", "ativo", "quitado"]
    assert SITUACOES.index("ativo") < SITUACOES.index("quitado")


def test_linha_diz_planos_e_dinheiro() -> None:
    linha = em_texto(COM_PLANOS)
    assert "parcelamentos aguardando_entrada:12 ativo:3 quitado:1" in linha
    assert "pago por pix 7 R$ 99,90" in linha
    assert "pago por retorno 2 R$ 1.234,50" in linha


def test_sem_planos_nem_pagamentos_nada_se_diz_deles() -> None:
    assert "parcelamentos" not in em_texto(VAZIO)
    assert "Parcelamentos" not in _no_terminal(VAZIO)


def test_terminal_diz_planos_e_dinheiro_em_palavras() -> None:
    texto = _no_terminal(COM_PLANOS)
    assert "aguardando entrada 12 · ativo 3 · quitado 1 · Pix 7 (R$ 99,90) · retorno do banco 2 (R$ 1.234,50)" in texto


async def test_pagina_mostra_planos_ainda_que_nada_tenha_sido_enviado() -> None:
    pagina = await _pagina(COM_PLANOS)
    assert "Nenhum acionamento ainda." in pagina
    assert "<td>aguardando entrada</td><td>12</td>" in pagina
    assert "<td>retorno do banco</td><td>2</td><td>R$ 1.234,50</td>" in pagina


async def test_pagina_diz_que_salas_rodam_e_onde_esta_o_que_espera_uma_pessoa() -> None:
    pagina = await _pagina(VAZIO)
    assert "Em execução: régua, parcelamento." in pagina
    assert "<code>GET /v1/retornos/pendentes</code>" in pagina
    assert 'href="/docs#/parcelamento"' in pagina
    assert "<caption>Parcelamentos</caption>" not in pagina
