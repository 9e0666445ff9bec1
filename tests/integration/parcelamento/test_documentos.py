"""Documents over HTTP on a real database: the same asked twice is one, a new price is a new one, and the page can be paid."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from parcelamento.domain import brcode
from parcelamento.domain.febraban import ler_barras
from parcelamento.normas import normas_de_fabrica
from tests.support.parcelamento_sala import SalaParcelamento, campos, centavos, soma, um_debito, um_pedido
from tests.unit.parcelamento.apoio_documento import codigos, paginas

SEM_NINGUEM = "00000000-0000-4000-8000-000000000000"


async def com_norma(parcelamento: SalaParcelamento, mudar: Callable[[dict[str, Any]], object]) -> None:
    """MP 189/2015 with something else in it, in force from the next quote on."""
    documento = deepcopy(normas_de_fabrica()["ma-mp-189-2015"])
    mudar(documento)
    resposta = await parcelamento.pedir("PUT", "/v1/normas/parcelamento", json=documento)
    assert resposta.status_code == 200, resposta.text


def de_encargos(regra: str) -> Callable[[dict[str, Any]], object]:
    return lambda d: d.update(encargos=regra)


async def pagar(parcelamento: SalaParcelamento, documento: Any, **opcoes: Any) -> None:
    await parcelamento.retornar((documento["barras"], parcelamento.hoje, centavos(documento["valor"])), **opcoes)


async def test_documento_da_parcela_diz_o_que_se_paga(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2, um_debito(divida_ativa=True), honorarios_pge="0.10")
    d = await parcelamento.documento(plano["id"], 1)
    esperado = {
        "rotulo": "DARE",
        "tipo": "parcela",
        "situacao": "emitido",
        "contribuinte": "MA-1",
        "parcelamento": plano["id"],
        "parcela": 1,
        "valor": plano["parcelas"][0]["valor"],
        "encargos": "0.00",
        "vencimento": "2015-03-15",
        "pagavel_ate": "2015-03-16",
    }
    assert {nome: d[nome] for nome in esperado} == esperado
    lido = ler_barras(d["barras"])
    assert (lido.valor, lido.vencimento, lido.nosso_numero) == (centavos(d["valor"]), date(2015, 3, 15), d["numero"])
    assert ler_barras(d["linha"]) == lido
    assert "".join(c for c in d["linha_formatada"] if c.isdecimal()) == d["linha"]
    do_pix = brcode.ler(d["pix"])
    assert (do_pix["chave"], do_pix["valor"]) == ("pix@sefaz.exemplo", centavos(d["valor"]))
    [item] = d["itens"]
    assert soma(item[parte] for parte in ("principal", "multa", "juros", "honorarios")) == centavos(d["valor"])
    assert centavos(item["honorarios"]) > 0
    assert await parcelamento.obter(f"/v1/documentos/{d['id']}") == d


async def test_mesmo_documento_pedido_duas_vezes_e_um_so(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(3)
    primeiro = await parcelamento.documento(plano["id"], 2)
    pedidos = await asyncio.gather(*(parcelamento.documento(plano["id"], 2) for _ in range(5)))
    assert all(d == primeiro for d in pedidos)
    outro = await parcelamento.documento(plano["id"], 3)
    assert outro["numero"] != primeiro["numero"]
    assert await parcelamento.contar("documento") == {"documento": 2}


async def test_ao_mesmo_tempo_sai_um_documento_so(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2)
    pedidos = await asyncio.gather(*(parcelamento.documento(plano["id"], 1) for _ in range(6)))
    assert len({d["id"] for d in pedidos}) == 1
    assert await parcelamento.contar("documento") == {"documento": 1}


async def test_parcela_atrasada_tem_preco_novo_e_o_documento_velho_ainda_conta(parcelamento: SalaParcelamento) -> None:
    await com_norma(parcelamento, de_encargos("federal"))
    plano = await parcelamento.formalizar(3)
    await pagar(parcelamento, await parcelamento.documento(plano["id"], 1))
    velho = await parcelamento.documento(plano["id"], 2)
    # due on Wednesday, April 15: 35 days late on May 20; 35 × 0.33% and, the month after, 1%
    parcelamento.ir_para(date(2015, 5, 20))
    novo = await parcelamento.documento(plano["id"], 2)
    valor = centavos(velho["valor"])
    assert valor == 2150_00
    assert (novo["encargos"], novo["valor"], novo["vencimento"]) == ("269.83", "2419.83", "2015-05-20")
    assert (await parcelamento.obter(f"/v1/documentos/{velho['id']}"))["situacao"] == "substituido"
    assert await parcelamento.documento(plano["id"], 2) == novo
    await parcelamento.retornar((velho["barras"], date(2015, 4, 15), valor))
    parcela = (await parcelamento.plano(plano["id"]))["parcelas"][1]
    assert (parcela["situacao"], parcela["quitada_em"]) == ("paga", "2015-04-15")


async def test_parcela_paga_em_parte_tem_documento_do_que_falta(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2)
    primeiro = await parcelamento.documento(plano["id"], 1)
    await parcelamento.retornar((primeiro["barras"], parcelamento.hoje, 1000_00))
    segundo = await parcelamento.documento(plano["id"], 1)
    assert segundo["id"] != primeiro["id"]
    assert centavos(segundo["valor"]) == centavos(primeiro["valor"]) - 1000_00
    await pagar(parcelamento, segundo)
    resposta = await parcelamento.pedir("GET", f"/v1/parcelamentos/{plano['id']}/parcelas/1/documento")
    assert (resposta.status_code, resposta.json()["codigo"]) == (409, "parcela_paga")


async def test_quitacao_impede_parcelas_ate_ser_cancelada_e_paga_quita_tudo(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(4)
    caminho = f"/v1/parcelamentos/{plano['id']}"
    await pagar(parcelamento, await parcelamento.documento(plano["id"], 1))
    saldo = (await parcelamento.plano(plano["id"]))["saldo"]
    quitacao = await parcelamento.criar(f"{caminho}/quitacao", None)
    assert (quitacao["tipo"], quitacao["valor"], quitacao["parcela"]) == ("quitacao", saldo, None)
    assert await parcelamento.criar(f"{caminho}/quitacao", None) == quitacao
    presa = await parcelamento.pedir("GET", f"{caminho}/parcelas/2/documento")
    assert (presa.status_code, presa.json()["codigo"]) == (409, "quitacao_pendente")
    assert "cancele" in presa.json()["detail"]
    for _ in range(2):
        assert (await parcelamento.pedir("DELETE", f"{caminho}/quitacao")).status_code == 204
    assert (await parcelamento.obter(f"/v1/documentos/{quitacao['id']}"))["situacao"] == "cancelado"
    assert (await parcelamento.documento(plano["id"], 2))["parcela"] == 2
    # taken back or not, money that comes by it counts
    await pagar(parcelamento, quitacao)
    quitado = await parcelamento.plano(plano["id"])
    assert (quitado["situacao"], quitado["saldo"], quitado["encerrado_em"]) == ("quitado", "0.00", "2015-03-10")
    assert (await parcelamento.pedir("GET", f"{caminho}/parcelas/2/documento")).json()["codigo"] == "parcelamento_encerrado"
    assert (await parcelamento.pedir("POST", f"{caminho}/quitacao")).json()["codigo"] == "parcelamento_encerrado"
    assert (await parcelamento.tipos())[-2:] == ["pagamento.confirmado", "parcelamento.quitado"]


async def test_quitacao_de_ontem_nao_prende_mais(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2)
    await parcelamento.criar(f"/v1/parcelamentos/{plano['id']}/quitacao", None)
    parcelamento.ir_para(date(2015, 3, 11))
    assert (await parcelamento.documento(plano["id"], 1))["valor"] == plano["parcelas"][0]["valor"]


async def test_documento_do_que_nao_ha(parcelamento: SalaParcelamento) -> None:
    plano = (await parcelamento.formalizar(2))["id"]
    for caminho, status in (
        (f"/v1/parcelamentos/{plano}/parcelas/3/documento", 404),
        (f"/v1/parcelamentos/{plano}/parcelas/0/documento", 422),
        (f"/v1/parcelamentos/{SEM_NINGUEM}/parcelas/1/documento", 404),
        (f"/v1/parcelamentos/{SEM_NINGUEM}/parcelas/1/documento.pdf", 404),
        (f"/v1/parcelamentos/{SEM_NINGUEM}/termo.pdf", 404),
        (f"/v1/documentos/{SEM_NINGUEM}", 404),
        (f"/v1/documentos/{SEM_NINGUEM}/documento.pdf", 404),
    ):
        assert (await parcelamento.pedir("GET", caminho)).status_code == status, caminho
    for metodo in ("POST", "DELETE"):
        assert (await parcelamento.pedir(metodo, f"/v1/parcelamentos/{SEM_NINGUEM}/quitacao")).status_code == 404


async def test_pdf_se_le_de_volta(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2)
    d = await parcelamento.documento(plano["id"], 1)
    resposta = await parcelamento.pedir("GET", f"/v1/parcelamentos/{plano['id']}/parcelas/1/documento.pdf", token="auditor")
    assert (resposta.status_code, resposta.headers["content-type"]) == (200, "application/pdf")
    assert codigos(resposta.content) == {"ITF": d["barras"], "QR Code": d["pix"]}
    texto = paginas(resposta.content)[0]
    assert d["linha_formatada"] in texto
    assert "R$ 4.300,00" not in texto
    assert "15/03/2015" in texto
    pelo_id = await parcelamento.pedir("GET", f"/v1/documentos/{d['id']}/documento.pdf")
    assert codigos(pelo_id.content) == codigos(resposta.content)
    termo = await parcelamento.pedir("GET", f"/v1/parcelamentos/{plano['id']}/termo.pdf")
    assert (termo.status_code, termo.content[:5]) == (200, b"%PDF-")
    do_termo = " ".join(paginas(termo.content))
    assert all(parte in do_termo for parte in ("MA-1", "15/03/2015", "15/04/2015", "D1"))


async def test_cota_unica_de_debitos_tem_os_acrescimos_do_dia(parcelamento: SalaParcelamento) -> None:
    pedido = {
        "contribuinte": "MA-1",
        "uf": "AL",
        "debitos": [
            # 50 days after 2015-01-19: 9%, and SELIC of February plus 1%
            {"debito": "A", "referencia": "2014-12", "vencimento": "2015-01-19", "principal": "1000.00"},
            {"debito": "B", "referencia": "2014-11", "vencimento": "2014-12-19", "principal": "500.00", "multa": "75.00"},
            {"debito": "C", "tributo": "IPVA", "referencia": "2015-01", "vencimento": "2015-03-31", "principal": "200.00"},
        ],
    }
    chave = {"Idempotency-Key": "doc-1"}
    d = await parcelamento.criar("/v1/documentos", pedido, headers=chave)
    assert await parcelamento.criar("/v1/documentos", pedido, headers=chave) == d
    assert (d["rotulo"], d["tipo"], d["vencimento"], d["contribuinte"]) == ("DAR", "cota_unica", "2015-03-10", "MA-1")
    assert [(i["debito"], i["principal"], i["multa"], i["juros"], i["valor"]) for i in d["itens"]] == [
        ("A", "1000.00", "90.00", "18.20", "1108.20"),
        ("B", "500.00", "75.00", "0.00", "575.00"),
        ("C", "200.00", "0.00", "0.00", "200.00"),
    ]
    assert d["valor"] == "1883.20"
    assert await parcelamento.contar("documento") == {"documento": 1}
    await pagar(parcelamento, d)
    confirmados = await parcelamento.eventos("pagamento.confirmado")
    assert {(e.dados["debito"], e.dados["valor"], e.dados["tributo"]) for e in confirmados} == {
        ("A", "1108.20", "ICMS"),
        ("B", "575.00", "ICMS"),
        ("C", "200.00", "IPVA"),
    }
    assert len({e.dados["pagamento"] for e in confirmados}) == 3
    assert (await parcelamento.obter(f"/v1/documentos/{d['id']}"))["situacao"] == "pago"


async def test_cota_unica_da_cotacao_tem_a_reducao_da_norma(parcelamento: SalaParcelamento) -> None:
    sem = await parcelamento.cotar()
    recusa = await parcelamento.pedir("POST", "/v1/documentos", json={"cotacao": sem["cotacao"]})
    assert (recusa.status_code, recusa.json()["codigo"]) == (422, "parcelas_indisponiveis")
    assert "percentual_nao_definido" in recusa.text
    await com_norma(
        parcelamento,
        lambda d: d.update(
            cota_unica={"reducao_multa": "1.00", "reducao_juros": "0.50", "regimes": ["I"], "fundamento": "teste"}
        ),
    )
    cotada = await parcelamento.cotar(um_debito("A"), um_debito("B", juros="0.01"))
    d = await parcelamento.criar("/v1/documentos", {"cotacao": cotada["cotacao"]})
    assert [(i["debito"], i["multa"], i["juros"], i["valor"]) for i in d["itens"]] == [
        ("A", "0.00", "500.00", "6500.00"),
        ("B", "0.00", "0.01", "6000.01"),
    ]
    assert d["valor"] == next(p["total"] for p in cotada["planos"] if p["parcelas"] == 1) == "12500.01"
    await pagar(parcelamento, d)
    pagos = [(e.dados["debito"], e.dados["valor"]) for e in await parcelamento.eventos("pagamento.confirmado")]
    assert sorted(pagos) == [("A", "6500.00"), ("B", "6000.01")]


@pytest.mark.parametrize("quando", ["anonima", "ontem", "adiante", "nao ha"])
async def test_cota_unica_de_cotacao_que_nao_serve(parcelamento: SalaParcelamento, quando: str) -> None:
    anonima = await parcelamento.criar("/v1/parcelamentos/cotacoes", um_pedido(contribuinte=None))
    cotacao, status, codigo = {
        "anonima": (anonima["cotacao"], 422, "contribuinte_ausente"),
        "ontem": ((await parcelamento.cotar(data="2015-03-09"))["cotacao"], 409, "cotacao_vencida"),
        "adiante": ((await parcelamento.cotar(data="2015-03-11"))["cotacao"], 409, "cotacao_vencida"),
        "nao ha": (SEM_NINGUEM, 404, "nao_encontrado"),
    }[quando]
    resposta = await parcelamento.pedir("POST", "/v1/documentos", json={"cotacao": cotacao})
    assert (resposta.status_code, resposta.json()["codigo"]) == (status, codigo)
    assert await parcelamento.contar("documento") == {"documento": 0}


async def test_pedido_ruim_de_documento_diz_o_campo(parcelamento: SalaParcelamento) -> None:
    def pedido(**debito: Any) -> dict[str, Any]:
        base = {"debito": "A", "referencia": "2014-12", "vencimento": "2015-01-19", "principal": "10.00"}
        return {"contribuinte": "MA-1", "debitos": [base | debito]}

    erradas = {}
    for corpo, campo in (
        ({}, "corpo"),
        ({"contribuinte": "MA-1"}, "corpo"),
        ({"contribuinte": "MA-1", "debitos": []}, "corpo"),
        (pedido() | {"cotacao": SEM_NINGUEM}, "corpo"),
        (pedido(principal="-1.00"), "debitos[0].principal"),
        (pedido(principal="1,00"), "debitos[0].principal"),
        (pedido(vencimento="19/01/2015"), "debitos[0].vencimento"),
        (pedido(referencia="12/2014"), "debitos[0].referencia"),
        (pedido(tributo="ISS"), "debitos[0].tributo"),
        (pedido(brinde=1), "debitos[0].brinde"),
        (pedido(principal="0.00"), "debitos"),
        (pedido() | {"encargos": "nao-ha"}, "regra"),
        (pedido() | {"uf": "SP"}, "uf"),
        ({"contribuinte": "MA-1", "debitos": pedido()["debitos"] * 2}, "debitos"),
        ({"contribuinte": "MA-1", "debitos": [pedido(debito=f"D{n}")["debitos"][0] for n in range(501)]}, "debitos"),
    ):
        ditos = list(campos(await parcelamento.pedir("POST", "/v1/documentos", json=corpo)))
        if ditos != [campo]:
            erradas[campo] = ditos
    assert erradas == {}
    assert await parcelamento.contar("documento") == {"documento": 0}


async def test_sem_a_selic_do_mes_o_documento_nao_sai_e_diz_qual_falta(parcelamento: SalaParcelamento) -> None:
    async with parcelamento.banco.transacao() as con:
        await con.execute("delete from parcelamento.selic where competencia = 2015 * 12 + 1")
    debito = {"debito": "A", "referencia": "2014-12", "vencimento": "2015-01-19", "principal": "1000.00"}
    resposta = await parcelamento.pedir("POST", "/v1/documentos", json={"contribuinte": "MA-1", "debitos": [debito]})
    assert (resposta.status_code, resposta.json()["codigo"]) == (409, "selic_ausente")
    assert "2015-02" in resposta.text or "02/2015" in resposta.text
    assert await parcelamento.contar("documento") == {"documento": 0}


async def test_quem_emite(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2)
    caminho = f"/v1/parcelamentos/{plano['id']}"
    for token, status in (("operador", 200), ("integracao", 200), (None, 401)):
        assert (await parcelamento.pedir("GET", f"{caminho}/parcelas/1/documento", token=token)).status_code == status, token
    for token, status in (("auditor", 403), ("operador", 201)):
        assert (await parcelamento.pedir("POST", f"{caminho}/quitacao", token=token)).status_code == status, token
    for token, status in (("auditor", 403), ("integracao", 204)):
        assert (await parcelamento.pedir("DELETE", f"{caminho}/quitacao", token=token)).status_code == status, token
