"""docker-compose.yml: its form, by a schema of the parts of the Compose Specification that it uses, and the rules it keeps."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.support.implantacao import (
    DEPLOY,
    KUBERNETES,
    RAIZ,
    SALAS,
    compose,
    configuracoes_conhecidas,
    documentos,
    servicos_da_imagem,
    variaveis,
)

COMPOSE = compose()
SERVICOS: dict[str, Any] = COMPOSE["services"]
NOSSOS = servicos_da_imagem(COMPOSE)

_TEXTO = {"type": "string", "minLength": 1}
_TEXTOS = {"type": "array", "items": _TEXTO, "uniqueItems": True}
_COMANDO = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_DURACAO = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}
_TAMANHO = {"type": "string", "pattern": r"^\d+[MG]$"}
_QUANTIDADE = {
    "type": "object",
    "properties": {"cpus": {"type": "string", "pattern": r"^\d+(\.\d+)?$"}, "memory": _TAMANHO},
    "additionalProperties": False,
}
# Source: the Compose Specification (compose-spec/compose-spec, 05-services.md to 07-volumes.md). A key that is not here is either
# a slip of the pen or a part of the specification that nobody has needed yet.
ESQUEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["name", "services", "networks", "volumes"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "services": {
            "type": "object",
            "patternProperties": {"^[a-z][a-z0-9-]*$": {"$ref": "#/$defs/servico"}},
            "additionalProperties": False,
        },
        "networks": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"internal": {"type": "boolean"}},
                "additionalProperties": False,
            },
        },
        "volumes": {"type": "object", "additionalProperties": {"type": "object", "maxProperties": 0}},
    },
    "patternProperties": {"^x-": {}},
    "additionalProperties": False,
    "$defs": {
        "servico": {
            "type": "object",
            "required": ["image", "networks", "logging", "deploy"],
            "properties": {
                "image": _TEXTO,
                "build": {
                    "type": "object",
                    "required": ["context", "dockerfile"],
                    "properties": {"context": _TEXTO, "dockerfile": _TEXTO},
                    "additionalProperties": False,
                },
                "command": _COMANDO,
                "entrypoint": _COMANDO,
                "environment": {
                    "type": "object",
                    "propertyNames": {"pattern": "^[A-Z][A-Z0-9_]*$"},
                    "additionalProperties": {"type": ["string", "integer"]},
                },
                "profiles": _TEXTOS,
                "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
                "init": {"type": "boolean"},
                "read_only": {"type": "boolean"},
                "tmpfs": _TEXTOS,
                "cap_drop": {"const": ["ALL"]},
                "security_opt": _TEXTOS,
                "shm_size": {"type": "string", "pattern": r"^\d+[mg]$"},
                "stop_grace_period": _DURACAO,
                "networks": _TEXTOS,
                "ports": {"type": "array", "items": {"type": "string", "pattern": r"^\$\{[A-Z_]+:-127\.0\.0\.1:\d+\}:\d+$"}},
                "volumes": {"type": "array", "items": {"type": "string", "pattern": r"^(\./|[a-z])[^:]*:/[^:]+(:ro)?$"}},
                "healthcheck": {
                    "type": "object",
                    "properties": {
                        "test": {
                            "type": "array",
                            "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}],
                            "items": _TEXTO,
                            "minItems": 2,
                        },
                        "interval": _DURACAO,
                        "timeout": _DURACAO,
                        "start_period": _DURACAO,
                        "retries": {"type": "integer", "minimum": 1},
                        "disable": {"const": True},
                    },
                    "additionalProperties": False,
                },
                "depends_on": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "required": ["condition"],
                        "properties": {"condition": {"enum": ["service_healthy", "service_completed_successfully"]}},
                        "additionalProperties": False,
                    },
                },
                "logging": {
                    "type": "object",
                    "required": ["driver", "options"],
                    "properties": {"driver": {"const": "json-file"}, "options": {"required": ["max-size", "max-file"]}},
                    "additionalProperties": False,
                },
                "deploy": {
                    "type": "object",
                    "required": ["resources"],
                    "properties": {
                        "resources": {
                            "type": "object",
                            "required": ["limits"],
                            "properties": {
                                "limits": {**_QUANTIDADE, "required": ["cpus", "memory"]},
                                "reservations": _QUANTIDADE,
                            },
                            "additionalProperties": False,
                        }
                    },
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        }
    },
}


def test_compose_segue_a_especificacao() -> None:
    Draft202012Validator.check_schema(ESQUEMA)
    erros = [f"{'/'.join(map(str, erro.path))}: {erro.message}" for erro in Draft202012Validator(ESQUEMA).iter_errors(COMPOSE)]
    assert erros == []


def test_so_o_proxy_publica_portas() -> None:
    assert [nome for nome, servico in SERVICOS.items() if "ports" in servico] == ["proxy"]


def test_ha_um_servico_para_cada_processo_e_para_o_que_os_sustenta() -> None:
    assert set(SERVICOS) >= {"postgres", "kafka", "proxy", "simulador", "prometheus", "grafana"}
    processos = {tuple(servico["command"]) for servico in NOSSOS.values()}
    assert processos == {
        ("plataforma", "migrate"),
        ("simulador", "servir"),
        *((sala, papel) for sala in SALAS for papel in ("api", "worker", "relay", "migrate")),
    }


def test_perfis() -> None:
    perfis = {nome: servico["profiles"] for nome, servico in SERVICOS.items() if "profiles" in servico}
    assert perfis["simulador"] == ["simulador"]
    assert {nome for nome, quais in perfis.items() if quais == ["observacao"]} == {
        "prometheus",
        "grafana",
        "medidas-banco",
        "medidas-kafka",
    }


@pytest.mark.parametrize("nome", SERVICOS)
def test_nenhuma_imagem_sem_versao(nome: str) -> None:
    imagem = re.sub(r"^\$\{IMAGEM:-(.*)\}$", r"\1", SERVICOS[nome]["image"])
    assert re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", imagem)


@pytest.mark.parametrize("nome", SERVICOS)
def test_dependencias_existem_e_a_condicao_pode_cumprir_se(nome: str) -> None:
    for outro, como in SERVICOS[nome].get("depends_on", {}).items():
        assert outro in SERVICOS
        termina = SERVICOS[outro].get("restart") == "no"
        assert (como["condition"] == "service_completed_successfully") == termina
        saude = SERVICOS[outro].get("healthcheck", {})
        assert termina or outro in NOSSOS or "test" in saude, f"{outro} nunca fica saudável"
        assert SERVICOS[outro].get("profiles") in (None, SERVICOS[nome].get("profiles")), f"{outro} pode não estar no ar"


def test_nada_espera_por_si_mesmo() -> None:
    faltam = {nome: set(servico.get("depends_on", {})) for nome, servico in SERVICOS.items()}
    while prontos := {nome for nome, espera in faltam.items() if not espera & faltam.keys()}:
        faltam = {nome: espera for nome, espera in faltam.items() if nome not in prontos}
    assert faltam == {}


@pytest.mark.parametrize("nome", [n for n, s in NOSSOS.items() if s["command"][-1] in {"api", "worker", "relay"}])
def test_processo_so_comeca_depois_das_migracoes(nome: str) -> None:
    assert {"postgres", "kafka", *(f"migrar-{sala}" for sala in SALAS)} <= set(NOSSOS[nome]["depends_on"])


def test_volumes_e_redes_usados_sao_os_declarados() -> None:
    usados = {volume.split(":")[0] for servico in SERVICOS.values() for volume in servico.get("volumes", ())}
    assert {volume for volume in usados if not volume.startswith("./")} == set(COMPOSE["volumes"])
    assert {rede for servico in SERVICOS.values() for rede in servico["networks"]} == set(COMPOSE["networks"])


def test_arquivos_montados_existem() -> None:
    montados = [v.split(":")[0] for s in SERVICOS.values() for v in s.get("volumes", ()) if v.startswith("./")]
    assert montados
    assert [caminho for caminho in montados if not (RAIZ / caminho).exists()] == []


@pytest.mark.parametrize("sala", SALAS)
def test_api_e_worker_veem_a_mesma_pasta_de_cargas(sala: str) -> None:
    api, worker = (NOSSOS[f"{sala}-{papel}"] for papel in ("api", "worker"))
    assert api["volumes"] == worker["volumes"]
    assert [volume for volume in api["volumes"] if not volume.endswith(":ro")] == [f"dados-{sala}:/dados"]


@pytest.mark.parametrize("nome", NOSSOS)
def test_processo_nosso_roda_sem_privilegios(nome: str) -> None:
    servico = NOSSOS[nome]
    assert servico["read_only"] is True
    assert servico["cap_drop"] == ["ALL"]
    assert servico["security_opt"] == ["no-new-privileges:true"]
    gravaveis = [t.split(":")[0] for t in servico["tmpfs"]] + [
        v.split(":")[1] for v in servico.get("volumes", ()) if not v.endswith(":ro")
    ]
    assert sorted(gravaveis) == ["/dados", "/tmp"]  # noqa: S108 - a mount of the container


@pytest.mark.parametrize("nome", NOSSOS)
def test_toda_variavel_de_ambiente_e_uma_configuracao_conhecida(nome: str) -> None:
    assert set(NOSSOS[nome]["environment"]) - configuracoes_conhecidas() == set()


def test_o_que_canais_exige_chega_a_canais() -> None:
    exigidas = {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SMS_DE", "META_TOKEN", "META_APP_SECRET", "META_VERIFY_TOKEN"}
    for papel in ("api", "worker", "relay", "migrate"):
        nome = "migrar-canais" if papel == "migrate" else f"canais-{papel}"
        assert exigidas | {"WHATSAPP_PHONE_NUMBER_ID"} <= set(NOSSOS[nome]["environment"])


@pytest.mark.parametrize("papel", ["api", "worker", "relay"])
def test_o_que_o_pix_exige_chega_a_parcelamento(papel: str) -> None:
    servico = NOSSOS[f"parcelamento-{papel}"]
    exigidas = {"PIX_CHAVE", "PIX_BASE_URL", "PIX_CLIENT_ID", "PIX_CLIENT_SECRET", "PIX_WEBHOOK_SEGREDO", "PIX_CERTIFICADO"}
    assert exigidas <= set(servico["environment"])
    assert "./deploy/certificados:/certificados:ro" in servico["volumes"]


def test_segredos_de_uma_sala_nao_chegam_as_outras() -> None:
    for nome, servico in NOSSOS.items():
        da_sala, ambiente = servico["command"][0], set(servico["environment"])
        assert ("PIX_CLIENT_SECRET" in ambiente) == (da_sala in {"parcelamento", "simulador"}), nome
        assert ("TWILIO_AUTH_TOKEN" in ambiente) == (da_sala in {"canais", "simulador"}), nome
        assert ("TOKEN_INTERNO" in ambiente) == (da_sala in {"plataforma", "regua", "parcelamento"}), nome


def test_so_quem_fala_com_provedores_sai_da_rede_interna() -> None:
    fora = {nome for nome, servico in SERVICOS.items() if "saida" in servico["networks"]}
    assert fora == {"canais-worker", "parcelamento-api", "parcelamento-worker", "proxy"}


def test_simulador_e_parcelamento_partilham_os_segredos_do_pix() -> None:
    simulador, sala = NOSSOS["simulador"]["environment"], NOSSOS["parcelamento-api"]["environment"]
    partilhados = {nome for nome in simulador if nome.startswith("PIX_")}
    assert partilhados == {"PIX_CHAVE", "PIX_CLIENT_ID", "PIX_CLIENT_SECRET"}
    assert {nome: simulador[nome] for nome in partilhados} == {nome: sala[nome] for nome in partilhados}


def test_certificados_nao_entram_no_repositorio() -> None:
    ignorados = (DEPLOY / "certificados" / ".gitignore").read_text("utf-8").split()
    assert ignorados == ["*", "!.gitignore", "!LEIA.md"]


def test_simulador_e_canais_partilham_os_segredos() -> None:
    simulador, canais = NOSSOS["simulador"]["environment"], NOSSOS["canais-api"]["environment"]
    partilhados = {nome for nome in simulador if nome.startswith(("TWILIO_", "META_", "WHATSAPP_"))}
    assert partilhados >= {"TWILIO_AUTH_TOKEN", "META_APP_SECRET"}
    assert {nome: simulador[nome] for nome in partilhados} == {nome: canais[nome] for nome in partilhados}


# --- the environment file --------------------------------------------------------------------------------------------


def _exemplo() -> dict[str, str]:
    """Every variable of the example, those commented out included."""
    texto = (DEPLOY / "ambiente.exemplo").read_text("utf-8")
    return dict(re.findall(r"^#?([A-Z][A-Z_]+)=(.*)$", texto, flags=re.MULTILINE))


def test_exemplo_traz_todas_as_variaveis_do_compose_e_nenhuma_a_mais() -> None:
    assert set(_exemplo()) == {variavel.nome for variavel in variaveis(COMPOSE)}


def test_exemplo_mostra_os_padroes_do_compose() -> None:
    padroes = {v.nome: v.padrao for v in variaveis(COMPOSE) if v.padrao and not v.nome.endswith("_BASE_URL")}
    exemplo = _exemplo()
    assert {nome: exemplo[nome] for nome in padroes} == padroes


def test_exemplo_nao_tem_segredo() -> None:
    secretas = {nome: valor for nome, valor in _exemplo().items() if re.search(r"SENHA|TOKEN|SECRET|SEGREDO|SID|CLUSTER", nome)}
    assert len(secretas) >= 10
    assert set(secretas.values()) == {""}


def test_obrigatoria_que_falta_da_uma_frase_em_portugues() -> None:
    frases = {v.nome: v.frase for v in variaveis(COMPOSE) if v.frase is not None}
    obrigatorias = {"BANCO_SENHA", "KAFKA_CLUSTER_ID", "URL_PUBLICA", "TOKEN_INTERNO"}
    assert set(frases) == obrigatorias | {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SMS_DE"}
    assert all(frase and frase.startswith(f"Falta {nome}") for nome, frase in frases.items())
    # the rest has a value where it is left out
    assert {v.nome for v in variaveis(COMPOSE) if v.frase is None and v.padrao is None} <= set(frases)


def test_manual_explica_cada_configuracao_e_so_as_que_existem() -> None:
    manual = (RAIZ / "docs" / "operacao.md").read_text("utf-8")
    tabela = manual.split("## 2. Configurações")[1].split("## 3.")[0]
    explicadas = {
        nome
        for linha in tabela.splitlines()
        if linha.startswith("| `")
        for nome in re.findall(r"`([A-Z_]{2,})`", linha.split("|")[1])
    }
    # the simulator's own, and what only rooms to come read
    do_simulador = {"SIMULADOR_TRABALHADORES", "SIMULADOR_MENSAGENS", "MESSENGER_PAGE_ID"}
    assert explicadas == configuracoes_conhecidas() - do_simulador


# --- commands, in compose and in the cluster ------------------------------------------------------------------------


def _comandos() -> list[tuple[str, ...]]:
    do_compose = {tuple(servico["command"]) for servico in NOSSOS.values()}
    do_cluster = {
        tuple(container["args"])
        for doc in documentos(KUBERNETES)
        if "template" in doc.get("spec", {})
        for container in (
            *doc["spec"]["template"]["spec"]["containers"],
            *doc["spec"]["template"]["spec"].get("initContainers", ()),
        )
    }
    return sorted(do_compose | do_cluster)


def _ajuda(*argumentos: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *argumentos, "--help"], cwd=RAIZ, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.parametrize("comando", _comandos(), ids=" ".join)
def test_comando_existe(comando: tuple[str, ...]) -> None:
    feito = _ajuda(*comando)
    assert feito.returncode == 0, feito.stderr


@pytest.mark.parametrize("sala", sorted({comando[0] for comando in _comandos()}))
def test_comando_que_nao_existe_e_recusado_antes_da_ajuda(sala: str) -> None:
    # else the test above would pass whatever the files say
    assert _ajuda(sala, "inexistente").returncode == 2
