"""Money that comes in, from the bank's file to the plan: each kind of payment, what it does, and what others are told of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.integration.parcelamento.test_documentos import com_norma, de_encargos
from tests.support.parcelamento_sala import SalaParcelamento, centavos, um_debito

# three installments of 2150.00, due on the 15th of March (a Sunday), April and May
VALOR = 2150_00
QUARTA = date(2015, 4, 15)


async def um_plano(parcelamento: SalaParcelamento, *, encargos: str = "nenhum", entrada: bool = True) -> tuple[Any, list[Any]]:
    """A plan of three installments and their documents; the first one paid today, unless told otherwise."""
    if encargos != "nenhum":
        await com_norma(parcelamento, de_encargos(encargos))
    plano = await parcelamento.formalizar(3)
    documentos = [await parcelamento.documento(plano["id"], n) for n in (1, 2, 3)]
    assert [centavos(d["valor"]) for d in documentos] == [VALOR] * 3
    if entrada:
        await parcelamento.retornar((documentos[0]["barras"], parcelamento.hoje, VALOR))
    return plano, documentos


async def ultimo(parcelamento: SalaParcelamento, plano: Any) -> dict[str, Any]:
    pagamento: dict[str, Any] = (await parcelamento.plano(plano["id"]))["pagamentos"][-1]
    return {nome: pagamento[nome] for nome in ("valor", "resultado", "estado", "excedente")}


async def test_exato_paga_a_parcela_ativa_e_conta_uma_vez(parcelamento: SalaParcelamento) -> None:
    plano, [primeira, *_] = await um_plano(parcelamento, entrada=False)
    # Sunday the 15th is paid on Monday without charge
    parcelamento.ir_para(date(2015, 3, 16))
    carga = await parcelamento.retornar((primeira["barras"], date(2015, 3, 16), VALOR))
    assert (carga["total"], carga["aceitos"]) == (1, 1)
    vivo = await parcelamento.plano(plano["id"])
    assert (vivo["situacao"], vivo["ativado_em"], vivo["pago"], vivo["saldo"]) == ("ativo", "2015-03-16", "2150.00", "4300.00")
    assert await ultimo(parcelamento, plano) == {
        "valor": "2150.00",
        "resultado": "exato",
        "estado": "aplicado",
        "excedente": "0.00",
    }
    assert (await parcelamento.obter(f"/v1/documentos/{primeira['id']}"))["situacao"] == "pago"
    assert await parcelamento.tipos() == ["parcelamento.formalizado", "pagamento.confirmado", "parcelamento.ativado"]
    [confirmado] = await parcelamento.eventos("pagamento.confirmado")
    assert confirmado.dados == {
        "contribuinte": "MA-1",
        "pagamento": vivo["pagamentos"][0]["pagamento"],
        "fonte": "retorno",
        "tributo": "ICMS",
        "parcelamento": plano["id"],
        "parcela": 1,
        "pago_em": "2015-03-16",
        "valor": "2150.00",
    }
    [ativado] = await parcelamento.eventos("parcelamento.ativado")
    assert (ativado.dados["data"], ativado.dados["debitos"]) == ("2015-03-16", ["D1"])


async def test_entrada_paga_em_partes_so_ativa_com_o_ultimo_centavo(parcelamento: SalaParcelamento) -> None:
    plano, [primeira, *_] = await um_plano(parcelamento, entrada=False)
    for valor, situacao in ((1000_00, "aguardando_entrada"), (1149_99, "aguardando_entrada"), (1, "ativo")):
        await parcelamento.retornar((primeira["barras"], parcelamento.hoje, valor))
        assert (await parcelamento.plano(plano["id"]))["situacao"] == situacao, valor
    resultados = [p["resultado"] for p in (await parcelamento.plano(plano["id"]))["pagamentos"]]
    assert sorted(resultados) == ["antecipado", "parcial", "parcial"]
    assert (await parcelamento.tipos()).count("parcelamento.ativado") == 1


async def test_antes_do_vencimento_e_antecipado(parcelamento: SalaParcelamento) -> None:
    plano, [_, segunda, _] = await um_plano(parcelamento)
    await parcelamento.retornar((segunda["barras"], parcelamento.hoje, VALOR))
    assert (await ultimo(parcelamento, plano))["resultado"] == "antecipado"


async def test_em_atraso_com_os_acrescimos_do_dia(parcelamento: SalaParcelamento) -> None:
    plano, [_, _, _] = await um_plano(parcelamento, encargos="federal")
    parcelamento.ir_para(date(2015, 5, 20))
    documento = await parcelamento.documento(plano["id"], 2)
    assert documento["encargos"] == "269.83"
    await parcelamento.retornar((documento["barras"], parcelamento.hoje, centavos(documento["valor"])))
    assert (await ultimo(parcelamento, plano))["resultado"] == "em_atraso"
    parcela = (await parcelamento.plano(plano["id"]))["parcelas"][1]
    assert (parcela["pago"], parcela["situacao"]) == ("2150.00", "paga")
    assert await parcelamento.linhas("select valor, encargos from parcelamento.aplicacao where parcela = 2") == [(VALOR, 269_83)]


async def test_atrasado_sem_os_acrescimos_e_parcial_em_proporcao(parcelamento: SalaParcelamento) -> None:
    plano, [_, segunda, _] = await um_plano(parcelamento, encargos="federal")
    parcelamento.ir_para(date(2015, 5, 20))
    # the document of before, at its old price: 2150.00 of the 2419.83 that it costs now
    await parcelamento.retornar((segunda["barras"], parcelamento.hoje, VALOR))
    assert (await ultimo(parcelamento, plano))["resultado"] == "parcial"
    # 2150.00 × 2150.00 ÷ 2419.83
    assert await parcelamento.linhas("select valor, encargos from parcelamento.aplicacao where parcela = 2") == [
        (1910_26, 239_74)
    ]
    parcela = (await parcelamento.plano(plano["id"]))["parcelas"][1]
    assert (parcela["pago"], parcela["quitada_em"], parcela["situacao"]) == ("1910.26", None, "vencida")


async def test_em_duplicidade_vai_as_outras_parcelas(parcelamento: SalaParcelamento) -> None:
    plano, [primeira, *_] = await um_plano(parcelamento)
    await parcelamento.retornar((primeira["barras"], parcelamento.hoje, VALOR))
    assert await ultimo(parcelamento, plano) == {
        "valor": "2150.00",
        "resultado": "em_duplicidade",
        "estado": "aplicado",
        "excedente": "0.00",
    }
    assert [p["pago"] for p in (await parcelamento.plano(plano["id"]))["parcelas"]] == ["2150.00", "2150.00", "0.00"]
    assert (await parcelamento.tipos()).count("pagamento.confirmado") == 2


async def test_o_que_passa_do_plano_espera_uma_pessoa(parcelamento: SalaParcelamento) -> None:
    plano, [_, segunda, _] = await um_plano(parcelamento)
    await parcelamento.retornar((segunda["barras"], parcelamento.hoje, 2 * VALOR + 7))
    assert await ultimo(parcelamento, plano) == {
        "valor": "4300.07",
        "resultado": "excedente",
        "estado": "pendente",
        "excedente": "0.07",
    }
    quitado = await parcelamento.plano(plano["id"])
    assert (quitado["situacao"], quitado["pago"], quitado["saldo"]) == ("quitado", "6450.00", "0.00")
    [pendente] = await parcelamento.pendentes()
    assert (pendente["motivo"], pendente["excedente"], pendente["resultado"]) == ("excedente", "0.07", "excedente")
    resolver = f"/v1/retornos/pendentes/{pendente['pagamento']}/resolver"
    recusa = await parcelamento.pedir("POST", resolver, json={"documento": segunda["id"], "nota": "de novo"})
    assert (recusa.status_code, recusa.json()["codigo"]) == (409, "pagamento_aplicado")
    feito = await parcelamento.criar(resolver, {"acao": "restituir", "nota": "a pedido"}, status=200, token="operador.Ana")
    assert feito["estado"] == "resolvido"
    assert await parcelamento.pendentes() == []


async def test_pago_depois_de_quitado_sobra_inteiro(parcelamento: SalaParcelamento) -> None:
    plano, [_, segunda, terceira] = await um_plano(parcelamento)
    await parcelamento.retornar((segunda["barras"], parcelamento.hoje, VALOR), (terceira["barras"], parcelamento.hoje, VALOR))
    await parcelamento.retornar((terceira["barras"], parcelamento.hoje, VALOR))
    pagamentos = (await parcelamento.plano(plano["id"]))["pagamentos"]
    assert [p["excedente"] for p in pagamentos if p["resultado"] == "em_duplicidade"] == ["2150.00"]
    assert [p["motivo"] for p in await parcelamento.pendentes()] == ["excedente"]
    assert (await parcelamento.tipos()).count("parcelamento.quitado") == 1


async def test_de_plano_cancelado_espera_uma_pessoa_e_nao_mexe_nos_saldos(parcelamento: SalaParcelamento) -> None:
    plano, [_, segunda, _] = await um_plano(parcelamento)
    caminho = f"/v1/parcelamentos/{plano['id']}"
    cancelado = await parcelamento.criar(f"{caminho}/cancelar", {"motivo": "a pedido"}, status=200)
    await parcelamento.retornar((segunda["barras"], parcelamento.hoje, VALOR))
    depois = await parcelamento.plano(plano["id"])
    assert (depois["situacao"], depois["pago"], depois["debitos"]) == ("cancelado", "2150.00", cancelado["debitos"])
    assert await ultimo(parcelamento, plano) == {
        "valor": "2150.00",
        "resultado": "plano_cancelado",
        "estado": "pendente",
        "excedente": "2150.00",
    }
    assert [(p["motivo"], p["excedente"]) for p in await parcelamento.pendentes()] == [("plano_cancelado", "2150.00")]
    # told of all the same: the money is there
    assert (await parcelamento.tipos()).count("pagamento.confirmado") == 2


async def test_sem_a_selic_espera_e_aplica_se_quando_ela_chega(parcelamento: SalaParcelamento) -> None:
    plano, [_, segunda, _] = await um_plano(parcelamento, encargos="federal")
    async with parcelamento.banco.transacao() as con:
        maio = await con.fetchrow("delete from parcelamento.selic where competencia = 2015 * 12 + 4 returning *")
    assert maio is not None
    parcelamento.ir_para(date(2015, 6, 10))
    await parcelamento.retornar((segunda["barras"], parcelamento.hoje, VALOR))
    [pendente] = await parcelamento.pendentes()
    assert (pendente["motivo"], pendente["resultado"], pendente["documento"]) == ("selic_ausente", None, segunda["id"])
    assert (await parcelamento.plano(plano["id"]))["parcelas"][1]["pago"] == "0.00"
    async with parcelamento.banco.transacao() as con:
        await con.execute("insert into parcelamento.selic values ($1, $2, $3, $4)", *maio.values())
    resolver = f"/v1/retornos/pendentes/{pendente['pagamento']}/resolver"
    await parcelamento.criar(resolver, {"documento": segunda["id"], "nota": "tabela completa"}, status=200)
    await parcelamento.trabalhar()
    assert await parcelamento.pendentes() == []
    # 56 days × 0.33%, May's 0.99% and June's 1%: 2150.00 of 2590.11
    assert await parcelamento.linhas("select valor, encargos from parcelamento.aplicacao where parcela = 2") == [
        (1784_67, 365_33)
    ]
    confirmados = await parcelamento.eventos("pagamento.confirmado")
    assert [e.dados["parcela"] for e in confirmados] == [1, 2]


async def test_lote_com_entrada_e_parcelas_tem_as_datas_de_cada_coisa(parcelamento: SalaParcelamento) -> None:
    """Payments of several days in one file: active on the day of the entry, quit on the day of the last."""
    plano, documentos = await um_plano(parcelamento, entrada=False)
    # the bank's file comes late; nobody looked at the plan meanwhile
    parcelamento.ir_para(date(2015, 5, 20))
    dias = (date(2015, 3, 13), QUARTA, date(2015, 5, 15))
    await parcelamento.retornar(*((d["barras"], dia, VALOR) for d, dia in zip(reversed(documentos), reversed(dias), strict=True)))
    quitado = await parcelamento.plano(plano["id"])
    assert (quitado["situacao"], quitado["ativado_em"], quitado["encerrado_em"]) == ("quitado", "2015-03-13", "2015-05-15")
    assert [p["quitada_em"] for p in quitado["parcelas"]] == [d.isoformat() for d in dias]
    vida = [(e.tipo.split(".")[2], e.dados["data"]) for e in await parcelamento.eventos() if ".parcelamento." in e.tipo]
    assert vida == [("formalizado", "2015-03-10"), ("ativado", "2015-03-13"), ("quitado", "2015-05-15")]


async def test_quitado_num_lote_a_data_e_a_do_pagamento_que_quitou(parcelamento: SalaParcelamento) -> None:
    plano, documentos = await um_plano(parcelamento, entrada=False)
    parcelamento.ir_para(date(2015, 5, 25))
    pagos = [(d["barras"], date(2015, 3, 13), VALOR) for d in documentos]
    await parcelamento.retornar(*pagos, (documentos[0]["barras"], date(2015, 5, 18), VALOR))
    quitado = await parcelamento.plano(plano["id"])
    assert (quitado["ativado_em"], quitado["encerrado_em"]) == ("2015-03-13", "2015-03-13")


async def test_documento_de_debitos_pago_duas_vezes_no_mesmo_arquivo_sobra_um(parcelamento: SalaParcelamento) -> None:
    d = await _cota_unica(parcelamento)
    await parcelamento.retornar(*[(d["barras"], parcelamento.hoje, 300_00)] * 3)
    pagos = await parcelamento.linhas("select resultado, excedente, estado from parcelamento.pagamento order by nsr")
    assert pagos == [("exato", 0, "aplicado"), *[("em_duplicidade", 300_00, "pendente")] * 2]


async def test_documento_de_debitos_pago_em_parte_e_a_mais(parcelamento: SalaParcelamento) -> None:
    d = await _cota_unica(parcelamento)
    for valor, situacao in ((100_00, "emitido"), (250_00, "pago"), (1, "pago")):
        await parcelamento.retornar((d["barras"], parcelamento.hoje, valor))
        assert (await parcelamento.obter(f"/v1/documentos/{d['id']}"))["situacao"] == situacao
    pagos = await parcelamento.linhas("select resultado, excedente, estado from parcelamento.pagamento order by nsa")
    assert pagos == [
        ("parcial", 0, "aplicado"),
        ("excedente", 50_00, "pendente"),
        ("em_duplicidade", 1, "pendente"),
    ]
    por_debito: dict[str, int] = {}
    for evento in await parcelamento.eventos("pagamento.confirmado"):
        por_debito[evento.dados["debito"]] = por_debito.get(evento.dados["debito"], 0) + centavos(evento.dados["valor"])
    assert sum(por_debito.values()) == 350_01


async def _cota_unica(parcelamento: SalaParcelamento) -> Any:
    debitos = [
        {"debito": nome, "referencia": "2015-02", "vencimento": "2015-03-20", "principal": valor}
        for nome, valor in (("A", "100.00"), ("B", "200.00"))
    ]
    return await parcelamento.criar("/v1/documentos", {"contribuinte": "MA-1", "debitos": debitos})


async def test_mesmo_arquivo_e_mesma_linha_de_novo_nada_mudam(parcelamento: SalaParcelamento) -> None:
    _, [primeira, segunda, _] = await um_plano(parcelamento, entrada=False)
    arquivo = parcelamento.arquivo((primeira["barras"], parcelamento.hoje, VALOR), (segunda["barras"], parcelamento.hoje, VALOR))
    await parcelamento.carregar(arquivo)
    # another one in between: the first is no longer the last that was loaded
    await parcelamento.retornar((primeira["barras"], parcelamento.hoje, 1))
    tabelas = ("pagamento", "aplicacao", "outbox", "retorno")
    antes, tipos = await parcelamento.contar(*tabelas), await parcelamento.tipos()
    for _ in range(2):
        assert (await parcelamento.carregar(arquivo))["estado"] == "concluida"
    assert await parcelamento.contar(*tabelas) == antes == {"pagamento": 3, "aplicacao": 3, "outbox": 5, "retorno": 2}
    assert await parcelamento.tipos() == tipos


async def test_pago_a_tempo_e_sabido_no_dia_seguinte_nao_e_dado_por_vencido(parcelamento: SalaParcelamento) -> None:
    plano, [_, segunda, _] = await um_plano(parcelamento)
    await parcelamento.passar_ate(date(2015, 4, 16))
    await parcelamento.retornar((segunda["barras"], QUARTA, VALOR))
    await parcelamento.passar_ate(date(2015, 4, 30))
    assert "parcelamento.parcela_vencida" not in await parcelamento.tipos()
    assert (await parcelamento.plano(plano["id"]))["parcelas"][1]["quitada_em"] == "2015-04-15"


async def test_pagamento_de_documento_desconhecido_ganha_o_seu_por_uma_pessoa(parcelamento: SalaParcelamento) -> None:
    plano, [primeira, segunda, _] = await um_plano(parcelamento, entrada=False)
    async with parcelamento.banco.transacao() as con:
        # as though the document had been issued by another system, and the bank read it all the same
        await con.execute(
            "update parcelamento.documento set barras = translate(barras, '0123456789', '1234567890') where documento = $1::uuid",
            segunda["id"],
        )
    await parcelamento.retornar((primeira["barras"], parcelamento.hoje, VALOR), (segunda["barras"], parcelamento.hoje, VALOR))
    [pendente] = await parcelamento.pendentes()
    assert (pendente["motivo"], pendente["documento"], pendente["nosso_numero"]) == (
        "sem_documento",
        None,
        str(segunda["numero"]),
    )
    assert (await parcelamento.tipos()).count("pagamento.confirmado") == 1
    resolver = f"/v1/retornos/pendentes/{pendente['pagamento']}/resolver"
    await parcelamento.criar(resolver, {"documento": segunda["id"], "nota": "achado"}, status=200)
    de_novo = await parcelamento.pedir("POST", resolver, json={"documento": segunda["id"], "nota": "achado"})
    assert (de_novo.status_code, de_novo.json()["codigo"]) == (409, "pagamento_resolvido")
    await parcelamento.trabalhar()
    assert (await parcelamento.plano(plano["id"]))["parcelas"][1]["pago"] == "2150.00"
    confirmados = await parcelamento.eventos("pagamento.confirmado")
    assert sorted(e.dados["parcela"] for e in confirmados) == [1, 2]


async def test_um_arquivo_com_muitos_planos(parcelamento: SalaParcelamento) -> None:
    """More payments than one batch of the worker takes, of more than one plan, each to its own."""
    planos = [await parcelamento.formalizar(2, um_debito(f"D{n}")) for n in range(6)]
    documentos = [await parcelamento.documento(p["id"], 1) for p in planos]
    # a hundred cents at a time, a hundred and twenty times over
    pagos = [(d["barras"], parcelamento.hoje, 100 + n) for n in range(100) for d in documentos]
    await parcelamento.retornar(*pagos)
    for plano in planos:
        vivo = await parcelamento.plano(plano["id"])
        assert (vivo["pago"], len(vivo["pagamentos"])) == ("149.50", 100)
    assert (await parcelamento.tipos()).count("pagamento.confirmado") == 600
