"""The plans that one request's accepted debts may have: what differs by band is worked out once, what differs by number, last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from parcelamento.domain.admissao import Aceito, regimes_presentes
from parcelamento.domain.debito import Pedido
from parcelamento.domain.norma import Entrada, Faixa, Minimo, Norma
from parcelamento.domain.parcelas import Divisao, dividir, juros_das_parcelas, vencimentos
from parcelamento.domain.reducao import Consolidado, Reducoes, Somas, consolidar_debitos, reducoes, sem_reducoes
from parcelamento.domain.reparticao import fracao, ratear

MISTO = "misto"


@dataclass(frozen=True, slots=True)
class PlanoProposto:
    """A plan of so many installments, in cents. `desconto` is `total_sem_reducao` less `total`; `valores` adds up to `total`.

    Reductions are those of the first of the norm's regimes in the plan. `entrada` is zero where none is asked for. A due
    date that is no business day stays as it is: it is paid without charge on the next one.
    """

    parcelas: int
    regime: str
    reducao_multa: Decimal
    reducao_juros: Decimal
    total_sem_reducao: int
    desconto: int
    total: int
    entrada: int
    valores: tuple[int, ...]
    vencimentos: tuple[date, ...]
    fundamento: str


@dataclass(frozen=True, slots=True)
class Indisponivel:
    """A number of installments that is not to be had: sem_debitos, percentual_nao_definido, acima_do_maximo, abaixo_do_minimo."""

    parcelas: int
    motivo: str


class Quadro:
    """The plans of `aceitos`, which are one or more debts that `norma` takes out of `pedido`."""

    def __init__(self, pedido: Pedido, norma: Norma, aceitos: Sequence[Aceito]) -> None:
        self._pedido = pedido
        self._norma = norma
        self._aceitos = aceitos
        self._regimes = regimes_presentes(aceitos, norma)
        self._honorarios = norma.honorarios_pge if pedido.honorarios_pge is None else pedido.honorarios_pge
        self._sem_reducao = sem_reducoes((r.nome for r in self._regimes), honorarios=self._honorarios).somar(aceitos)
        self._minimo = _minimo(pedido, norma, aceitos).valor
        self._vencimentos = vencimentos(_primeiro_vencimento(pedido, norma, aceitos), norma.maximo_de_parcelas)
        self._lancados = norma.lancamento is not None and any(a.debito.conta in norma.lancamento.contas for a in aceitos)
        self._somas: dict[tuple[tuple[Decimal, Decimal], ...], Somas] = {}

    def propor(self, parcelas: int) -> PlanoProposto | Indisponivel:
        """The plan of so many installments, or why there is none."""
        faixas = self._faixas(parcelas)
        if faixas is None:
            return Indisponivel(parcelas, "percentual_nao_definido" if parcelas == 1 else "acima_do_maximo")
        somas = self._somar(faixas)
        entrada, valores = self._dividir(somas, parcelas)
        # a single payment is no installment, and has no least value
        if parcelas > 1 and min(valores) < self._minimo:
            return Indisponivel(parcelas, "abaixo_do_minimo")
        total, cheio = sum(valores), self._total_sem_reducao(parcelas)
        return PlanoProposto(
            parcelas=parcelas,
            regime=self._regimes[0].nome if len(self._regimes) == 1 else MISTO,
            reducao_multa=faixas[0].reducao_multa,
            reducao_juros=faixas[0].reducao_juros,
            total_sem_reducao=cheio,
            desconto=cheio - total,
            total=total,
            entrada=entrada,
            valores=valores,
            vencimentos=self._vencimentos[:parcelas],
            fundamento="; ".join(dict.fromkeys(self._fundamentos(faixas, somas, parcelas))),
        )

    def consolidar(self, parcelas: int) -> tuple[Consolidado, ...] | str:
        """The debts inside that plan, or why there is none."""
        plano, faixas = self.propor(parcelas), self._faixas(parcelas)
        if isinstance(plano, Indisponivel) or faixas is None:
            return plano.motivo if isinstance(plano, Indisponivel) else "acima_do_maximo"
        regra = self._reducoes(faixas)
        nominais = [c.total for c in consolidar_debitos(self._aceitos, regra, [0] * len(self._aceitos))]
        return consolidar_debitos(self._aceitos, regra, ratear(plano.total - sum(nominais), nominais))

    def _faixas(self, parcelas: int) -> tuple[Faixa, ...] | None:
        """Each present regime's band, or None where one of them has none for so many installments."""
        faixas = tuple(f for regime in self._regimes for f in regime.faixas if f.de <= parcelas <= f.ate)
        return faixas if len(faixas) == len(self._regimes) else None

    def _reducoes(self, faixas: Sequence[Faixa]) -> Reducoes:
        regra = self._norma.multa_reduzida
        por_nome = dict(zip((regime.nome for regime in self._regimes), faixas, strict=True))
        multa_30_dias = regra.reducao_multa if regra else Decimal(0)
        return reducoes(por_nome, multa_30_dias=multa_30_dias, honorarios=self._honorarios)

    def _somar(self, faixas: Sequence[Faixa]) -> Somas:
        chave = tuple((faixa.reducao_multa, faixa.reducao_juros) for faixa in faixas)
        if chave not in self._somas:
            self._somas[chave] = self._reducoes(faixas).somar(self._aceitos)
        return self._somas[chave]

    def _dividir(self, somas: Somas, parcelas: int) -> Divisao:
        entrada, valores = dividir(somas.total, parcelas, self._entrada_minima(somas, parcelas))
        if not self._norma.juros_mensal:
            return Divisao(entrada, valores)
        juros = juros_das_parcelas(valores, self._norma.juros_mensal)
        return Divisao(entrada, tuple(valor + parte for valor, parte in zip(valores, juros, strict=True)))

    def _total_sem_reducao(self, parcelas: int) -> int:
        if not self._norma.juros_mensal:
            return self._sem_reducao.total
        return sum(self._dividir(self._sem_reducao, parcelas).valores)

    def _entrada_minima(self, somas: Somas, parcelas: int) -> int | None:
        """Cents of the least entry, None where no percentage applies."""
        entrada = _entrada(self._norma, parcelas)
        percentual = entrada.fracao if entrada else Decimal(0)
        if self._pedido.reparcelamento and parcelas > 1:
            percentual = max(percentual, self._norma.reparcelamento.entrada_minima)
        regra = self._norma.multa_reduzida
        if self._pedido.multa_reduzida_20 and regra is not None:
            outros = somas.total - somas.com_multa_reduzida
            return fracao(somas.com_multa_reduzida, regra.entrada) + fracao(outros, percentual)
        return fracao(somas.total, percentual) if percentual else None

    def _fundamentos(self, faixas: Sequence[Faixa], somas: Somas, parcelas: int) -> Iterator[str]:
        norma, pedido = self._norma, self._pedido
        yield from (faixa.fundamento for faixa in faixas)
        if len(faixas) > 1 and MISTO in norma.fundamentos:
            yield norma.fundamentos[MISTO]
        entrada = _entrada(norma, parcelas)
        if entrada is not None and entrada.fracao:
            yield entrada.fundamento
        if pedido.reparcelamento:
            yield norma.reparcelamento.fundamento
        if norma.lancamento is not None and self._lancados:
            yield norma.lancamento.fundamento
        if pedido.multa_reduzida_20 and norma.multa_reduzida is not None:
            yield norma.multa_reduzida.fundamento
        if somas.honorarios and "honorarios" in norma.fundamentos:
            yield norma.fundamentos["honorarios"]


def _entrada(norma: Norma, parcelas: int) -> Entrada | None:
    return next((entrada for entrada in norma.entradas if entrada.de <= parcelas <= entrada.ate), None)


def _minimo(pedido: Pedido, norma: Norma, aceitos: Sequence[Aceito]) -> Minimo:
    """The first least installment that fits the debtor and all of the debts; the last of the norm's fits everyone."""
    naturezas = {aceito.debito.natureza for aceito in aceitos}
    receita = pedido.optante.receita_bruta_ano_anterior
    for minimo in norma.minimos[:-1]:
        if (
            minimo.regime in (None, pedido.optante.regime)
            and (minimo.receita_ate is None or (receita is not None and receita <= minimo.receita_ate))
            and (minimo.naturezas is None or naturezas <= minimo.naturezas)
        ):
            return minimo
    return norma.minimos[-1]


def _primeiro_vencimento(pedido: Pedido, norma: Norma, aceitos: Sequence[Aceito]) -> date:
    """Some days from the quote, and no later than the reduced fine's last day; never before the quote itself."""
    primeiro = pedido.data + timedelta(days=norma.primeiro_vencimento_dias)
    prazos = [aceito.prazo_multa for aceito in aceitos if aceito.prazo_multa is not None]
    return max(pedido.data, min([primeiro, *prazos]))
