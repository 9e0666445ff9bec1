"""A day in the life of an agreement: quoted, signed, paid at the bank, forgotten, warned of, paid late by Pix, and over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel.persistence.servidor import servidor_embutido
from parcelamento.domain.retorno import Cabecalho, PagamentoDoRetorno, escrever
from parcelamento.normas import normas_de_fabrica
from tests.support import base_pequena as base
from tests.support.base_pequena import Devedor
from tests.support.instalacao import Instalacao, instalacao_embutida, instalacao_separada
from tests.unit.parcelamento.apoio_documento import codigos

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

INICIO = "2015-03-10T09:00-03:00"
ACORDA, NAO_ACORDA = Devedor(1, "2014-06-20"), Devedor(2, "2014-06-20")
TODOS = (ACORDA, NAO_ACORDA)
DEBITOS = {"D-A": ("2014-05", "6000.00", "2000.00", "1000.00"), "D-B": ("2014-09", "3000.00", "500.00", "123.45")}


@pytest.fixture
async def embutida(tmp_path: Path) -> AsyncIterator[Instalacao]:
    async with instalacao_embutida(tmp_path, relogio=INICIO, UF="MA") as instalacao:
        yield instalacao


async def test_embutido(embutida: Instalacao) -> None:
    await percorrer(embutida)


@pytest.fixture
async def separada(tmp_path: Path, kafka_bootstrap: str) -> AsyncIterator[Instalacao]:
    with servidor_embutido(tmp_path / "banco") as servidor:
        async with instalacao_separada(
            tmp_path, relogio=INICIO, banco_url=servidor.url, kafka_bootstrap=kafka_bootstrap, UF="MA"
        ) as instalacao:
            yield instalacao


@pytest.mark.kafka
async def test_kafka_e_postgres_em_processos_separados(separada: Instalacao) -> None:
    await percorrer(separada)


async def percorrer(instalacao: Instalacao) -> None:
    """Quote → agreement → documents → return file → active → missed → at risk → warned → paid late by Pix → quit."""
    await _carregar(instalacao)
    plano = await _acordar(instalacao)
    await _so_o_outro_e_contatado(instalacao)
    await _pagar_a_entrada_no_banco(instalacao, plano)
    await _esquecer_a_segunda(instalacao, plano)
    await _ser_avisado_do_risco(instalacao, plano)
    await _pagar_atrasado_por_pix(instalacao, plano)
    await _silencio_depois(instalacao)


async def _carregar(instalacao: Instalacao) -> None:
    tudo_chega = {"entregue": 1, "lido": 0, "latencia_ms": [1, 20]}
    comportamento = {"semente": 1, "canais": {"sms": tudo_chega, "whatsapp": tudo_chega, "pix": {"duplicar": 1}}}
    resposta = await instalacao.simulador.put("/comportamento", json=comportamento)
    assert resposta.status_code < 300, resposta.text
    debitos = [
        *base.debitos([NAO_ACORDA]),
        *(
            f"{nome};{ACORDA.id};ICMS;3;auto;{fato};{fato};{fato}-20;{principal};{multa};{juros};aberto;2015-01-10;;Imperatriz"
            for nome, (fato, principal, multa, juros) in DEBITOS.items()
        ),
    ]
    for tipo, linhas in (
        ("contribuintes", base.contribuintes(TODOS)),
        ("contatos", base.contatos(TODOS)),
        ("debitos", debitos),
    ):
        carga = await instalacao.carregar(tipo, linhas)
        assert (carga["estado"], carga["rejeitados"]) == ("concluida", 0), carga
    await instalacao.sossegar()


async def _acordar(instalacao: Instalacao) -> dict[str, Any]:
    """The norm is data: here a plan costs charges when late, and is lost after twenty days of delay."""
    norma = deepcopy(normas_de_fabrica()["ma-mp-189-2015"])
    norma["encargos"] = "federal"
    norma["cancelamento"] |= {"parcelas_em_atraso": None, "dias_de_atraso": 20}
    assert (await instalacao.api.put("/v1/normas/parcelamento", json=norma)).status_code == 200
    pedido = {
        "contribuinte": {"id": ACORDA.id, "regime": "normal"},
        "data": "2015-03-10",
        "debitos": [
            {
                "debito": nome,
                "agencia": "Imperatriz",
                "conta": 3,
                "natureza": "icms",
                "fato_gerador": fato,
                "ciencia_em": "2015-01-10",
                **dict(zip(("principal", "multa", "juros"), quanto, strict=True)),
            }
            for nome, (fato, *quanto) in DEBITOS.items()
        ],
    }
    cotacao = (await instalacao.api.post("/v1/parcelamentos/cotacoes", json=pedido)).raise_for_status().json()
    proposto = next(p for p in cotacao["planos"] if p["parcelas"] == 4)
    # D-A keeps a fifth of its fine and interest, D-B all of them
    assert (proposto["regime"], proposto["total"]) == ("misto", "10223.45")
    pedido_de_plano = {"cotacao": cotacao["cotacao"], "parcelas": 4}
    plano: dict[str, Any] = (await instalacao.api.post("/v1/parcelamentos", json=pedido_de_plano)).raise_for_status().json()
    assert plano["situacao"] == "aguardando_entrada"
    termo = await instalacao.api.get(f"/v1/parcelamentos/{plano['id']}/termo.pdf")
    assert (termo.status_code, termo.content[:5]) == (200, b"%PDF-")
    return plano


async def _so_o_outro_e_contatado(instalacao: Instalacao) -> None:
    """An agreement mutes before it is paid, and lifts nothing: the debts stay em aberto."""
    await instalacao.sossegar()
    ciclo = await instalacao.ciclo("2015-03-10")
    assert (ciclo["estado"], ciclo["acionados"]) == ("concluido", 1), ciclo
    await instalacao.sossegar()
    assert len(await _mensagens(instalacao, NAO_ACORDA)) == 1
    assert await _mensagens(instalacao, ACORDA) == []
    assert await _situacoes(instalacao) == {"D-A": "aberto", "D-B": "aberto"}


async def _pagar_a_entrada_no_banco(instalacao: Instalacao, plano: dict[str, Any]) -> None:
    documento = await _documento(instalacao, plano, 1)
    assert documento["pix"], "a cobrança Pix foi criada no provedor"
    pagina = await instalacao.api.get(f"/v1/parcelamentos/{plano['id']}/parcelas/1/documento.pdf")
    assert codigos(pagina.content) == {"ITF": documento["barras"], "QR Code": documento["pix"]}
    await instalacao.avancar(ate="2015-03-17T09:00-03:00")
    assert (await _plano(instalacao, plano))["situacao"] == "aguardando_entrada"
    pago = PagamentoDoRetorno(1, date(2015, 3, 16), date(2015, 3, 17), documento["barras"], _centavos(documento["valor"]))
    arquivo = b"".join(escrever(Cabecalho("00012345", "SEFAZ", 1, "BANCO", date(2015, 3, 17), 1), [pago]))
    for _ in range(2):
        # the bank sends it again: nothing changes
        envio = {"arquivo": ("retorno.txt", arquivo, "text/plain")}
        resposta = await instalacao.api.post("/v1/retornos", files=envio)
        assert resposta.status_code == 202, resposta.text
        carga = await instalacao.ate_acabar(f"/v1/retornos/{resposta.json()['id']}")
        assert (carga["estado"], carga["total"], carga["rejeitados"]) == ("concluida", 1, 0), carga
    await instalacao.sossegar()
    ativo = await _plano(instalacao, plano)
    assert (ativo["situacao"], ativo["ativado_em"], len(ativo["pagamentos"])) == ("ativo", "2015-03-16", 1)
    assert await _situacoes(instalacao) == {"D-A": "parcelado", "D-B": "parcelado"}


async def _esquecer_a_segunda(instalacao: Instalacao, plano: dict[str, Any]) -> None:
    """Due on April 15; known as missed on the 17th."""
    await instalacao.avancar(ate="2015-04-16T23:00-03:00")
    assert "vencida" not in {p["situacao"] for p in (await _plano(instalacao, plano))["parcelas"][2:]}
    assert not await _aconteceu(instalacao, "parcela_vencida")
    await instalacao.avancar(ate="2015-04-17T09:00-03:00")
    assert await _aconteceu(instalacao, "parcela_vencida")
    atrasado = await _plano(instalacao, plano)
    assert (atrasado["situacao"], atrasado["parcelas_vencidas"], atrasado["perda_em"]) == ("ativo", 1, "2015-05-05")
    assert await _mensagens(instalacao, ACORDA) == []


async def _ser_avisado_do_risco(instalacao: Instalacao, plano: dict[str, Any]) -> None:
    """At risk fifteen days before the loss: one message, beside the ladder."""
    await instalacao.avancar(ate="2015-04-24T12:00-03:00")
    assert await _aconteceu(instalacao, "em_risco")
    assert len(await _mensagens(instalacao, ACORDA)) == 1
    assert (await _plano(instalacao, plano))["situacao"] == "ativo"


async def _pagar_atrasado_por_pix(instalacao: Instalacao, plano: dict[str, Any]) -> None:
    atrasada = await _documento(instalacao, plano, 2)
    # nine days late on April 24: 9 × 0.33%; no interest within the month
    valor = _centavos(plano["parcelas"][1]["valor"])
    encargos = (valor * 297 + 5000) // 10000
    assert (_centavos(atrasada["encargos"]), _centavos(atrasada["valor"])) == (encargos, valor + encargos)
    await _pagar_por_pix(instalacao, atrasada)
    await instalacao.sossegar()
    em_dia = await _plano(instalacao, plano)
    assert [(p["numero"], p["situacao"]) for p in em_dia["parcelas"]] == [(1, "paga"), (2, "paga"), (3, "aberta"), (4, "aberta")]
    assert em_dia["pagamentos"][-1]["resultado"] == "em_atraso"
    resposta = await instalacao.api.post(f"/v1/parcelamentos/{plano['id']}/quitacao")
    assert resposta.status_code == 201, resposta.text
    assert resposta.json()["valor"] == em_dia["saldo"]
    await _pagar_por_pix(instalacao, resposta.json())
    await instalacao.sossegar()
    quitado = await _plano(instalacao, plano)
    assert (quitado["situacao"], quitado["saldo"], len(quitado["pagamentos"])) == ("quitado", "0.00", 3)
    assert await _situacoes(instalacao) == {"D-A": "pago", "D-B": "pago"}
    assert (await instalacao.api.get("/v1/retornos/pendentes")).json()["itens"] == []


async def _silencio_depois(instalacao: Instalacao) -> None:
    dele, do_outro = len(await _mensagens(instalacao, ACORDA)), len(await _mensagens(instalacao, NAO_ACORDA))
    await instalacao.avancar(dias=15)
    assert len(await _mensagens(instalacao, ACORDA)) == dele
    assert len(await _mensagens(instalacao, NAO_ACORDA)) >= do_outro
    for tipo in ("formalizado", "ativado", "parcela_vencida", "em_risco", "quitado"):
        assert await _aconteceu(instalacao, tipo), tipo
    assert not await _aconteceu(instalacao, "cancelado")


async def _pagar_por_pix(instalacao: Instalacao, documento: dict[str, Any]) -> None:
    """The payer reads the code; the provider tells us, twice."""
    resposta = await instalacao.simulador.post("/pix/pagar", json={"txid": UUID(documento["id"]).hex})
    assert resposta.status_code == 201, resposta.text
    [pix] = resposta.json()["itens"]
    assert pix["valor"] == documento["valor"]
    await _ate(lambda: _documento_pago(instalacao, documento))


async def _documento_pago(instalacao: Instalacao, documento: dict[str, Any]) -> bool:
    lido = (await instalacao.api.get(f"/v1/documentos/{documento['id']}")).raise_for_status().json()
    return bool(lido["situacao"] == "pago")


async def _ate(pergunta: Callable[[], Awaitable[bool]], limite_s: float = 60) -> None:
    async with asyncio.timeout(limite_s):
        while not await pergunta():  # noqa: ASYNC110 - another process, no event to wait for
            await asyncio.sleep(0.1)


async def _plano(instalacao: Instalacao, plano: dict[str, Any]) -> dict[str, Any]:
    lido: dict[str, Any] = (await instalacao.api.get(f"/v1/parcelamentos/{plano['id']}")).raise_for_status().json()
    return lido


async def _documento(instalacao: Instalacao, plano: dict[str, Any], parcela: int) -> dict[str, Any]:
    resposta = await instalacao.api.get(f"/v1/parcelamentos/{plano['id']}/parcelas/{parcela}/documento")
    assert resposta.status_code == 200, resposta.text
    lido: dict[str, Any] = resposta.json()
    return lido


async def _situacoes(instalacao: Instalacao) -> dict[str, str]:
    """How the régua sees the debts."""
    dele = (await instalacao.api.get(f"/v1/contribuintes/{ACORDA.id}")).raise_for_status().json()
    return {d["debito"]: d["situacao"] for d in dele["debitos"]}


async def _aconteceu(instalacao: Instalacao, tipo: str) -> bool:
    """Whether the taxpayer's timeline tells of it."""
    linha = (await instalacao.api.get(f"/v1/contribuintes/{ACORDA.id}/linha-do-tempo?limite=500")).raise_for_status().json()
    return any(tipo in str(item.get("tipo", "")) for item in linha["itens"])


async def _mensagens(instalacao: Instalacao, devedor: Devedor) -> list[dict[str, Any]]:
    itens: list[dict[str, Any]] = []
    for para in (devedor.telefone, devedor.telefone.removeprefix("+")):
        resposta = await instalacao.simulador.get("/mensagens", params={"para": para})
        itens += [item for item in resposta.json()["itens"] if item not in itens]
    return itens


def _centavos(texto: str) -> int:
    return int(texto.replace(".", ""))
