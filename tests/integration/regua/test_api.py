"""The operators' API: one taxpayer's situation, acionamentos, approvals, policies, campaigns, and who may do what."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest

from regua.normas import documento_da_politica
from tests.support.regua_base import um_debito
from tests.support.regua_referencia import BaseDeReferencia
from tests.support.regua_sala import Sala

BASE = BaseDeReferencia(
    pessoas={"C1": "P1", "C2": "P2"},
    debitos=(
        um_debito("2026-02", "2026-03-10"),
        um_debito("2025-12", "2026-01-10", debito="D2", contribuinte="C2"),
        um_debito("2026-01", "2026-02-10", debito="D3", contribuinte="C2"),
    ),
)


@pytest.fixture
async def base(sala: Sala) -> Sala:
    await sala.carregar(BASE)
    return sala


def uma_politica(versao: str = "2026-02", **campos: Any) -> dict[str, Any]:
    documento = orjson.loads(documento_da_politica())
    return {**documento, "versao": versao, **campos}


async def test_situacao_de_um_contribuinte(base: Sala) -> None:
    resposta = await base.pedir("GET", "/v1/contribuintes/C1")
    assert resposta.status_code == 200
    corpo = resposta.json()
    assert (corpo["hipotese"], corpo["etapa"], corpo["reincidencia"], corpo["rigidez"]) == ("H1", 1, 1, 1)
    assert corpo["proximo_passo"] == {"etapa": 1, "data": "2026-03-11"}
    assert corpo["evidencias"][0] == "Situação entendida como esquecimento involuntário."
    assert corpo["saldo"] == "100.00"
    assert corpo["debitos"][0]["saldo"] == "100.00"
    assert corpo["debitos"][0]["competencia"] == "2026-02"
    assert [caso["tributo"] for caso in corpo["casos"]] == ["ICMS"]
    assert corpo["casos"][0]["resultado"] == "acionado"
    assert {c["canal"] for c in corpo["contatos"]} == {"whatsapp", "sms"}


async def test_acionamento_lista_detalhe_explicacao_e_reexecucao(base: Sala) -> None:
    await base.ciclo()
    async with base.cliente("operador") as cliente:
        pagina = (await cliente.get("/v1/acionamentos", params={"limite": 1})).json()
        assert len(pagina["itens"]) == 1
        outra = (await cliente.get("/v1/acionamentos", params={"limite": 1, "cursor": pagina["proximo"]})).json()
        assert outra["proximo"] is None
        assert {pagina["itens"][0]["contribuinte"], outra["itens"][0]["contribuinte"]} == {"C1", "C2"}
        (um,) = (await cliente.get("/v1/acionamentos", params={"contribuinte": "C1", "estado": "emitido"})).json()["itens"]
        detalhe = (await cliente.get(f"/v1/acionamentos/{um['id']}")).json()
        assert [(e["canal"], e["estado"]) for e in detalhe["emissoes"]] == [("whatsapp", "pendente")]
        explicacao = (await cliente.get(f"/v1/acionamentos/{um['id']}/explicacao")).json()
        assert explicacao["hipotese"] == "H1"
        assert explicacao["textos"]
        assert explicacao["decisao"] == um["decisao"]
        assert (await cliente.post(f"/v1/acionamentos/{um['id']}/reexecutar")).json() == {"igual": True, "hash": um["decisao"]}
        assert (await cliente.get(f"/v1/acionamentos/{UUID(int=1)}/explicacao")).status_code == 404


async def test_reexecucao_percebe_decisao_adulterada(base: Sala) -> None:
    await base.ciclo()
    id_ = (await base.linha("select acionamento from regua.acionamento where contribuinte = 'C1'"))[0]
    async with base.banco.conexao() as con:
        await con.execute("update regua.decisao set rigidez = 3 where contribuinte = 'C1'")
    assert (await base.pedir("POST", f"/v1/acionamentos/{id_}/reexecutar")).json()["igual"] is False


async def test_mapa_de_calor_conta_os_casos_do_ciclo(base: Sala) -> None:
    vazio = (await base.pedir("GET", "/v1/mapa-de-calor")).json()
    assert (vazio["ciclo"], vazio["casos"], len(vazio["mapa"])) == (None, 0, 5)
    ciclo = await base.ciclo()
    mapa = (await base.pedir("GET", "/v1/mapa-de-calor", params={"data": "2026-03-16"})).json()
    assert (mapa["ciclo"], mapa["casos"]) == (str(ciclo.ciclo), 2)
    assert mapa["mapa"][0]["celulas"][0] == {"reincidencia": 1, "rigidez": 1, "casos": 2}


async def test_linha_do_tempo_em_ordem_e_por_paginas(base: Sala) -> None:
    await base.ciclo()
    await base.pedir("POST", "/v1/contribuintes/C1/suspensoes", json={"motivo": "ja_pagou"})
    tipos, cursor = [], None
    while True:
        parametros = {"limite": 2, **({"cursor": cursor} if cursor else {})}
        pagina = (await base.pedir("GET", "/v1/contribuintes/C1/linha-do-tempo", params=parametros)).json()
        tipos += [fato["tipo"] for fato in pagina["itens"]]
        if (cursor := pagina["proximo"]) is None:
            break
    assert tipos[0] == "caso_aberto"
    assert sorted(tipos) == ["acionamento", "caso_aberto", "contato", "contato", "decisao", "emissao", "suspensao"]


async def test_suspender_cancela_e_encerrar_devolve(base: Sala) -> None:
    await base.ciclo()
    await base.esvaziar()
    chave = {"Idempotency-Key": "a1"}
    criada = await base.pedir("POST", "/v1/contribuintes/C1/suspensoes", json={"motivo": "contesta"}, headers=chave)
    assert criada.status_code == 201
    assert (criada.json()["desde"], criada.json()["ate"]) == ("2026-03-16", "2026-06-14")
    repetida = await base.pedir("POST", "/v1/contribuintes/C1/suspensoes", json={"motivo": "contesta"}, headers=chave)
    assert repetida.json() == criada.json()
    assert [e.tipo for e in await base.eventos()] == ["cobranca.divida.suspensa.v1", "cobranca.acionamento.cancelado.v1"]
    caminho = f"/v1/contribuintes/C1/suspensoes/{criada.json()['id']}"
    assert (await base.pedir("DELETE", caminho)).status_code == 204
    assert (await base.pedir("DELETE", caminho)).status_code == 204
    assert (await base.pedir("GET", "/v1/contribuintes/C1")).json()["suspensoes"][0]["vigente"] is False
    assert (await base.pedir("DELETE", caminho.replace("C1", "C2"))).status_code == 404


@pytest.mark.parametrize(
    ("corpo", "campo"),
    [
        ({"motivo": "promessa"}, "ate"),
        ({"motivo": "promessa", "ate": "2026-03-01"}, "ate"),
        ({"motivo": "ja_pagou", "ate": "2026-12-01"}, "ate"),
        ({"motivo": "ferias"}, "motivo"),
        ({"motivo": "judicial", "ate": "amanhã"}, "ate"),
        ({}, "motivo"),
        ({"motivo": "judicial", "x": 1}, "x"),
    ],
)
async def test_suspensao_errada_e_recusada_com_o_campo(base: Sala, corpo: dict[str, Any], campo: str) -> None:
    resposta = await base.pedir("POST", "/v1/contribuintes/C1/suspensoes", json=corpo)
    assert resposta.status_code == 422
    assert resposta.headers["content-type"] == "application/problem+json"
    assert [c["campo"] for c in resposta.json()["campos"]] == [campo]
    assert await base.linhas("select 1 from regua.suspensao") == []


async def test_politica_e_proposta_por_um_e_aprovada_por_outro(base: Sala) -> None:
    corpo = {"documento": uma_politica(), "valida_de": "2026-03-17"}
    criada = await base.pedir("POST", "/v1/politicas", json=corpo, token="supervisor.ana")
    assert (criada.status_code, criada.json()["estado"]) == (201, "rascunho")
    assert (await base.pedir("POST", "/v1/politicas", json=corpo, token="supervisor.ana")).status_code == 409
    assert (await base.pedir("POST", "/v1/politicas/2026-02/aprovar", token="operador.bia")).status_code == 403
    propria = await base.pedir("POST", "/v1/politicas/2026-02/aprovar", token="supervisor.ana")
    assert (propria.status_code, propria.json()["codigo"]) == (403, "autor_nao_aprova")
    (espera,) = (await base.pedir("GET", "/v1/aprovacoes")).json()["itens"]
    assert (espera["tipo"], espera["objeto"], espera["autor"]) == ("politica", "2026-02", "ana")
    aprovada = await base.pedir("POST", "/v1/politicas/2026-02/aprovar", token="supervisor.bia")
    assert (aprovada.json()["estado"], aprovada.json()["aprovador"]) == ("aprovada", "bia")
    assert (await base.pedir("POST", "/v1/politicas/2026-02/aprovar", token="supervisor.bia")).status_code == 409
    assert (await base.pedir("GET", "/v1/aprovacoes")).json()["itens"] == []
    base.ir_para(date(2026, 3, 17))
    assert (await base.ciclo()).politica == "2026-02"


async def test_politica_recusada_pela_fila_nao_vale(base: Sala) -> None:
    await base.pedir("POST", "/v1/politicas", json={"documento": uma_politica()}, token="operador.ana")
    (espera,) = (await base.pedir("GET", "/v1/aprovacoes")).json()["itens"]
    sem_motivo = await base.pedir("POST", f"/v1/aprovacoes/{espera['id']}/recusar", json={}, token="supervisor.bia")
    assert sem_motivo.status_code == 422
    recusada = await base.pedir(
        "POST", f"/v1/aprovacoes/{espera['id']}/recusar", json={"motivo": "cedo demais"}, token="supervisor.bia"
    )
    assert (recusada.json()["estado"], recusada.json()["motivo"]) == ("recusada", "cedo demais")
    assert (await base.pedir("GET", "/v1/politicas/2026-02")).json()["estado"] == "recusada"
    assert (await base.ciclo()).politica == "2026-01"


async def test_politica_errada_diz_onde(base: Sala) -> None:
    documento = uma_politica()
    documento["mapa"] = [[1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 5], [4, 5, 5, 5], [5, 4, 5, 5]]
    resposta = await base.pedir("POST", "/v1/politicas", json={"documento": documento})
    assert resposta.status_code == 422
    assert resposta.json()["codigo"] == "politica_invalida"
    assert resposta.json()["campos"][0]["campo"] == "documento.mapa"
    assert (await base.pedir("GET", "/v1/politicas/2026-02")).status_code == 404


async def test_simular_e_comparar_nada_gravam(base: Sala) -> None:
    documento = copy.deepcopy(uma_politica())
    documento["mapa"][0] = [2, 2, 3, 4]
    await base.pedir("POST", "/v1/politicas", json={"documento": documento})
    simulada = await base.pedir("POST", "/v1/politicas/2026-02/simular", json={"data": "2026-03-16"})
    assert simulada.status_code == 200
    assert (simulada.json()["avaliados"], simulada.json()["por_rigidez"]) == (2, {"2": 2})
    assert simulada.json()["custo"] == "0.013600"
    d = (await base.pedir("GET", "/v1/politicas/2026-01/diferencas/2026-02", params={"data": "2026-03-16"})).json()
    assert d["iguais"] == 0
    assert sum(mudanca["casos"] for mudanca in d["mudancas"]) == 2
    assert await base.linhas("select 1 from regua.ciclo") == []
    assert (await base.pedir("POST", "/v1/politicas/nenhuma/simular", json={"data": "2026-03-16"})).status_code == 422


async def aguardando(sala: Sala) -> str:
    """C2 climbed to the last rung, whose message waits for a supervisor."""
    await sala.ciclo()
    async with sala.banco.conexao() as con:
        await con.execute("update regua.acionamento set estado = 'entregue', consumido = true")
        await con.execute("update regua.caso set etapa = 4, etapa_em = '2026-03-01' where contribuinte = 'C2'")
    sala.ir_para(date(2026, 3, 23))
    assert (await sala.ciclo()).contagens["suprimidos"]["aguardando_aprovacao"] == 1
    (espera,) = (await sala.pedir("GET", "/v1/aprovacoes", params={"tipo": "rigidez_5"})).json()["itens"]
    assert espera["contribuinte"] == "C2"
    return str(espera["id"])


async def test_rigidez_5_aprovada_sai_no_ciclo_seguinte(base: Sala) -> None:
    id_ = await aguardando(base)
    assert (await base.pedir("POST", f"/v1/aprovacoes/{id_}/aprovar", token="operador")).status_code == 403
    assert (await base.pedir("POST", f"/v1/aprovacoes/{id_}/aprovar", token="supervisor.ana")).json()["estado"] == "aprovada"
    base.ir_para(date(2026, 3, 24))
    await base.ciclo()
    assert await base.linhas("select etapa, rigidez from regua.acionamento where contribuinte = 'C2' and etapa = 5") == [(5, 5)]


async def test_rigidez_5_recusada_fica_na_4_e_em_lote_cada_uma_responde(base: Sala) -> None:
    id_ = await aguardando(base)
    corpo = {"ids": [id_, str(UUID(int=9))], "motivo": "negocia com a agência"}
    resposta = await base.pedir("POST", "/v1/aprovacoes/recusar", json=corpo, token="supervisor.ana")
    assert resposta.json()["decididas"] == 1
    assert [(i["estado"], i["codigo"]) for i in resposta.json()["itens"]] == [("recusada", None), (None, "nao_encontrado")]
    outra = await base.pedir("POST", "/v1/aprovacoes/aprovar", json={"ids": [id_]}, token="supervisor.bia")
    assert outra.json()["itens"][0]["codigo"] == "ja_decidida"
    base.ir_para(date(2026, 3, 24))
    await base.ciclo()
    assert await base.linhas("select etapa, rigidez from regua.acionamento where contribuinte = 'C2' and etapa = 5") == [(5, 4)]


async def test_recusada_fica_na_rigidez_que_a_politica_diz(base: Sala) -> None:
    id_ = await aguardando(base)
    async with base.banco.transacao() as con:
        await con.execute(
            "update regua.politica set documento = jsonb_set(documento, '{niveis,4,rigidez_se_recusada}', '3'::text::jsonb)"
        )
    corpo = {"ids": [id_], "motivo": "negocia com a agência"}
    assert (await base.pedir("POST", "/v1/aprovacoes/recusar", json=corpo, token="supervisor.ana")).json()["decididas"] == 1
    assert await base.linhas("select teto_rigidez from regua.caso where contribuinte = 'C2'") == [(3,)]


CAMPANHA = {"nome": "IPVA de março", "segmento": {"tributos": ["ICMS"]}, "grupo_controle": "0.5"}


async def test_campanha_vive_seus_estados(base: Sala) -> None:
    criada = await base.pedir("POST", "/v1/campanhas", json=CAMPANHA, token="operador")
    assert (criada.status_code, criada.json()["estado"]) == (201, "rascunho")
    caminho = f"/v1/campanhas/{criada.json()['id']}"
    mudada = await base.pedir("PATCH", caminho, json={"orcamento": {"valor": "10.000000", "moeda": "USD"}, "canais": ["sms"]})
    assert (mudada.json()["orcamento"], mudada.json()["canais"]) == ({"valor": "10.000000", "moeda": "USD"}, ["sms"])
    esperado = [("pausar", 409), ("iniciar", 200), ("iniciar", 409), ("pausar", 200), ("retomar", 200)]
    for acao, status in esperado:
        assert (await base.pedir("POST", f"{caminho}/{acao}")).status_code == status
    ciclo = await base.ciclo(criada.json()["id"])
    assert ciclo.acionados + ciclo.retidos == 2
    fixa = await base.pedir("PATCH", caminho, json={"grupo_controle": "0.1"})
    assert fixa.status_code == 409
    assert (await base.pedir("PATCH", caminho, json={"orcamento": None, "nome": "Outro"})).json()["orcamento"] is None
    assert (await base.pedir("POST", f"{caminho}/encerrar")).json()["estado"] == "encerrada"
    assert (await base.pedir("PATCH", caminho, json={"nome": "x"})).status_code == 409
    assert (await base.pedir("POST", "/v1/campanhas/permanente/encerrar")).status_code == 409
    nomes = [c["nome"] for c in (await base.pedir("GET", "/v1/campanhas")).json()["itens"]]
    assert sorted(nomes) == ["Cobrança permanente", "Outro"]


@pytest.mark.parametrize(
    ("campos", "campo"),
    [
        ({"nome": ""}, "nome"),
        ({"segmento": {"cor": ["azul"]}}, "segmento.cor"),
        ({"segmento": {"tributos": ["ISS"]}}, "segmento.tributos"),
        ({"canais": ["fax"]}, "canais[0]"),
        ({"canais": []}, "canais"),
        ({"grupo_controle": "1"}, "grupo_controle"),
        ({"grupo_controle": "0.12345"}, "grupo_controle"),
        ({"orcamento": {"valor": "10,00", "moeda": "USD"}}, "orcamento.valor"),
        ({"orcamento": {"valor": "-1.000000", "moeda": "USD"}}, "orcamento"),
        ({"politica": "9999"}, "politica"),
        ({"valida_de": "2026-03-20", "valida_ate": "2026-03-19"}, "valida_ate"),
        ({"segredo": "x"}, "segredo"),
    ],
)
async def test_campanha_errada_e_recusada_com_o_campo(base: Sala, campos: dict[str, Any], campo: str) -> None:
    resposta = await base.pedir("POST", "/v1/campanhas", json=CAMPANHA | campos)
    assert resposta.status_code == 422
    assert resposta.json()["campos"][0]["campo"] == campo
    assert len(await base.linhas("select 1 from regua.campanha")) == 1


@pytest.mark.parametrize(
    ("corpo", "status", "codigo"),
    [
        ({"data": "2026-03-17"}, 422, "data_diferente_do_relogio"),
        ({"data": "2026-03-16", "campanha": "x"}, 404, "campanha_desconhecida"),
        ({"data": "16/03/2026"}, 422, "entrada_invalida"),
        ({}, 422, "entrada_invalida"),
    ],
)
async def test_ciclo_errado_e_recusado(base: Sala, corpo: dict[str, Any], status: int, codigo: str) -> None:
    resposta = await base.pedir("POST", "/v1/ciclos", json=corpo)
    assert (resposta.status_code, resposta.json()["codigo"]) == (status, codigo)
    assert await base.linhas("select 1 from regua.ciclo") == []


@pytest.mark.parametrize(
    "caminho",
    [
        "/v1/contribuintes/C9",
        "/v1/contribuintes/C9/linha-do-tempo",
        "/v1/politicas/x",
        "/v1/campanhas/x",
        f"/v1/ciclos/{UUID(int=1)}",
        f"/v1/acionamentos/{UUID(int=1)}",
        "/v1/relatorios/efeito?campanha=x",
    ],
)
async def test_o_que_nao_existe_e_404_em_portugues(base: Sala, caminho: str) -> None:
    resposta = await base.pedir("GET", caminho)
    assert resposta.status_code == 404
    assert resposta.json()["detail"].startswith("Não há")


LEITURAS = [
    "/v1/politicas",
    "/v1/campanhas",
    "/v1/ciclos",
    "/v1/mapa-de-calor",
    "/v1/contribuintes/C1",
    "/v1/aprovacoes",
    "/v1/tarefas",
    "/v1/acionamentos",
    "/v1/relatorios/resultado?de=2026-01-01&ate=2026-03-31",
    "/v1/relatorios/custos?de=2026-01-01&ate=2026-03-31",
    "/v1/relatorios/efeito",
    "/v1/relogio",
]


@pytest.mark.parametrize("caminho", LEITURAS)
async def test_leituras_sao_de_operadores_e_auditores(base: Sala, caminho: str) -> None:
    estados = {
        papel: (await base.pedir("GET", caminho, token=papel)).status_code for papel in ("operador", "auditor", "integracao")
    }
    assert estados == {"operador": 200, "auditor": 200, "integracao": 403}
    assert (await base.pedir("GET", caminho, token="ninguem")).status_code == 401


@pytest.mark.parametrize("caminho", LEITURAS[:3] + LEITURAS[5:8])
async def test_cursor_inventado_e_recusado(base: Sala, caminho: str) -> None:
    resposta = await base.pedir("GET", caminho, params={"cursor": "abc"})
    assert resposta.status_code == 422
    assert resposta.json()["campos"][0]["campo"] == "cursor"


async def test_relogio_real_nao_se_adianta(base: Sala) -> None:
    assert (await base.pedir("GET", "/v1/relogio")).json() == {"agora": "2026-03-16T12:00:00Z", "virtual": False}
    resposta = await base.pedir("POST", "/v1/relogio/avancar", json={"dias": 1})
    assert (resposta.status_code, resposta.json()["codigo"]) == (409, "relogio_real")
    assert (await base.pedir("POST", "/v1/relogio/avancar", json={"dias": 1, "ate": "2026-03-17T00:00Z"})).status_code == 422
