"""The command `gerar`: same bytes for the same arguments, whole files or none, and errors that say what to mend."""

import argparse
import hashlib
import io
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from simulador.application.gerar import argumentos_gerar, executar_gerar, gerar_base
from simulador.domain.base_bloco import CABECALHOS, Parametros

BASICOS = ["--semente", "7", "--data", "2026-11-23"]
COMANDO = """
import argparse, sys
from simulador.application.gerar import argumentos_gerar, executar_gerar
analisador = argparse.ArgumentParser()
argumentos_gerar(analisador)
sys.exit(executar_gerar(analisador.parse_args()))
"""


def executar(*argumentos: str) -> int:
    analisador = argparse.ArgumentParser()
    argumentos_gerar(analisador)
    return executar_gerar(analisador.parse_args(argumentos))


def resumos(pasta: Path) -> dict[str, str]:
    return {arquivo.name: hashlib.sha256(arquivo.read_bytes()).hexdigest() for arquivo in sorted(pasta.iterdir())}


def linhas(pasta: Path, nome: str) -> int:
    return (pasta / f"{nome}.csv").read_text(encoding="utf-8").count("\n") - 1


def test_mesmos_argumentos_dao_os_mesmos_bytes_em_qualquer_ambiente(tmp_path: Path) -> None:
    pastas = []
    for semente_de_hash, idioma in (("1", "C"), ("2", "C.UTF-8")):
        pasta = tmp_path / semente_de_hash
        ambiente = os.environ | {"PYTHONHASHSEED": semente_de_hash, "LC_ALL": idioma, "TZ": f"UTC{semente_de_hash}"}
        argumentos = [sys.executable, "-c", COMANDO, "--contribuintes", "700", *BASICOS, "--saida", str(pasta)]
        subprocess.run(argumentos, check=True, capture_output=True, env=ambiente)  # noqa: S603
        pastas.append(pasta)
    assert resumos(pastas[0]) == resumos(pastas[1])


def test_outra_semente_da_outra_base(tmp_path: Path) -> None:
    for semente in ("1", "2"):
        argumentos = ("--contribuintes", "200", "--semente", semente, "--data", "2026-11-23")
        assert executar(*argumentos, "--saida", str(tmp_path / semente)) == 0
    um, outro = resumos(tmp_path / "1"), resumos(tmp_path / "2")
    assert all(um[nome] != outro[nome] for nome in um)


def test_data_brasileira_e_iso_sao_a_mesma(tmp_path: Path) -> None:
    for pasta, texto in (("iso", "2026-11-23"), ("br", "23/11/2026")):
        assert executar("--contribuintes", "50", "--data", texto, "--saida", str(tmp_path / pasta)) == 0
    assert resumos(tmp_path / "iso") == resumos(tmp_path / "br")


@pytest.mark.parametrize(
    ("pedido", "icms", "ipva"),
    [
        (["--contribuintes", "2000"], 265, 1735),
        (["--contribuintes", "300", "--icms", "300"], 300, 0),
        (["--contribuintes", "300", "--ipva", "250"], 50, 250),
        (["--icms", "20", "--ipva", "30"], 20, 30),
        (["--contribuintes", "1"], 0, 1),
    ],
)
def test_quantidades_pedidas(tmp_path: Path, pedido: list[str], icms: int, ipva: int) -> None:
    assert executar(*pedido, *BASICOS, "--saida", str(tmp_path)) == 0
    assert linhas(tmp_path, "contribuintes") == icms + ipva
    assert linhas(tmp_path, "declaracoes") == 24 * icms


def test_termina_com_os_seis_arquivos_e_nenhum_parcial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert executar("--contribuintes", "100", *BASICOS, "--saida", str(tmp_path / "nova" / "pasta")) == 0
    assert {arquivo.name for arquivo in (tmp_path / "nova" / "pasta").iterdir()} == {f"{nome}.csv" for nome in CABECALHOS}
    saida = capsys.readouterr()
    assert "100 de 100 contribuintes (100%)" in saida.err
    assert "contribuintes.csv: 100 linhas" in saida.out


def test_interrompida_no_meio_deixa_a_base_anterior_inteira(tmp_path: Path) -> None:
    parametros = Parametros(icms=10, ipva=20, semente=1, hoje=date(2026, 11, 23))
    gerar_base(parametros, tmp_path, lambda _feitos, _total: None)
    antes = resumos(tmp_path)

    def interromper(feitos: int, _total: int) -> None:
        if feitos:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gerar_base(Parametros(icms=50, ipva=20, semente=2, hoje=date(2026, 11, 23)), tmp_path, interromper)
    assert resumos(tmp_path) == antes


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_no_terminal_o_progresso_fica_em_uma_linha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert executar("--contribuintes", "100", *BASICOS, "--saida", str(tmp_path)) == 0
    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().startswith("\rgerando a base: 0 de 100")


@pytest.mark.parametrize(
    ("pedido", "trecho"),
    [
        ([*BASICOS], "--contribuintes N"),
        (["--contribuintes", "abc", *BASICOS], "--contribuintes é um número inteiro"),
        (["--contribuintes", "-5", *BASICOS], "--contribuintes é um número inteiro"),
        (["--contribuintes", "0", *BASICOS], "vai de 1 a"),
        (["--contribuintes", "10", "--icms", "11", *BASICOS], "não é a soma"),
        (["--alagoas", "--icms", "3", *BASICOS], "--alagoas já diz"),
        (["--contribuintes", "10", "--semente", "x", "--data", "2026-11-23"], "--semente"),
        (["--contribuintes", "10"], "falta --data"),
        (["--contribuintes", "10", "--data", "31/02/2026"], "--data é uma data"),
        (["--contribuintes", "10", "--data", "20261123x"], "--data é uma data"),
        (["--contribuintes", "10", "--data", "0001-01-01"], "--data fica entre"),
        (["--contribuintes", "10", *BASICOS, "--inadimplencia-icms", "7.47"], "--inadimplencia-icms é uma parte"),
        (["--contribuintes", "10", *BASICOS, "--inadimplencia-ipva", "nan"], "--inadimplencia-ipva é uma parte"),
    ],
)
def test_argumento_errado_e_dito_em_portugues(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pedido: list[str], trecho: str
) -> None:
    if "--contribuintes" in pedido and pedido[pedido.index("--contribuintes") + 1] == "-5":
        pedido = ["--contribuintes=-5", *BASICOS]
    assert executar(*pedido, "--saida", str(tmp_path / "base")) == 2
    erro = capsys.readouterr().err
    assert erro.startswith("erro: ")
    assert trecho in erro
    assert not (tmp_path / "base").exists()


def test_sem_saida_diz_o_que_falta(capsys: pytest.CaptureFixture[str]) -> None:
    assert executar("--contribuintes", "10", *BASICOS) == 2
    assert "falta --saida" in capsys.readouterr().err


def test_pasta_que_nao_se_pode_gravar_e_um_erro_claro(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "arquivo").write_text("não sou uma pasta", encoding="utf-8")
    assert executar("--contribuintes", "10", *BASICOS, "--saida", str(tmp_path / "arquivo" / "base")) == 1
    erro = capsys.readouterr().err
    assert erro.startswith("erro: não foi possível gravar a base em")
    assert "Traceback" not in erro
