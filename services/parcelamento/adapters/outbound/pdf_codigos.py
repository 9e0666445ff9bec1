"""The two codes that machines read off a page: the collection barcode (ITF) and the Pix QR code."""

from __future__ import annotations

from typing import Final

import segno
from reportlab.graphics.barcode.common import I2of5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

ALTURA_DAS_BARRAS: Final = 13 * mm
# 405 modules of 0.29 mm, wide bars three times the narrow ones: 117 mm, read by every scanner tried.
MODULO: Final = 0.29 * mm
_RAZAO: Final = 3.0
# FEBRABAN: at least 5 mm of white at either side.
MARGEM_DAS_BARRAS: Final = 6 * mm
# ISO/IEC 18004: four modules of white around a QR code.
_MARGEM_DO_QR: Final = 4


def desenhar_barras(canvas: Canvas, codigo: str, x: float, y: float) -> None:
    """The 44 digits as Interleaved 2 of 5, its first bar at `x`, 13 mm high from `y` up. Leave MARGEM_DAS_BARRAS around."""
    canvas.setFillColorRGB(0, 0, 0)
    barras = I2of5(
        codigo, barWidth=MODULO, ratio=_RAZAO, barHeight=ALTURA_DAS_BARRAS, checksum=0, bearers=0, quiet=0, humanReadable=0
    )
    barras.drawOn(canvas, x, y)


def desenhar_qr(canvas: Canvas, texto: str, x: float, y: float, lado: float) -> None:
    """`texto` as a QR code (level M) in a square of `lado` points, its white margin included."""
    matriz = segno.make_qr(texto, error="m").matrix
    modulos = len(matriz) + 2 * _MARGEM_DO_QR
    # From here one unit is a module and y grows downwards: whole numbers, half the bytes of the path.
    canvas.saveState()
    canvas.transform(lado / modulos, 0, 0, -lado / modulos, x, y + lado)
    canvas.setFillColorRGB(0, 0, 0)
    retangulos = (
        f"{_MARGEM_DO_QR + inicio} {_MARGEM_DO_QR + i} {fim - inicio} 1 re"
        for i, linha in enumerate(matriz)
        for inicio, fim in _trechos(bytes(linha))
    )
    canvas.addLiteral(f"{' '.join(retangulos)} f")
    canvas.restoreState()


def _trechos(linha: bytes) -> list[tuple[int, int]]:
    """Where each run of dark modules begins and ends."""
    trechos: list[tuple[int, int]] = []
    inicio = linha.find(1)
    while inicio != -1:
        fim = linha.find(0, inicio)
        fim = len(linha) if fim == -1 else fim
        trechos.append((inicio, fim))
        inicio = linha.find(1, fim)
    return trechos
