"""Vehicle look-ups and identity checks for other systems: what they tell, and what they do not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.regua_base import um_debito
from tests.support.regua_referencia import BaseDeReferencia
from tests.support.regua_sala import Sala

CPF = "52998224725"
BASE = BaseDeReferencia(
    pessoas={"C1": "P1", "C2": "P2"},
    debitos=(um_debito("2026-01", "2026-02-10", tributo="IPVA"), um_debito("2026-02", "2026-03-10", debito="D2")),
)
CONSULTAR, CONFERIR = "/v1/veiculos/consultar", "/v1/identificacoes/conferir"


@pytest.fixture
async def base(sala: Sala) -> Sala:
    await sala.carregar(BASE)
    async with sala.banco.conexao() as con:
        await con.execute("update regua.contribuinte set documento = $1, nome = 'João da Silva' where contribuinte = 'C1'", CPF)
        await con.execute(
            """insert into regua.veiculo (renavam, placa, contribuinte, modelo, ano)
            values ('00258665600', 'ABC1C34', 'C1', 'Fusca', 1980)"""
        )
    return sala


@pytest.mark.parametrize("placa", ["ABC1C34", "abc-1234"])
async def test_veiculo_pelos_dois_formatos_da_placa(base: Sala, placa: str) -> None:
    resposta = await base.pedir("POST", CONSULTAR, json={"renavam": "258665600", "placa": placa}, token="integracao")
    assert resposta.status_code == 200
    corpo = resposta.json()
    assert (corpo["contribuinte"], corpo["modelo"], corpo["total"]) == ("C1", "Fusca", "100.00")
    assert [d["debito"] for d in corpo["debitos"]] == ["D-2026-01"]


async def test_veiculo_errado_responde_igual_qualquer_que_seja_o_erro(base: Sala) -> None:
    respostas = [
        await base.pedir("POST", CONSULTAR, json={"renavam": renavam, "placa": placa}, token="integracao")
        for renavam, placa in (("258665600", "ABC1D34"), ("111111111", "ABC1C34"), ("1", "XYZ0A00"))
    ]
    assert {r.status_code for r in respostas} == {404}
    assert len({r.text for r in respostas}) == 1


@pytest.mark.parametrize(
    ("corpo", "campo"),
    [({"renavam": "x", "placa": "ABC1234"}, "renavam"), ({"renavam": "1", "placa": "A"}, "placa"), ({"renavam": "1"}, "placa")],
)
async def test_veiculo_mal_escrito(base: Sala, corpo: dict[str, str], campo: str) -> None:
    resposta = await base.pedir("POST", CONSULTAR, json=corpo, token="integracao")
    assert (resposta.status_code, resposta.json()["campos"][0]["campo"]) == (422, campo)


@pytest.mark.parametrize(
    ("corpo", "confere"),
    [
        ({"contribuinte": "C1", "fatos": {"nome": "JOAO DA SILVA"}}, True),
        ({"contribuinte": "C1", "fatos": {"documento": "529.982.247-25"}}, True),
        ({"documento": "529.982.247-25", "fatos": {"placa": "ABC1234", "renavam": "258665600"}}, True),
        ({"documento": CPF, "fatos": {"placa": "ABC1234", "nome": "João de Souza"}}, False),
        ({"contribuinte": "C2", "fatos": {"placa": "ABC1234"}}, False),
        ({"contribuinte": "C9", "fatos": {"nome": "João da Silva"}}, False),
        ({"documento": "123", "fatos": {"nome": "João da Silva"}}, False),
    ],
)
async def test_identidade(base: Sala, corpo: dict[str, Any], *, confere: bool) -> None:
    resposta = await base.pedir("POST", CONFERIR, json=corpo, token="integracao")
    assert resposta.json() == {"confere": confere, "contribuinte": "C1" if confere else None}


@pytest.mark.parametrize(
    "corpo",
    [
        {"fatos": {"nome": "x"}},
        {"contribuinte": "C1", "documento": CPF, "fatos": {"nome": "x"}},
        {"contribuinte": "C1", "fatos": {}},
        {"documento": CPF, "fatos": {"documento": CPF}},  # would only tell whether it is known
        {"contribuinte": "C1", "fatos": {"senha": "x"}},
        {"contribuinte": "C 1", "fatos": {"nome": "x"}},
    ],
)
async def test_identidade_mal_perguntada(base: Sala, corpo: dict[str, Any]) -> None:
    assert (await base.pedir("POST", CONFERIR, json=corpo, token="integracao")).status_code == 422


async def test_so_integracao_e_so_ate_o_limite(base: Sala) -> None:
    pergunta = {"contribuinte": "C1", "fatos": {"nome": "x"}}
    assert (await base.pedir("POST", CONFERIR, json=pergunta, token="operador")).status_code == 403
    # 20 a minute in tests
    estados = [(await base.pedir("POST", CONFERIR, json=pergunta, token="integracao")).status_code for _ in range(21)]
    assert estados[:20] == [200] * 20
    recusada = await base.pedir("POST", CONFERIR, json=pergunta, token="integracao")
    assert (recusada.status_code, "Retry-After" in recusada.headers) == (429, True)
    # each token has its own
    assert (await base.pedir("POST", CONFERIR, json=pergunta, token="integracao.outra")).status_code == 200
