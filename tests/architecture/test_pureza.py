"""`domain/` and `application/` know no clock, no chance and no setting: those come in as arguments."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.arvore import arvore, nome, nucleo

PROIBIDOS = frozenset(
    {
        *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
        *("time.time", "time.time_ns", "time.sleep"),
        *("uuid.uuid1", "uuid.uuid4", "os.environ", "os.getenv", "os.urandom"),
        *("random.random", "random.randint", "random.choice", "random.shuffle", "random.sample", "random.SystemRandom"),
        *("secrets.token_hex", "secrets.token_bytes", "secrets.token_urlsafe", "secrets.choice", "secrets.randbelow"),
        *("builtins.open", "builtins.print", "builtins.input"),
    }
)
# token buckets and pauses of a use case that works in a loop go by the machine's time; a rule never does
SO_NO_DOMINIO = frozenset({"time.monotonic", "time.monotonic_ns", "time.perf_counter", "asyncio.sleep"})


def impurezas(modulo: ast.Module, proibidos: frozenset[str] = PROIBIDOS | SO_NO_DOMINIO) -> list[str]:
    """Each forbidden name that the module uses, with its line, whatever name it was imported by."""
    apelidos = {"open": "builtins.open", "print": "builtins.print", "input": "builtins.input"} | _apelidos(modulo)
    usos = [
        (no.lineno, _caminho(no, apelidos))
        for no in ast.walk(modulo)
        if isinstance(no, ast.Attribute | ast.Name) and isinstance(no.ctx, ast.Load)
    ]
    return [f"{linha}: {caminho}" for linha, caminho in usos if caminho in proibidos]


def _apelidos(modulo: ast.Module) -> dict[str, str]:
    apelidos: dict[str, str] = {}
    for no in ast.walk(modulo):
        if isinstance(no, ast.Import):
            apelidos |= {apelido.asname or apelido.name.partition(".")[0]: apelido.name for apelido in no.names}
        elif isinstance(no, ast.ImportFrom) and no.module:
            apelidos |= {apelido.asname or apelido.name: f"{no.module}.{apelido.name}" for apelido in no.names}
    return apelidos


def _caminho(no: ast.expr, apelidos: dict[str, str]) -> str:
    match no:
        case ast.Name(id=simples):
            return apelidos.get(simples, simples)
        case ast.Attribute(value=dono, attr=atributo):
            return f"{_caminho(dono, apelidos)}.{atributo}"
        case _:
            return ""


@pytest.mark.parametrize("arquivo", nucleo(), ids=nome)
def test_nucleo_nao_pergunta_ao_mundo(arquivo: Path) -> None:
    no_dominio = "domain" in arquivo.parts
    assert impurezas(arvore(arquivo), PROIBIDOS | SO_NO_DOMINIO if no_dominio else PROIBIDOS) == []


@pytest.mark.parametrize(
    "codigo",
    [
        "from datetime import datetime\nx = datetime.now()",
        "import datetime\nx = datetime.datetime.now(tz=None)",
        "import datetime as dt\nx = dt.date.today()",
        "from datetime import datetime as agora\nf = agora.utcnow",
        "from uuid import uuid4\nx = uuid4()",
        "import uuid\nx = uuid.uuid4()",
        "from uuid import uuid4 as novo\nx = [novo]",
        "import os\nx = os.environ['A']",
        "from os import environ\nx = environ.get('A')",
        "import os\nx = os.getenv('A')",
        "import time\nx = time.time()",
        "from time import time\nx = time()",
        "import random\nx = random.random()",
        "x = open('a')",
        "def f():\n    import time\n    return time.monotonic()",
    ],
)
def test_impureza_e_percebida(codigo: str) -> None:
    assert len(impurezas(ast.parse(codigo))) == 1


@pytest.mark.parametrize(
    "codigo",
    [
        "from datetime import datetime\ndef f(agora: datetime) -> str:\n    return agora.isoformat()",
        "from uuid import uuid5, UUID\nx = uuid5(UUID(int=0), 'a')",
        "class Envio:\n    time: int\n\ndef f(e: Envio) -> int:\n    return e.time",
        "import random\nx = random.Random(7)",
    ],
)
def test_pureza_nao_e_acusada(codigo: str) -> None:
    assert impurezas(ast.parse(codigo)) == []
