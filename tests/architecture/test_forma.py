"""Every room has the same shape, files are short and well named, and nothing is left for later."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.arvore import CODIGO, RAIZ, arquivos, arvore, modulos, nome, salas

ANDARES = frozenset({"adapters", "application", "domain", "normas", "migrations"})
ARQUIVOS_DA_SALA = frozenset({"__init__.py", "__main__.py", "inject.py", "config.py", "errors.py"})
NOMES_VAGOS = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "base"})
MAXIMO_DE_LINHAS = 450
CONTRATO = ("events in", "events out", "tables")

# written in pieces, since this file is looked through as well
HOSTS = re.compile(
    "|".join(
        re.escape(ponto.join(partes))
        for ponto, partes in (
            (".", ("pypi", "org")),
            (".", ("pythonhosted", "org")),
            (".", ("repo", "maven")),
            (".", ("repo1", "maven")),
            (".", ("maven", "org")),
            (".", ("npmjs", "org")),
            (".", ("npmjs", "com")),
            (".", ("yarnpkg", "com")),
            (".", ("unpkg", "com")),
            (".", ("jsdelivr", "net")),
            (".", ("cloudflare", "com")),
            (".", ("docker", "io")),
            (".", ("ghcr", "io")),
            (".", ("quay", "io")),
            (".", ("golang", "org")),
            (".", ("crates", "io")),
            (".", ("archive", "apache", "org")),
            (".", ("downloads", "apache", "org")),
        )
    )
)
DESCARGA = re.compile(r"https?://\S+\.(?:whl|jar|zip|tgz|deb|rpm|tar\.(?:gz|xz|bz2))\b")
TRAVAS = frozenset({"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"})
PARA_DEPOIS = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
COM_COMENTARIO = frozenset({".py", ".sql", ".sh", ".yaml", ".yml", ".toml", ".js", ".html", ".css", ".java", ".xml"})

CADA_SALA = pytest.mark.parametrize("sala", salas(), ids=lambda sala: sala.name)
CADA_MODULO = pytest.mark.parametrize("arquivo", modulos(*CODIGO), ids=nome)


def _texto(arquivo: Path) -> str:
    try:
        return arquivo.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@CADA_SALA
def test_sala_diz_seu_contrato(sala: Path) -> None:
    docstring = (ast.get_docstring(arvore(sala / "__init__.py")) or "").lower()
    assert [parte for parte in CONTRATO if parte not in " ".join(docstring.split())] == []


@CADA_SALA
def test_sala_so_tem_os_andares(sala: Path) -> None:
    pastas = {filho.name for filho in sala.iterdir() if filho.is_dir() and filho.name != "__pycache__"}
    soltos = {filho.name for filho in sala.iterdir() if filho.suffix == ".py"}
    assert pastas <= ANDARES
    assert soltos <= ARQUIVOS_DA_SALA


@CADA_SALA
def test_adaptadores_entram_ou_saem(sala: Path) -> None:
    adapters = sala / "adapters"
    achados = {filho.name for filho in adapters.iterdir() if filho.name != "__pycache__"} if adapters.exists() else set()
    assert achados <= {"__init__.py", "inbound", "outbound"}


@CADA_MODULO
def test_modulo_tem_nome_do_que_e(arquivo: Path) -> None:
    assert not {arquivo.stem, *arquivo.relative_to(RAIZ).parts[:-1]} & NOMES_VAGOS
    assert not set(arquivo.stem.split("_")) & (NOMES_VAGOS - {"base"})


@pytest.mark.parametrize("arquivo", modulos(*CODIGO, "tests"), ids=nome)
def test_arquivo_nao_passa_do_tamanho(arquivo: Path) -> None:
    assert len(arquivo.read_text("utf-8").splitlines()) <= MAXIMO_DE_LINHAS


@CADA_MODULO
def test_modulo_diz_para_que_serve(arquivo: Path) -> None:
    modulo = arvore(arquivo)
    assert not modulo.body or ast.get_docstring(modulo)


def test_nenhum_endereco_de_registro_nem_de_descarga() -> None:
    achados = [
        f"{nome(arquivo)}: {achado.group()}"
        for arquivo in arquivos()
        for padrao in (HOSTS, DESCARGA)
        if (achado := padrao.search(_texto(arquivo)))
    ]
    assert achados == []


def test_nenhum_arquivo_de_trava_com_enderecos() -> None:
    assert [nome(arquivo) for arquivo in arquivos() if arquivo.name in TRAVAS] == []


def test_nada_ficou_para_depois() -> None:
    achados = [
        f"{nome(arquivo)}:{linha}"
        for arquivo in arquivos()
        if arquivo.suffix in COM_COMENTARIO or arquivo.name == "Makefile"
        for linha, texto in enumerate(_texto(arquivo).splitlines(), 1)
        if PARA_DEPOIS.search(texto)
    ]
    assert achados == []


def vazias(modulo: ast.Module) -> Iterator[str]:
    """Functions that do nothing, outside Protocols, overloads and abstract methods."""
    yield from _vazias(modulo, em_protocolo=False)


def _vazias(no: ast.AST, *, em_protocolo: bool) -> Iterator[str]:
    for filho in ast.iter_child_nodes(no):
        if isinstance(filho, ast.FunctionDef | ast.AsyncFunctionDef) and not em_protocolo and _e_vazia(filho):
            yield f"{filho.lineno}: {filho.name}"
        protocolo = _e_protocolo(filho) if isinstance(filho, ast.ClassDef) else em_protocolo
        yield from _vazias(filho, em_protocolo=protocolo)


def _e_vazia(funcao: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not _so_declara(funcao) and all(_nada_faz(comando) for comando in funcao.body)


def _e_protocolo(classe: ast.ClassDef) -> bool:
    return any("Protocol" in ast.unparse(mae) for mae in classe.bases)


def _so_declara(funcao: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(decorador).rpartition(".")[2] in {"overload", "abstractmethod"} for decorador in funcao.decorator_list)


def _nada_faz(comando: ast.stmt) -> bool:
    """`pass`, `...`, a docstring, or the confession that it is not implemented."""
    match comando:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.expr() as erro):
            return ast.unparse(erro).startswith("NotImplementedError")
        case _:
            return False


# a port's suite leaves to each adapter's tests how to make the adapter
@pytest.mark.parametrize(
    "arquivo", [arquivo for arquivo in modulos(*CODIGO) if not arquivo.match("kernel/testing/suite_*.py")], ids=nome
)
def test_nenhuma_funcao_vazia(arquivo: Path) -> None:
    assert list(vazias(arvore(arquivo))) == []


@pytest.mark.parametrize(
    "codigo",
    [
        "def f():\n    pass",
        "async def f():\n    ...",
        'def f():\n    "does it"',
        "def f():\n    raise NotImplementedError('later')",
        'class A:\n    def f(self):\n        "does it"\n        pass',
        "def f():\n    def g():\n        pass\n    return g",
        "class P(Protocol):\n    def f(self): ...\n\n    class A:\n        def g(self): ...",
    ],
)
def test_funcao_vazia_e_percebida(codigo: str) -> None:
    assert len(list(vazias(ast.parse(codigo)))) == 1


@pytest.mark.parametrize(
    "codigo",
    [
        "class P(Protocol):\n    def f(self):\n        ...",
        "class P(typing.Protocol[T]):\n    async def f(self): ...",
        "@overload\ndef f(x: int) -> int: ...",
        "class A:\n    @abc.abstractmethod\n    def f(self): ...",
        "def f():\n    return 1",
        "class A(Exception):\n    'how it fails'",
    ],
)
def test_declaracao_nao_e_acusada(codigo: str) -> None:
    assert list(vazias(ast.parse(codigo))) == []


@pytest.mark.parametrize(
    "texto",
    ["https://files." + "python" + "hosted.org/x", "https://example.com/a/b-1.0.tar" + ".gz", "http://example.com/a.j" + "ar"],
)
def test_endereco_e_percebido(texto: str) -> None:
    assert HOSTS.search(texto) or DESCARGA.search(texto)


def test_maneira_de_deixar_para_depois_e_percebida() -> None:
    assert PARA_DEPOIS.search("x = 1  # TO" + "DO: two")
    assert not PARA_DEPOIS.search("# todos os contribuintes, TODOS eles")
