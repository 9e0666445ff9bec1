"""Builders of payment documents and agreement terms, and readers of the PDFs that come of them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp

from parcelamento.domain import brcode
from parcelamento.domain.documento import (
    Aceite,
    DebitoDoTermo,
    DocumentoImpresso,
    ItemImpresso,
    ParcelaDoTermo,
    ReducaoDoTermo,
    Termo,
)
from parcelamento.domain.documento_norma import NormaDeDocumentos, ler_norma_de_documentos
from parcelamento.domain.febraban import compor_barras
from parcelamento.domain.norma import RegraDeCancelamento, Uf
from parcelamento.domain.reparticao import repartir
from parcelamento.normas.documentos import documentos_de_fabrica

PLANO = "5b0c1f0e-7c40-5a4e-9d7f-0f4b8c0d1e2a"
REGRA = RegraDeCancelamento(
    parcelas_em_atraso=3, consecutivas=False, dias_de_atraso=90, aviso_dias=15, tolerancia_entrada_dias=0, perde_reducao=True
)


@cache
def norma(uf: Uf = "MA") -> NormaDeDocumentos:
    return ler_norma_de_documentos(uf, documentos_de_fabrica()[uf])


def um_item(**campos: Any) -> ItemImpresso:
    padrao: dict[str, Any] = {
        "debito": "NL-2014-0001",
        "tributo": "ICMS",
        "referencia": "05/2014",
        "receita": "104",
        "principal": 100000,
        "multa": 20000,
        "juros": 3456,
        "honorarios": 1234,
    }
    return ItemImpresso(**(padrao | campos))


def um_documento(**campos: Any) -> DocumentoImpresso:
    """An installment of Maranhão due on a business day; value, bars and Pix follow from the items unless given."""
    uf: Uf = campos.pop("uf", "MA")
    itens = campos.get("itens", (um_item(),))
    valor = sum(item.total for item in itens) + campos.get("encargos", 0)
    vencimento = campos.get("vencimento", date(2026, 12, 30))
    numero = campos.get("numero", 12345)
    recebedor = norma(uf).recebedor
    padrao: dict[str, Any] = {
        "norma": norma(uf),
        "tipo": "parcela",
        "numero": numero,
        "contribuinte": "CT-00012345",
        "documento_mascarado": "**.222.333/****-**",
        "emitido_em": date(2026, 12, 20),
        "vencimento": vencimento,
        "pagavel_ate": vencimento,
        "itens": itens,
        "valor": valor,
        "barras": compor_barras(valor, vencimento, numero, norma(uf).empresa, norma(uf).identificador),
        "pix": brcode.estatico("12200192000169", recebedor.nome, recebedor.cidade, valor, "DARE2026000012345"),
    }
    if campos.get("tipo", "parcela") == "parcela":
        padrao |= {"parcelamento": PLANO, "parcela": 3, "parcelas": 60}
    return DocumentoImpresso(**(padrao | campos))


def um_debito(**campos: Any) -> DebitoDoTermo:
    padrao: dict[str, Any] = {
        "debito": "NL-2014-0001",
        "tributo": "ICMS",
        "referencia": "05/2014",
        "regime": "I",
        "principal": 100000,
        "multa": 30000,
        "juros": 5000,
        "multa_reduzida": 3000,
        "juros_reduzidos": 500,
        "honorarios": 0,
    }
    return DebitoDoTermo(**(padrao | campos))


def um_termo(**campos: Any) -> Termo:
    """Two installments of one debt unless `debitos` and `quantas` say otherwise."""
    debitos = campos.get("debitos", (um_debito(),))
    total = sum(debito.total for debito in debitos)
    quantas = campos.pop("quantas", 2)
    padrao: dict[str, Any] = {
        "norma": norma("MA"),
        "parcelamento": PLANO,
        "cotacao": "0f1e2d3c-7c40-5a4e-9d7f-0f4b8c0d1e2a",
        "resumo": "0123456789abcdef" * 4,
        "programa": "Parcelamento de ICMS com redução de multa e juros",
        "fundamento": "Portaria nº 46/2015 - GABIN, Anexo III",
        "contribuinte": "CT-00012345",
        "documento_mascarado": "***.982.247-**",
        "data": date(2015, 3, 10),
        "reparcelamento": False,
        "entrada": 0,
        "total_sem_reducao": sum(d.principal + d.multa + d.juros + d.honorarios for d in debitos),
        "total": total,
        "debitos": debitos,
        "parcelas": parcelas_de(total, quantas),
        "reducoes": (ReducaoDoTermo("Multa e juros reduzidos em 90%.", "Portaria 46/2015, Anexo III, item 14, I, a"),),
        "cancelamento": REGRA,
        "imputacao": ("multa", "juros", "principal"),
        "encargos": "multa de 0,33% ao dia, até 20%, e juros pela taxa SELIC",
        "juros_mensal": None,
        "aceite": Aceite(datetime(2015, 3, 10, 9, 5), "operador AG-03", "no atendimento presencial"),  # noqa: DTZ001
    }
    return Termo(**(padrao | campos))


def parcelas_de(total: int, quantas: int) -> tuple[ParcelaDoTermo, ...]:
    dias = [date(2015 + (2 + i) // 12, (2 + i) % 12 + 1, 16) for i in range(quantas)]
    valores = repartir(total, quantas)
    return tuple(ParcelaDoTermo(i, valor, dia, dia) for i, (valor, dia) in enumerate(zip(valores, dias, strict=True), start=1))


@dataclass(frozen=True, slots=True)
class No:
    """A node of a PDF's structure tree."""

    papel: str
    alt: str
    marca: int
    filhos: tuple[No, ...]

    def todos(self) -> Iterator[No]:
        yield self
        for filho in self.filhos:
            yield from filho.todos()


def paginas(pdf: bytes) -> list[str]:
    """The text of each page, in the order in which it was written."""
    documento = pypdfium2.PdfDocument(pdf)
    return [pagina.get_textpage().get_text_range() for pagina in documento]


def codigos(pdf: bytes, *, pagina: int = 0, pontos_por_polegada: int = 200) -> dict[str, str]:
    """What a reader sees on the page as printed: symbology → content."""
    imagem = pypdfium2.PdfDocument(pdf)[pagina].render(scale=pontos_por_polegada / 72).to_pil()
    return {str(lido.format): lido.text for lido in zxingcpp.read_barcodes(imagem)}


def arvore(pdf: bytes, pagina: int = 0) -> No:
    """The page's part of the structure tree."""
    documento = pypdfium2.PdfDocument(pdf)
    # held: the library closes a page that nothing names any more, and the tree with it
    aberta = documento[pagina]
    raiz = pdfium.FPDF_StructTree_GetForPage(aberta.raw)
    quantos = pdfium.FPDF_StructTree_CountChildren(raiz)
    filhos = tuple(_no(pdfium.FPDF_StructTree_GetChildAtIndex(raiz, i)) for i in range(quantos))
    pdfium.FPDF_StructTree_Close(raiz)
    aberta.close()
    return No("raiz", "", -1, filhos)


def textos_marcados(pdf: bytes, pagina: int = 0) -> dict[int, str]:
    """The text under each mark of a page: what a leaf of its tree stands for. -1: what a reader of the tree skips."""
    documento = pypdfium2.PdfDocument(pdf)
    aberta = documento[pagina]
    da_pagina = aberta.get_textpage()
    achados: dict[int, str] = {}
    for objeto in aberta.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
        marca = pdfium.FPDFPageObj_GetMarkedContentID(objeto.raw)
        tamanho = pdfium.FPDFTextObj_GetText(objeto.raw, da_pagina.raw, None, 0)
        lugar = ctypes.create_string_buffer(tamanho)
        pdfium.FPDFTextObj_GetText(objeto.raw, da_pagina.raw, ctypes.cast(lugar, ctypes.POINTER(ctypes.c_ushort)), tamanho)
        achados[marca] = achados.get(marca, "") + lugar.raw[: tamanho - 2].decode("utf-16-le")
    return {marca: texto.strip() for marca, texto in achados.items()}


def papeis(no: No) -> Sequence[str]:
    return [n.papel for n in no.todos()]


def _no(elemento: Any) -> No:
    filhos = (
        pdfium.FPDF_StructElement_GetChildAtIndex(elemento, i) for i in range(pdfium.FPDF_StructElement_CountChildren(elemento))
    )
    return No(
        papel=_texto(pdfium.FPDF_StructElement_GetType, elemento),
        alt=_texto(pdfium.FPDF_StructElement_GetAltText, elemento),
        marca=pdfium.FPDF_StructElement_GetMarkedContentID(elemento),
        filhos=tuple(_no(filho) for filho in filhos if filho),
    )


def _texto(funcao: Any, elemento: Any) -> str:
    tamanho = funcao(elemento, None, 0)
    if tamanho == 0:
        return ""
    lugar = ctypes.create_string_buffer(tamanho)
    funcao(elemento, lugar, tamanho)
    return lugar.raw[: tamanho - 2].decode("utf-16-le")
