"""The DARE or DAR as a page: what is paid and until when above, the part for the bank and for Pix below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reportlab.lib.units import mm

from parcelamento.adapters.outbound.pdf_codigos import ALTURA_DAS_BARRAS, MARGEM_DAS_BARRAS, desenhar_barras, desenhar_qr
from parcelamento.adapters.outbound.pdf_folha import (
    FIXA,
    FIXA_NEGRITO,
    FUNDO,
    INSTITUCIONAL,
    LARGURA,
    MARGEM,
    NEGRITO,
    SUAVE,
    TINTA,
    TOPO,
    Coluna,
    Folha,
    encolher,
)
from parcelamento.adapters.outbound.pdf_tabela import (
    ALTURA_DA_LINHA,
    ALTURA_DO_CABECALHO,
    altura_da_linha,
    desenhar_tabela,
)
from parcelamento.domain.documento import DocumentoImpresso, ItemImpresso
from parcelamento.domain.documento_texto import brl, dia, instrucoes, numero, titulo
from parcelamento.domain.febraban import formatar_linha

_CORTE: Final = 104 * mm
_LADO_DO_QR: Final = 40 * mm
_COLUNAS: Final = (
    Coluna("Débito", 31 * mm),
    Coluna("Tributo", 14 * mm),
    Coluna("Referência", 21 * mm),
    Coluna("Receita", 13 * mm),
    Coluna("Principal (R$)", 22 * mm, "direita"),
    Coluna("Multa (R$)", 19 * mm, "direita"),
    Coluna("Juros (R$)", 19 * mm, "direita"),
    Coluna("Honorários (R$)", 21 * mm, "direita"),
    Coluna("Total (R$)", 20 * mm, "direita"),
)
_ALTURA_DAS_INSTRUCOES: Final = 36 * mm


def desenhar_documento(d: DocumentoImpresso) -> bytes:
    """The PDF of a payment document: A4, tagged, in Portuguese; the same document gives the same bytes.

    Debts that do not fit the first page are listed on the next ones, and the first page carries their sums.
    """
    norma = d.norma
    folha = Folha(
        titulo=f"{norma.rotulo} nº {d.numero} - {titulo(d)}",
        autor=f"{norma.orgao} - {norma.estado}",
        assunto=d.aviso or f"{norma.nome}: {brl(d.valor)}, pagar até {dia(d.pagavel_ate)}",
        rodape=f"{norma.rotulo} nº {d.numero}",
        data=d.emitido_em,
    )
    _cabecalho(folha, d)
    _identificacao(folha, d)
    _destaque(folha, d)
    cabem = _cabem(folha, d)
    _itens(folha, d, na_primeira=cabem)
    _acrescimos(folha, d)
    _instrucoes(folha, d)
    _ficha(folha, d)
    if not cabem:
        folha.nova_pagina()
        folha.titulo("Débitos pagos por este documento")
        _relacao(folha, d)
    return folha.fechar()


def _cabecalho(folha: Folha, d: DocumentoImpresso) -> None:
    norma = d.norma
    direita = MARGEM + LARGURA
    with folha.marcas.folha("P"):
        folha.escrever(norma.estado.upper(), MARGEM, TOPO - 11, fonte=NEGRITO, corpo=12, cor=INSTITUCIONAL)
        folha.escrever(norma.orgao, MARGEM, TOPO - 23, corpo=9, cor=SUAVE)
    with folha.marcas.folha("H1"):
        folha.escrever(norma.rotulo, direita, TOPO - 15, fonte=NEGRITO, corpo=20, cor=INSTITUCIONAL, alinhamento="direita")
        folha.escrever(norma.nome, direita, TOPO - 26, corpo=7.5, cor=SUAVE, alinhamento="direita")
    if d.segunda_via:
        _segunda_via(folha)
    with folha.marcas.artefato():
        folha.canvas.setFillColorRGB(*INSTITUCIONAL)
        folha.canvas.rect(MARGEM, TOPO - 34, LARGURA, 2, stroke=0, fill=1)
    folha.y = TOPO - 40


def _segunda_via(folha: Folha) -> None:
    x, y = MARGEM + LARGURA / 2 - 26, TOPO - 22
    with folha.marcas.artefato():
        folha.canvas.setStrokeColorRGB(*TINTA)
        folha.canvas.setLineWidth(1)
        folha.canvas.rect(x, y - 5, 52, 18)
    with folha.marcas.folha("P"):
        folha.escrever("2ª VIA", x + 11, y, fonte=NEGRITO, corpo=10)


def _identificacao(folha: Folha, d: DocumentoImpresso) -> None:
    with folha.marcas.folha("H2"):
        folha.escrever(titulo(d), MARGEM, folha.y - 10, fonte=NEGRITO, corpo=11)
    folha.y -= 16
    _fileira(
        folha,
        [
            ("Número do documento", str(d.numero), 40),
            ("Emitido em", dia(d.emitido_em), 26),
            ("Contribuinte (identificação na Fazenda)", d.contribuinte, 66),
            ("CPF ou CNPJ (parcialmente oculto)", d.documento_mascarado or "não informado", 48),
        ],
    )
    if d.parcelamento is not None:
        original = (
            ("Vencimento da parcela", dia(d.vencimento_original)) if d.vencimento_original else ("Vencimento", dia(d.vencimento))
        )
        parcela = f"{d.parcela} de {d.parcelas}" if d.parcela is not None else "saldo"
        _fileira(folha, [("Parcelamento", d.parcelamento, 92), ("Parcela", parcela, 40), (*original, 48)])


def _fileira(folha: Folha, campos: Sequence[tuple[str, str, float]], *, altura: float = 24) -> None:
    """Fields side by side; widths in millimetres, adding up to the sheet's."""
    folha.y -= altura
    x = MARGEM
    for rotulo, valor, largura in campos:
        folha.caixa(rotulo, valor, x, folha.y, largura=largura * mm, altura=altura)
        x += largura * mm


def _destaque(folha: Folha, d: DocumentoImpresso) -> None:
    altura = 34
    folha.y -= altura + 5
    metade = LARGURA / 2
    rotulos = ("Pague até", "Valor a pagar") if d.aviso is None else ("Valia até", "Valor que tinha")
    campos = ((rotulos[0], dia(d.pagavel_ate), MARGEM), (rotulos[1], brl(d.valor), MARGEM + metade))
    for rotulo, valor, x in campos:
        with folha.marcas.artefato():
            folha.canvas.setFillColorRGB(*FUNDO)
            folha.canvas.setStrokeColorRGB(*INSTITUCIONAL)
            folha.canvas.setLineWidth(1)
            folha.canvas.rect(x, folha.y, metade, altura, stroke=1, fill=1)
        with folha.marcas.folha("P"):
            folha.escrever(rotulo, x + 6, folha.y + altura - 10, corpo=7.5, cor=SUAVE)
            corpo = encolher(valor, metade - 12, NEGRITO, 17)
            folha.escrever(valor, x + 6, folha.y + 7, fonte=NEGRITO, corpo=corpo)
    folha.y -= 8


def _celulas(item: ItemImpresso) -> tuple[str, ...]:
    valores = (item.principal, item.multa, item.juros, item.honorarios, item.total)
    return (item.debito, item.tributo, item.referencia, item.receita or "-", *(numero(valor) for valor in valores))


def _somas(d: DocumentoImpresso) -> tuple[str, ...]:
    somas = (
        sum(item.principal for item in d.itens),
        sum(item.multa for item in d.itens),
        sum(item.juros for item in d.itens),
        sum(item.honorarios for item in d.itens),
        sum(item.total for item in d.itens),
    )
    return tuple(numero(soma) for soma in somas)


def _cabem(folha: Folha, d: DocumentoImpresso) -> bool:
    espaco: float = folha.y - _CORTE - _ALTURA_DAS_INSTRUCOES - ALTURA_DO_CABECALHO - 3 * ALTURA_DA_LINHA
    # counted before it is measured: five hundred debts need no measuring
    if len(d.itens) * ALTURA_DA_LINHA > espaco:
        return False
    return sum(altura_da_linha(_COLUNAS, _celulas(item)) for item in d.itens) <= espaco


def _itens(folha: Folha, d: DocumentoImpresso, *, na_primeira: bool) -> None:
    if na_primeira:
        _relacao(folha, d)
        return
    aviso = f"{len(d.itens)} débitos, relacionados a partir da página 2"
    colunas = (Coluna("Débitos deste documento", 79 * mm), *_COLUNAS[4:])
    desenhar_tabela(folha, colunas, [(aviso, *_somas(d))])


def _relacao(folha: Folha, d: DocumentoImpresso) -> None:
    totais = ("Soma", "", "", "", *_somas(d)) if len(d.itens) > 1 else None
    desenhar_tabela(folha, _COLUNAS, (_celulas(item) for item in d.itens), totais=totais)


def _acrescimos(folha: Folha, d: DocumentoImpresso) -> None:
    linhas = []
    if d.encargos:
        linhas.append(f"Acréscimos por atraso da parcela, até {dia(d.vencimento)}: {brl(d.encargos)}")
    if d.reducao:
        linhas.append(f"Redução concedida, já descontada dos valores acima: {brl(d.reducao)}")
    folha.y -= 3
    for linha in linhas:
        with folha.marcas.folha("P"):
            folha.escrever(linha, MARGEM + LARGURA, folha.y - 9, fonte=NEGRITO, corpo=8, alinhamento="direita")
        folha.y -= 11


def _instrucoes(folha: Folha, d: DocumentoImpresso) -> None:
    folha.titulo("Como pagar" if d.aviso is None else "Documento sem efeito")
    with folha.marcas.grupo("L"):
        for i, texto in enumerate(instrucoes(d), start=1):
            folha.item(f"{i}.", texto, corpo=8)


def _ficha(folha: Folha, d: DocumentoImpresso) -> None:
    _corte(folha)
    base = _CORTE - 35
    with folha.marcas.grupo("Sect"):
        x = MARGEM
        campos = (
            (d.norma.rotulo, titulo(d), 70),
            ("Número do documento", str(d.numero), 36),
            ("Contribuinte", d.contribuinte, 30),
            ("Vencimento", dia(d.vencimento), 20),
            ("Valor", brl(d.valor), 24),
        )
        for rotulo, valor, largura in campos:
            folha.caixa(rotulo, valor, x, base, largura=largura * mm, altura=23, corpo=8.5)
            x += largura * mm
        if d.aviso is not None:
            _sem_efeito(folha, d.aviso, base - 60)
            return
        if d.pix is not None:
            _pix(folha, d.pix, base - 6)
        _barras(folha, d)


def _sem_efeito(folha: Folha, aviso: str, y: float) -> None:
    """In the place of the codes: who holds a paper that is not to be paid finds nothing on it to pay with."""
    with folha.marcas.folha("H2"):
        folha.escrever("NÃO PAGUE", MARGEM, y, fonte=NEGRITO, corpo=26, cor=TINTA)
    with folha.marcas.folha("P"):
        folha.escrever(aviso, MARGEM, y - 24, corpo=encolher(aviso, LARGURA, NEGRITO, 10), fonte=NEGRITO)


def _corte(folha: Folha) -> None:
    with folha.marcas.artefato():
        folha.linha(MARGEM, _CORTE, MARGEM + LARGURA, _CORTE, tracejada=True)
        folha.escrever("corte aqui", MARGEM + LARGURA, _CORTE + 2, corpo=6, cor=SUAVE, alinhamento="direita")


def _pix(folha: Folha, payload: str, topo: float) -> None:
    alternativo = "QR Code do Pix. O mesmo código está escrito por extenso ao lado, em Pix copia e cola."
    with folha.marcas.folha("Figure", alt=alternativo):
        desenhar_qr(folha.canvas, payload, MARGEM, topo - _LADO_DO_QR, _LADO_DO_QR)
    x = MARGEM + _LADO_DO_QR + 8
    largura = LARGURA - _LADO_DO_QR - 8
    with folha.marcas.folha("H2"):
        folha.escrever("Pague com Pix", x, topo - 16, fonte=NEGRITO, corpo=12, cor=INSTITUCIONAL)
    with folha.marcas.folha("P"):
        folha.escrever("Abra o aplicativo do seu banco, escolha Pix e leia o QR Code ao lado,", x, topo - 30, corpo=8.5)
        folha.escrever("ou escolha Pix copia e cola e use o código abaixo:", x, topo - 41, corpo=8.5)
    with folha.marcas.folha("Code"):
        for i, linha in enumerate(_em_linhas(payload, largura)):
            folha.escrever(linha, x, topo - 56 - i * 9, fonte=FIXA, corpo=7)


def _em_linhas(payload: str, largura: float) -> tuple[str, ...]:
    # A code has blanks of its own that must not be lost where a line ends.
    por_linha = int(largura / (7 * 0.6))
    return tuple(payload[i : i + por_linha] for i in range(0, len(payload), por_linha))


def _barras(folha: Folha, d: DocumentoImpresso) -> None:
    base = 15 * mm
    with folha.marcas.folha("H2"):
        y = base + ALTURA_DAS_BARRAS + 22
        folha.escrever("Pague com o código de barras", MARGEM, y, fonte=NEGRITO, corpo=9, cor=INSTITUCIONAL)
    with folha.marcas.folha("P"):
        folha.escrever(formatar_linha(d.barras.linha), MARGEM, base + ALTURA_DAS_BARRAS + 7, fonte=FIXA_NEGRITO, corpo=11.5)
    alternativo = "Código de barras. Os mesmos números estão escritos acima."
    with folha.marcas.folha("Figure", alt=alternativo):
        desenhar_barras(folha.canvas, d.barras.codigo, MARGEM + MARGEM_DAS_BARRAS, base)
    with folha.marcas.folha("P"):
        y = base + ALTURA_DAS_BARRAS + 22
        folha.escrever("Autenticação mecânica", MARGEM + LARGURA, y, corpo=6.5, cor=SUAVE, alinhamento="direita")
