"""Turns blocks of lines into rows for COPY, column by column, and sets the bad lines aside with field and reason.

By column, since most cells repeat (dates, enumerations, zeros): a cell seen lately costs one look in a dict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter
from typing import Any, BinaryIO, Final

from kernel.cargas.celulas import NULO, CelulaInvalida, Leitor
from kernel.cargas.leitor import Lido
from kernel.cargas.leitura import (
    ArquivoRecusado,
    Bloco,
    Cabecalho,
    Rejeicao,
    conteudo_visivel,
    ler_blocos,
    ler_cabecalho,
    separar,
)
from kernel.domain.errors import EntradaInvalida

_LEMBRADAS: Final = 8192
_MAIOR_LEMBRADA: Final = 64

Colunas = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Coluna:
    """A column of a file. `exigida`: the header must name it; else what is missing is null. `repete`: cells recur."""

    nome: str
    ler: Leitor
    exigida: bool = True
    repete: bool = True


@dataclass(frozen=True, slots=True)
class Recusa:
    """Why a line stays out: the field and the reason, in Portuguese."""

    campo: str
    motivo: str


@dataclass(frozen=True, slots=True)
class TipoDeCarga:
    """What files of one kind hold.

    `conferir` looks at a whole line, as COPY text in the order of `colunas`. `derivar` gives the columns after those read,
    named in `derivadas`, from all of them at once.
    """

    nome: str
    colunas: tuple[Coluna, ...]
    conferir: Callable[[tuple[str, ...]], Recusa | None] | None = None
    derivadas: tuple[str, ...] = ()
    derivar: Callable[[Colunas], Colunas] | None = None

    @property
    def exigidas(self) -> tuple[str, ...]:
        return tuple(c.nome for c in self.colunas if c.exigida)

    @property
    def opcionais(self) -> tuple[str, ...]:
        return tuple(c.nome for c in self.colunas if not c.exigida)

    @property
    def campos(self) -> tuple[str, ...]:
        """The columns of its rows, after the line's number."""
        return (*(c.nome for c in self.colunas), *self.derivadas)

    def abrir(self, arquivo: BinaryIO) -> ArquivoCSV:
        """Reads the header. Raises `ArquivoRecusado` unless it names the columns."""
        return ArquivoCSV(arquivo, self)


class ArquivoCSV:
    """A CSV file under way (`kernel.cargas.leitor.ArquivoAberto`)."""

    fatos: Mapping[str, Any] = {}

    def __init__(self, arquivo: BinaryIO, tipo: TipoDeCarga) -> None:
        self._arquivo = arquivo
        self._cabecalho = ler_cabecalho(arquivo, tipo.exigidas, tipo.opcionais)
        self._analisador = Analisador(tipo, self._cabecalho)

    def lidos(self) -> Iterator[Lido]:
        return map(self._analisador.analisar, self.linhas())

    def linhas(self) -> Iterator[Bloco]:
        self._arquivo.seek(self._cabecalho.inicio)
        return ler_blocos(self._arquivo, self._cabecalho)


class _Memoria(dict[str, "str | Recusa"]):
    """Cell → COPY text, for the cells seen lately. Refusals are not kept: `recusou` says that there was one."""

    def __init__(self, coluna: Coluna) -> None:
        super().__init__()
        self._coluna = coluna
        self.recusou = False

    def __missing__(self, celula: str) -> str | Recusa:
        lido = self._ler(celula)
        if len(celula) <= _MAIOR_LEMBRADA and isinstance(lido, str):
            if len(self) >= _LEMBRADAS:
                self.clear()
            self[celula] = lido
        return lido

    def ler(self, celulas: Iterable[str]) -> list[str | Recusa]:
        return list(map(self.__getitem__ if self._coluna.repete else self._ler, celulas))

    def _ler(self, celula: str) -> str | Recusa:
        try:
            return self._coluna.ler(celula)
        except (CelulaInvalida, EntradaInvalida) as erro:
            self.recusou = True
            return Recusa(self._coluna.nome, str(erro))


class Analisador:
    """Judges the blocks of one file."""

    def __init__(self, tipo: TipoDeCarga, cabecalho: Cabecalho) -> None:
        self._tipo = tipo
        self._largura = len(cabecalho.colunas)
        presentes = {nome: posicao for posicao, nome in enumerate(cabecalho.colunas)}
        self._posicoes = [presentes.get(coluna.nome) for coluna in tipo.colunas]
        self._memorias = [_Memoria(coluna) for coluna in tipo.colunas]

    def analisar(self, bloco: Bloco) -> Lido:
        """Never raises for what a file may hold; every line of `bloco` is either a row or a rejection."""
        rejeitadas = list(bloco.rejeitadas)
        numeros, linhas, campos = self._separar(bloco, rejeitadas)
        if not campos:
            return Lido(b"", 0, _em_ordem(rejeitadas), bloco.lidos)
        colunas = self._ler_colunas(campos)
        recusas = self._recusas(colunas, len(campos))
        if recusas:
            boas = [i not in recusas for i in range(len(campos))]
            rejeitadas += [Rejeicao(numeros[i], r.campo, r.motivo, conteudo_visivel(linhas[i])) for i, r in recusas.items()]
            colunas = [list(compress(coluna, boas)) for coluna in colunas]
            numeros = list(compress(numeros, boas))
        return Lido(self._copia(numeros, colunas), len(numeros), _em_ordem(rejeitadas), bloco.lidos)

    def _separar(self, bloco: Bloco, rejeitadas: list[Rejeicao]) -> tuple[Sequence[int], Sequence[str], Sequence[Sequence[str]]]:
        campos: list[list[str]] = []
        boas = bytearray()
        for n, linha in zip(bloco.numeros, bloco.linhas, strict=True):
            try:
                partes = separar(linha, self._largura)
            except ArquivoRecusado as recusa:
                rejeitadas.append(Rejeicao(n, "linha", str(recusa), conteudo_visivel(linha)))
                boas.append(0)
            else:
                campos.append(partes)
                boas.append(1)
        if len(campos) == len(bloco.linhas):
            return bloco.numeros, bloco.linhas, campos
        return list(compress(bloco.numeros, boas)), list(compress(bloco.linhas, boas)), campos

    def _ler_colunas(self, campos: Sequence[Sequence[str]]) -> list[list[str | Recusa]]:
        ausente: list[str | Recusa] = [NULO] * len(campos)
        lidas = []
        for posicao, memoria in zip(self._posicoes, self._memorias, strict=True):
            memoria.recusou = False
            lidas.append(ausente if posicao is None else memoria.ler(map(itemgetter(posicao), campos)))
        return lidas

    def _recusas(self, colunas: Sequence[Sequence[str | Recusa]], quantas: int) -> dict[int, Recusa]:
        """The first refusal of each bad line, by its place in the block."""
        recusas: dict[int, Recusa] = {}
        for coluna, memoria in zip(colunas, self._memorias, strict=True):
            if memoria.recusou:
                for i, celula in enumerate(coluna):
                    if isinstance(celula, Recusa):
                        recusas.setdefault(i, celula)
        if self._tipo.conferir is not None:
            linhas = zip(*colunas, strict=True) if colunas else iter([()] * quantas)
            for i, linha in enumerate(linhas):
                if i not in recusas and (recusa := self._tipo.conferir(linha)) is not None:
                    recusas[i] = recusa
        return recusas

    def _copia(self, numeros: Sequence[int], colunas: Sequence[Sequence[str | Recusa]]) -> bytes:
        if not numeros:
            return b""
        todas: list[Sequence[str]] = [list(map(str, numeros)), *colunas]  # type: ignore[list-item]
        if self._tipo.derivar is not None:
            todas += self._tipo.derivar(todas[1:])
        return ("\n".join(map("\t".join, zip(*todas, strict=True))) + "\n").encode()


def _em_ordem(rejeitadas: list[Rejeicao]) -> list[Rejeicao]:
    return sorted(rejeitadas, key=lambda r: r.linha)
