"""Wrong input at every group of the outer interface: refused by name, in Portuguese, and nothing half-written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support import base_pequena as base
from tests.support.instalacao import SEGREDOS
from tests.support.mundo import DEVEDOR, HOJE, NENHUM, Mundo

pytestmark = [pytest.mark.timeout(300)]

# words that would betray a message nobody translated
INGLES = re.compile(r"\b(the|must|should|invalid|required|not|error|value|expected|failed)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ruim:
    """A request and how it is refused: status, codigo, and the field that the answer names."""

    metodo: str
    caminho: str
    status: int
    codigo: str = "entrada_invalida"
    campo: str | None = None
    envio: Mapping[str, Any] = field(default_factory=dict)


def _json(  # noqa: PLR0917 - a row reads from left to right
    metodo: str, caminho: str, corpo: Any, status: int, codigo: str = "entrada_invalida", campo: str | None = None
) -> Ruim:
    return Ruim(metodo, caminho, status, codigo, campo, {"json": corpo})


def _cru(caminho: str, corpo: bytes, status: int, codigo: str, campo: str | None = None) -> Ruim:
    return Ruim("POST", caminho, status, codigo, campo, {"content": corpo, "headers": {"Content-Type": "application/json"}})


def _arquivo(caminho: str, tipo: str | None, status: int, campo: str) -> Ruim:
    campos = {} if tipo is None else {"tipo": tipo}
    return Ruim(
        "POST", caminho, status, campo=campo, envio={"data": campos, "files": {"arquivo": ("a.csv", b"a;b\n1;2\n", "text/csv")}}
    )


DELE = f"/v1/contribuintes/{DEVEDOR.id}"
MODELO = {"hipotese": "H1", "rigidez": 1, "canal": "sms", "idioma": "pt-BR", "texto": "Procure a SEFAZ: {link} {codigo}"}
TABELA: tuple[Ruim, ...] = (
    # bodies that are none
    _cru("/v1/ciclos", b"{", 400, "json_invalido"),
    _cru("/v1/ciclos", b"\xff\xfe", 400, "json_invalido"),
    _cru("/v1/ciclos", b"[" * 100_000, 400, "requisicao_invalida"),
    _cru("/v1/ciclos", b"[]", 422, "entrada_invalida", "corpo"),
    _cru("/v1/ciclos", b'"' + b"a" * 2_000_000 + b'"', 413, "corpo_grande_demais"),
    Ruim("GET", "/v1/nada", 404, "nao_encontrado"),
    Ruim("DELETE", "/v1/ciclos", 405, "metodo_nao_permitido"),
    # lists
    Ruim("GET", "/v1/ciclos?limite=0", 422, campo="limite"),
    Ruim("GET", "/v1/envios?limite=abc", 422, campo="limite"),
    Ruim("GET", "/v1/acionamentos?cursor=e30", 422, campo="cursor"),
    Ruim("GET", "/v1/campanhas?cursor=WzFd", 422, campo="cursor"),
    # cargas
    Ruim("POST", "/v1/cargas", 422, campo="corpo", envio={"json": {}}),
    _arquivo("/v1/cargas", None, 422, "tipo"),
    _arquivo("/v1/cargas", "contatos", 422, "tipo"),
    _arquivo("/v1/contatos/cargas", "debitos", 422, "tipo"),
    Ruim(
        "POST",
        "/v1/cargas",
        422,
        campo="corpo",
        envio={"content": b"lixo", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    ),
    Ruim("GET", "/v1/cargas/abc", 422, campo="carga"),
    Ruim("GET", f"/v1/cargas/{NENHUM}", 404, "nao_encontrado"),
    Ruim("GET", f"/v1/cargas/{NENHUM}/rejeitados", 404, "nao_encontrado"),
    # ciclos and heat map
    _json("POST", "/v1/ciclos", {}, 422, campo="data"),
    _json("POST", "/v1/ciclos", {"data": "hoje"}, 422, campo="data"),
    _json("POST", "/v1/ciclos", {"data": "9999-12-31"}, 422, campo="data"),
    _json("POST", "/v1/ciclos", {"data": HOJE, "sabor": 1}, 422, campo="sabor"),
    _json("POST", "/v1/ciclos", {"data": HOJE, "campanha": "nada"}, 404, "campanha_desconhecida"),
    Ruim("GET", f"/v1/ciclos/{NENHUM}", 404, "nao_encontrado"),
    Ruim("GET", "/v1/mapa-de-calor?data=31/12/2026", 422, campo="data"),
    # taxpayers and suspensions
    Ruim("GET", "/v1/contribuintes/com%20espaco", 422, campo="contribuinte"),
    Ruim("GET", "/v1/contribuintes/%00", 422, campo="contribuinte"),
    Ruim("GET", "/v1/contribuintes/NADA", 404, "nao_encontrado"),
    Ruim("GET", "/v1/contribuintes/NADA/linha-do-tempo", 404, "nao_encontrado"),
    _json("POST", f"{DELE}/suspensoes", {"motivo": "preguica"}, 422, campo="motivo"),
    _json("POST", f"{DELE}/suspensoes", {"motivo": "promessa"}, 422, campo="ate"),
    _json("POST", f"{DELE}/suspensoes", {"motivo": "promessa", "ate": "9999-12-31"}, 422, campo="ate"),
    _json("POST", f"{DELE}/suspensoes", {"motivo": "promessa", "ate": "2026-03-01"}, 422, campo="ate"),
    _json("POST", "/v1/contribuintes/NADA/suspensoes", {"motivo": "ja_pagou"}, 404, "nao_encontrado"),
    Ruim("DELETE", f"{DELE}/suspensoes/{NENHUM}", 404, "nao_encontrado"),
    # campaigns
    _json("POST", "/v1/campanhas", {"nome": ""}, 422, campo="nome"),
    _json("POST", "/v1/campanhas", {"nome": "com\u0000nulo"}, 422),
    _json("POST", "/v1/campanhas", {"nome": "x", "segmento": {"cor": "azul"}}, 422, "segmento_invalido", "segmento.cor"),
    _json("POST", "/v1/campanhas", {"nome": "x", "canais": ["fax"]}, 422, campo="canais[0]"),
    _json("POST", "/v1/campanhas", {"nome": "x", "grupo_controle": "1.5"}, 422, campo="grupo_controle"),
    _json("POST", "/v1/campanhas", {"nome": "x", "orcamento": {"valor": 5, "moeda": "BRL"}}, 422, campo="orcamento.valor"),
    _json("POST", "/v1/campanhas", {"nome": "x", "orcamento": {"valor": 10**30, "moeda": "BRL"}}, 422, campo="orcamento.valor"),
    _json("POST", "/v1/campanhas", {"nome": "x", "orcamento": {"valor": "-1.000000", "moeda": "BRL"}}, 422, campo="orcamento"),
    _json("POST", "/v1/campanhas", {"nome": "x", "politica": "nada"}, 422, campo="politica"),
    _json("POST", "/v1/campanhas", {"nome": "x", "valida_de": "2026-12-31", "valida_ate": HOJE}, 422, campo="valida_ate"),
    Ruim(
        "POST", "/v1/campanhas", 422, campo="Idempotency-Key", envio={"json": {"nome": "x"}, "headers": {"Idempotency-Key": ""}}
    ),
    Ruim("GET", "/v1/campanhas/nada", 404, "nao_encontrado"),
    _json("PATCH", "/v1/campanhas/nada", {"nome": "y"}, 404, "nao_encontrado"),
    _json("PATCH", "/v1/campanhas/permanente", {"nome": None}, 422, campo="nome"),
    Ruim("POST", "/v1/campanhas/permanente/iniciar", 409, "conflito"),
    # policies
    _json("POST", "/v1/politicas", {"documento": []}, 422, campo="documento"),
    _json("POST", "/v1/politicas", {"documento": {}}, 422, "politica_invalida", "documento.versao"),
    Ruim("GET", "/v1/politicas/nada", 404, "nao_encontrado"),
    Ruim("POST", "/v1/politicas/2026-01/aprovar", 409, "conflito"),
    _json("POST", "/v1/politicas/2026-01/simular", {}, 422, campo="data"),
    _json("POST", "/v1/politicas/2026-01/simular", {"data": "0001-01-01"}, 422, campo="data"),
    Ruim("GET", "/v1/politicas/2026-01/diferencas/2026-01?data=0001-01-01", 422, campo="data"),
    Ruim("GET", "/v1/politicas/2026-01/diferencas/nada", 422, "politica_ausente"),
    # approvals and tasks
    Ruim("POST", f"/v1/aprovacoes/{NENHUM}/aprovar", 404, "nao_encontrado"),
    _json("POST", f"/v1/aprovacoes/{NENHUM}/recusar", {}, 422, campo="motivo"),
    _json("POST", "/v1/aprovacoes/aprovar", {"ids": []}, 422, campo="ids"),
    Ruim("GET", "/v1/aprovacoes?estado=talvez", 422, campo="estado"),
    Ruim("GET", "/v1/tarefas?limite=9999", 422, campo="limite"),
    # identification
    _json("POST", "/v1/veiculos/consultar", {}, 422, campo="renavam"),
    _json("POST", "/v1/veiculos/consultar", {"renavam": "00639884962", "placa": "AAA"}, 422, campo="placa"),
    _json("POST", "/v1/identificacoes/conferir", {"contribuinte": "a", "fatos": {}}, 422, campo="corpo"),
    _json("POST", "/v1/identificacoes/conferir", {"contribuinte": "a", "fatos": {"cor": "x"}}, 422, campo="fatos.cor"),
    # acionamentos, reports
    Ruim("GET", "/v1/acionamentos?rigidez=9", 422, campo="rigidez"),
    Ruim("GET", "/v1/acionamentos?contribuinte=%00", 422),
    Ruim("GET", "/v1/acionamentos/x", 422, campo="acionamento"),
    Ruim("GET", f"/v1/acionamentos/{NENHUM}/explicacao", 404, "nao_encontrado"),
    Ruim("POST", f"/v1/acionamentos/{NENHUM}/reexecutar", 404, "nao_encontrado"),
    Ruim("GET", "/v1/relatorios/resultado", 422, campo="de"),
    Ruim("GET", "/v1/relatorios/custos?de=2026-02-01&ate=2026-01-01", 422, campo="ate"),
    Ruim("GET", "/v1/relatorios/efeito?campanha=nada", 404, "nao_encontrado"),
    # clock
    _json("POST", "/v1/relogio/avancar", {}, 422, campo="corpo"),
    _json("POST", "/v1/relogio/avancar", {"dias": 0}, 422, campo="dias"),
    _json("POST", "/v1/relogio/avancar", {"dias": 1, "ate": "2027-01-01T00:00:00Z"}, 422, campo="corpo"),
    _json("POST", "/v1/relogio/avancar", {"ate": "2027-01-01T00:00:00"}, 422, campo="ate"),
    _json("POST", "/v1/relogio/avancar", {"ate": "2020-01-01T00:00:00Z"}, 422, campo="ate"),
    _json("POST", "/v1/relogio/avancar", {"ate": "9999-12-31T23:59:59-12:00"}, 422, campo="ate"),
    # sending
    Ruim("GET", "/v1/envios?estado=voando", 422, campo="estado"),
    Ruim("GET", f"/v1/envios/{NENHUM}", 404, "nao_encontrado"),
    _json("POST", "/v1/modelos", {}, 422, campo="canal"),
    _json("POST", "/v1/modelos", {**MODELO, "hipotese": "H9"}, 422, campo="hipotese"),
    _json("POST", "/v1/modelos", {**MODELO, "texto": "Você deve R$ 10,00, {nome}"}, 422, "modelo_recusado", "texto"),
    Ruim("GET", f"/v1/modelos/{NENHUM}", 404, "modelo_desconhecido"),
    Ruim("POST", f"/v1/modelos/{NENHUM}/aprovar", 404, "modelo_desconhecido"),
    Ruim("GET", "/v1/contatos/NADA", 404, "contato_desconhecido"),
    Ruim("DELETE", "/v1/contatos/NADA", 404, "contato_desconhecido"),
    _json(
        "PUT",
        f"/v1/contatos/{DEVEDOR.id}",
        {"contatos": [{"canal": "sms", "endereco": "abc"}]},
        422,
        "contato_recusado",
        "contatos[0].endereco",
    ),
    _json("PUT", f"/v1/contatos/{DEVEDOR.id}", {"contatos": [{"canal": "fax", "endereco": "1"}]}, 422, campo="contatos[0].canal"),
    _json("PATCH", "/v1/provedores/nenhum", {"peso": 1}, 404, "nao_encontrado"),
    _json("PATCH", "/v1/provedores/twilio-sms", {"peso": -1}, 422, campo="peso"),
    Ruim("POST", f"/v1/mortas/{NENHUM}/repetir", 404, "nao_encontrado"),
)


@pytest.mark.parametrize("ruim", TABELA, ids=lambda r: f"{r.metodo}-{r.caminho}-{str(r.envio)[:40]}")
async def test_entrada_ruim_e_recusada_pelo_nome_e_nada_muda(mundo: Mundo, ruim: Ruim) -> None:
    antes = await mundo.retrato()
    resposta = await mundo.api.request(ruim.metodo, ruim.caminho, **ruim.envio)
    assert resposta.headers["content-type"] == "application/problem+json", resposta.text
    problema = resposta.json()
    assert (resposta.status_code, problema["codigo"]) == (ruim.status, ruim.codigo), problema
    assert problema["status"] == ruim.status
    assert problema["detail"]
    if ruim.campo is not None:
        assert ruim.campo in [campo["campo"] for campo in problema["campos"]]
    dito = " ".join((problema["title"], problema["detail"], *(c["motivo"] for c in problema.get("campos", []))))
    assert not INGLES.search(dito), dito
    assert await mundo.retrato() == antes


async def test_a_mesma_chave_com_outros_dados(mundo: Mundo) -> None:
    chave = {"Idempotency-Key": "uma-so"}
    assert (await mundo.api.post("/v1/campanhas", json={"nome": "primeira"}, headers=chave)).status_code == 201
    resposta = await mundo.api.post("/v1/campanhas", json={"nome": "segunda"}, headers=chave)
    assert (resposta.status_code, resposta.json()["codigo"]) == (422, "idempotencia_conflitante")
    assert [c["nome"] for c in await mundo.instalacao.todos("/v1/campanhas") if c["nome"] == "segunda"] == []


async def test_o_orcamento_volta_como_foi(mundo: Mundo) -> None:
    orcamento = {"valor": "0.006800", "moeda": "USD"}
    resposta = await mundo.api.post("/v1/campanhas", json={"nome": "com orçamento", "orcamento": orcamento})
    assert (resposta.status_code, resposta.json()["orcamento"]) == (201, orcamento)


async def test_arquivo_ruim_perde_so_as_linhas_ruins(mundo: Mundo) -> None:
    linhas = list(base.debitos([base.Devedor(1, "2026-03-03")]))
    ruins = [
        linhas[1].replace("D-000001", "D-R1").replace("1000,00", "1.234"),
        linhas[1].replace("D-000001", "D-R2").replace("T-000001", "T-999999"),
    ]
    carga = await mundo.instalacao.carregar("debitos", [linhas[0], *ruins, linhas[1].replace("D-000001", "D-000002")])
    assert (carga["estado"], carga["total"], carga["aceitos"], carga["rejeitados"]) == ("concluida", 3, 1, 2)
    rejeitados = (await mundo.api.get(f"/v1/cargas/{carga['id']}/rejeitados")).text.splitlines()
    assert [linha.split(";")[:2] for linha in rejeitados[1:]] == [["2", "principal"], ["3", "contribuinte"]]


@pytest.mark.parametrize(
    ("metodo", "caminho", "provedor"),
    [
        ("POST", "/webhooks/twilio/entrada", "twilio"),
        ("POST", f"/webhooks/twilio/estado/{NENHUM}", "twilio"),
        ("POST", "/webhooks/twilio/estado/nao-e-um-id", "twilio"),
        ("POST", "/webhooks/meta", "meta"),
        ("GET", "/webhooks/meta?hub.mode=subscribe&hub.verify_token=errado&hub.challenge=42", "meta"),
    ],
)
@pytest.mark.parametrize("assinatura", [None, "sha256=00", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
async def test_assinatura_errada_so_deixa_um_contador(
    mundo: Mundo, metodo: str, caminho: str, provedor: str, assinatura: str | None
) -> None:
    marca = "SM-de-quem-nao-se-sabe"
    cabecalhos = {} if assinatura is None else {"X-Twilio-Signature": assinatura, "X-Hub-Signature-256": assinatura}
    antes, contados = await mundo.retrato(), await _recusadas(mundo, provedor)
    resposta = await mundo.api.request(
        metodo, caminho, content=f"MessageSid={marca}&From=%2B5582999990000&Body=oi&MessageStatus=delivered", headers=cabecalhos
    )
    assert (resposta.status_code, resposta.content) == (403, b"")
    assert await _recusadas(mundo, provedor) == contados + 1
    assert await mundo.retrato() == antes
    assert marca not in mundo.instalacao.processos["plataforma"].fim_do_registro(1_000_000)


async def _recusadas(mundo: Mundo, provedor: str) -> float:
    achados = re.findall(
        rf'^canais_webhooks_total\{{(?=[^}}]*"{provedor}")(?=[^}}]*"assinatura_recusada")[^}}]*\}} (\S+)$',
        (await mundo.api.get("/metrics")).text,
        re.MULTILINE,
    )
    return sum(map(float, achados))


async def test_nada_do_que_e_pessoal_vai_ao_registro(mundo: Mundo) -> None:
    registro = mundo.instalacao.processos["plataforma"].registro.read_text()
    for pessoal in (DEVEDOR.cpf, DEVEDOR.telefone, DEVEDOR.telefone.removeprefix("+"), *SEGREDOS.values()):
        if len(pessoal) > 6:
            assert pessoal not in registro
