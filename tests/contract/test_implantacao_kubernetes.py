"""The manifests of deploy/kubernetes: the same rules as for compose, and that what they name is there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.support.implantacao import (
    KUBERNETES,
    RAIZ,
    SALAS,
    compose,
    configuracoes_conhecidas,
    documentos,
    local_de,
    servicos_da_imagem,
)

DOCS = documentos(KUBERNETES)
_APLICADOS = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text("utf-8"))
CARGAS = [doc for doc in DOCS if doc["kind"] in {"Deployment", "StatefulSet", "Job"}]
PROCESSOS = [doc for doc in CARGAS if doc["kind"] != "Job"]


def _nome(doc: dict[str, Any]) -> str:
    return f"{doc['kind']}/{doc['metadata']['name']}"


def _de_tipo(tipo: str) -> dict[str, dict[str, Any]]:
    return {doc["metadata"]["name"]: doc for doc in DOCS if doc["kind"] == tipo}


def _pod(doc: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = doc["spec"]["template"]["spec"]
    return pod


def _containers(doc: dict[str, Any]) -> list[dict[str, Any]]:
    return [*_pod(doc).get("initContainers", ()), *_pod(doc)["containers"]]


CADA_CARGA = pytest.mark.parametrize("doc", CARGAS, ids=_nome)
CADA_PROCESSO = pytest.mark.parametrize("doc", PROCESSOS, ids=_nome)


def test_kustomization_aplica_tudo_menos_o_segredo_de_exemplo() -> None:
    arquivos = {arquivo.name for arquivo in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(_APLICADOS["resources"]) == arquivos - {"segredo.exemplo.yaml"}
    assert _APLICADOS["namespace"] in _de_tipo("Namespace")
    (imagem,) = _APLICADOS["images"]
    assert {container["image"] for doc in CARGAS for container in _containers(doc)} == {imagem["name"]}
    assert re.match(r"\d", imagem["newTag"])


def test_cada_documento_tem_tipo_versao_e_nome_unico() -> None:
    docs = [doc for doc in DOCS if doc["kind"] != "Kustomization"]
    assert all({"apiVersion", "kind", "metadata"} <= doc.keys() for doc in docs)
    nomes = [_nome(doc) for doc in docs]
    assert len(nomes) == len(set(nomes))


def test_os_processos_sao_os_do_compose() -> None:
    do_compose = {tuple(servico["command"]) for servico in servicos_da_imagem(compose()).values()} - {("simulador", "servir")}
    assert {tuple(container["args"]) for doc in CARGAS for container in _containers(doc)} == do_compose


@CADA_CARGA
def test_roda_sem_privilegios_e_sem_escrever_fora_dos_volumes(doc: dict[str, Any]) -> None:
    pod = _pod(doc)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in _containers(doc):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        gravaveis = {m["name"]: m["mountPath"] for m in container["volumeMounts"] if not m.get("readOnly")}
        assert gravaveis == {"tmp": "/tmp", "dados": "/dados"}  # noqa: S108 - a mount of the container
    montados = {montagem["name"] for container in _containers(doc) for montagem in container["volumeMounts"]}
    assert {volume["name"] for volume in pod["volumes"]} == montados


@CADA_PROCESSO
def test_so_parcelamento_ve_os_certificados_do_pix(doc: dict[str, Any]) -> None:
    (container,) = _containers(doc)
    so_lidos = {m["mountPath"] for m in container["volumeMounts"] if m.get("readOnly")}
    assert so_lidos == ({"/certificados"} if container["args"][0] == "parcelamento" else set())
    for volume in _pod(doc)["volumes"]:
        # without it a provider that asks for no certificate would need one made up
        assert "secret" not in volume or volume["secret"]["optional"] is True


@CADA_CARGA
def test_pede_e_limita_recursos(doc: dict[str, Any]) -> None:
    for container in _containers(doc):
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]


@CADA_CARGA
def test_toda_configuracao_vem_de_onde_existe_e_e_conhecida(doc: dict[str, Any]) -> None:
    conhecidas = configuracoes_conhecidas()
    mapas, segredos = _de_tipo("ConfigMap"), _de_tipo("Secret")
    for container in _containers(doc):
        chaves: set[str] = set()
        for fonte in container["envFrom"]:
            if "configMapRef" in fonte:
                chaves |= mapas[fonte["configMapRef"]["name"]]["data"].keys()
            else:
                chaves |= segredos[fonte["secretRef"]["name"]]["stringData"].keys()
        assert chaves >= {"BANCO_URL", "KAFKA_BOOTSTRAP"}
        assert chaves - conhecidas == set()
        sala = container["args"][0]
        assert ("TWILIO_AUTH_TOKEN" in chaves) == (sala == "canais")
        assert ("PIX_CLIENT_SECRET" in chaves) == (sala == "parcelamento")
        assert ("TOKEN_INTERNO" in chaves) == (sala != "canais")


def test_configuracao_traz_o_mesmo_que_o_compose() -> None:
    servicos = servicos_da_imagem(compose())
    do_compose = {nome for sala in SALAS for nome in servicos[f"{sala}-worker"]["environment"]}
    chaves = {*_de_tipo("ConfigMap")["regua-configuracao"]["data"]}
    for segredo in _de_tipo("Secret").values():
        chaves |= segredo["stringData"].keys()
    # no simulator in a cluster
    assert chaves == do_compose - {"URL_SIMULADOR"}


def test_exemplo_de_segredo_esta_vazio() -> None:
    valores = [valor for segredo in _de_tipo("Secret").values() for valor in segredo["stringData"].values()]
    assert valores
    assert set(valores) == {""}


@CADA_PROCESSO
def test_sondas_perguntam_o_que_o_processo_responde(doc: dict[str, Any]) -> None:
    (container,) = _containers(doc)
    assert container["livenessProbe"]["httpGet"]["path"] == "/saude/vivo"
    assert container["startupProbe"]["httpGet"]["path"] == "/saude/vivo"
    assert container["readinessProbe"]["httpGet"]["path"] == "/saude/pronto"
    assert container["ports"] == [{"name": "http", "containerPort": 8000}]
    assert {container[sonda]["httpGet"]["port"] for sonda in ("livenessProbe", "readinessProbe", "startupProbe")} == {"http"}
    # the room itself gives up after five seconds: a shorter probe would take its answer for silence
    assert container["readinessProbe"]["timeoutSeconds"] > 5


@CADA_PROCESSO
def test_tem_servico_com_o_mesmo_seletor(doc: dict[str, Any]) -> None:
    nome = doc["metadata"]["name"]
    rotulos = doc["spec"]["template"]["metadata"]["labels"]
    assert doc["spec"]["selector"]["matchLabels"].items() <= rotulos.items()
    assert _de_tipo("Service")[nome]["spec"]["selector"].items() <= rotulos.items()
    if doc["kind"] == "StatefulSet":
        assert doc["spec"]["serviceName"] == nome


@pytest.mark.parametrize("sala", ["regua", "canais"])
def test_worker_que_le_topicos_tem_nome_estavel(sala: str) -> None:
    # the host name is the worker's name in the consumer group: random names would move partitions at each restart
    assert f"{sala}-worker" in _de_tipo("StatefulSet")


def test_worker_de_parcelamento_nao_le_topicos_e_e_um_so() -> None:
    assert _de_tipo("Deployment")["parcelamento-worker"]["spec"]["replicas"] == 1
    # the table event → use case: a room without one has no consumer group to keep a name in
    assert not (RAIZ / "services" / "parcelamento" / "application" / "handlers.py").exists()


@pytest.mark.parametrize("sala", SALAS)
def test_api_e_worker_veem_a_mesma_pasta(sala: str) -> None:
    cargas = {"persistentVolumeClaim": {"claimName": f"{sala}-dados"}, "name": "dados"}
    processos = {doc["metadata"]["name"]: doc for doc in PROCESSOS}
    assert cargas in _pod(processos[f"{sala}-worker"])["volumes"]
    assert cargas in _pod(processos[f"{sala}-api"])["volumes"]
    assert _de_tipo("PersistentVolumeClaim")[f"{sala}-dados"]["spec"]["accessModes"] == ["ReadWriteMany"]


@pytest.mark.parametrize("sala", SALAS)
def test_um_relay_por_sala_trocado_e_nao_sobreposto(sala: str) -> None:
    relay = _de_tipo("Deployment")[f"{sala}-relay"]["spec"]
    assert relay["replicas"] == 1
    assert relay["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize("sala", ["regua", "canais"])
def test_workers_crescem_pelo_atraso_ate_o_numero_de_particoes(sala: str) -> None:
    escala = _de_tipo("HorizontalPodAutoscaler")[f"{sala}-worker"]["spec"]
    alvo = escala["scaleTargetRef"]
    assert _de_tipo(alvo["kind"])[alvo["name"]]["spec"].get("replicas") is None, "o número de réplicas é do escalador"
    assert escala["maxReplicas"] == 12
    (metrica,) = escala["metrics"]
    assert metrica["external"]["metric"] == {
        "name": "kafka_consumergroup_lag_sum",
        "selector": {"matchLabels": {"consumergroup": sala}},
    }


def test_interrupcoes_poupam_api_e_worker() -> None:
    for nome, doc in _de_tipo("PodDisruptionBudget").items():
        alvo = doc["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
        assert alvo == nome
        assert nome in {**_de_tipo("Deployment"), **_de_tipo("StatefulSet")}
    assert set(_de_tipo("PodDisruptionBudget")) == {f"{sala}-{papel}" for sala in SALAS for papel in ("api", "worker")}


def _rotas() -> list[tuple[str, str, str]]:
    return [
        (rota["path"], rota["pathType"], rota["backend"]["service"]["name"])
        for doc in _de_tipo("Ingress").values()
        for regra in doc["spec"]["rules"]
        for rota in regra["http"]["paths"]
    ]


def test_entrada_manda_cada_caminho_para_a_sala_do_proxy() -> None:
    simples = [(caminho, servico) for caminho, tipo, servico in _rotas() if tipo != "ImplementationSpecific"]
    assert len(simples) >= 16
    assert [(caminho, servico) for caminho, servico in simples if f"{local_de(caminho + '/').sala}-api" != servico] == []


def test_entrada_por_sala_e_a_do_proxy() -> None:
    por_sala = [(re.compile(caminho), servico) for caminho, tipo, servico in _rotas() if tipo == "ImplementationSpecific"]
    assert len(por_sala) == len(SALAS)
    for sala in SALAS:
        for resto in ("docs", "docs/favicon.png", "openapi.json", "saude/pronto", "v1/mortas", "v1/mortas/7/repetir"):
            caminho = f"/{sala}/{resto}"
            assert [s for expressao, s in por_sala if expressao.match(caminho)] == [f"{sala}-api"]
            assert local_de(caminho).sala == sala
        assert not [s for expressao, s in por_sala if expressao.match(f"/{sala}/metrics")]


def test_entrada_leva_a_servicos_que_existem_e_nunca_a_medidas() -> None:
    assert {servico for _, _, servico in _rotas()} <= _de_tipo("Service").keys()
    assert not [caminho for caminho, _, _ in _rotas() if caminho in {"/", "/metrics"}]
