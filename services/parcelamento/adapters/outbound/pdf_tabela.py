"""Tables on a sheet: columns of text and of amounts, over as many pages as it takes, each with its heading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from parcelamento.adapters.outbound.pdf_folha import (
    FUNDO,
    MARGEM,
    NEGRITO,
    NORMAL,
    SUAVE,
    TINTA,
    Coluna,
    Folha,
    encolher,
    quebrar,
)

CORPO: Final = 7.5
ALTURA_DO_CABECALHO: Final = 13.0
ALTURA_DA_LINHA: Final = 12.0

_RECUO: Final = 3.0
_ENTRELINHA: Final = 8.8


def altura_da_linha(colunas: Sequence[Coluna], celulas: Sequence[str]) -> float:
    """Points that a row takes: text wraps, amounts shrink."""
    linhas = max(len(_texto_da_celula(coluna, celula)) for coluna, celula in zip(colunas, celulas, strict=True))
    return ALTURA_DA_LINHA + (linhas - 1) * _ENTRELINHA


def desenhar_tabela(
    folha: Folha, colunas: Sequence[Coluna], linhas: Iterable[Sequence[str]], *, totais: Sequence[str] | None = None
) -> None:
    """Draws the rows from the sheet's `y` on, then `totais` in bold."""
    with folha.marcas.grupo("Table"):
        folha.reservar(ALTURA_DO_CABECALHO + 2 * ALTURA_DA_LINHA)
        with folha.marcas.artefato():
            _fundo(folha, colunas)
        with folha.marcas.grupo("TR"):
            _cabecalho(folha, colunas, lambda: folha.marcas.folha("TH"))
        for celulas in linhas:
            _linha(folha, colunas, celulas, fonte=NORMAL)
        if totais is not None:
            _linha(folha, colunas, totais, fonte=NEGRITO)


def _linha(folha: Folha, colunas: Sequence[Coluna], celulas: Sequence[str], *, fonte: str) -> None:
    altura = altura_da_linha(colunas, celulas)
    pagina = folha.pagina
    folha.reservar(altura)
    if folha.pagina != pagina:
        with folha.marcas.artefato():
            _fundo(folha, colunas)
            _cabecalho(folha, colunas, nullcontext)
    x = MARGEM
    with folha.marcas.grupo("TR"):
        for coluna, celula in zip(colunas, celulas, strict=True):
            with folha.marcas.folha("TD"):
                _celula(folha, coluna, celula, x, fonte=fonte)
            x += coluna.largura
    folha.y -= altura
    with folha.marcas.artefato():
        folha.linha(MARGEM, folha.y, x, folha.y, grossura=0.3)


def _cabecalho(folha: Folha, colunas: Sequence[Coluna], marcar: Callable[[], AbstractContextManager[None]]) -> None:
    base = folha.y - ALTURA_DO_CABECALHO
    x = MARGEM
    for coluna in colunas:
        direita = coluna.alinhamento == "direita"
        posicao = x + coluna.largura - _RECUO if direita else x + _RECUO
        with marcar():
            folha.escrever(coluna.titulo, posicao, base + 4, fonte=NEGRITO, corpo=6.8, cor=SUAVE, alinhamento=coluna.alinhamento)
        x += coluna.largura
    folha.y = base


def _fundo(folha: Folha, colunas: Sequence[Coluna]) -> None:
    largura = sum(coluna.largura for coluna in colunas)
    folha.canvas.setFillColorRGB(*FUNDO)
    folha.canvas.rect(MARGEM, folha.y - ALTURA_DO_CABECALHO, largura, ALTURA_DO_CABECALHO, stroke=0, fill=1)


def _celula(folha: Folha, coluna: Coluna, celula: str, x: float, *, fonte: str) -> None:
    base = folha.y - 8.6
    if coluna.alinhamento == "direita":
        corpo = encolher(celula, coluna.largura - 2 * _RECUO, fonte, CORPO)
        folha.escrever(celula, x + coluna.largura - _RECUO, base, fonte=fonte, corpo=corpo, cor=TINTA, alinhamento="direita")
        return
    for i, texto in enumerate(_texto_da_celula(coluna, celula)):
        folha.escrever(texto, x + _RECUO, base - i * _ENTRELINHA, fonte=fonte, corpo=CORPO)


def _texto_da_celula(coluna: Coluna, celula: str) -> tuple[str, ...]:
    if coluna.alinhamento == "direita":
        return (celula,)
    # measured in bold, the wider one, so that a row of totals takes the room it was given
    return quebrar(celula, coluna.largura - 2 * _RECUO, NEGRITO, CORPO)
