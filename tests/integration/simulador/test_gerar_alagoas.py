"""The base of the size of Alagoas: all of it, in little memory."""

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

MEMORIA_MAXIMA_KB = 300 * 1024
ICMS, IPVA = 100_000, 654_000
# VmHWM is this process's own peak; ru_maxrss would start from that of the test session that launched it
COMANDO = """
import argparse, sys
from pathlib import Path
from simulador.application.gerar import argumentos_gerar, executar_gerar
analisador = argparse.ArgumentParser()
argumentos_gerar(analisador)
resultado = executar_gerar(analisador.parse_args())
pico = next(linha for linha in Path("/proc/self/status").read_text().splitlines() if linha.startswith("VmHWM"))
print("pico", pico.split()[1])
sys.exit(resultado)
"""


@pytest.mark.timeout(1200)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="mede a memória pelo /proc do Linux")
def test_alagoas_inteira_cabe_em_300_mb() -> None:
    with TemporaryDirectory() as pasta:
        argumentos = ["--alagoas", "--semente", "1", "--data", "2026-11-23", "--saida", pasta]
        feito = subprocess.run(  # noqa: S603
            [sys.executable, "-c", COMANDO, *argumentos], check=True, capture_output=True, text=True
        )
        *_, ultima = feito.stdout.splitlines()
        assert int(ultima.removeprefix("pico ")) < MEMORIA_MAXIMA_KB
        assert _tributos_por_contribuinte(Path(pasta)) == {"ICMS": ICMS, "IPVA": IPVA}
        assert _linhas(Path(pasta) / "contribuintes.csv") == ICMS + IPVA
        assert _linhas(Path(pasta) / "declaracoes.csv") == 24 * ICMS
        assert _documentos_repetidos(Path(pasta)) <= IPVA // 1000


def _linhas(arquivo: Path) -> int:
    with arquivo.open("rb") as linhas:
        return sum(1 for _ in linhas) - 1


def _tributos_por_contribuinte(pasta: Path) -> Counter[str]:
    """How many taxpayers have a debt of each tributo; lines of one taxpayer are together."""
    contagem: Counter[str] = Counter()
    anterior = ""
    with (pasta / "debitos.csv").open(encoding="utf-8", newline="") as arquivo:
        for linha in csv.reader(arquivo, delimiter=";"):
            if linha[1] != anterior and linha[0] != "debito":
                contagem[linha[2]] += 1
                anterior = linha[1]
    return contagem


def _documentos_repetidos(pasta: Path) -> int:
    with (pasta / "contribuintes.csv").open(encoding="utf-8", newline="") as arquivo:
        contagem = Counter(linha["documento"] for linha in csv.DictReader(arquivo, delimiter=";"))
    return sum(1 for vezes in contagem.values() if vezes > 1)
