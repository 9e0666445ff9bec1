"""PDF tags: what on a page is a heading, a paragraph, a table's cell or a figure, in the order in which it is read.

reportlab draws but does not tag; this adds the structure tree that screen readers ask for. Source: ISO 32000-1, 14.7 and 14.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObject, PDFPage, PDFStream, PDFString, PDFZCompress

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


class _Elemento(PDFObject):
    """A node of the tree: groups hold other nodes, leaves hold one marked stretch of one page."""

    __RefOnly__ = 1

    def __init__(self, papel: str, pai: PDFObject, *, alt: str | None = None, tabela: bytes | None = None) -> None:
        self.papel = papel
        self.pai = pai
        self.alt = alt
        self.tabela = tabela
        self.filhos: list[_Elemento] = []
        self.pagina: PDFPage | None = None
        self.mcid = 0

    def format(self, documento: Any) -> bytes:
        partes = [b"<< /S /", self.papel.encode("ascii"), b" /P ", _referencia(self.pai, documento)]
        if self.alt is not None:
            partes += [b" /Alt ", PDFString(self.alt).format(documento)]
        if self.tabela is not None:
            partes += [b" /A << /O /Table ", self.tabela, b" >>"]
        if self.pagina is None:
            partes += [b" /K [", b" ".join(_referencia(filho, documento) for filho in self.filhos), b"] >>"]
        else:
            partes += [b" /Pg ", _referencia(self.pagina, documento), b" /K %d >>" % self.mcid]
        return b"".join(partes)


class Marcas:
    """Tags one canvas: `grupo` and `folha` nest as the content does, `artefato` is what a reader skips.

    `virar_pagina` ends each page; `fechar`, once, before the canvas is saved.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        # reportlab has no public way to the catalog and the pages
        self._documento: Any = canvas._doc  # type: ignore[attr-defined]  # noqa: SLF001
        self._raiz_da_arvore = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        self._raiz = _Elemento("Document", self._raiz_da_arvore)
        self._abertos = [self._raiz]
        self._paginas: list[list[_Elemento]] = [[]]

    @contextmanager
    def grupo(self, papel: str) -> Iterator[None]:
        """Table, TR, L, LI, Sect: holds other tags, may go over several pages."""
        self._abertos.append(self._filho(_Elemento(papel, self._abertos[-1])))
        yield
        self._abertos.pop()

    @contextmanager
    def folha(self, papel: str, *, alt: str | None = None) -> Iterator[None]:
        """H1, H2, P, TH, TD, Figure: what is drawn inside, on one page. `alt` tells a figure to who does not see it."""
        escopo = b"/Scope /Column" if papel == "TH" else None
        elemento = self._filho(_Elemento(papel, self._abertos[-1], alt=alt, tabela=escopo))
        elemento.mcid = len(self._paginas[-1])
        # the page itself comes into being when it is turned
        self._paginas[-1].append(elemento)
        self._canvas.addLiteral(f"/{papel} <</MCID {elemento.mcid}>> BDC")
        yield
        self._canvas.addLiteral("EMC")

    @contextmanager
    def artefato(self) -> Iterator[None]:
        """Lines, running heads, page numbers."""
        self._canvas.addLiteral("/Artifact BMC")
        yield
        self._canvas.addLiteral("EMC")

    def virar_pagina(self) -> None:
        self._canvas.showPage()
        pagina = self._documento.Pages.pages[-1]
        # compressed, and not in the text form that reportlab adds by default: a fifth smaller, and quicker
        pagina.Contents = PDFStream(content=pagina.stream, filters=[PDFZCompress])
        pagina.__NoDefault__ = [*PDFPage.__NoDefault__, "StructParents", "Tabs"]
        pagina.StructParents = len(self._paginas) - 1
        pagina.Tabs = PDFName("S")
        for elemento in self._paginas[-1]:
            elemento.pagina = pagina
        self._paginas.append([])

    def fechar(self) -> None:
        referencia = self._documento.Reference
        numeros: list[object] = []
        for i, elementos in enumerate(self._paginas[:-1]):
            numeros += [i, PDFArray([referencia(elemento) for elemento in elementos])]
        self._raiz_da_arvore.dict["K"] = referencia(self._raiz)
        self._raiz_da_arvore.dict["ParentTree"] = PDFDictionary({"Nums": PDFArray(numeros)})
        self._raiz_da_arvore.dict["ParentTreeNextKey"] = len(self._paginas) - 1
        catalogo = self._documento.Catalog
        catalogo.StructTreeRoot = self._raiz_da_arvore
        catalogo.MarkInfo = PDFDictionary({"Marked": "true"})
        referencia(self._raiz_da_arvore)

    def _filho(self, elemento: _Elemento) -> _Elemento:
        self._abertos[-1].filhos.append(elemento)
        return elemento


def _referencia(objeto: PDFObject, documento: Any) -> bytes:
    resultado: bytes = documento.Reference(objeto).format(documento)
    return resultado
