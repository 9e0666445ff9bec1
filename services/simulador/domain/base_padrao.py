"""Why each ICMS taxpayer of the synthetic base fails, and in which months: one pattern for each of H1..H8 and for
what the régua leaves alone (plans, suspensions, court, prescription)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from simulador.domain.base_calendario import COMPETENCIAS, JANELA, Prazo

PRIMEIRO_DA_JANELA = COMPETENCIAS - JANELA
# the share of value that PARTES was drawn up for; the shares of who leaves something open follow the rate asked for
TAXA_DE_REFERENCIA = 0.0747
LIMITE_DE_FALTOSOS = 8500


class Padrao(Enum):
    """Behaviour of one taxpayer over the 24 competências."""

    REGULAR = auto()
    ESQUECIDO = auto()
    EM_QUEDA = auto()
    OMISSO = auto()
    OMISSO_COM_MOVIMENTO = auto()
    DIVERGENTE = auto()
    DIVERGENTE_PERSISTENTE = auto()
    PERSISTENTE = auto()
    CONTUMAZ = auto()
    PARCELADO = auto()
    SUSPENSO = auto()
    AJUIZADO = auto()
    PRESCRITO = auto()


class Ocorrencia(Enum):
    """What went other than declared and paid on time in one competência."""

    ATRASO = auto()
    ATRASO_LONGO = auto()
    ABERTO = auto()
    OMISSAO = auto()
    OMISSAO_COM_MOVIMENTO = auto()
    PAGO_A_MENOR = auto()
    PAGO_A_MAIOR = auto()
    COMPETENCIA_TROCADA = auto()
    DEBITO_DESCONHECIDO = auto()
    PARCELADO = auto()
    SUSPENSO = auto()
    SEM_MOVIMENTO = auto()
    PAGO_SEM_REGISTRO = auto()


Ocorrencias = dict[int, Ocorrencia]

# pattern → basis points of the ICMS taxpayers; the rest is REGULAR
PARTES: Mapping[Padrao, int] = {
    Padrao.ESQUECIDO: 2200,
    Padrao.EM_QUEDA: 300,
    Padrao.OMISSO: 350,
    Padrao.OMISSO_COM_MOVIMENTO: 150,
    Padrao.DIVERGENTE: 350,
    Padrao.DIVERGENTE_PERSISTENTE: 150,
    Padrao.PERSISTENTE: 350,
    Padrao.CONTUMAZ: 60,
    Padrao.PARCELADO: 100,
    Padrao.SUSPENSO: 60,
    Padrao.AJUIZADO: 60,
    Padrao.PRESCRITO: 60,
}
DEIXAM_EM_ABERTO = frozenset(
    {
        Padrao.ESQUECIDO,
        Padrao.EM_QUEDA,
        Padrao.DIVERGENTE,
        Padrao.DIVERGENTE_PERSISTENTE,
        Padrao.PERSISTENTE,
        Padrao.CONTUMAZ,
    }
)
ERROS = (
    Ocorrencia.PAGO_A_MENOR,
    Ocorrencia.PAGO_A_MAIOR,
    Ocorrencia.COMPETENCIA_TROCADA,
    Ocorrencia.DEBITO_DESCONHECIDO,
)


@dataclass(frozen=True, slots=True)
class Meses:
    """Of a regime's 24 competências on the base's date: the latest past due, and the latest whose declaration is."""

    ultimo_vencido: int
    ultimo_omissivel: int

    @classmethod
    def de(cls, calendario: Sequence[Prazo]) -> Meses:
        vencidos = [i for i, prazo in enumerate(calendario) if prazo.vencida]
        omissiveis = [i for i, prazo in enumerate(calendario) if prazo.omissivel]
        return cls(ultimo_vencido=vencidos[-1], ultimo_omissivel=omissiveis[-1])


def partes_para(inadimplencia: float) -> dict[Padrao, int]:
    """`PARTES` for another rate: whoever leaves debts open grows or shrinks with it, up to 85% of everyone."""
    escala = inadimplencia / TAXA_DE_REFERENCIA
    partes = {p: round(b * escala) if p in DEIXAM_EM_ABERTO else b for p, b in PARTES.items()}
    soma = sum(partes.values())
    if soma <= LIMITE_DE_FALTOSOS:
        return partes
    return {p: b * LIMITE_DE_FALTOSOS // soma for p, b in partes.items()}


def _esquecido(sorteio: Random, meses: Meses) -> Ocorrencias:
    """One competência in the janela (75%), two apart (15%), or one before it."""
    sorte = sorteio.random()
    if sorte < 0.10:
        return {sorteio.randrange(PRIMEIRO_DA_JANELA): Ocorrencia.ABERTO}
    ultimo = sorteio.randrange(PRIMEIRO_DA_JANELA, meses.ultimo_vencido + 1)
    if sorte < 0.25 and ultimo - 2 >= PRIMEIRO_DA_JANELA:
        return {ultimo - 2: Ocorrencia.ABERTO, ultimo: Ocorrencia.ABERTO}
    return {ultimo: Ocorrencia.ABERTO}


def _em_queda(sorteio: Random, meses: Meses) -> Ocorrencias:
    inicio = meses.ultimo_vencido - sorteio.randrange(2)
    return dict.fromkeys(range(inicio, COMPETENCIAS), Ocorrencia.ABERTO)


def _sequencia(sorteio: Random, meses: Meses) -> Ocorrencias:
    """Three competências in a row or more, up to the newest: half of the runs are within a year."""
    atras = sorteio.randint(2, 11) if sorteio.getrandbits(1) else sorteio.randint(12, meses.ultimo_vencido)
    return dict.fromkeys(range(meses.ultimo_vencido - atras, COMPETENCIAS), Ocorrencia.ABERTO)


def _contumaz(sorteio: Random, meses: Meses) -> Ocorrencias:
    inicio = 0 if sorteio.random() < 0.85 else sorteio.randint(1, meses.ultimo_vencido - 9)
    return dict.fromkeys(range(inicio, COMPETENCIAS), Ocorrencia.ABERTO)


def _omisso(sorteio: Random, meses: Meses) -> Ocorrencias:
    quais = sorteio.sample(range(PRIMEIRO_DA_JANELA, meses.ultimo_omissivel + 1), sorteio.randint(1, 2))
    tipos = (Ocorrencia.OMISSAO, Ocorrencia.OMISSAO_COM_MOVIMENTO)
    return {mes: tipos[sorteio.getrandbits(1)] for mes in quais}


def _omisso_com_movimento(sorteio: Random, meses: Meses) -> Ocorrencias:
    quais = sorteio.sample(range(PRIMEIRO_DA_JANELA + 4, meses.ultimo_omissivel + 1), sorteio.randint(3, 6))
    return dict.fromkeys(quais, Ocorrencia.OMISSAO_COM_MOVIMENTO)


def _com_erros(sorteio: Random, meses: Meses, quantos: int) -> Ocorrencias:
    """Errors in every other month at most: one typed into the month before must not meet another there."""
    candidatos = range(PRIMEIRO_DA_JANELA + 1, meses.ultimo_vencido + 1, 2)
    return {mes: ERROS[sorteio.getrandbits(2)] for mes in sorteio.sample(candidatos, quantos)}


def _divergente(sorteio: Random, meses: Meses) -> Ocorrencias:
    return _com_erros(sorteio, meses, sorteio.randint(1, 2))


def _divergente_persistente(sorteio: Random, meses: Meses) -> Ocorrencias:
    return _com_erros(sorteio, meses, sorteio.randint(3, 5))


def _parcelado(sorteio: Random, meses: Meses) -> Ocorrencias:
    inicio = sorteio.randint(4, meses.ultimo_vencido - 4)
    return dict.fromkeys(range(inicio, inicio + sorteio.randint(2, 4)), Ocorrencia.PARCELADO)


def _suspenso(sorteio: Random, meses: Meses) -> Ocorrencias:
    inicio = sorteio.randint(2, meses.ultimo_vencido - 4)
    return dict.fromkeys(range(inicio, inicio + sorteio.randint(1, 3)), Ocorrencia.SUSPENSO)


def _regular(sorteio: Random, _meses: Meses) -> Ocorrencias:
    """Mostly nothing; some months without movement, some old payments that never reached the ledger."""
    sorte = sorteio.random()
    if sorte < 0.03:
        return dict.fromkeys(sorteio.sample(range(COMPETENCIAS), 4), Ocorrencia.SEM_MOVIMENTO)
    if sorte < 0.05:
        return {0: Ocorrencia.PAGO_SEM_REGISTRO, 1: Ocorrencia.PAGO_SEM_REGISTRO}
    return {}


MESES_DO_PADRAO: Mapping[Padrao, Callable[[Random, Meses], Ocorrencias]] = {
    Padrao.REGULAR: _regular,
    Padrao.ESQUECIDO: _esquecido,
    Padrao.EM_QUEDA: _em_queda,
    Padrao.OMISSO: _omisso,
    Padrao.OMISSO_COM_MOVIMENTO: _omisso_com_movimento,
    Padrao.DIVERGENTE: _divergente,
    Padrao.DIVERGENTE_PERSISTENTE: _divergente_persistente,
    Padrao.PERSISTENTE: _sequencia,
    Padrao.CONTUMAZ: _contumaz,
    Padrao.PARCELADO: _parcelado,
    Padrao.SUSPENSO: _suspenso,
    # their debts are older than the 24 competências
    Padrao.AJUIZADO: _regular,
    Padrao.PRESCRITO: _regular,
}


def ocorrencias(sorteio: Random, padrao: Padrao, meses: Meses) -> Ocorrencias:
    """What goes wrong and when: the pattern's own months, then a history of late payments where these leave room.

    A quarter of the debtors and a tenth of the others have up to three payments more than 30 days late (reincidência);
    one in twelve has one a few days late.
    """
    quais = MESES_DO_PADRAO[padrao](sorteio, meses)
    sorte = sorteio.random()
    if sorte < (0.10 if padrao is Padrao.REGULAR else 0.25):
        _acrescentar(quais, sorteio.sample(range(meses.ultimo_vencido - 3), sorteio.randint(1, 3)), Ocorrencia.ATRASO_LONGO)
    elif sorte > 0.92:
        _acrescentar(quais, [sorteio.randrange(meses.ultimo_vencido)], Ocorrencia.ATRASO)
    return quais


def _acrescentar(quais: Ocorrencias, meses: list[int], ocorrencia: Ocorrencia) -> None:
    """Keeps clear of a month whose neighbour's payment was typed into it."""
    for mes in meses:
        if quais.get(mes + 1) is not Ocorrencia.COMPETENCIA_TROCADA:
            quais.setdefault(mes, ocorrencia)
