"""Takes a CSV file apart by blocks: whole lines with their numbers, each decoded, each judged alone.

A line is a record: quotes may hold `;` and doubled quotes, but no line break. So a quote that never closes spoils its own
line, and not the rest of the file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

TAMANHO_DO_BLOCO: Final = 256 * 1024
MAIOR_LINHA: Final = 64 * 1024
MAIOR_CONTEUDO: Final = 500
SEPARADOR: Final = ";"

_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
# everything that no text has; tab is let through, and a \r that ends no line is not
_CONTROLES: Final = bytes(c for c in range(32) if c not in b"\t\n") + b"\x7f"
_VISIVEL: Final = {c: "\ufffd" for c in (*range(32), *range(0x7F, 0xA0)) if c != 9} | {9: " "}


class ArquivoRecusado(ValueError):
    """The file as a whole cannot be loaded; the text says why, in Portuguese."""


@dataclass(frozen=True, slots=True)
class Rejeicao:
    """A line that stays out. `conteudo` is what stood there, cut and without control characters: personal data."""

    linha: int
    campo: str
    motivo: str
    conteudo: str


@dataclass(frozen=True, slots=True)
class Bloco:
    """Lines in their order, blank ones left out. `numeros` runs beside `linhas`; `lidos` counts bytes since the beginning."""

    numeros: Sequence[int]
    linhas: Sequence[str]
    rejeitadas: Sequence[Rejeicao]
    lidos: int


@dataclass(frozen=True, slots=True)
class Cabecalho:
    """Column names in the file's order, and where the data begins."""

    colunas: tuple[str, ...]
    linha: int
    inicio: int


def ler_cabecalho(arquivo: BinaryIO, exigidas: Sequence[str], opcionais: Sequence[str] = ()) -> Cabecalho:
    """Reads the first line that is not blank. Raises `ArquivoRecusado` unless it names the columns, in whatever order."""
    inicio, numero, linha = 0, 0, b""
    while not linha.strip():
        bruta = arquivo.readline(MAIOR_LINHA + 1)
        if not bruta:
            raise ArquivoRecusado("O arquivo está vazio.")
        if inicio == 0 and bruta.startswith(_UTF16):
            raise ArquivoRecusado("O arquivo está em UTF-16: grave-o em UTF-8 ou Latin-1.")
        if len(bruta) > MAIOR_LINHA:
            raise ArquivoRecusado("A primeira linha não é um cabeçalho: passa de 64 KB.")
        linha = bruta.removeprefix(_BOM) if inicio == 0 else bruta
        inicio += len(bruta)
        numero += 1
    linha = linha.rstrip(b"\r\n")
    if _tem_controles(linha):
        raise ArquivoRecusado("O arquivo não é um texto CSV.")
    return Cabecalho(_colunas(_decodificar(linha), exigidas, opcionais), numero, inicio)


def _colunas(linha: str, exigidas: Sequence[str], opcionais: Sequence[str]) -> tuple[str, ...]:
    nomes = tuple(nome.strip().strip('"').strip().lower() for nome in linha.split(SEPARADOR))
    aceitas = {*exigidas, *opcionais}
    faltam = [nome for nome in exigidas if nome not in nomes]
    sobram = [nome or "(sem nome)" for nome in nomes if nome not in aceitas]
    repetidas = sorted({nome for nome in nomes if nomes.count(nome) > 1 and nome in aceitas})
    problemas = [
        *([f"faltam as colunas {', '.join(faltam)}"] if faltam else []),
        *([f"há colunas desconhecidas: {', '.join(nome[:40] for nome in sobram[:10])}"] if sobram else []),
        *([f"há colunas repetidas: {', '.join(repetidas)}"] if repetidas else []),
    ]
    if problemas:
        dica = " O separador é ponto e vírgula (;)." if len(nomes) == 1 else ""
        raise ArquivoRecusado(f"O cabeçalho não serve: {'; '.join(problemas)}.{dica}")
    return nomes


def ler_blocos(arquivo: BinaryIO, cabecalho: Cabecalho, tamanho: int = TAMANHO_DO_BLOCO) -> Iterator[Bloco]:
    """The lines after the header, from the file's present position (`cabecalho.inicio`); memory stays within two blocks."""
    resto, proxima, lidos = b"", cabecalho.linha + 1, cabecalho.inicio
    while pedaco := arquivo.read(tamanho):
        lidos += len(pedaco)
        inteiras, quebra, fim = pedaco.rpartition(b"\n")
        if quebra:
            bruto = resto + inteiras
            yield _bloco(bruto, proxima, lidos)
            proxima += bruto.count(b"\n") + 1
            resto = fim
        elif len(resto) <= MAIOR_LINHA:
            # of a line without end only the beginning is kept: enough to know it for too long, and to show it
            resto += fim
    if resto:
        yield _bloco(resto, proxima, lidos)


def _bloco(bruto: bytes, primeira: int, lidos: int) -> Bloco:
    bruto = bruto.replace(b"\r\n", b"\n").removesuffix(b"\r")
    try:
        linhas = bruto.decode().split("\n")
    except UnicodeDecodeError:
        linhas = []
    if not linhas or _tem_controles(bruto) or max(map(len, linhas)) * 4 > MAIOR_LINHA:
        return _linha_a_linha(bruto, primeira, lidos)
    numeros = range(primeira, primeira + len(linhas))
    if all(linhas) and not any(map(str.isspace, linhas)):
        return Bloco(numeros, linhas, (), lidos)
    cheias = [(n, linha) for n, linha in zip(numeros, linhas, strict=True) if linha.strip()]
    return Bloco([n for n, _ in cheias], [linha for _, linha in cheias], (), lidos)


def _linha_a_linha(bruto: bytes, primeira: int, lidos: int) -> Bloco:
    numeros, linhas, rejeitadas = [], [], []
    for n, linha in enumerate(bruto.split(b"\n"), primeira):
        if not linha.strip():
            continue
        try:
            _conferir(linha)
            linhas.append(_decodificar(linha))
            numeros.append(n)
        except ArquivoRecusado as recusa:
            rejeitadas.append(Rejeicao(n, "linha", str(recusa), conteudo_visivel(linha[: 4 * MAIOR_CONTEUDO].decode("latin-1"))))
    return Bloco(numeros, linhas, rejeitadas, lidos)


def _conferir(linha: bytes) -> None:
    if len(linha) > MAIOR_LINHA:
        raise ArquivoRecusado("A linha passa de 64 KB.")
    if _tem_controles(linha):
        raise ArquivoRecusado("A linha tem caracteres de controle: não é texto.")


def _tem_controles(bruto: bytes) -> bool:
    return len(bruto.translate(None, _CONTROLES)) != len(bruto)


def _decodificar(linha: bytes) -> str:
    """UTF-8, else Latin-1 (with Windows' quotes and dashes). Latin-1 text is hardly ever valid UTF-8, so each line tells."""
    for codificacao in ("utf-8", "cp1252"):
        try:
            return linha.decode(codificacao)
        except UnicodeDecodeError:
            continue
    raise ArquivoRecusado("A linha não está em UTF-8 nem em Latin-1.")


def conteudo_visivel(linha: str) -> str:
    """What is kept of a rejected line: its first 500 characters, without what would upset a terminal or a table."""
    return linha[:MAIOR_CONTEUDO].translate(_VISIVEL)


def separar(linha: str, largura: int) -> list[str]:
    """The `largura` fields of one line. Raises `ArquivoRecusado` where there are more or fewer, or its quotes do not close."""
    partes = linha.split(SEPARADOR) if '"' not in linha else _com_aspas(linha)
    if len(partes) != largura:
        raise ArquivoRecusado(f"A linha tem {len(partes)} campo(s), e o cabeçalho, {largura}.")
    return partes


def _com_aspas(linha: str) -> list[str]:
    try:
        return next(csv.reader([linha], delimiter=SEPARADOR, strict=True))
    except (csv.Error, StopIteration):
        raise ArquivoRecusado("As aspas da linha não fecham.") from None
