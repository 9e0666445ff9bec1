"""`python -m simulador gerar`: writes a synthetic base as the six CSV files that the rooms load."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TextIO

from simulador.domain.base_bloco import CABECALHOS, Bloco, Parametros
from simulador.domain.base_icms import PlanejadorIcms
from simulador.domain.base_ipva import PlanejadorIpva

Progresso = Callable[[int, int], None]

# S1: 654,000 IPVA and over 100,000 ICMS taxpayers in Alagoas
ALAGOAS_IPVA, ALAGOAS_ICMS = 654_000, 100_000
LIMITE = 3_000_000
ANO_MINIMO, ANO_MAXIMO = 1980, 2199
INADIMPLENCIA_MAXIMA = 0.5
PARCIAL = ".parcial"
ERRO_DE_USO, ERRO_DE_ESCRITA, INTERROMPIDO = 2, 1, 130


class ArgumentoInvalido(ValueError):
    """A wrong argument; the text is for the person who typed it."""


def proporcao_de_alagoas(total: int) -> tuple[int, int]:
    """(ICMS, IPVA) taxpayers among `total`, as Alagoas has them."""
    icms = round(total * ALAGOAS_ICMS / (ALAGOAS_ICMS + ALAGOAS_IPVA))
    return icms, total - icms


def argumentos_gerar(subparser: argparse.ArgumentParser) -> None:
    """Declares the arguments. They are read as text: `executar_gerar` judges them, in Portuguese."""
    adicionar = subparser.add_argument
    adicionar("--contribuintes", metavar="N", help="quantos contribuintes, na proporção de Alagoas (654 de IPVA : 100 de ICMS)")
    adicionar("--icms", metavar="N", help="quantos contribuintes de ICMS")
    adicionar("--ipva", metavar="N", help="quantos contribuintes de IPVA")
    adicionar("--alagoas", action="store_true", help="654.000 contribuintes de IPVA e 100.000 de ICMS")
    adicionar("--semente", metavar="S", help="número inteiro: a mesma semente gera os mesmos bytes (padrão: 1)", default="1")
    adicionar("--data", metavar="D", help="data da base, aaaa-mm-dd ou dd/mm/aaaa: nada é posterior a ela")
    adicionar("--saida", metavar="DIR", help="pasta em que os seis arquivos são gravados")
    adicionar("--inadimplencia-icms", metavar="F", default="0.0747", help="parte não paga do ICMS declarado (padrão: 0.0747)")
    adicionar("--inadimplencia-ipva", metavar="F", default="0.20", help="parte não paga do IPVA do ano (padrão: 0.20)")


def executar_gerar(args: argparse.Namespace) -> int:
    """Writes the base. 0; 2 for wrong arguments, 1 for a folder that cannot be written, 130 for Ctrl-C; said on stderr."""
    try:
        parametros, saida = _parametros(args), _saida(args)
        linhas = gerar_base(parametros, saida, _mostrador(sys.stderr))
    except ArgumentoInvalido as erro:
        sys.stderr.write(f"erro: {erro}\n")
        return ERRO_DE_USO
    except OSError as erro:
        sys.stderr.write(f"erro: não foi possível gravar a base em {args.saida}: {erro.strerror or erro}\n")
        return ERRO_DE_ESCRITA
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrompido: os arquivos que já estavam na pasta ficaram como eram\n")
        return INTERROMPIDO
    for arquivo, quantas in linhas.items():
        sys.stdout.write(f"{saida / arquivo}.csv: {quantas} linhas\n")
    return 0


def gerar_base(parametros: Parametros, saida: Path, progresso: Progresso) -> dict[str, int]:
    """Writes the six files into `saida` (made if missing) and returns their lines, headers apart.

    Each is written as `<nome>.csv.parcial`; only when all are complete do they take their names, so a base that was
    cut short leaves the earlier one whole. `progresso` is told (taxpayers done, of how many). Raises OSError.
    """
    saida.mkdir(parents=True, exist_ok=True)
    parciais = {nome: saida / f"{nome}.csv{PARCIAL}" for nome in CABECALHOS}
    try:
        linhas = _escrever(parametros, parciais, progresso)
        for parcial in parciais.values():
            parcial.replace(parcial.with_suffix(""))
    finally:
        for parcial in parciais.values():
            parcial.unlink(missing_ok=True)
    return linhas


def _escrever(parametros: Parametros, parciais: Mapping[str, Path], progresso: Progresso) -> dict[str, int]:
    linhas = dict.fromkeys(parciais, 0)
    feitos = 0
    with ExitStack() as pilha:
        abertos = {nome: pilha.enter_context(_abrir(parcial)) for nome, parcial in parciais.items()}
        for nome, cabecalho in CABECALHOS.items():
            abertos[nome].write(f"{cabecalho}\n")
        progresso(feitos, parametros.total)
        for bloco in _blocos(parametros):
            for nome, arquivo in abertos.items():
                novas = bloco.linhas(nome)
                arquivo.write("".join(novas))
                linhas[nome] += len(novas)
            feitos += len(bloco.contribuintes)
            progresso(feitos, parametros.total)
        for arquivo in abertos.values():
            arquivo.flush()
            os.fsync(arquivo.fileno())
    return linhas


def _abrir(caminho: Path) -> TextIO:
    return caminho.open("w", encoding="utf-8", newline="")


def _blocos(parametros: Parametros) -> Iterator[Bloco]:
    return chain(PlanejadorIcms.de(parametros).blocos(), PlanejadorIpva.de(parametros).blocos())


def _mostrador(saida: TextIO) -> Progresso:
    """One line that is rewritten on a terminal; elsewhere a line for every tenth."""
    terminal = saida.isatty()
    ditos: set[int] = set()

    def mostrar(feitos: int, total: int) -> None:
        porcento = 100 * feitos // total
        passo = porcento if terminal else porcento // 10 * 10
        if passo in ditos:
            return
        ditos.add(passo)
        texto = f"gerando a base: {feitos} de {total} contribuintes ({porcento}%)"
        fim = "\n" if feitos == total or not terminal else ""
        saida.write(f"\r{texto}{fim}" if terminal else f"{texto}\n")
        saida.flush()

    return mostrar


def _saida(args: argparse.Namespace) -> Path:
    if not args.saida:
        raise ArgumentoInvalido("falta --saida, a pasta em que os arquivos são gravados")
    return Path(args.saida)


def _parametros(args: argparse.Namespace) -> Parametros:
    icms, ipva = _quantidades(args)
    return Parametros(
        icms=icms,
        ipva=ipva,
        semente=_inteiro("--semente", args.semente, minimo=0, maximo=2**63 - 1),
        hoje=_data(args.data),
        inadimplencia_icms=_parte("--inadimplencia-icms", args.inadimplencia_icms),
        inadimplencia_ipva=_parte("--inadimplencia-ipva", args.inadimplencia_ipva),
    )


def _quantidades(args: argparse.Namespace) -> tuple[int, int]:
    """(ICMS, IPVA). `--icms` and `--ipva` go before the proportion; two of the three numbers settle the third."""
    if args.alagoas:
        if args.contribuintes or args.icms or args.ipva:
            raise ArgumentoInvalido("--alagoas já diz quantos são: não combina com --contribuintes, --icms nem --ipva")
        return ALAGOAS_ICMS, ALAGOAS_IPVA
    total = _quantidade("--contribuintes", args.contribuintes)
    icms, ipva = _quantidade("--icms", args.icms), _quantidade("--ipva", args.ipva)
    match total, icms, ipva:
        case None, None, None:
            raise ArgumentoInvalido("diga quantos contribuintes: --contribuintes N, --icms N, --ipva N ou --alagoas")
        case None, _, _:
            icms, ipva = icms or 0, ipva or 0
        case int(), None, None:
            icms, ipva = proporcao_de_alagoas(total)
        case int(), int(), None:
            ipva = total - icms
        case int(), None, int():
            icms = total - ipva
        case _:
            icms, ipva = icms or 0, ipva or 0
    return _conferidas(total, icms, ipva)


def _conferidas(total: int | None, icms: int, ipva: int) -> tuple[int, int]:
    if icms < 0 or ipva < 0 or (total is not None and icms + ipva != total):
        raise ArgumentoInvalido(f"--contribuintes {total} não é a soma de --icms e --ipva")
    if not 1 <= icms + ipva <= LIMITE:
        raise ArgumentoInvalido(f"o número de contribuintes vai de 1 a {LIMITE}")
    return icms, ipva


def _quantidade(nome: str, texto: str | None) -> int | None:
    return None if texto is None else _inteiro(nome, texto, minimo=0, maximo=LIMITE)


def _inteiro(nome: str, texto: str, *, minimo: int, maximo: int) -> int:
    limpo = str(texto)
    if not (limpo.isascii() and limpo.isdigit()) or not minimo <= int(limpo) <= maximo:
        raise ArgumentoInvalido(f"{nome} é um número inteiro de {minimo} a {maximo}, não {texto!r}")
    return int(limpo)


def _parte(nome: str, texto: str) -> float:
    """A share of one; comma or point."""
    try:
        valor = float(str(texto).replace(",", "."))
    except ValueError:
        valor = -1.0
    if not 0 <= valor <= INADIMPLENCIA_MAXIMA:
        raise ArgumentoInvalido(f"{nome} é uma parte de 0 a {INADIMPLENCIA_MAXIMA} (0.0747 são 7,47%), não {texto!r}")
    return valor


def _data(texto: str | None) -> date:
    if not texto:
        raise ArgumentoInvalido("falta --data, a data da base (aaaa-mm-dd)")
    partes = texto.split("/")
    iso = "-".join(reversed(partes)) if len(partes) == 3 else texto
    try:
        dia = date.fromisoformat(iso)
    except ValueError:
        raise ArgumentoInvalido(f"--data é uma data como 2026-11-23 ou 23/11/2026, não {texto!r}") from None
    if not ANO_MINIMO <= dia.year <= ANO_MAXIMO:
        raise ArgumentoInvalido(f"--data fica entre {ANO_MINIMO} e {ANO_MAXIMO}")
    return dia
