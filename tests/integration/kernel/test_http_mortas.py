"""Dead letters of several rooms in one application: one list, ids that do not clash, replay in the right room."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from kernel.clock import RelogioFixo
from kernel.http.auth import Papel
from kernel.http.mortas import rotas_de_mortas
from kernel.messaging import mortas
from kernel.messaging.log import Registro
from kernel.messaging.tabelas import ddl_mensageria
from kernel.persistence.banco import Banco
from tests.unit.kernel.http.apoio import cliente, um_app

AGORA = datetime(2026, 11, 23, 12, tzinfo=UTC)
SALAS = ("regua", "canais")


@pytest.fixture
async def api(banco: Banco) -> AsyncIterator[httpx.AsyncClient]:
    async with banco.transacao() as con:
        for sala in SALAS:
            await con.execute(f"create schema {sala}; {ddl_mensageria(sala)}")
            for chave in ("C1", "C2"):
                registro = Registro("cobranca-entrega", 0, 0, chave, b"{}")
                await mortas.enterrar(
                    con, sala, sala, registro, tipo="t", evento=None, motivo="defeito", tentativas=5, agora=AGORA
                )
    async with cliente(um_app(rotas_de_mortas(banco, SALAS, RelogioFixo(AGORA))), Papel.OPERADOR) as aberto:
        yield aberto


async def test_cartas_de_todas_as_salas_em_uma_lista(api: httpx.AsyncClient) -> None:
    vistas: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        pagina = (await api.get("/v1/mortas", params={"limite": 3, **({"cursor": cursor} if cursor else {})})).json()
        vistas += [m["id"] for m in pagina["itens"]]
        cursor = pagina["proximo"]
    assert vistas == ["canais-1", "canais-2", "regua-1", "regua-2"]


async def test_repeticao_e_pedida_so_na_sala_da_carta(api: httpx.AsyncClient, banco: Banco) -> None:
    assert (await api.post("/v1/mortas/regua-2/repetir")).status_code == 202
    async with banco.conexao() as con:
        pedidas = {
            sala: [linha["id"] for linha in await con.fetch(f"select id from {sala}.morta where repetir_em is not null")]
            for sala in SALAS
        }
    assert pedidas == {"regua": [2], "canais": []}


@pytest.mark.parametrize("errado", ["regua-3", "ura-1", "regua", "regua-1;drop", "REGUA-1"])
async def test_carta_que_nao_ha(api: httpx.AsyncClient, errado: str) -> None:
    assert (await api.post(f"/v1/mortas/{errado}/repetir")).status_code == 404


async def test_cursor_errado_e_recusado(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/mortas?cursor=x")).status_code == 422
