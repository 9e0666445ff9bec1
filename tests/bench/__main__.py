"""`python -m tests.bench [--json FILE] [names…]`: runs the benchmarks one after the other and shows a table."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.medida import Medida

BENCHMARKS = ("envio", "mensageria", "ciclo", "latencia", "cotacoes", "retorno")


def main() -> int:
    """Each benchmark is a module here with `async def medir() -> list[Medida]`."""
    leitor = argparse.ArgumentParser(prog="python -m tests.bench")
    leitor.add_argument("--json", type=Path, default=None)
    leitor.add_argument("nomes", nargs="*", metavar="nome", help=", ".join(BENCHMARKS))
    args = leitor.parse_args()
    medidas: list[Medida] = []
    for nome in args.nomes or BENCHMARKS:
        sys.stderr.write(f"medindo {nome}…\n")
        medidas += asyncio.run(importlib.import_module(f"tests.bench.{nome}").medir())
    tabela = Table("medida", "valor", "unidade", "referência", "razão", "meta")
    for m in medidas:
        referencia = "" if m.referencia is None else f"{m.referencia:,.1f}"
        tabela.add_row(m.nome, f"{m.valor:,.1f}", m.unidade, referencia, "" if m.razao is None else f"{m.razao:.2f}", m.meta)
    Console(width=140).print(tabela)
    if args.json is not None:
        args.json.write_text(json.dumps([m.como_json() for m in medidas], ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
