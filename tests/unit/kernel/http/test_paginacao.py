"""Pages: every item once, in order; cursors that we did not write are refused; money never passes through a float."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from kernel.http.paginacao import Pagina, Paginacao, Pedido, codificar_cursor, decodificar_cursor, montar
from kernel.http.problema import EntradaInvalida
from kernel.http.valores import CustoTexto, DinheiroEntrada, DinheiroTexto
from tests.unit.kernel.http.apoio import cliente, um_app

textos = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=50)
instantes = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
inteiros = st.integers(-(2**63) + 1, 2**63 - 1)


@given(instantes, st.uuids(), textos, inteiros, st.dates())
def test_o_cursor_devolve_a_chave(quando: datetime, id_: UUID, texto: str, numero: int, dia: date) -> None:
    cursor = codificar_cursor(quando, id_, texto, numero, dia)
    assert decodificar_cursor(cursor, datetime, UUID, str, int, date) == (quando, id_, texto, numero, dia)
    assert cursor.isascii()


@given(st.one_of(st.text(max_size=80), st.binary(max_size=60).map(lambda b: base64.urlsafe_b64encode(b).decode())))
def test_cursor_inventado_nunca_passa_nem_quebra(cursor: str) -> None:
    with pytest.raises(EntradaInvalida):
        decodificar_cursor(cursor, datetime, UUID)


def _cru(valor: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(valor, separators=(",", ":")).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("valor", "tipos"),
    [
        (["2026-01-01T00:00:00"], (datetime,)),
        (["2026-01-01T00:00:00-03:00"], (datetime,)),
        (["0001-01-01T00:00:00+14:00"], (datetime,)),
        ([2**63], (int,)),
        ([True], (int,)),
        ([1.0], (int,)),
        (["a\x00"], (str,)),
        (["\ud800"], (str,)),
        ([1], (str,)),
        (["a", "b"], (str,)),
        ([], (str,)),
        ({"a": 1}, (str,)),
        ("a", (str,)),
        (["20260101"], (date,)),
    ],
)
def test_cursor_de_outro_feitio_e_recusado(valor: Any, tipos: tuple[type[Any], ...]) -> None:
    with pytest.raises(EntradaInvalida):
        decodificar_cursor(_cru(valor), *tipos)


@given(st.sets(st.integers(0, 1000), max_size=40), st.integers(1, 12))
def test_paginas_cobrem_tudo_uma_vez_e_em_ordem(ids: set[int], limite: int) -> None:
    base = sorted(ids)
    vistos: list[int] = []
    cursor: str | None = None
    while True:
        pedido = Pedido(limite=limite, cursor=cursor)
        depois = pedido.depois_de(int)
        linhas = [i for i in base if depois is None or i > depois[0]][: pedido.buscar]
        pagina = montar(linhas, pedido, chave=lambda i: (i,), item=lambda i: i)
        assert len(pagina.itens) <= limite
        vistos += pagina.itens
        cursor = pagina.proximo
        if cursor is None:
            break
    assert vistos == base


@pytest.mark.parametrize("consulta", ["limite=0", "limite=501", "limite=x", "cursor=x", "cursor=" + "a" * 1001])
async def test_pedido_errado_e_422_com_o_campo(consulta: str) -> None:
    rotas = APIRouter()

    @rotas.get("/itens")
    async def listar(pagina: Paginacao) -> Pagina[int]:
        pagina.depois_de(int)
        return montar([1, 2], pagina, chave=lambda i: (i,), item=lambda i: i)

    async with cliente(um_app(rotas)) as http:
        assert (await http.get("/itens?limite=1")).json() == {"itens": [1], "proximo": codificar_cursor(1)}
        resposta = await http.get(f"/itens?{consulta}")
    assert resposta.status_code == 422
    assert resposta.json()["campos"][0]["campo"] == consulta.partition("=")[0]


class Conta(BaseModel):
    total: DinheiroTexto
    custo: CustoTexto


@pytest.mark.parametrize(
    ("centavos", "micros", "texto"),
    [
        (123456, 6800, {"total": "1234.56", "custo": "0.006800"}),
        (0, 0, {"total": "0.00", "custo": "0.000000"}),
        (-5, -1, {"total": "-0.05", "custo": "-0.000001"}),
        (100, 1_000_000, {"total": "1.00", "custo": "1.000000"}),
    ],
)
def test_dinheiro_e_custo_em_texto(centavos: int, micros: int, texto: dict[str, str]) -> None:
    assert json.loads(Conta(total=centavos, custo=micros).model_dump_json()) == texto


@given(st.integers(-(10**14) + 1, 10**14 - 1), st.integers(-(10**18) + 1, 10**18 - 1))
def test_dinheiro_vai_e_volta(centavos: int, micros: int) -> None:
    conta = Conta(total=centavos, custo=micros)
    assert Conta.model_validate_json(conta.model_dump_json()) == conta


class Entrada(BaseModel):
    valor: DinheiroEntrada


def test_entrada_em_centavos() -> None:
    assert Entrada.model_validate({"valor": "1234.50"}).valor == 123450


@pytest.mark.parametrize(
    "valor", [1234, 12.5, True, None, "1234", "1234,50", "1.234,50", "1e3", "1.5", "١.٠٠", " 1.00", "1.00\n", "9" * 13 + ".00"]
)
def test_entrada_ambigua_e_recusada(valor: object) -> None:
    with pytest.raises(ValidationError):
        Entrada.model_validate({"valor": valor})
