"""The wiring of docker-compose.yml as processes of this machine: commands, settings, paths, the questions to its database."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from kernel.persistence.servidor import Servidor
from parcelamento.adapters.inbound.api_cotacoes import CAMINHO_DAS_COTACOES, CAMINHO_DAS_OFERTAS
from parcelamento.adapters.inbound.api_retornos import CAMINHO_DOS_RETORNOS
from tests.support.implantacao import RAIZ, SALAS, compose, consultas, locais, local_de, resolver, servicos_da_imagem

_LIMITE_S = 90
# seven processes of ours start before the first test
pytestmark = pytest.mark.timeout(600)
_VALORES = {
    "BANCO_SENHA": "x",
    "URL_PUBLICA": "http://127.0.0.1:8000",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "segredo",
    "TWILIO_SMS_DE": "+15005550006",
    "TWILIO_BASE_URL": "http://127.0.0.1:9",
    "META_BASE_URL": "http://127.0.0.1:9",
    "META_TOKEN": "t",
    "META_APP_SECRET": "s",
    "META_VERIFY_TOKEN": "v",
    "WHATSAPP_PHONE_NUMBER_ID": "1",
    "TOKEN_INTERNO": "interno",
    "PIX_CHAVE": "pix@exemplo.gov.br",
    "PIX_BASE_URL": "http://127.0.0.1:9",
    "PIX_CLIENT_ID": "cliente",
    "PIX_CLIENT_SECRET": "segredo",
    "PIX_WEBHOOK_SEGREDO": "segredo-do-webhook",
}
# Paths of every process: the room's prefix tells them apart.
_DE_TODOS = re.compile(r"^/(saude/.*|metrics|docs.*|openapi\.json|v1/mortas.*|v1/pendencias)$")


def _porta_livre() -> int:
    with closing(socket.socket()) as tomada:
        tomada.bind(("127.0.0.1", 0))
        porta: int = tomada.getsockname()[1]
        return porta


def _ambiente(nome: str, url: str, dados: Path, porta: int) -> dict[str, str]:
    """The service's environment in compose, with this machine's database, the embedded log and a port of its own."""
    do_servico = resolver(servicos_da_imagem(compose())[nome]["environment"], _VALORES)
    limpo = {chave: valor for chave, valor in os.environ.items() if chave not in do_servico}
    proprio = {"BANCO_URL": url, "KAFKA_BOOTSTRAP": "", "PORTA": str(porta), "ENDERECO": "127.0.0.1", "DADOS": str(dados)}
    return {**limpo, **do_servico, **proprio}


def _argumentos(nome: str) -> list[str]:
    return [sys.executable, "-m", *servicos_da_imagem(compose())[nome]["command"]]


@dataclass(frozen=True, slots=True)
class NoAr:
    """The api of each room, answering."""

    url_banco: str
    enderecos: dict[str, str]


def _esperar(condicao: Callable[[], bool], processo: subprocess.Popen[str]) -> None:
    limite = time.monotonic() + _LIMITE_S
    while not condicao():
        assert processo.poll() is None, processo.communicate()[1]
        assert time.monotonic() < limite, "o processo não ficou pronto"
        time.sleep(0.1)


def _responde(endereco: str) -> bool:
    try:
        return httpx.get(f"{endereco}/saude/pronto", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


async def _criar_banco(servidor: Servidor, nome: str) -> str:
    con = await asyncpg.connect(servidor.url)
    try:
        await con.execute(f"create database {nome}")
    finally:
        await con.close()
    return servidor.url_de(nome)


@pytest.fixture(scope="module")
async def url_migrada(servidor_postgres: Servidor, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database on which compose's migrations ran, in their order and with their settings."""
    url = await _criar_banco(servidor_postgres, "implantacao")
    for nome in ("migrar-plataforma", *(f"migrar-{sala}" for sala in SALAS)):
        feito = subprocess.run(  # noqa: S603, ASYNC221 - nothing else runs meanwhile
            _argumentos(nome),
            cwd=RAIZ,
            env=_ambiente(nome, url, tmp_path_factory.mktemp(nome), _porta_livre()),
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMITE_S,
        )
        assert feito.returncode == 0, f"{nome}: {feito.stderr}"
    return url


@pytest.fixture(scope="module")
def no_ar(url_migrada: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NoAr]:
    enderecos: dict[str, str] = {}
    with ExitStack() as pilha:
        for sala in SALAS:
            porta = _porta_livre()
            processo = subprocess.Popen(  # noqa: S603
                _argumentos(f"{sala}-api"),
                cwd=RAIZ,
                env=_ambiente(f"{sala}-api", url_migrada, tmp_path_factory.mktemp(sala), porta),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            pilha.callback(_encerrar, processo)
            enderecos[sala] = f"http://127.0.0.1:{porta}"
            _esperar(lambda sala=sala: _responde(enderecos[sala]), processo)  # type: ignore[misc]
        yield NoAr(url_migrada, enderecos)


def _encerrar(processo: subprocess.Popen[str]) -> None:
    processo.terminate()
    try:
        processo.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        processo.kill()
        processo.communicate()


def _caminhos(no_ar: NoAr, sala: str) -> list[str]:
    descricao: dict[str, Any] = httpx.get(f"{no_ar.enderecos[sala]}/openapi.json", timeout=30).json()
    return list(descricao["paths"])


def _concreto(caminho: str) -> str:
    return re.sub(r"\{[^}]*\}", "um-valor", caminho)


@pytest.mark.parametrize("sala", SALAS)
def test_cada_caminho_da_sala_chega_a_ela_pelo_proxy(no_ar: NoAr, sala: str) -> None:
    caminhos = [caminho for caminho in _caminhos(no_ar, sala) if not _DE_TODOS.match(caminho)]
    assert caminhos
    assert [caminho for caminho in caminhos if local_de(_concreto(caminho)).sala != sala] == []


@pytest.mark.parametrize("sala", SALAS)
def test_o_que_todas_tem_chega_a_cada_uma_pelo_seu_nome(no_ar: NoAr, sala: str) -> None:
    de_todos = [caminho for caminho in [*_caminhos(no_ar, sala), "/docs", "/openapi.json"] if _DE_TODOS.match(caminho)]
    assert "/v1/mortas" in de_todos
    for caminho in de_todos:
        publico = local_de(f"/{sala}{_concreto(caminho)}")
        assert publico.sala == (None if caminho == "/metrics" else sala), caminho


_UNIDADE = {"": 1, "k": 1024, "m": 1024 * 1024}


@pytest.mark.parametrize(
    ("caminho", "limite"),
    [("/v1/cargas", 0), ("/v1/contatos/cargas", 0), (CAMINHO_DOS_RETORNOS, 0)]
    + [(caminho, 4 * 1024 * 1024) for caminho in (CAMINHO_DAS_COTACOES, CAMINHO_DAS_OFERTAS)],
)
def test_proxy_deixa_passar_o_corpo_que_a_sala_aceita(caminho: str, limite: int) -> None:
    corpo = local_de(caminho).corpo
    dito = re.search(r"client_max_body_size (\d+)(\w?);", corpo)
    assert dito is not None, caminho
    assert int(dito[1]) * _UNIDADE[dito[2]] == limite
    # a file is passed on as it comes; kept here first, it would fill /tmp
    assert ("proxy_request_buffering off" in corpo) == (limite == 0)


def test_segredo_do_webhook_do_pix_nao_vai_ao_registro_do_proxy() -> None:
    texto = (RAIZ / "deploy" / "proxy" / "nginx.conf").read_text("utf-8")
    (formato,) = re.findall(r"log_format \w+ '([^']*)'", texto)
    assert "$caminho " in formato
    assert not re.search(r"\$(uri|request|request_uri|args|query_string)\b", formato.replace("$request_method", ""))
    (mascara,) = re.findall(r"map \$uri \$caminho \{\s+~(\S+) ([^;\s]+);\s+default \$uri;", texto)
    assert re.search(mascara[0], "/webhooks/pix/segredo/pix")
    assert "$" not in mascara[1]
    # an error line quotes the request
    assert "error_log /dev/stderr crit;" in local_de("/webhooks/pix/segredo/pix").corpo


def test_todo_caminho_do_proxy_e_de_alguma_sala(no_ar: NoAr) -> None:
    """No location points at what a room does not have."""
    por_sala = {sala: [_concreto(c) for c in [*_caminhos(no_ar, sala), "/docs", "/openapi.json"]] for sala in SALAS}
    for local in locais():
        if local.sala is None:
            continue
        prefixado = {f"/{local.sala}{caminho}" for caminho in por_sala[local.sala]}
        assert any(local.serve(caminho) for caminho in {*por_sala[local.sala], *prefixado}), local.caminho
    for parte in ("envios", "modelos", "contatos", "provedores"):
        assert any(caminho.startswith(f"/v1/{parte}") for caminho in por_sala["canais"]), parte
    for parte in ("parcelamentos", "documentos", "retornos", "normas", "encargos"):
        assert any(caminho.startswith(f"/v1/{parte}") for caminho in por_sala["parcelamento"]), parte


@pytest.mark.parametrize("sala", SALAS)
def test_processo_mostra_medidas(no_ar: NoAr, sala: str) -> None:
    resposta = httpx.get(f"{no_ar.enderecos[sala]}/metrics", timeout=30)
    assert resposta.status_code == 200
    assert "http_requisicoes_total" in resposta.text


@pytest.mark.parametrize("metrica", consultas(), ids=[metrica["metric_name"] for metrica in consultas()])
async def test_pergunta_ao_banco_responde_o_que_a_medida_promete(url_migrada: str, metrica: dict[str, Any]) -> None:
    con = await asyncpg.connect(url_migrada)
    try:
        preparada = await con.prepare(metrica["query"])
        colunas = {coluna.name: coluna.type.name for coluna in preparada.get_attributes()}
        linhas = await preparada.fetch()
    finally:
        await con.close()
    rotulos, valores = metrica.get("key_labels", []), metrica["values"]
    assert set(colunas) == {*rotulos, *valores}
    assert {colunas[valor] for valor in valores} <= {"int4", "int8", "float8"}
    assert {colunas[rotulo] for rotulo in rotulos} <= {"text"}
    assert rotulos or len(linhas) == 1


def _do_manual() -> set[str]:
    """Paths of the API that the manual names, with `*` where it leaves a value open."""
    texto = (RAIZ / "docs" / "operacao.md").read_text("utf-8")
    achados = re.findall(r"(?<![\w.])(?:\$REGUA)?(?:/regua|/canais|/parcelamento)?(/(?:v1|saude|docs)/[\w/<>.-]+)", texto)
    return {re.sub(r"<[^>]*>", "*", caminho).rstrip("/.") for caminho in achados}


def test_caminhos_do_manual_existem(no_ar: NoAr) -> None:
    modelos = [caminho for sala in no_ar.enderecos for caminho in _caminhos(no_ar, sala)]
    expressoes = [re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(modelo))) for modelo in modelos]
    citados = _do_manual()
    assert len(citados) >= 20
    assert [caminho for caminho in sorted(citados) if not any(e.fullmatch(caminho) for e in expressoes)] == []


def _blocos_sql() -> list[str]:
    return re.findall(r"```sql\n(.*?)```", (RAIZ / "docs" / "operacao.md").read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("numero", range(len(_blocos_sql())))
async def test_sql_do_manual_serve_ao_esquema(url_migrada: str, numero: int) -> None:
    con = await asyncpg.connect(url_migrada)
    try:
        await con.execute(_blocos_sql()[numero].replace("<id>", "ninguem"))
    finally:
        await con.close()


def test_manual_tem_sql() -> None:
    assert _blocos_sql()
