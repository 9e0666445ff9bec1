"""The deployment's files as tests read them, and what the code knows of settings and metrics."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic_settings import BaseSettings

RAIZ = Path(__file__).parents[2]
DEPLOY = RAIZ / "deploy"
KUBERNETES = DEPLOY / "kubernetes" / "base"
SALAS_DA_IMAGEM = ("plataforma", "regua", "canais", "parcelamento", "simulador")
"""Rooms whose processes run from the image."""
SALAS = ("regua", "canais", "parcelamento")
"""Those with an api, a worker and a relay of their own."""

_INTERPOLADA = re.compile(r"\$\{(?P<nome>[A-Z_]+)(?:(?P<sinal>:[-?])(?P<resto>[^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Variavel:
    """`${NOME:-padrao}` (optional) or `${NOME:?frase}` (required) in the compose file."""

    nome: str
    frase: str | None
    padrao: str | None


def compose() -> dict[str, Any]:
    """docker-compose.yml, merges resolved, variables as written."""
    lido: dict[str, Any] = yaml.safe_load((RAIZ / "docker-compose.yml").read_text("utf-8"))
    return lido


def textos(no: object) -> Iterator[str]:
    """Every string in a parsed file."""
    match no:
        case str():
            yield no
        case dict():
            for valor in no.values():
                yield from textos(valor)
        case list():
            for valor in no:
                yield from textos(valor)
        case _:
            return


def variaveis(no: object) -> list[Variavel]:
    """Every variable that `no` takes from the environment file."""
    return [
        Variavel(
            achada["nome"],
            frase=achada["resto"] if achada["sinal"] == ":?" else None,
            padrao=achada["resto"] if achada["sinal"] == ":-" else None,
        )
        for texto in textos(no)
        for achada in _INTERPOLADA.finditer(texto)
    ]


def resolver(no: Any, valores: Mapping[str, str]) -> Any:
    """`no` as the compose tool would see it with this environment file."""
    match no:
        case str():
            return _INTERPOLADA.sub(lambda a: valores.get(a["nome"]) or (a["resto"] or ""), no).replace("$$", "$")
        case dict():
            return {chave: resolver(valor, valores) for chave, valor in no.items()}
        case list():
            return [resolver(valor, valores) for valor in no]
        case _:
            return no


def servicos_da_imagem(arquivo: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Services that run our own image."""
    return {nome: servico for nome, servico in arquivo["services"].items() if "build" in servico}


def documentos(pasta: Path) -> list[dict[str, Any]]:
    """Every document of every YAML file in `pasta`."""
    return [doc for arquivo in sorted(pasta.glob("*.yaml")) for doc in yaml.safe_load_all(arquivo.read_text("utf-8")) if doc]


def configuracoes_conhecidas() -> frozenset[str]:
    """Names of settings, in capitals, that some room reads from the environment."""
    nomes = set()
    for modulo in ("kernel.config", *(f"{sala}.config" for sala in SALAS_DA_IMAGEM)):
        for classe in vars(importlib.import_module(modulo)).values():
            if isinstance(classe, type) and issubclass(classe, BaseSettings):
                nomes |= {nome.upper() for nome in classe.model_fields}
    # the simulator reads by name
    arvore = ast.parse((RAIZ / "services" / "simulador" / "config.py").read_text("utf-8"))
    nomes |= {
        no.value
        for no in ast.walk(arvore)
        if isinstance(no, ast.Constant) and isinstance(no.value, str) and re.fullmatch(r"[A-Z][A-Z0-9_]{3,}", no.value)
    }
    return frozenset(nomes)


@dataclass(frozen=True, slots=True)
class Local:
    """A `location` of the proxy. `sala`: the room it passes to, None where the proxy answers itself."""

    modo: str
    caminho: str
    corpo: str

    @property
    def sala(self) -> str | None:
        passa = re.search(r"proxy_pass \$(\w+);", self.corpo)
        return passa[1] if passa else None

    def serve(self, caminho: str) -> bool:
        if self.modo == "=":
            return caminho == self.caminho
        if self.modo == "~":
            return re.search(self.caminho, caminho) is not None
        return caminho.startswith(self.caminho)


def locais() -> list[Local]:
    """The locations of the public server, in the order of the file."""
    texto = re.sub(r"#.*", "", (DEPLOY / "proxy" / "nginx.conf").read_text("utf-8"))
    publico = texto.split("server {")[1]
    return [
        Local(modo or "", caminho, corpo)
        for modo, caminho, corpo in re.findall(r"location (?:(=|\^~|~) )?(\S+) \{([^}]*)\}", publico)
    ]


def local_de(caminho: str) -> Local:
    """Which location nginx takes: the exact one; the longest prefix if it says `^~`; the first expression; that prefix."""
    todos = locais()
    for local in todos:
        if local.modo == "=" and local.serve(caminho):
            return local
    prefixo = max((lo for lo in todos if lo.modo in {"", "^~"} and lo.serve(caminho)), key=lambda lo: len(lo.caminho))
    if prefixo.modo == "^~":
        return prefixo
    return next((lo for lo in todos if lo.modo == "~" and lo.serve(caminho)), prefixo)


_SUFIXOS: Mapping[str, tuple[str, ...]] = {
    "contador": ("_total",),
    "medidor": ("",),
    "histograma": ("_bucket", "_sum", "_count"),
    "CounterMetricFamily": ("_total",),
    "GaugeMetricFamily": ("",),
}


def metricas_do_codigo() -> dict[str, frozenset[str]]:
    """Metrics that the code declares, as Prometheus sees their names, each with its labels."""
    achadas: dict[str, frozenset[str]] = {}
    for arquivo in (*(RAIZ / "kernel").rglob("*.py"), *(RAIZ / "services").rglob("*.py")):
        for no in ast.walk(ast.parse(arquivo.read_text("utf-8"))):
            if isinstance(no, ast.Call):
                achadas |= _metrica(no)
    return achadas


def _metrica(no: ast.Call) -> dict[str, frozenset[str]]:
    chamada = no.func.attr if isinstance(no.func, ast.Attribute) else no.func.id if isinstance(no.func, ast.Name) else ""
    if chamada not in _SUFIXOS or not no.args or not isinstance(no.args[0], ast.Constant):
        return {}
    nome = str(no.args[0].value)
    rotulos = frozenset(
        item.value
        for lugar in (*no.args[2:3], *(k.value for k in no.keywords if k.arg in {"rotulos", "labels"}))
        if isinstance(lugar, (ast.Tuple, ast.List))
        for item in lugar.elts
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    )
    extra = frozenset({"le"}) if chamada == "histograma" else frozenset()
    return {nome + sufixo: rotulos | extra for sufixo in _SUFIXOS[chamada]}


def metricas_do_banco() -> dict[str, frozenset[str]]:
    """Metrics that `consultas.yml` asks of the database."""
    return {m["metric_name"]: frozenset(m.get("key_labels", ())) for m in consultas()}


def consultas() -> list[dict[str, Any]]:
    """The entries of `consultas.yml`."""
    lido = yaml.safe_load((DEPLOY / "prometheus" / "consultas.yml").read_text("utf-8"))
    return [metrica for coletor in lido["collectors"] for metrica in coletor["metrics"]]
