"""What a payment document and an agreement term say, as plain values whose figures agree with one another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from parcelamento.domain.documento_norma import NormaDeDocumentos, TipoDeDocumento
from parcelamento.domain.febraban import Barras, ler_barras
from parcelamento.domain.norma import RegraDeCancelamento

_RESUMO: Final = re.compile(r"[0-9a-f]{64}")
# A CPF masked as ours shows 6 digits, a CNPJ 6: more than that is somebody's whole document.
_VISIVEIS_NO_MASCARADO: Final = 6


@dataclass(frozen=True, slots=True)
class ItemImpresso:
    """One debt, or a plan's share of it, in a document; cents, reductions already taken off.

    `referencia` as people read it (`05/2014`); `receita`: the state's code, None where it is not known.
    """

    debito: str
    tributo: str
    referencia: str
    receita: str | None
    principal: int
    multa: int
    juros: int
    honorarios: int = 0

    @property
    def total(self) -> int:
        return self.principal + self.multa + self.juros + self.honorarios


@dataclass(frozen=True, slots=True)
class DocumentoImpresso:
    """A DARE or DAR ready to be drawn. The bars, the items and the value say the same, or ValueError is raised.

    `numero`: our number. `documento_mascarado`: the CPF or CNPJ with most of it hidden; a whole one is refused.
    `pagavel_ate`: the business day that `vencimento` is paid on without charge. `encargos`: charges of a late installment on
    the day of issue, beside the items. `reducao`: what the norm took off, for information. `vencimento_original`: the
    installment's due date, where it has passed. `pix`: the BR Code's text. `aviso`: why it is not to be paid; then it has neither
    bars nor Pix.
    """

    norma: NormaDeDocumentos
    tipo: TipoDeDocumento
    numero: int
    contribuinte: str
    documento_mascarado: str | None
    emitido_em: date
    vencimento: date
    pagavel_ate: date
    itens: tuple[ItemImpresso, ...]
    valor: int
    barras: Barras
    pix: str | None
    encargos: int = 0
    reducao: int = 0
    parcelamento: str | None = None
    parcela: int | None = None
    parcelas: int | None = None
    vencimento_original: date | None = None
    segunda_via: bool = False
    aviso: str | None = None

    def __post_init__(self) -> None:
        _conferir_mascara(self.documento_mascarado)
        if not self.itens or sum(item.total for item in self.itens) + self.encargos != self.valor:
            raise ValueError("the items and charges of a document add up to its value")
        lido = ler_barras(self.barras.codigo)
        if (lido.valor, lido.vencimento, lido.nosso_numero) != (self.valor, self.vencimento, self.numero):
            raise ValueError("the bars say the document's value, due date and number")
        if self.pagavel_ate < self.vencimento:
            raise ValueError("a due date is never brought forward")
        if (self.tipo == "parcela") != (self.parcela is not None and self.parcelas is not None):
            raise ValueError("an installment's document, and no other, says which one of how many")


@dataclass(frozen=True, slots=True)
class DebitoDoTermo:
    """A consolidated debt in cents: `multa` and `juros` before the reduction, `multa_reduzida` and `juros_reduzidos` after it."""

    debito: str
    tributo: str
    referencia: str
    regime: str
    principal: int
    multa: int
    juros: int
    multa_reduzida: int
    juros_reduzidos: int
    honorarios: int

    @property
    def total(self) -> int:
        return self.principal + self.multa_reduzida + self.juros_reduzidos + self.honorarios


@dataclass(frozen=True, slots=True)
class ParcelaDoTermo:
    """`pagavel_ate`: the first business day from `vencimento` on."""

    numero: int
    valor: int
    vencimento: date
    pagavel_ate: date


@dataclass(frozen=True, slots=True)
class ReducaoDoTermo:
    """What the plan takes off, in words, and the article that grants it."""

    descricao: str
    fundamento: str


@dataclass(frozen=True, slots=True)
class Aceite:
    """How the taxpayer agreed: `em` in the state's local time, `por` an id and never a name, `meio` in words."""

    em: datetime
    por: str
    meio: str


@dataclass(frozen=True, slots=True)
class Termo:
    """An agreement term ready to be drawn. Debts and installments each add up to `total`, or ValueError is raised.

    `resumo`: SHA-256 of the quote's answer, in hex. `aceite` None leaves room for signatures. `encargos`: the rule of late
    charges in words, None where there are none. `juros_mensal`: in words, None where installments bear no interest.
    `imputacao`: components in the order that payments are imputed to.
    """

    norma: NormaDeDocumentos
    parcelamento: str
    cotacao: str
    resumo: str
    programa: str
    fundamento: str
    contribuinte: str
    documento_mascarado: str | None
    data: date
    reparcelamento: bool
    entrada: int
    total_sem_reducao: int
    total: int
    debitos: tuple[DebitoDoTermo, ...]
    parcelas: tuple[ParcelaDoTermo, ...]
    reducoes: tuple[ReducaoDoTermo, ...]
    cancelamento: RegraDeCancelamento
    imputacao: tuple[str, ...]
    encargos: str | None
    juros_mensal: str | None
    aceite: Aceite | None

    def __post_init__(self) -> None:
        _conferir_mascara(self.documento_mascarado)
        if not _RESUMO.fullmatch(self.resumo):
            raise ValueError("the quote's hash is 64 hexadecimal digits")
        if not self.parcelas or sum(parcela.valor for parcela in self.parcelas) != self.total:
            raise ValueError("the installments add up to the total")
        if sum(debito.total for debito in self.debitos) != self.total:
            raise ValueError("the debts add up to the total")
        if self.total_sem_reducao < self.total:
            raise ValueError("a reduction is not negative")

    @property
    def desconto(self) -> int:
        return self.total_sem_reducao - self.total


def _conferir_mascara(mascarado: str | None) -> None:
    if mascarado is None:
        return
    visiveis = sum(c.isalnum() for c in mascarado)
    if "*" not in mascarado or visiveis > _VISIVEIS_NO_MASCARADO:
        raise ValueError("a printed document shows the CPF or CNPJ masked")
