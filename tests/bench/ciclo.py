"""The ciclo over a whole state beside its floor: COPY out of its inputs and COPY in of its outputs, in the same run.

    python -m tests.bench.ciclo [--contribuintes N] [--pasta DIR] [--json ARQUIVO]

Without `--pasta` the base is generated first: all of Alagoas, or N taxpayers in its proportions. The ciclo runs in a
process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from kernel.clock import RelogioFixo
from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.persistence.banco import Banco, abrir_banco
from kernel.persistence.migracoes import migrar
from kernel.persistence.servidor import servidor_embutido
from regua.adapters.outbound.ciclo_consultas import consultas
from regua.adapters.outbound.ciclo_escrita import EscritaPostgres
from regua.adapters.outbound.ciclo_leitura import LeituraPostgres
from regua.adapters.outbound.ciclo_regras import RegrasPostgres, semear
from regua.application.executar_ciclo import CAMPANHA_PERMANENTE, executar_ciclo, solicitar_ciclo
from regua.application.ports_ciclo import PortasDoCiclo
from tests.bench.ciclo_carga import carregar
from tests.bench.medida import Medida

LIMITE_RAZAO: Final = 3.0
LIMITE_MEMORIA_MIB: Final = 2048
_RAIZ: Final = Path(__file__).parents[2]
_SAIDAS: Final = ("caso", "decisao", "acionamento", "emissao", "tarefa", "aprovacao", "sorteio", "outbox")


def portas(banco: Banco, agora: datetime) -> PortasDoCiclo:
    return PortasDoCiclo(
        LeituraPostgres(banco), EscritaPostgres(banco), RegrasPostgres(banco), RelogioFixo(agora), ("whatsapp", "sms")
    )


async def executar(url: str, agora: datetime) -> dict[str, Any]:
    """Runs the ciclo of `agora`'s day and measures it, phase by phase."""
    fases: list[tuple[str, float]] = []
    inicio = time.perf_counter()
    async with abrir_banco(url, aplicacao="bench") as banco:
        feitas = portas(banco, agora)
        pedido = await solicitar_ciclo(feitas, data=JanelaDeContato(Calendario.contato()).dia_local(agora))
        ciclo = await executar_ciclo(feitas, pedido.ciclo, progresso=lambda fase, _: fases.append((fase, time.perf_counter())))
    fim = time.perf_counter()
    pico = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    marcas = [*fases, ("fim", fim)]
    return {
        "segundos": fim - inicio,
        "pico_mib": pico,
        "fases": {nome: marcas[i + 1][1] - t for i, (nome, t) in enumerate(fases)},
        "avaliados": ciclo.avaliados,
        "acionados": ciclo.acionados,
        "contagens": dict(ciclo.contagens),
    }


async def piso(banco: Banco, data: date) -> tuple[float, float]:
    """Seconds to COPY the ciclo's inputs out, and its outputs in again."""
    politica = await RegrasPostgres(banco).politica_vigente(data)
    async with banco.conexao() as con:
        inicio = time.perf_counter()
        for sql in consultas(data=data, politica=politica, campanha=CAMPANHA_PERMANENTE).values():
            await con.copy_from_query(sql, output=_descartar)
        saida = time.perf_counter() - inicio
    return saida, await _copiar_de_volta(banco)


async def _copiar_de_volta(banco: Banco) -> float:
    with tempfile.TemporaryDirectory() as pasta:
        async with banco.conexao() as con:
            colunas = {tabela: await _colunas(con, tabela) for tabela in _SAIDAS}
            for tabela, nomes in colunas.items():
                await con.copy_from_table(tabela, schema_name="regua", columns=nomes, output=Path(pasta) / tabela)
            await con.execute("truncate " + ", ".join(f"regua.{t}" for t in reversed(_SAIDAS)))
        inicio = time.perf_counter()
        async with banco.transacao() as con:
            for tabela, nomes in colunas.items():
                await con.copy_to_table(tabela, schema_name="regua", columns=nomes, source=Path(pasta) / tabela)
        return time.perf_counter() - inicio


async def _colunas(con: Any, tabela: str) -> list[str]:
    linhas = await con.fetch(
        """select column_name from information_schema.columns
        where table_schema = 'regua' and table_name = $1 and is_identity = 'NO' order by ordinal_position""",
        tabela,
    )
    return [linha["column_name"] for linha in linhas]


async def _descartar(_parte: bytes) -> None:
    return


def _dia_do_ciclo(pasta: Path) -> datetime:
    """09:00 of the first day with contact hours after everything in the base."""
    pagos = pl.scan_csv(pasta / "pagamentos.csv", separator=";", infer_schema=False).select(pl.col("pago_em").max())
    ultimo = date.fromisoformat(pagos.collect(engine="streaming").item())
    janela = JanelaDeContato(Calendario.contato())
    manha = datetime.combine(ultimo + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=12)
    return janela.proximo_instante(manha)


async def medir() -> list[Medida]:
    """All of Alagoas: generated, loaded, and measured in a process of its own."""
    return await asyncio.to_thread(lambda: [m for pasta in _bases(None, None) for m in medir_base(pasta)])


def medir_base(pasta: Path) -> list[Medida]:
    """The figures of the base in `pasta`. Starts event loops of its own: call it outside of one."""
    agora = _dia_do_ciclo(pasta)
    with tempfile.TemporaryDirectory(prefix="bench-ciclo-") as dados:
        Path(dados).chmod(0o755)
        with servidor_embutido(Path(dados)) as servidor:
            linhas = asyncio.run(_preparar(servidor.url, pasta))
            comando = [sys.executable, "-m", "tests.bench.ciclo", "--executar", servidor.url, "--agora", agora.isoformat()]
            saida = subprocess.run(comando, check=True, capture_output=True, text=True, cwd=_RAIZ)  # noqa: S603
            medido = json.loads(saida.stdout)
            fora, dentro = asyncio.run(_piso(servidor.url, agora.date()))
    print(  # noqa: T201
        json.dumps({**medido, "linhas": linhas, "piso_saida": fora, "piso_entrada": dentro}, ensure_ascii=False), file=sys.stderr
    )
    return _tabela(medido, fora + dentro)


async def _preparar(url: str, pasta: Path) -> dict[str, int]:
    await migrar(url, sala="regua", pasta=_RAIZ / "services" / "regua" / "migrations")
    async with abrir_banco(url, aplicacao="bench") as banco:
        async with banco.transacao() as con:
            await semear(con, datetime(2020, 1, 1, tzinfo=UTC))
        return await carregar(banco, pasta)


async def _piso(url: str, data: date) -> tuple[float, float]:
    async with abrir_banco(url, aplicacao="bench") as banco:
        return await piso(banco, data)


def _tabela(medido: dict[str, Any], piso_s: float) -> list[Medida]:
    segundos, pico = medido["segundos"], medido["pico_mib"]
    return [
        Medida(
            "ciclo: tempo, contra COPY das entradas e saídas",
            segundos,
            "s",
            piso_s,
            segundos / piso_s,
            f"até {LIMITE_RAZAO:.0f}×",
        ),
        Medida("ciclo: pico de memória", pico, "MiB", LIMITE_MEMORIA_MIB, pico / LIMITE_MEMORIA_MIB, "menos de 2 GiB"),
    ]


def _gerar(pasta: Path, contribuintes: int | None) -> None:
    tamanho = ["--alagoas"] if contribuintes is None else ["--contribuintes", str(contribuintes)]
    comando = [sys.executable, "-m", "simulador", "gerar", *tamanho, "--data", "2026-03-16", "--saida", str(pasta)]
    subprocess.run(comando, check=True, cwd=_RAIZ)  # noqa: S603


def _bases(pasta: Path | None, contribuintes: int | None) -> Iterator[Path]:
    if pasta is not None:
        yield pasta
        return
    with tempfile.TemporaryDirectory(prefix="bench-base-") as nova:
        _gerar(Path(nova), contribuintes)
        yield Path(nova)


def main() -> None:
    """The command line."""
    opcoes = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    opcoes.add_argument("--contribuintes", type=int, help="tamanho da base gerada (padrão: Alagoas inteira)")
    opcoes.add_argument("--pasta", type=Path, help="base já gerada")
    opcoes.add_argument("--json", type=Path, help="grava também os resultados neste arquivo")
    opcoes.add_argument("--executar", help=argparse.SUPPRESS)
    opcoes.add_argument("--agora", type=datetime.fromisoformat, help=argparse.SUPPRESS)
    pedido = opcoes.parse_args()
    if pedido.executar is not None:
        print(json.dumps(asyncio.run(executar(pedido.executar, pedido.agora)), ensure_ascii=False))  # noqa: T201
        return
    for pasta in _bases(pedido.pasta, pedido.contribuintes):
        resultados = medir_base(pasta)
        for m in resultados:
            print(f"{m.nome:<50} {m.valor:>10.2f} {m.unidade:<4} referência {m.referencia:>8.2f} razão {m.razao:.2f}")  # noqa: T201
        if pedido.json is not None:
            pedido.json.write_text(json.dumps([m.como_json() for m in resultados], ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
