"""An A4 sheet for what the state hands out: text that wraps, boxes, tables over pages, all of it tagged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Final, Literal

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from parcelamento.adapters.outbound.pdf_marcas import Marcas

NORMAL: Final = "Helvetica"
NEGRITO: Final = "Helvetica-Bold"
FIXA: Final = "Courier"
FIXA_NEGRITO: Final = "Courier-Bold"

MARGEM: Final = 15 * mm
LARGURA: Final = A4[0] - 2 * MARGEM
TOPO: Final = A4[1] - 12 * mm
RODAPE: Final = 18 * mm
ENTRELINHA: Final = 1.28

# Dark enough to keep a contrast above 7:1 on white, and to print well in black.
TINTA: Final = (0.07, 0.07, 0.07)
SUAVE: Final = (0.30, 0.30, 0.30)
INSTITUCIONAL: Final = (0.05, 0.16, 0.33)
TRACO: Final = (0.62, 0.65, 0.70)
FUNDO: Final = (0.93, 0.945, 0.965)

Alinhamento = Literal["esquerda", "direita"]


@dataclass(frozen=True, slots=True)
class Coluna:
    """`largura` in points."""

    titulo: str
    largura: float
    alinhamento: Alinhamento = "esquerda"


class Folha:
    """Draws from the top down: `y` is where the next thing goes. The same calls give the same bytes."""

    def __init__(self, *, titulo: str, autor: str, assunto: str, rodape: str, data: date) -> None:
        self._saida = BytesIO()
        self.canvas = Canvas(self._saida, pagesize=A4, invariant=1, lang="pt-BR", pageCompression=1)
        self.canvas.setTitle(legivel(titulo))
        self.canvas.setAuthor(legivel(autor))
        self.canvas.setSubject(legivel(assunto))
        self.canvas.setCreator("Régua Multicanal")
        # the day of the document, not of the drawing: printed again it is the same file
        self.canvas.setDateFormatter(lambda *_: f"D:{data:%Y%m%d}")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.marcas = Marcas(self.canvas)
        self._rodape = legivel(rodape)
        self.pagina = 1
        self.y = TOPO

    def nova_pagina(self) -> None:
        """Ends this page with its foot and starts the next one."""
        self._desenhar_rodape()
        self.marcas.virar_pagina()
        self.pagina += 1
        self.y = TOPO

    def fechar(self) -> bytes:
        """The whole file."""
        self._desenhar_rodape()
        self.marcas.virar_pagina()
        self.marcas.fechar()
        self.canvas.save()
        return self._saida.getvalue()

    def reservar(self, altura: float) -> None:
        """Turns the page where fewer than `altura` points are left."""
        if self.y - altura < RODAPE:
            self.nova_pagina()

    def escrever(
        self,
        texto: str,
        x: float,
        y: float,
        *,
        fonte: str = NORMAL,
        corpo: float = 8.5,
        cor: tuple[float, float, float] = TINTA,
        alinhamento: Alinhamento = "esquerda",
    ) -> None:
        """One line, its baseline at `y`; where `alinhamento` is direita it ends at `x`."""
        self.canvas.setFont(fonte, corpo)
        self.canvas.setFillColorRGB(*cor)
        desenhar = self.canvas.drawString if alinhamento == "esquerda" else self.canvas.drawRightString
        desenhar(x, y, legivel(texto))

    def paragrafo(self, texto: str, *, papel: str = "P", fonte: str = NORMAL, corpo: float = 8.5, depois: float = 2.5) -> None:
        """Wrapped text over the whole width; a long one goes on to the next page."""
        with self.marcas.grupo(papel):
            for linha in quebrar(texto, LARGURA, fonte, corpo):
                self.reservar(corpo * ENTRELINHA)
                with self.marcas.folha("Span"):
                    self.escrever(linha, MARGEM, self.y - corpo, fonte=fonte, corpo=corpo)
                self.y -= corpo * ENTRELINHA
        self.y -= depois

    def titulo(self, texto: str, *, papel: str = "H2") -> None:
        """A section's heading, kept with what follows."""
        self.reservar(16 * mm)
        self.y -= 18
        with self.marcas.folha(papel):
            self.escrever(texto, MARGEM, self.y, fonte=NEGRITO, corpo=10.5, cor=INSTITUCIONAL)
        with self.marcas.artefato():
            self.linha(MARGEM, self.y - 3, MARGEM + LARGURA, self.y - 3)
        self.y -= 7

    def item(self, marca: str, texto: str, *, corpo: float = 8.5) -> None:
        """An entry of a list, its mark in the margin. Goes inside `marcas.grupo("L")`."""
        recuo = 16
        linhas = quebrar(texto, LARGURA - recuo, NORMAL, corpo)
        self.reservar(len(linhas) * corpo * ENTRELINHA)
        with self.marcas.grupo("LI"):
            with self.marcas.folha("Lbl"):
                self.escrever(marca, MARGEM, self.y - corpo, corpo=corpo)
            with self.marcas.folha("LBody"):
                for i, linha in enumerate(linhas):
                    self.escrever(linha, MARGEM + recuo, self.y - corpo - i * corpo * ENTRELINHA, corpo=corpo)
        self.y -= len(linhas) * corpo * ENTRELINHA + 1.5

    def caixa(self, rotulo: str, valor: str, x: float, y: float, *, largura: float, altura: float, corpo: float = 9) -> None:
        """A field: its name above, its content below, a frame around. `y` is the frame's lower side."""
        with self.marcas.artefato():
            self.canvas.setStrokeColorRGB(*TRACO)
            self.canvas.setLineWidth(0.6)
            self.canvas.rect(x, y, largura, altura)
        with self.marcas.folha("P"):
            self.escrever(rotulo, x + 4, y + altura - 8.5, corpo=6.5, cor=SUAVE)
            cabe = encolher(valor, largura - 8, NEGRITO, corpo)
            self.escrever(valor, x + 4, y + 4.5, fonte=NEGRITO, corpo=cabe)

    def linha(self, x1: float, y1: float, x2: float, y2: float, *, tracejada: bool = False, grossura: float = 0.6) -> None:
        self.canvas.setStrokeColorRGB(*TRACO)
        self.canvas.setLineWidth(grossura)
        self.canvas.setDash(*((3, 2) if tracejada else ()))
        self.canvas.line(x1, y1, x2, y2)
        self.canvas.setDash()

    def _desenhar_rodape(self) -> None:
        with self.marcas.artefato():
            self.escrever(self._rodape, MARGEM, 6 * mm, corpo=6.5, cor=SUAVE)
            pagina = f"Página {self.pagina}"
            self.escrever(pagina, MARGEM + LARGURA, 6 * mm, corpo=6.5, cor=SUAVE, alinhamento="direita")


def legivel(texto: str) -> str:
    """What the page's fonts can show; anything else becomes `?`, controls a blank: never a page that fails to come out."""
    visivel = "".join(c if c.isprintable() else " " for c in texto)
    return visivel.encode("cp1252", "replace").decode("cp1252")


def encolher(texto: str, largura: float, fonte: str, corpo: float) -> float:
    """The greatest size up to `corpo` at which one line of `texto` fits `largura`."""
    ocupa = stringWidth(legivel(texto), fonte, corpo)
    return corpo if ocupa <= largura else corpo * largura / ocupa


def quebrar(texto: str, largura: float, fonte: str, corpo: float) -> tuple[str, ...]:
    """`texto` in lines no wider than `largura`, between words, or inside a word that is too long; at least one line."""
    linhas: list[str] = []
    atual = ""
    for palavra in legivel(texto).split():
        for pedaco in _pedacos(palavra, largura, fonte, corpo):
            candidata = f"{atual} {pedaco}" if atual else pedaco
            if not atual or stringWidth(candidata, fonte, corpo) <= largura:
                atual = candidata
            else:
                linhas.append(atual)
                atual = pedaco
    return (*linhas, atual)


def _pedacos(palavra: str, largura: float, fonte: str, corpo: float) -> Iterator[str]:
    while stringWidth(palavra, fonte, corpo) > largura and len(palavra) > 1:
        cabe = len(palavra) - 1
        while cabe > 1 and stringWidth(palavra[:cabe], fonte, corpo) > largura:
            cabe -= 1
        # an id with dashes breaks after one of them
        cabe = palavra.rfind("-", 0, cabe) + 1 or cabe
        yield palavra[:cabe]
        palavra = palavra[cabe:]
    yield palavra
