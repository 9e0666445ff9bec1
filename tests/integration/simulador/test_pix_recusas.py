"""Every refusal of a charge that the API Pix names, by its property."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.simulador.apoio import Plataforma, Servico, abrir_servico
from tests.integration.simulador.apoio_pix import AGORA, TXID, Cliente, um_pedido


@pytest.fixture
async def servico(tmp_path: Path, plataforma: Plataforma) -> AsyncIterator[Servico]:
    async with abrir_servico(tmp_path, plataforma, agora=lambda: AGORA) as aberto:
        yield aberto


@pytest.fixture
async def cliente(servico: Servico) -> Cliente:
    return await Cliente(servico).entrar()


def _com(caminho: str, valor: Any) -> dict[str, Any]:
    """A request with one place changed; `...` takes it out."""
    pedido = copy.deepcopy(um_pedido())
    *ate_la, ultimo = caminho.split(".")
    lugar = pedido
    for nome in ate_la:
        lugar = lugar.setdefault(nome, {})
    if valor is ...:
        del lugar[ultimo]
    else:
        lugar[ultimo] = valor
    return pedido


def _valor(**campos: Any) -> dict[str, Any]:
    return um_pedido(valor={"original": "100.00"} | campos)


RECUSADOS: list[tuple[str, Any, str]] = [
    ("corpo vazio", b"", "cobv"),
    ("corpo quebrado", b"{", "cobv"),
    ("lista", [], "cobv"),
    *((f"sem {nome}", _com(nome, ...), f"cobv.{nome}") for nome in ("calendario", "devedor", "valor", "chave")),
    ("calendario texto", _com("calendario", "x"), "cobv.calendario"),
    *(
        (f"vencimento {dia!r}", _com("calendario.dataDeVencimento", dia), "cobv.calendario.dataDeVencimento")
        for dia in (..., None, 1, "", "30/03/2026", "2026-02-30", "20260330", "0001-01-01", "9999-12-31", "2026-03-09")
    ),
    *(
        (f"validade {dias!r}", _com("calendario.validadeAposVencimento", dias), "cobv.calendario.validadeAposVencimento")
        for dias in (-1, "30", 1.5, True, 10**9)
    ),
    ("devedor texto", _com("devedor", "x"), "cobv.devedor"),
    ("devedor sem documento", _com("devedor", {"nome": "x"}), "cobv.devedor"),
    ("devedor com os dois", _com("devedor.cnpj", "11222333000181"), "cobv.devedor"),
    ("cpf com máscara", _com("devedor.cpf", "123.456.789-09"), "cobv.devedor.cpf"),
    ("cpf número", _com("devedor.cpf", 12345678909), "cobv.devedor.cpf"),
    ("cnpj minúsculo", _com("devedor", {"cnpj": "12abc34501de35", "nome": "x"}), "cobv.devedor.cnpj"),
    ("sem nome", _com("devedor.nome", ...), "cobv.devedor.nome"),
    ("nome longo", _com("devedor.nome", "x" * 201), "cobv.devedor.nome"),
    *(
        (f"original {valor!r}", _com("valor.original", valor), "cobv.valor.original")
        for valor in (..., None, 100, 100.0, "100", "100,00", "100.0", "-1.00", "0.00", "12345678901.00", "1e2", "١.٠٠", "1.00\n")
    ),
    ("valor texto", _com("valor", "100.00"), "cobv.valor.original"),
    *(
        (f"{nome} {dado!r}", _valor(**{nome: dado}), f"cobv.valor.{nome}")
        for nome, maior in (("multa", 2), ("juros", 8), ("abatimento", 2), ("desconto", 6))
        for dado in (
            "x",
            {},
            {"modalidade": 0, "valorPerc": "1.00"},
            {"modalidade": maior + 1, "valorPerc": "1.00"},
            {"modalidade": maior, "valorPerc": "1.0"},
            {"modalidade": maior},
            {"modalidade": True, "valorPerc": "1.00"},
            {"valorPerc": "1.00"},
        )
    ),
    ("abatimento de tudo", _valor(abatimento={"modalidade": 1, "valorPerc": "100.00"}), "cobv.valor.abatimento"),
    ("abatimento de 100%", _valor(abatimento={"modalidade": 2, "valorPerc": "100.00"}), "cobv.valor.abatimento"),
    *(
        (f"desconto {nome}", _valor(desconto=desconto), "cobv.valor.desconto")
        for nome, desconto in (
            (
                "1 com valorPerc",
                {"modalidade": 1, "valorPerc": "1.00", "descontoDataFixa": [{"data": "2026-03-20", "valorPerc": "1.00"}]},
            ),
            ("1 sem datas", {"modalidade": 1}),
            ("1 com datas vazias", {"modalidade": 1, "descontoDataFixa": []}),
            ("1 com quatro datas", {"modalidade": 1, "descontoDataFixa": [{"data": "2026-03-20", "valorPerc": "1.00"}] * 4}),
            ("1 depois do vencimento", {"modalidade": 1, "descontoDataFixa": [{"data": "2026-03-31", "valorPerc": "1.00"}]}),
            ("1 de tudo", {"modalidade": 1, "descontoDataFixa": [{"data": "2026-03-20", "valorPerc": "100.00"}]}),
            ("2 de 100%", {"modalidade": 2, "descontoDataFixa": [{"data": "2026-03-20", "valorPerc": "100.00"}]}),
            ("3 com datas", {"modalidade": 3, "valorPerc": "1.00", "descontoDataFixa": []}),
            ("3 sem valorPerc", {"modalidade": 3}),
            ("6 de 100%", {"modalidade": 6, "valorPerc": "100.00"}),
        )
    ),
    *((f"chave {chave!r}", _com("chave", chave), "cobv.chave") for chave in (None, 1, "", "x" * 78, "outra@exemplo")),
    ("solicitacao longa", um_pedido(solicitacaoPagador="x" * 141), "cobv.solicitacaoPagador"),
    ("informações texto", um_pedido(infoAdicionais="x"), "cobv.infoAdicionais"),
    ("informação sem valor", um_pedido(infoAdicionais=[{"nome": "x"}]), "cobv.infoAdicionais"),
    ("loc que não existe", um_pedido(loc={"id": 1}), "cobv.loc.id"),
]


async def test_o_que_a_api_recusa_nomeia_a_propriedade_e_nada_guarda(cliente: Cliente) -> None:
    for nome, corpo, propriedade in RECUSADOS:
        resposta = await cliente.pedir("PUT", f"cobv/{TXID}", corpo)
        assert (resposta.status_code, resposta.headers["content-type"]) == (400, "application/problem+json"), nome
        problema = resposta.json()
        assert problema["type"] == "https://pix.bcb.gov.br/api/v2/error/CobVOperacaoInvalida", nome
        assert propriedade in [v["propriedade"] for v in problema["violacoes"]], (nome, problema)
    assert (await cliente.http.get("/pix/cobrancas")).json()["itens"] == []
