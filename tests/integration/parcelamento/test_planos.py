"""Plans over HTTP on a real database: made once of a quote of the day, each debt in one living plan, followed up as days pass."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from tests.support.parcelamento_sala import SalaParcelamento, campos, centavos, soma, um_debito, um_pedido

PARCELAMENTOS = "/v1/parcelamentos"


async def test_plano_nasce_aguardando_a_entrada_com_o_que_a_cotacao_disse(parcelamento: SalaParcelamento) -> None:
    cotacao = await parcelamento.cotar(um_debito("A", agencia="Imperatriz"), um_debito("B", fato_gerador="2014-10"))
    proposto = next(p for p in cotacao["planos"] if p["parcelas"] == 3)
    plano = await parcelamento.criar(PARCELAMENTOS, {"cotacao": cotacao["cotacao"], "parcelas": 3}, token="operador.Ana")
    assert {k: plano[k] for k in ("situacao", "contribuinte", "cotacao", "data", "norma", "versao", "regime", "motivo")} == {
        "situacao": "aguardando_entrada",
        "contribuinte": "MA-1",
        "cotacao": cotacao["cotacao"],
        "data": "2015-03-10",
        "norma": "ma-mp-189-2015",
        "versao": 1,
        "regime": "misto",
        "motivo": None,
    }
    for campo in ("total", "total_sem_reducao", "desconto"):
        assert plano[campo] == proposto[campo]
    assert (plano["pago"], plano["saldo"], plano["ativado_em"], plano["pagamentos"]) == ("0.00", plano["total"], None, [])
    assert [p["valor"] for p in plano["parcelas"]] == proposto["valores"]
    assert [p["vencimento"] for p in plano["parcelas"]] == proposto["vencimentos"]
    # 2015-03-15 is a Sunday
    assert [(p["pagavel_ate"], p["situacao"]) for p in plano["parcelas"]] == [
        ("2015-03-16", "aberta"),
        ("2015-04-15", "aberta"),
        ("2015-05-15", "aberta"),
    ]
    partes = ("principal", "multa_reduzida", "juros_reduzidos", "honorarios")
    assert sum(soma(d[parte] for parte in partes) for d in plano["debitos"]) == centavos(plano["total"])
    assert all(d["saldo_principal"] is None for d in plano["debitos"])
    assert await parcelamento.plano(plano["id"]) == plano
    [formalizado] = await parcelamento.eventos("parcelamento.formalizado")
    assert formalizado.chave == "MA-1"
    assert formalizado.dados == {
        "contribuinte": "MA-1",
        "parcelamento": plano["id"],
        "debitos": ["A", "B"],
        "data": "2015-03-10",
        "parcelas": 3,
        "primeiro_vencimento": "2015-03-15",
        "total": plano["total"],
    }
    assert await parcelamento.tipos() == ["parcelamento.formalizado"]


async def test_cotacao_usada_duas_vezes_e_409_e_com_a_mesma_chave_a_mesma_resposta(parcelamento: SalaParcelamento) -> None:
    pedido = {"cotacao": (await parcelamento.cotar())["cotacao"], "parcelas": 2}
    chave = {"Idempotency-Key": "plano-1"}
    primeira = await parcelamento.pedir("POST", PARCELAMENTOS, json=pedido, headers=chave)
    repetida = await parcelamento.pedir("POST", PARCELAMENTOS, json=pedido, headers=chave)
    outra = await parcelamento.pedir("POST", PARCELAMENTOS, json=pedido | {"parcelas": 3})
    assert (primeira.status_code, repetida.status_code) == (201, 201)
    assert repetida.content == primeira.content
    assert (outra.status_code, outra.json()["codigo"]) == (409, "cotacao_usada")
    assert primeira.json()["id"] in outra.text
    assert await parcelamento.tipos() == ["parcelamento.formalizado"]


async def test_formalizada_ao_mesmo_tempo_a_cotacao_da_um_plano_so(parcelamento: SalaParcelamento) -> None:
    pedido = {"cotacao": (await parcelamento.cotar())["cotacao"], "parcelas": 2}
    respostas = await asyncio.gather(*(parcelamento.pedir("POST", PARCELAMENTOS, json=pedido) for _ in range(6)))
    assert sorted(r.status_code for r in respostas) == [201, 409, 409, 409, 409, 409]
    assert {r.json()["codigo"] for r in respostas if r.status_code == 409} == {"cotacao_usada"}
    assert await parcelamento.contar("plano", "parcela", "plano_debito") == {"plano": 1, "parcela": 2, "plano_debito": 1}
    assert await parcelamento.tipos() == ["parcelamento.formalizado"]


async def test_debito_de_outro_plano_e_409_ainda_que_ao_mesmo_tempo(parcelamento: SalaParcelamento) -> None:
    cotacoes = [
        await parcelamento.cotar(um_debito("A"), um_debito("B")),
        await parcelamento.cotar(um_debito("B"), um_debito("C")),
        await parcelamento.cotar(um_debito("C"), um_debito("A")),
    ]
    respostas = await asyncio.gather(
        *(parcelamento.pedir("POST", PARCELAMENTOS, json={"cotacao": c["cotacao"], "parcelas": 2}) for c in cotacoes)
    )
    # at most one of the three can hold its two debts, and one must
    feitos = [r for r in respostas if r.status_code == 201]
    recusados = [r for r in respostas if r.status_code != 201]
    assert len(feitos) == 1, [r.text for r in respostas]
    assert {(r.status_code, r.json()["codigo"]) for r in recusados} == {(409, "debito_parcelado")}
    assert await parcelamento.contar("plano", "debito_parcelado") == {"plano": 1, "debito_parcelado": 2}


async def test_mesmo_debito_de_outro_contribuinte_nao_atrapalha(parcelamento: SalaParcelamento) -> None:
    await parcelamento.formalizar(2)
    outra = await parcelamento.criar("/v1/parcelamentos/cotacoes", um_pedido(contribuinte="MA-2"))
    await parcelamento.criar(PARCELAMENTOS, {"cotacao": outra["cotacao"], "parcelas": 2})
    assert await parcelamento.contar("plano") == {"plano": 2}


async def test_parcelamento_ativo_so_recusa_depois_de_ativo(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2)
    assert (await parcelamento.cotar())["recusados"] == []
    documento = await parcelamento.documento(plano["id"], 1)
    await parcelamento.retornar((documento["barras"], parcelamento.hoje, centavos(documento["valor"])))
    assert (await parcelamento.plano(plano["id"]))["situacao"] == "ativo"
    dada = await parcelamento.cotar(um_debito(), um_debito("D2"))
    assert [(r["debito"], r["motivo"], r["fundamento"]) for r in dada["recusados"]] == [
        ("D1", "parcelamento_ativo", "Portaria 46/2015, Anexo III, item 22")
    ]
    # who does not say who they are is quoted all the same: no plan can come of it
    anonima = await parcelamento.criar("/v1/parcelamentos/cotacoes", um_pedido(contribuinte=None))
    assert anonima["recusados"] == []


async def test_cancelado_o_plano_o_debito_volta_a_ser_cotado_e_parcelado(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2)
    resposta = await parcelamento.pedir("POST", f"{PARCELAMENTOS}/{plano['id']}/cancelar", json={"motivo": "a pedido"})
    assert (resposta.status_code, resposta.json()["situacao"], resposta.json()["motivo"]) == (200, "cancelado", "a pedido")
    novo = await parcelamento.formalizar(2)
    assert novo["situacao"] == "aguardando_entrada"
    assert await parcelamento.tipos() == [f"parcelamento.{o}" for o in ("formalizado", "cancelado", "formalizado")]


async def test_cotacao_sem_contribuinte_vencida_ou_de_outro_dia_nao_vira_plano(parcelamento: SalaParcelamento) -> None:
    anonima = await parcelamento.criar("/v1/parcelamentos/cotacoes", um_pedido(contribuinte=None))
    adiante = await parcelamento.cotar(um_debito("B"), data="2015-03-20")
    de_ontem = await parcelamento.cotar(um_debito("C"), data="2015-03-09")
    de_hoje = await parcelamento.cotar(um_debito("D"))

    async def formalizar(cotacao: Any, parcelas: int = 2) -> tuple[int, str]:
        resposta = await parcelamento.pedir("POST", PARCELAMENTOS, json={"cotacao": cotacao["cotacao"], "parcelas": parcelas})
        if resposta.status_code == 422:
            assert list(campos(resposta)) in (["cotacao"], ["parcelas"])
        return resposta.status_code, resposta.json()["codigo"]

    assert await formalizar(anonima) == (422, "contribuinte_ausente")
    assert await formalizar(adiante) == (422, "data_diferente")
    assert await formalizar(de_ontem) == (409, "cotacao_vencida")
    assert await formalizar(de_hoje, 1) == (422, "parcelas_indisponiveis")
    assert await formalizar(de_hoje, 61) == (422, "parcelas_indisponiveis")
    assert await formalizar({"cotacao": "00000000-0000-4000-8000-000000000000"}) == (404, "nao_encontrado")
    parcelamento.ir_para(date(2015, 3, 11))
    assert await formalizar(de_hoje) == (409, "cotacao_vencida")
    assert await parcelamento.contar("plano", "debito_parcelado") == {"plano": 0, "debito_parcelado": 0}
    assert await parcelamento.tipos() == []


async def test_a_validade_vai_ate_o_fim_do_dia_local(parcelamento: SalaParcelamento) -> None:
    cotacao = (await parcelamento.cotar())["cotacao"]
    # 23:59 in Maceió is the next day in UTC
    parcelamento.relogio.ir_para(parcelamento.relogio.agora().replace(day=11, hour=2, minute=59))
    assert (await parcelamento.criar(PARCELAMENTOS, {"cotacao": cotacao, "parcelas": 2}))["data"] == "2015-03-10"


async def test_pedido_ruim_de_plano_diz_o_campo(parcelamento: SalaParcelamento) -> None:
    cotacao = (await parcelamento.cotar())["cotacao"]
    for corpo, campo in (
        ({"parcelas": 2}, "cotacao"),
        ({"cotacao": "x", "parcelas": 2}, "cotacao"),
        ({"cotacao": cotacao}, "parcelas"),
        ({"cotacao": cotacao, "parcelas": 0}, "parcelas"),
        ({"cotacao": cotacao, "parcelas": -3}, "parcelas"),
        ({"cotacao": cotacao, "parcelas": "dez"}, "parcelas"),
        ({"cotacao": cotacao, "parcelas": 2, "desconto": "tudo"}, "desconto"),
    ):
        assert list(campos(await parcelamento.pedir("POST", PARCELAMENTOS, json=corpo))) == [campo]


async def test_quem_formaliza_quem_cancela_quem_le(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2)
    caminho = f"{PARCELAMENTOS}/{plano['id']}"
    cancelar = {"motivo": "a pedido"}
    for token, status in (("auditor", 200), ("operador", 200), ("integracao", 200), (None, 401)):
        assert (await parcelamento.pedir("GET", caminho, token=token)).status_code == status, token
    for token in ("auditor", "operador", "integracao"):
        assert (await parcelamento.pedir("POST", f"{caminho}/cancelar", json=cancelar, token=token)).status_code == 403, token
    cotacao = (await parcelamento.cotar(um_debito("B")))["cotacao"]
    novo = {"cotacao": cotacao, "parcelas": 2}
    assert (await parcelamento.pedir("POST", PARCELAMENTOS, json=novo, token="auditor")).status_code == 403
    assert (await parcelamento.pedir("POST", f"{caminho}/cancelar", json=cancelar, token="supervisor")).status_code == 200
    de_novo = await parcelamento.pedir("POST", f"{caminho}/cancelar", json=cancelar)
    assert (de_novo.status_code, "cancelado" in de_novo.text) == (409, True)


async def test_lista_filtra_e_pagina_sem_pular_nem_repetir(parcelamento: SalaParcelamento) -> None:
    for n in range(5):
        await parcelamento.formalizar(2, um_debito(f"D{n}", agencia="São Luís" if n % 2 else "Imperatriz"))
    parcelamento.ir_para(date(2015, 3, 11))
    de_depois = await parcelamento.formalizar(3, um_debito("E", agencia="São Luís"), data="2015-03-11")
    vistos: list[str] = []
    cursor = ""
    while True:
        pagina = await parcelamento.obter(f"{PARCELAMENTOS}?limite=2{cursor}")
        vistos += [p["id"] for p in pagina["itens"]]
        if pagina["proximo"] is None:
            break
        cursor = f"&cursor={pagina['proximo']}"
    assert (len(vistos), len(set(vistos)), vistos[-1]) == (6, 6, de_depois["id"])

    async def quantos(filtro: str) -> int:
        return len((await parcelamento.obter(f"{PARCELAMENTOS}?{filtro}"))["itens"])

    assert await quantos("unidade=São Luís") == 3
    assert await quantos("de=2015-03-11&ate=2015-03-11") == 1
    assert await quantos("situacao=ativo") == 0
    assert await quantos("situacao=aguardando_entrada&tributo=ICMS&contribuinte=MA-1") == 6
    assert (await parcelamento.pedir("GET", f"{PARCELAMENTOS}?situacao=viva")).status_code == 422
    assert (await parcelamento.pedir("GET", f"{PARCELAMENTOS}?cursor=xx")).status_code in {400, 422}


async def pagar(parcelamento: SalaParcelamento, plano: Any, parcela: int) -> None:
    documento = await parcelamento.documento(plano["id"], parcela)
    await parcelamento.retornar((documento["barras"], parcelamento.hoje, centavos(documento["valor"])))


async def test_entrada_nao_paga_perde_o_plano_um_dia_util_depois_de_poder_ser_conhecida(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(2)
    # due on Sunday 15, paid without charge on Monday 16; what was paid then is known on the 17th
    await parcelamento.passar_ate(date(2015, 3, 17))
    assert (await parcelamento.plano(plano["id"]))["situacao"] == "aguardando_entrada"
    await parcelamento.passar_ate(date(2015, 3, 18))
    perdido = await parcelamento.plano(plano["id"])
    assert (perdido["situacao"], perdido["motivo"], perdido["encerrado_em"]) == ("cancelado", "entrada_nao_paga", "2015-03-17")
    assert await parcelamento.tipos() == [f"parcelamento.{o}" for o in ("formalizado", "parcela_vencida", "cancelado")]
    [cancelado] = await parcelamento.eventos("parcelamento.cancelado")
    assert (cancelado.dados["motivo"], cancelado.dados["data"]) == ("entrada_nao_paga", "2015-03-17")
    # nothing was paid: the debts get back all they had
    [debito] = perdido["debitos"]
    assert (debito["saldo_principal"], debito["saldo_multa"], debito["saldo_juros"]) == ("6000.00", "2000.00", "1000.00")


async def test_vencida_em_risco_e_perda_cada_uma_uma_vez_com_saldos(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(4)
    await pagar(parcelamento, plano, 1)
    await parcelamento.passar_ate(date(2015, 7, 20))
    vida = [e for e in await parcelamento.eventos() if e.tipo.startswith("cobranca.parcelamento")]
    ditos = [(e.tipo.split(".")[2], e.dados["data"], e.dados.get("perda_em") or e.dados.get("parcela")) for e in vida]
    assert ditos == [
        ("formalizado", "2015-03-10", None),
        ("ativado", "2015-03-10", None),
        ("parcela_vencida", "2015-04-16", 2),
        ("parcela_vencida", "2015-05-16", 3),
        # three installments overdue on June 16, told fifteen days before
        ("em_risco", "2015-06-01", "2015-06-16"),
        ("parcela_vencida", "2015-06-16", 4),
        ("cancelado", "2015-06-16", None),
    ]
    perdido = await parcelamento.plano(plano["id"])
    assert (perdido["motivo"], perdido["saldo"], perdido["perda_em"]) == ("parcelas_em_atraso", "0.00", None)
    [debito] = perdido["debitos"]
    # 1650.00 was paid: to the fine before reduction, then to nothing else
    assert (perdido["pago"], debito["saldo_multa"]) == ("1650.00", "350.00")
    assert (debito["saldo_juros"], debito["saldo_principal"]) == ("1000.00", "6000.00")


async def test_olhar_so_meses_depois_diz_o_mesmo(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(4)
    await pagar(parcelamento, plano, 1)
    parcelamento.ir_para(date(2015, 12, 1))
    await parcelamento.trabalhar()
    perdido = await parcelamento.plano(plano["id"])
    assert (perdido["situacao"], perdido["encerrado_em"]) == ("cancelado", "2015-06-16")
    tipos = await parcelamento.tipos()
    assert tipos.count("parcelamento.parcela_vencida") == 3
    assert (tipos.count("parcelamento.em_risco"), tipos.count("parcelamento.cancelado")) == (1, 1)
    antes = await parcelamento.tipos()
    await parcelamento.passar_ate(date(2015, 12, 5))
    assert await parcelamento.tipos() == antes


async def test_pago_antes_da_perda_o_plano_segue_e_o_risco_seguinte_e_outro(parcelamento: SalaParcelamento) -> None:
    plano = await parcelamento.formalizar(6)
    await pagar(parcelamento, plano, 1)
    await parcelamento.passar_ate(date(2015, 6, 5))
    assert (await parcelamento.plano(plano["id"]))["perda_em"] == "2015-06-16"
    await pagar(parcelamento, plano, 2)
    await parcelamento.passar_ate(date(2015, 7, 10))
    vivo = await parcelamento.plano(plano["id"])
    assert (vivo["situacao"], vivo["perda_em"]) == ("ativo", "2015-07-16")
    riscos = [e.dados["perda_em"] for e in await parcelamento.eventos("parcelamento.em_risco")]
    assert riscos == ["2015-06-16", "2015-07-16"]
