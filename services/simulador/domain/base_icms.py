"""A block of ICMS taxpayers: who fails how, what each declares, and the payers' amounts set so that every competência's
unpaid share of the declared value is the one asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from simulador.domain.base_bloco import Bloco, Parametros
from simulador.domain.base_calendario import COMPETENCIAS, JANELA, Prazo, calendario_icms
from simulador.domain.base_contribuinte import escrever_icms, produtor_rural
from simulador.domain.base_icms_linhas import Emissor, em_aberto
from simulador.domain.base_padrao import Meses, Ocorrencia, Ocorrencias, Padrao, ocorrencias, partes_para
from simulador.domain.base_sorteio import QUANTIS, cotas, gerador, tabela_lognormal, taxas_por_competencia

T = TypeVar("T")

TAMANHO = 2_000
# S1, slides of SEFAZ/AL (2018): default rate of ICMS normal, 2012 to 2017: 7.47%, standard deviation 1.34
DESVIO_RELATIVO = 1.34 / 7.47
# monthly ICMS by regime: (median in cents, sigma), share of taxpayers in basis points
VALORES: Mapping[str, tuple[int, float]] = {"normal": (400_000, 1.3), "simples": (70_000, 1.0), "mei": (4_500, 0.4)}
REGIMES: Mapping[str, int] = {"normal": 3000, "simples": 5500, "mei": 1500}
MENOR_VALOR = 1_000
# nobody but a contumaz owes enough to be taken for one
MAIOR_VALOR_DE_FALTOSO = 1_200_000
DIVIDA_CONTUMAZ = (56_000_000, 140_000_000)
FATORES_ACEITOS = (0.1, 10.0)


@dataclass(frozen=True, slots=True)
class Plano:
    """One taxpayer's 24 months, in cents, oldest first, and what goes wrong in them."""

    indice: int
    regime: str
    padrao: Padrao
    valores: list[int]
    ocorrencias: Ocorrencias


@dataclass(frozen=True, slots=True)
class PlanejadorIcms:
    """What all ICMS blocks of one base share."""

    parametros: Parametros
    calendario: Mapping[str, Sequence[Prazo]]
    meses: Mapping[str, Meses]
    tabelas: Mapping[str, Sequence[int]]
    taxas: Sequence[float]
    partes: Mapping[Padrao, int]

    @classmethod
    def de(cls, parametros: Parametros) -> PlanejadorIcms:
        calendario = calendario_icms(parametros.hoje)
        return cls(
            parametros=parametros,
            calendario=calendario,
            meses={regime: Meses.de(prazos) for regime, prazos in calendario.items()},
            tabelas={regime: tabela_lognormal(*valor) for regime, valor in VALORES.items()},
            taxas=_taxas(parametros),
            partes=partes_para(parametros.inadimplencia_icms),
        )

    def blocos(self) -> Iterator[Bloco]:
        """The ICMS taxpayers in order of id, `TAMANHO` at a time."""
        emissor = Emissor(self.parametros.hoje, self.calendario)
        for inicio in range(0, self.parametros.icms, TAMANHO):
            yield self._bloco(inicio, min(inicio + TAMANHO, self.parametros.icms), emissor)

    def _bloco(self, inicio: int, fim: int, emissor: Emissor) -> Bloco:
        sorteio = gerador(self.parametros.semente, "icms", inicio)
        planos = self._planos(inicio, fim, sorteio)
        _ajustar(planos, self.taxas)
        bloco = Bloco()
        for plano in planos:
            cadastro = escrever_icms(bloco, plano.indice, plano.regime, _receita(plano), sorteio)
            emissor.escrever(cadastro, plano.valores, plano.ocorrencias)
            emissor.escrever_antigas(cadastro, plano.padrao)
        return bloco

    def _planos(self, inicio: int, fim: int, sorteio: Random) -> list[Plano]:
        quantos = fim - inicio
        padroes = _embaralhados(cotas(self.partes, quantos), quantos, Padrao.REGULAR, sorteio)
        regimes = _embaralhados(cotas(REGIMES, quantos), quantos, "simples", sorteio)
        return [
            self._plano(inicio + i, regime, padrao, sorteio)
            for i, (regime, padrao) in enumerate(zip(regimes, padroes, strict=True))
        ]

    def _plano(self, indice: int, regime: str, padrao: Padrao, sorteio: Random) -> Plano:
        if padrao is Padrao.CONTUMAZ or produtor_rural(indice):
            regime = "normal"
        quais = ocorrencias(sorteio, padrao, self.meses[regime])
        base = self._valor_mensal(regime, padrao, quais, sorteio)
        valores = [max(MENOR_VALOR, base * (896 + sorteio.getrandbits(8)) >> 10) for _ in range(COMPETENCIAS)]
        if padrao is Padrao.EM_QUEDA:
            valores = _com_queda(valores, self.meses[regime].ultimo_vencido)
        for mes, ocorrencia in quais.items():
            if ocorrencia is Ocorrencia.SEM_MOVIMENTO:
                valores[mes] = 0
        return Plano(indice, regime, padrao, valores, quais)

    def _valor_mensal(self, regime: str, padrao: Padrao, quais: Ocorrencias, sorteio: Random) -> int:
        if padrao is Padrao.CONTUMAZ:
            abertos = sum(1 for ocorrencia in quais.values() if ocorrencia is Ocorrencia.ABERTO)
            return sorteio.randint(*DIVIDA_CONTUMAZ) // abertos
        valor = self.tabelas[regime][sorteio.randrange(QUANTIS)]
        return valor if padrao is Padrao.REGULAR else min(valor, MAIOR_VALOR_DE_FALTOSO)


def _taxas(parametros: Parametros) -> list[float]:
    """Rates of the 24 competências; the last twelve have the mean asked for by themselves."""
    sorteio = gerador(parametros.semente, "taxas")
    media = parametros.inadimplencia_icms
    antigas = taxas_por_competencia(sorteio, media, DESVIO_RELATIVO, COMPETENCIAS - JANELA)
    return antigas + taxas_por_competencia(sorteio, media, DESVIO_RELATIVO, JANELA)


def _embaralhados(contagem: Mapping[T, int], quantos: int, resto: T, sorteio: Random) -> list[T]:
    lista = [chave for chave, vezes in contagem.items() for _ in range(vezes)]
    lista.extend([resto] * (quantos - len(lista)))
    sorteio.shuffle(lista)
    return lista


def _com_queda(valores: list[int], ultimo_vencido: int) -> list[int]:
    """The newest months fall to 45%: the three that the régua compares, and no more than these."""
    inicio = ultimo_vencido - 2 if ultimo_vencido == COMPETENCIAS - 1 else COMPETENCIAS - 3
    return valores[:inicio] + [max(MENOR_VALOR, valor * 45 // 100) for valor in valores[inicio:]]


def _receita(plano: Plano) -> int:
    """A year's gross revenue in cents, as if ICMS were 4% of it."""
    return sum(plano.valores[:JANELA]) * 25


def _ajustar(planos: Sequence[Plano], taxas: Sequence[float]) -> None:
    """Scales, month by month, what the regular taxpayers declare until the open share is the month's rate.

    Only theirs: nobody's hypothesis hangs on it. Bounded, so that a handful of taxpayers keeps plausible amounts.
    """
    regulares = [plano for plano in planos if plano.padrao is Padrao.REGULAR]
    outros = [plano for plano in planos if plano.padrao is not Padrao.REGULAR]
    for mes, taxa in enumerate(taxas):
        fator = _fator(regulares, outros, mes, taxa)
        for plano in regulares:
            valor = plano.valores[mes]
            plano.valores[mes] = max(MENOR_VALOR, int(valor * fator)) if valor else 0


def _fator(regulares: Sequence[Plano], outros: Sequence[Plano], mes: int, taxa: float) -> float:
    aberto = sum(em_aberto(plano.valores[mes], plano.ocorrencias.get(mes)) for plano in outros)
    declarado = sum(plano.valores[mes] for plano in outros if not _omitido(plano, mes))
    dos_regulares = sum(plano.valores[mes] for plano in regulares)
    if not (aberto and dos_regulares and taxa):
        return 1.0
    menor, maior = FATORES_ACEITOS
    return min(maior, max(menor, (aberto / taxa - declarado) / dos_regulares))


def _omitido(plano: Plano, mes: int) -> bool:
    return plano.ocorrencias.get(mes) in (Ocorrencia.OMISSAO, Ocorrencia.OMISSAO_COM_MOVIMENTO)
