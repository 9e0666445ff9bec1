"""Prometheus rules and Grafana panels: well formed, in Portuguese, and about metrics that the code declares."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support.implantacao import DEPLOY, RAIZ, compose, metricas_do_banco, metricas_do_codigo

REGRAS: list[dict[str, Any]] = [
    regra
    for grupo in yaml.safe_load((DEPLOY / "prometheus" / "regras.yml").read_text("utf-8"))["groups"]
    for regra in grupo["rules"]
]
CONFIG = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
PAINEIS = sorted((DEPLOY / "grafana" / "paineis").glob("*.json"))
MANUAL = (RAIZ / "docs" / "operacao.md").read_text("utf-8")

# What is not ours, and who gives it. kafka-exporter's names: its README, "Metrics".
DE_FORA = {
    "up": frozenset({"job", "instance"}),
    "ALERTS": frozenset({"alertname", "alertstate"}),
    "kafka_consumergroup_lag_sum": frozenset({"consumergroup", "topic"}),
}
# What the scraping adds to every series.
DA_COLETA = frozenset({"job", "instance", "processo", "sala"})
METRICAS = {**metricas_do_codigo(), **metricas_do_banco(), **DE_FORA}

_PALAVRAS = {"and", "or", "unless", "on", "ignoring", "by", "without", "group_left", "group_right", "offset", "bool"}
_AGRUPAMENTO = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")


def medidas(expressao: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each metric that `expressao` names, with the labels that its selector and the expression's groupings ask for."""
    agrupados = {r.strip() for lista in _AGRUPAMENTO.findall(expressao) for r in lista.split(",") if r.strip()}
    sem_grupos = _AGRUPAMENTO.sub(" ", expressao)
    for achada in re.finditer(r"(?<![\w\"$.])([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(\s*\()?", _sem_intervalos(sem_grupos)):
        nome, seletor, chamada = achada.groups()
        if chamada or nome in _PALAVRAS:
            continue
        yield nome, frozenset(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", seletor or "")) | agrupados


def _sem_intervalos(expressao: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", expressao)


def test_leitura_de_expressoes() -> None:
    lida = dict(
        medidas('sum by (sala) (rate(http_requisicoes_total{status=~"5..",rota!~"/x"}[5m])) / 2 > 0 and on () (hour() > 3)')
    )
    assert lida == {"http_requisicoes_total": frozenset({"status", "rota", "sala"})}


def _expressoes() -> list[tuple[str, str]]:
    das_regras = [(regra["alert"], regra["expr"]) for regra in REGRAS]
    dos_paineis = [(painel["title"], alvo["expr"]) for painel in _quadros() for alvo in painel["targets"]]
    return das_regras + dos_paineis


def _quadros() -> list[dict[str, Any]]:
    return [
        quadro for arquivo in PAINEIS for quadro in json.loads(arquivo.read_text("utf-8"))["panels"] if quadro["type"] != "row"
    ]


@pytest.mark.parametrize(("onde", "expressao"), _expressoes(), ids=[nome for nome, _ in _expressoes()])
def test_toda_metrica_existe_com_os_rotulos_pedidos(onde: str, expressao: str) -> None:
    achadas = list(medidas(expressao))
    assert achadas, onde
    for nome, rotulos in achadas:
        assert nome in METRICAS, f"{nome}: ninguém a declara"
        assert rotulos - METRICAS[nome] - DA_COLETA == set(), nome


def test_o_que_se_mede_das_mensagens_aparece_no_painel() -> None:
    mostradas = {nome for quadro in _quadros() for alvo in quadro["targets"] for nome, _ in medidas(alvo["expr"])}
    assert mostradas >= {
        "canais_envios_total",
        "canais_custo_total",
        "canais_requisicoes_total",
        "canais_webhooks_total",
        "kafka_consumergroup_lag_sum",
        "banco_ciclo",
        "banco_envios",
        "banco_outbox",
        "banco_mortas",
    }


@pytest.mark.parametrize("regra", REGRAS, ids=[regra["alert"] for regra in REGRAS])
def test_regra_tem_forma(regra: dict[str, Any]) -> None:
    assert regra.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"[A-Z]\w+", regra["alert"], flags=re.ASCII)
    assert re.fullmatch(r"\d+[smhd]", regra.get("for", "0s"))
    assert regra["labels"].keys() == {"gravidade"}
    assert regra["labels"]["gravidade"] in {"alta", "media", "baixa"}
    assert regra["expr"].count("(") == regra["expr"].count(")")
    assert regra["annotations"]["summary"].endswith((".", "."))
    usados = set(re.findall(r"\$labels\.(\w+)", regra["annotations"]["summary"]))
    assert usados <= DA_COLETA | {rotulo for nome, _ in medidas(regra["expr"]) for rotulo in METRICAS[nome]}


@pytest.mark.parametrize("regra", REGRAS, ids=[regra["alert"] for regra in REGRAS])
def test_manual_diz_o_que_fazer_em_cada_alerta(regra: dict[str, Any]) -> None:
    nome = regra["alert"]
    assert regra["annotations"]["manual"] == f"docs/operacao.md#{nome.lower()}"
    assert re.search(rf"^#+ {nome}$", MANUAL, flags=re.MULTILINE), f"falta a seção {nome} no manual"


def test_os_alertas_pedidos_existem() -> None:
    assert {regra["alert"] for regra in REGRAS} >= {
        "AtrasoCrescendo",
        "EnvioIncerto",
        "EventosMortos",
        "WebhooksRecusados",
        "SemEntregas",
        "CicloNaoRodou",
    }
    incerto = next(regra for regra in REGRAS if regra["alert"] == "EnvioIncerto")
    assert incerto["for"] == "1h"


def test_prometheus_le_as_regras_e_todos_os_processos() -> None:
    assert [(DEPLOY / "prometheus" / arquivo).exists() for arquivo in CONFIG["rule_files"]] == [True]
    trabalhos = {trabalho["job_name"]: trabalho for trabalho in CONFIG["scrape_configs"]}
    (salas,) = trabalhos["salas"]["dns_sd_configs"]
    servicos = compose()["services"]
    processos = {n for n, s in servicos.items() if "build" in s and s["command"][-1] in {"api", "worker", "relay"}}
    assert set(salas["names"]) == processos
    assert salas["port"] == 8000
    alvos = {alvo.split(":")[0] for t in trabalhos.values() for c in t.get("static_configs", ()) for alvo in c["targets"]}
    assert alvos - {"127.0.0.1"} <= servicos.keys()


@pytest.mark.parametrize("arquivo", PAINEIS, ids=lambda arquivo: arquivo.name)
def test_painel_tem_forma(arquivo: Any) -> None:
    painel = json.loads(arquivo.read_text("utf-8"))
    assert {"uid", "title", "schemaVersion", "panels", "templating", "time"} <= painel.keys()
    numeros = [quadro["id"] for quadro in painel["panels"]]
    assert len(numeros) == len(set(numeros))
    fontes = {alvo["datasource"]["uid"] for quadro in painel["panels"] for alvo in quadro.get("targets", ())}
    provida = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text("utf-8"))
    assert fontes == {fonte["uid"] for fonte in provida["datasources"]}
    for quadro in painel["panels"]:
        lugar = quadro["gridPos"]
        assert lugar["x"] + lugar["w"] <= 24
        assert quadro["type"] == "row" or quadro["description"].endswith(".")


def test_painel_esta_onde_o_grafana_procura() -> None:
    providos = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/paineis.yml").read_text("utf-8"))["providers"]
    montados = dict(volume.split(":")[:2] for volume in compose()["services"]["grafana"]["volumes"])
    assert PAINEIS
    assert [provedor["options"]["path"] for provedor in providos] == [montados["./deploy/grafana/paineis"]]


def test_casos_das_regras_cobrem_os_alertas_pedidos() -> None:
    casos = yaml.safe_load((DEPLOY / "prometheus" / "regras.casos.yml").read_text("utf-8"))
    nomes = {teste["alertname"] for caso in casos["tests"] for teste in caso["alert_rule_test"] if teste.get("exp_alerts")}
    assert nomes <= {regra["alert"] for regra in REGRAS}
    assert nomes >= {"AtrasoCrescendo", "EnvioIncerto", "EventosMortos", "WebhooksRecusados", "SemEntregas", "CicloNaoRodou"}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="falta promtool (vem com o Prometheus)")
def test_alertas_soam_quando_devem_e_so_entao() -> None:
    feito = subprocess.run(
        ["promtool", "test", "rules", "regras.casos.yml"],  # noqa: S607 - found on PATH
        cwd=DEPLOY / "prometheus",
        capture_output=True,
        text=True,
        check=False,
    )
    assert feito.returncode == 0, feito.stdout
