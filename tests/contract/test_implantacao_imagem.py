"""deploy/Dockerfile, the health check and .dockerignore."""

from __future__ import annotations

import fnmatch
import importlib.util
import re
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType

import pytest

from tests.support.implantacao import DEPLOY, RAIZ

TEXTO = (DEPLOY / "Dockerfile").read_text("utf-8")


def _instrucoes() -> list[tuple[str, str]]:
    linhas = [linha for linha in TEXTO.splitlines() if linha.strip() and not linha.lstrip().startswith("#")]
    juntas = re.sub(r"\\\n\s*", " ", "\n".join(linhas))
    return [(nome.upper(), resto.strip()) for nome, _, resto in (linha.partition(" ") for linha in juntas.splitlines())]


INSTRUCOES = _instrucoes()


def _valores(nome: str) -> list[str]:
    return [resto for instrucao, resto in INSTRUCOES if instrucao == nome]


def test_instrucoes_existem() -> None:
    conhecidas = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "LABEL", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"}
    assert {nome for nome, _ in INSTRUCOES} <= conhecidas | {"ENTRYPOINT", "CMD", "ARG"}
    assert INSTRUCOES[0][0] == "FROM"


def test_bases_tem_versao_menor_fixada() -> None:
    bases = [valor.split()[0] for valor in _valores("FROM")]
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.1[1-9]-slim-\w+", base) for base in bases)
    assert len(set(bases)) == 1, "o que se compila em uma base roda na outra"


def test_termina_com_usuario_numerico_sem_privilegios() -> None:
    ultimo_from = max(i for i, (nome, _) in enumerate(INSTRUCOES) if nome == "FROM")
    usuarios = [resto for nome, resto in INSTRUCOES[ultimo_from:] if nome == "USER"]
    assert usuarios == ["10001:10001"]
    depois = INSTRUCOES[[nome for nome, _ in INSTRUCOES].index("USER") :]
    assert not [nome for nome, _ in depois if nome in {"RUN", "COPY"}], "nada mais é feito depois de largar os privilégios"


def test_dependencias_por_hash_e_sem_cache() -> None:
    instalacoes = [comando for valor in _valores("RUN") for comando in valor.split("&&") if "pip install" in comando]
    assert len(instalacoes) == 2
    assert all("--no-cache-dir" in comando for comando in instalacoes)
    travadas, nossa = (shlex.split(comando) for comando in instalacoes)
    assert "--require-hashes" in travadas
    assert (RAIZ / travadas[travadas.index("-r") + 1]).exists()
    assert {"--no-deps", "--no-build-isolation"} <= set(nossa)


def test_entrada_e_saude() -> None:
    assert _valores("ENTRYPOINT") == ['["python", "-m"]']
    (saude,) = _valores("HEALTHCHECK")
    assert saude.endswith('CMD ["python", "/opt/saude.py"]')
    assert "deploy/saude.py /opt/saude.py" in _valores("COPY")


def _origens() -> list[str]:
    """What is copied from the repository, by every COPY that does not come from another stage."""
    return [origem for valor in _valores("COPY") if "--from" not in valor for origem in valor.split()[:-1]]


def test_o_que_se_copia_existe_e_passa_pelo_dockerignore() -> None:
    regras = [linha for linha in (RAIZ / ".dockerignore").read_text("utf-8").splitlines() if linha and not linha.startswith("#")]
    assert regras[0] == "*"
    permitidos = [regra[1:] for regra in regras if regra.startswith("!")]
    for origem in _origens():
        assert (RAIZ / origem).exists()
        assert any(fnmatch.fnmatch(origem, permitido) for permitido in permitidos), origem
    assert set(permitidos) == set(_origens())


def test_segredos_e_dados_nao_entram_na_imagem() -> None:
    assert not {".", "deploy", "deploy/ambiente", ".dados", "tests"} & set(_origens())


# --- the health check, run ---------------------------------------------------------------------------------------------


def _saude() -> ModuleType:
    especificacao = importlib.util.spec_from_file_location("saude", DEPLOY / "saude.py")
    assert especificacao is not None
    assert especificacao.loader is not None
    modulo = importlib.util.module_from_spec(especificacao)
    especificacao.loader.exec_module(modulo)
    return modulo


class _Resposta(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/saude/vivo" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def _processo() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), _Resposta) as servidor:
        linha = threading.Thread(target=servidor.serve_forever)
        linha.start()
        try:
            yield servidor.server_port
        finally:
            servidor.shutdown()
            linha.join()


def test_saude_diz_a_verdade(monkeypatch: pytest.MonkeyPatch) -> None:
    saude = _saude()
    with _processo() as porta:
        monkeypatch.setenv("PORTA", str(porta))
        assert saude.main([]) == 0
        assert saude.main(["/saude/pronto"]) == 1
        assert saude.main(["/saude/vivo", str(porta)]) == 0
    assert saude.main([]) == 1, "ninguém mais atende nesta porta"
