"""The words of payment documents and agreement terms: the same facts, told to the taxpayer in plain Portuguese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from kernel.domain.dinheiro import de_centavos, formatar_brl
from parcelamento.domain.documento import DocumentoImpresso, Termo
from parcelamento.domain.norma import RegraDeCancelamento

COMPONENTES: Final = {"multa": "multa", "juros": "juros", "principal": "principal", "honorarios": "honorários"}

_DIAS_DA_SEMANA: Final = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")


def brl(centavos: int) -> str:
    """`R$ 1.234,56`."""
    return formatar_brl(de_centavos(centavos))


def numero(centavos: int) -> str:
    """`1.234,56`: in columns whose heading says that they are reais."""
    return brl(centavos).replace("R$ ", "")


def dia(data: date) -> str:
    """`30/12/2026`."""
    return f"{data.day:02d}/{data.month:02d}/{data.year:04d}"


def dia_da_semana(data: date) -> str:
    return _DIAS_DA_SEMANA[data.weekday()]


def momento(instante: datetime) -> str:
    """`30/12/2026 às 09:05`, in the instant's own time zone."""
    return f"{dia(instante.date())} às {instante:%H:%M}"


def enumerar(itens: Sequence[str]) -> str:
    """`multa, juros e principal`."""
    if len(itens) < 2:
        return "".join(itens)
    return f"{', '.join(itens[:-1])} e {itens[-1]}"


def titulo(documento: DocumentoImpresso) -> str:
    """What the document pays, in a line."""
    match documento.tipo:
        case "parcela":
            return f"Parcela {documento.parcela} de {documento.parcelas} do parcelamento"
        case "quitacao":
            return "Quitação do saldo do parcelamento"
        case "cota_unica":
            return "Pagamento em cota única"


def instrucoes(documento: DocumentoImpresso) -> tuple[str, ...]:
    """How and until when to pay, then what the state's norm adds for this kind of document; or why it is not to be paid."""
    if documento.aviso is not None:
        return (documento.aviso,)
    return (
        f"{_MEIOS[documento.pix is not None]} {_prazo(documento)}",
        f"Depois de {dia(documento.pagavel_ate)} este documento não vale. Peça outro, com o valor atualizado para o dia.",
        f"Antes de confirmar, veja se o recebedor é {documento.norma.recebedor.nome} e se o valor é {brl(documento.valor)}.",
        *documento.norma.mensagens[documento.tipo],
    )


def clausulas(termo: Termo) -> tuple[str, ...]:
    """What both sides agree to, in the order of the term's numbering."""
    return (
        _RECONHECIMENTO,
        _SEM_EFEITO_ATE_PAGAR,
        clausula_de_vencimento(termo),
        _JUROS.format(termo.juros_mensal) if termo.juros_mensal else "As parcelas não têm juros de parcelamento.",
        f"Parcela paga depois do prazo tem acréscimos: {termo.encargos}." if termo.encargos else _SEM_ACRESCIMOS,
        *clausulas_de_perda(termo.cancelamento),
        clausula_de_imputacao(termo.imputacao),
        "O saldo pode ser quitado a qualquer tempo, com documento próprio; se ele não for pago, as parcelas continuam.",
    )


def clausulas_de_perda(regra: RegraDeCancelamento) -> tuple[str, ...]:
    """What loses the plan and what follows, a sentence each."""
    clausulas = [_perda_da_entrada(regra.tolerancia_entrada_dias)]
    if regra.parcelas_em_atraso is not None:
        clausulas.append(_perda_por_parcelas(regra.parcelas_em_atraso, consecutivas=regra.consecutivas))
    if regra.dias_de_atraso is not None:
        clausulas.append(f"O parcelamento é cancelado se uma parcela chegar a {_dias(regra.dias_de_atraso)} de atraso.")
    clausulas.append(_SALDO[regra.perde_reducao])
    return tuple(clausulas)


def clausula_de_imputacao(ordem: Sequence[str]) -> str:
    """In which order a lost plan's payments settle its debts."""
    nomes = [COMPONENTES[componente] for componente in ordem]
    return f"Se o parcelamento for cancelado, o que foi pago abate a dívida nesta ordem: {enumerar(nomes)}."


def clausula_de_vencimento(termo: Termo) -> str:
    """How due dates that are no business days are paid."""
    return (
        "A parcela que vence em dia sem expediente bancário pode ser paga, sem acréscimo, até o dia útil seguinte, "
        f"pelo calendário bancário do {termo.norma.estado}; o vencimento não muda. "
        'A coluna "Pague até" já mostra esse dia.'
    )


def por_cento(fracao: Decimal) -> str:
    """`0.975` as `97,5%`: to the last decimal that it has, since the law is quoted and not rounded."""
    return f"{(fracao * 100).normalize():f}%".replace(".", ",")


def aviso_de_sem_efeito(situacao: str, *, pagavel_ate: date, hoje: date) -> str | None:
    """Why a document is not to be paid, for who holds an old one; None while it is in force."""
    if situacao == "emitido" and hoje > pagavel_ate:
        return f"O prazo deste documento terminou em {dia(pagavel_ate)}. Peça outro, com o valor atualizado para o dia."
    return _SEM_EFEITO.get(situacao)


_SEM_EFEITO: Final = {
    "pago": "Este documento já foi pago. Não pague de novo.",
    "substituido": "Este documento foi substituído por outro, com outro valor. Não pague por este: peça o que está em vigor.",
    "cancelado": "Este documento foi cancelado. Não pague por ele.",
}
_MEIOS: Final = {
    True: "Pague uma única vez: por Pix, ou pelo código de barras em bancos, lotéricas e aplicativos.",
    False: "Pague uma única vez, pelo código de barras, em bancos, lotéricas e aplicativos.",
}
_RECONHECIMENTO: Final = (
    "Com este acordo o contribuinte reconhece os débitos relacionados, o que interrompe a prescrição "
    "(Código Tributário Nacional, art. 174, parágrafo único, IV)."
)
_SEM_ACRESCIMOS: Final = "Parcela paga depois do prazo não tem acréscimos."
_SEM_EFEITO_ATE_PAGAR: Final = (
    "A geração deste termo não suspende nenhuma restrição: a situação do contribuinte só muda depois de paga a primeira parcela."
)
_JUROS: Final = "As parcelas têm juros de parcelamento de {}."
_SALDO: Final = {
    True: "Com o cancelamento, as reduções deixam de valer: o saldo volta aos débitos sem elas, abatido o que foi pago.",
    False: "Com o cancelamento, o saldo volta aos débitos com as reduções já concedidas, abatido o que foi pago.",
}


def _prazo(documento: DocumentoImpresso) -> str:
    if documento.pagavel_ate == documento.vencimento:
        return f"O último dia é {dia(documento.vencimento)}, {dia_da_semana(documento.vencimento)}."
    return (
        f"O vencimento, {dia(documento.vencimento)}, cai em dia sem expediente bancário: "
        f"até {dia(documento.pagavel_ate)}, {dia_da_semana(documento.pagavel_ate)}, não há acréscimo."
    )


def _dias(dias: int) -> str:
    return "1 dia" if dias == 1 else f"{dias} dias"


def _perda_da_entrada(tolerancia: int) -> str:
    prazo = "até o vencimento" if tolerancia == 0 else f"até {_dias(tolerancia)} depois do vencimento"
    return f"O acordo perde o efeito se a primeira parcela não for paga {prazo}."


def _perda_por_parcelas(quantas: int, *, consecutivas: bool) -> str:
    if quantas == 1:
        return "O parcelamento é cancelado se uma parcela ficar vencida e não paga."
    modo = "seguidas" if consecutivas else "seguidas ou não"
    return f"O parcelamento é cancelado com {quantas} parcelas, {modo}, vencidas e não pagas."
