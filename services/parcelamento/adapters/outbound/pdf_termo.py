"""The agreement term of an installment plan: who, which debts, how it is paid, what loses it, and the proof of the agreement."""

from __future__ import annotations

from typing import Final

from reportlab.lib.units import mm

from parcelamento.adapters.outbound.pdf_folha import FIXA, INSTITUCIONAL, LARGURA, MARGEM, NEGRITO, SUAVE, TOPO, Coluna, Folha
from parcelamento.adapters.outbound.pdf_tabela import desenhar_tabela
from parcelamento.domain.documento import Aceite, DebitoDoTermo, ParcelaDoTermo, Termo
from parcelamento.domain.documento_texto import brl, clausulas, dia, dia_da_semana, momento, numero

_DEBITOS: Final = (
    Coluna("Débito", 32 * mm),
    Coluna("Tributo", 13 * mm),
    Coluna("Referência", 17 * mm),
    Coluna("Regime", 14 * mm),
    Coluna("Principal", 19 * mm, "direita"),
    Coluna("Multa", 17 * mm, "direita"),
    Coluna("Juros", 16 * mm, "direita"),
    Coluna("Redução", 17 * mm, "direita"),
    Coluna("Honorários", 17 * mm, "direita"),
    Coluna("Total", 18 * mm, "direita"),
)
_PARCELAS: Final = (
    Coluna("Parcela", 22 * mm),
    Coluna("Vencimento", 58 * mm),
    Coluna("Pague até", 58 * mm),
    Coluna("Valor (R$)", 42 * mm, "direita"),
)
# Blocks that are not torn apart by the end of a page.
_ALTURA_DAS_ASSINATURAS: Final = 50 * mm
_ALTURA_DO_REGISTRO: Final = 24 * mm
_ALTURA_DA_CONFERENCIA: Final = 28 * mm


def desenhar_termo(t: Termo) -> bytes:
    """The PDF of an agreement term: A4, as many pages as it takes, tagged, in Portuguese; the same term gives the same bytes."""
    folha = Folha(
        titulo=f"Termo de Acordo de Parcelamento - {t.parcelamento}",
        autor=f"{t.norma.orgao} - {t.norma.estado}",
        assunto=f"{t.programa}: {brl(t.total)} em {len(t.parcelas)} {_parcelas(len(t.parcelas))}",
        rodape=f"Termo de Acordo de Parcelamento {t.parcelamento}",
        data=t.data,
    )
    _cabecalho(folha, t)
    _partes(folha, t)
    _resumo(folha, t)
    _debitos(folha, t)
    _reducoes(folha, t)
    _calendario(folha, t)
    _clausulas(folha, t)
    _aceite(folha, t)
    _autenticidade(folha, t)
    return folha.fechar()


def _cabecalho(folha: Folha, t: Termo) -> None:
    with folha.marcas.folha("P"):
        folha.escrever(t.norma.estado.upper(), MARGEM, TOPO - 11, fonte=NEGRITO, corpo=12, cor=INSTITUCIONAL)
        folha.escrever(t.norma.orgao, MARGEM, TOPO - 23, corpo=9, cor=SUAVE)
    with folha.marcas.artefato():
        folha.canvas.setFillColorRGB(*INSTITUCIONAL)
        folha.canvas.rect(MARGEM, TOPO - 34, LARGURA, 2, stroke=0, fill=1)
    with folha.marcas.folha("H1"):
        folha.escrever("Termo de Acordo de Parcelamento", MARGEM, TOPO - 56, fonte=NEGRITO, corpo=16)
    folha.y = TOPO - 64
    folha.paragrafo(f"{t.programa}. Fundamento: {t.fundamento}.", corpo=9)


def _partes(folha: Folha, t: Termo) -> None:
    altura = 26
    folha.y -= altura + 2
    meio = LARGURA / 2
    folha.caixa("Credor", f"{t.norma.estado}, por sua {t.norma.orgao}", MARGEM, folha.y, largura=LARGURA, altura=altura)
    folha.y -= altura
    folha.caixa("Contribuinte (identificação na Fazenda)", t.contribuinte, MARGEM, folha.y, largura=meio, altura=altura)
    documento = t.documento_mascarado or "não informado"
    folha.caixa("CPF ou CNPJ (parcialmente oculto)", documento, MARGEM + meio, folha.y, largura=meio, altura=altura)


def _resumo(folha: Folha, t: Termo) -> None:
    folha.titulo("Resumo do acordo")
    entrada = brl(t.entrada) if t.entrada else "sem entrada"
    fileiras = (
        (
            ("Número do parcelamento", t.parcelamento, 92),
            ("Data do acordo", dia(t.data), 40),
            ("Tipo", _TIPO[t.reparcelamento], 48),
        ),
        (
            ("Dívida sem redução", brl(t.total_sem_reducao), 36),
            ("Redução", brl(t.desconto), 36),
            ("Total do acordo", brl(t.total), 36),
            ("Entrada", entrada, 36),
            ("Parcelas", str(len(t.parcelas)), 36),
        ),
    )
    altura = 26
    for fileira in fileiras:
        folha.y -= altura
        x = MARGEM
        for rotulo, valor, largura in fileira:
            folha.caixa(rotulo, valor, x, folha.y, largura=largura * mm, altura=altura)
            x += largura * mm


_TIPO: Final = {True: "reparcelamento", False: "parcelamento"}


def _debitos(folha: Folha, t: Termo) -> None:
    folha.titulo("Débitos do acordo (valores em reais)")
    colunas = list(zip(*(_valores(debito) for debito in t.debitos), strict=True))
    totais = ("Soma", "", "", "", *(numero(sum(coluna)) for coluna in colunas))
    desenhar_tabela(folha, _DEBITOS, (_linha_do_debito(debito) for debito in t.debitos), totais=totais)


def _linha_do_debito(d: DebitoDoTermo) -> tuple[str, ...]:
    return (d.debito, d.tributo, d.referencia, d.regime, *(numero(valor) for valor in _valores(d)))


def _valores(d: DebitoDoTermo) -> tuple[int, ...]:
    reducao = d.multa - d.multa_reduzida + d.juros - d.juros_reduzidos
    return (d.principal, d.multa, d.juros, reducao, d.honorarios, d.total)


def _reducoes(folha: Folha, t: Termo) -> None:
    folha.titulo("Reduções e seus fundamentos")
    if not t.reducoes:
        folha.paragrafo("Este acordo não tem reduções.")
        return
    with folha.marcas.grupo("L"):
        for reducao in t.reducoes:
            folha.item("•", f"{reducao.descricao} Fundamento: {reducao.fundamento}.")


def _calendario(folha: Folha, t: Termo) -> None:
    folha.titulo("Calendário das parcelas")
    total = ("Total", "", "", numero(t.total))
    desenhar_tabela(folha, _PARCELAS, (_linha_da_parcela(parcela, len(t.parcelas)) for parcela in t.parcelas), totais=total)


def _linha_da_parcela(p: ParcelaDoTermo, quantas: int) -> tuple[str, ...]:
    vencimento, prazo = (f"{dia(d)}, {dia_da_semana(d)}" for d in (p.vencimento, p.pagavel_ate))
    return (f"{p.numero} de {quantas}", vencimento, prazo, numero(p.valor))


def _clausulas(folha: Folha, t: Termo) -> None:
    folha.titulo("Condições")
    with folha.marcas.grupo("L"):
        for i, clausula in enumerate(clausulas(t), start=1):
            folha.item(f"{i}.", clausula)


def _aceite(folha: Folha, t: Termo) -> None:
    folha.reservar(_ALTURA_DO_REGISTRO if t.aceite else _ALTURA_DAS_ASSINATURAS)
    folha.titulo("Aceite")
    if t.aceite is None:
        _assinaturas(folha)
    else:
        folha.paragrafo(_registro(t.aceite))


def _registro(aceite: Aceite) -> str:
    return (
        f"Aceite registrado em {momento(aceite.em)}, horário local, por {aceite.por}, {aceite.meio}. "
        "O registro eletrônico substitui a assinatura neste termo."
    )


def _assinaturas(folha: Folha) -> None:
    folha.paragrafo("Local e data: ______________________________________________________")
    folha.y -= 20 * mm
    metade = LARGURA / 2
    for nome, x in (("Contribuinte ou representante", MARGEM), ("Servidor da Secretaria", MARGEM + metade + 8)):
        with folha.marcas.artefato():
            folha.linha(x, folha.y, x + metade - 8, folha.y)
        with folha.marcas.folha("P"):
            folha.escrever(f"Assinatura: {nome}", x, folha.y - 10, corpo=7.5, cor=SUAVE)
    folha.y -= 14


def _autenticidade(folha: Folha, t: Termo) -> None:
    folha.reservar(_ALTURA_DA_CONFERENCIA)
    folha.titulo("Conferência")
    folha.paragrafo(
        f"Este termo reproduz a cotação {t.cotacao}, guardada pela Secretaria. Resumo criptográfico (SHA-256) da cotação:",
        depois=1,
    )
    folha.paragrafo(t.resumo, fonte=FIXA, corpo=9)


def _parcelas(quantas: int) -> str:
    return "parcela" if quantas == 1 else "parcelas"
