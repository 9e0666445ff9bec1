"""The régua's facts again, slowly and in plain Python, straight from the text: what the columnar ones are compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Debito:
    debito: str
    contribuinte: str
    tributo: str
    competencia: int
    vencimento: date
    total: int
    situacao: str


@dataclass(frozen=True, slots=True)
class Declaracao:
    contribuinte: str
    tributo: str
    competencia: int
    prazo: date
    entregue_em: date | None
    valor_declarado: int | None
    notas_emitidas: int


@dataclass(frozen=True, slots=True)
class Pagamento:
    debito: str | None
    contribuinte: str
    tributo: str
    competencia: int
    pago_em: date
    valor: int


@dataclass(frozen=True, slots=True)
class Lembrete:
    pessoa: str
    emitido: date
    entregue: date | None


@dataclass(frozen=True, slots=True)
class Suspensao:
    contribuinte: str
    motivo: str
    desde: date
    ate: date | None
    ativa: bool


@dataclass(frozen=True, slots=True)
class BaseDeReferencia:
    pessoas: dict[str, str]  # contribuinte -> pessoa
    debitos: tuple[Debito, ...] = ()
    declaracoes: tuple[Declaracao, ...] = ()
    pagamentos: tuple[Pagamento, ...] = ()
    lembretes: tuple[Lembrete, ...] = ()
    suspensoes: tuple[Suspensao, ...] = ()


def _mes(dia: date) -> int:
    return dia.year * 12 + dia.month - 1


def _mais_cinco_anos(dia: date) -> date:
    if (dia.month, dia.day) == (2, 29):
        return date(dia.year + 5, 3, 1)
    return date(dia.year + 5, dia.month, dia.day)


def _um_ano_antes(dia: date) -> date:
    return date(dia.year - 1, 2, 28) if (dia.month, dia.day) == (2, 29) else date(dia.year - 1, dia.month, dia.day)


class Referencia:
    """The facts of one base on one date."""

    def __init__(self, base: BaseDeReferencia, data: date) -> None:
        self.base = base
        self.data = data
        self.pagamentos = [p for p in base.pagamentos if p.pago_em <= data]
        self.janela = range(_mes(data) - 12, _mes(data))

    # terms

    def saldo(self, debito: Debito) -> int:
        return debito.total - sum(p.valor for p in self.pagamentos if p.debito == debito.debito)

    def prescrito(self, debito: Debito) -> bool:
        return _mais_cinco_anos(debito.vencimento) < self.data

    def em_aberto(self, debito: Debito) -> bool:
        aberto = debito.situacao == "aberto" and self.saldo(debito) > 0
        return aberto and debito.vencimento < self.data and not self.prescrito(debito)

    def quitado_em(self, debito: Debito) -> date | None:
        """The day on which the payments reached the total; None if they never did, or nothing was ever owed."""
        if debito.total <= 0:
            return None
        soma = 0
        for p in sorted((p for p in self.pagamentos if p.debito == debito.debito), key=lambda p: p.pago_em):
            soma += p.valor
            if soma >= debito.total:
                return p.pago_em
        return None

    def entregue(self, declaracao: Declaracao) -> bool:
        return declaracao.entregue_em is not None and declaracao.entregue_em <= self.data

    def omissa(self, declaracao: Declaracao) -> bool:
        return declaracao.prazo < self.data and not self.entregue(declaracao)

    def divergencia(self, contribuinte: str, tributo: str, competencia: int) -> date | None:
        """The day from which the divergência of the competência counts, or None where there is none."""
        chaves = (contribuinte, tributo, competencia)
        debitos = [d for d in self.base.debitos if (d.contribuinte, d.tributo, d.competencia) == chaves]
        if any(d.situacao == "parcelado" for d in debitos):
            return None
        declaracoes = [d for d in self.base.declaracoes if (d.contribuinte, d.tributo, d.competencia) == chaves]
        entregues = [d for d in declaracoes if self.entregue(d)]
        pagamentos = [p for p in self.pagamentos if (p.contribuinte, p.tributo, p.competencia) == chaves]
        dias: list[date] = []
        pago = sum(p.valor for p in pagamentos)
        referencia = self._referencia(debitos, entregues)
        if pago > 0 and referencia is not None and abs(pago - referencia) > 1:
            dias.append(declaracoes[0].prazo if declaracoes else min(d.vencimento for d in debitos))
        conhecidos = {d.debito for d in self.base.debitos}
        for p in pagamentos:
            sem_par = p.debito not in conhecidos if p.debito is not None else not debitos and not entregues
            if sem_par:
                dias.append(p.pago_em)
        return min(dias, default=None)

    @staticmethod
    def _referencia(debitos: list[Debito], entregues: list[Declaracao]) -> int | None:
        if debitos:
            return sum(d.total for d in debitos)
        return entregues[0].valor_declarado if entregues else None

    # casos

    def _deles(self, registros: Iterable, contribuinte: str, tributo: str) -> list:  # type: ignore[type-arg]
        return [r for r in registros if (r.contribuinte, r.tributo) == (contribuinte, tributo)]

    def _divergencias(self, contribuinte: str, tributo: str) -> dict[int, date]:
        competencias = {p.competencia for p in self._deles(self.pagamentos, contribuinte, tributo)}
        achadas = {c: self.divergencia(contribuinte, tributo, c) for c in competencias}
        return {c: dia for c, dia in achadas.items() if dia is not None}

    def _inicios(self, contribuinte: str, tributo: str) -> list[date]:
        """The dates of everything in non-conformity."""
        debitos = self._deles(self.base.debitos, contribuinte, tributo)
        declaracoes = self._deles(self.base.declaracoes, contribuinte, tributo)
        vencidos = [d.vencimento for d in debitos if d.situacao != "pago" and self.saldo(d) > 0 and d.vencimento < self.data]
        omissas = [d.prazo for d in declaracoes if self.omissa(d) and d.competencia in self.janela]
        divergentes = [dia for c, dia in self._divergencias(contribuinte, tributo).items() if c in self.janela]
        return vencidos + omissas + divergentes

    def casos(self) -> list[tuple[str, str]]:
        tributos = ("ICMS", "IPVA", "ITCD")
        return [(c, t) for c in sorted(self.base.pessoas) for t in tributos if self._inicios(c, t)]

    def episodios(self, contribuinte: str, tributo: str) -> list[list[int]]:
        marcadas = set(self._divergencias(contribuinte, tributo))
        for d in self._deles(self.base.debitos, contribuinte, tributo):
            quitado = self.quitado_em(d)
            tarde = quitado is not None and quitado > d.vencimento + timedelta(days=30)
            if tarde or self.em_aberto(d):
                marcadas.add(d.competencia)
        marcadas |= {d.competencia for d in self._deles(self.base.declaracoes, contribuinte, tributo) if self.omissa(d)}
        return _corridas(marcadas)

    # facts

    def fatos(self, contribuinte: str, tributo: str) -> dict[str, object]:
        abertos = [d for d in self._deles(self.base.debitos, contribuinte, tributo) if self.em_aberto(d)]
        competencias = {d.competencia for d in abertos}
        corridas = _corridas(competencias)
        omissas = [
            d
            for d in self._deles(self.base.declaracoes, contribuinte, tributo)
            if self.omissa(d) and d.competencia in self.janela
        ]
        return {
            "periodos_nao_pagos": len(competencias & set(self.janela)),
            "periodos_consecutivos": len(corridas[-1]) if corridas else 0,
            "omissoes": len(omissas),
            "omissoes_com_movimento": sum(d.notas_emitidas > 0 for d in omissas),
            "divergencias": sum(c in self.janela for c in self._divergencias(contribuinte, tributo)),
            "lembretes_ignorados": self._lembretes_ignorados(self.base.pessoas[contribuinte]),
            "valor_aberto": sum(self.saldo(d) for d in self.base.debitos if d.contribuinte == contribuinte and self.em_aberto(d)),
            "dias_atraso": max(0, (self.data - min(self._inicios(contribuinte, tributo))).days),
            "queda_receita": self._queda_receita(contribuinte, tributo),
            "sem_condicoes": self._sem_condicoes(self.base.pessoas[contribuinte]),
            "reincidencia": self._reincidencia(contribuinte, tributo),
        }

    def _lembretes_ignorados(self, pessoa: str) -> int:
        respostas = [p.pago_em for p in self.pagamentos if self.base.pessoas[p.contribuinte] == pessoa]
        respostas += [
            s.desde
            for s in self.base.suspensoes
            if self.base.pessoas[s.contribuinte] == pessoa
            and s.motivo in ("contesta", "promessa", "parcelamento")
            and s.desde <= self.data
        ]
        ignorados = 0
        for lembrete in self.base.lembretes:
            if lembrete.pessoa != pessoa or lembrete.entregue is None:
                continue
            fim = lembrete.entregue + timedelta(days=10)
            recente = lembrete.emitido >= _um_ano_antes(self.data)
            if recente and fim <= self.data and not any(lembrete.entregue <= r <= fim for r in respostas):
                ignorados += 1
        return ignorados

    def _sem_condicoes(self, pessoa: str) -> bool:
        return any(
            self.base.pessoas[s.contribuinte] == pessoa
            and s.motivo in ("sem_condicoes", "parcelamento")
            and self.data - timedelta(days=90) <= s.desde <= self.data
            for s in self.base.suspensoes
        )

    def _queda_receita(self, contribuinte: str, tributo: str) -> Fraction:
        entregues = [
            d
            for d in self._deles(self.base.declaracoes, contribuinte, tributo)
            if self.entregue(d) and d.valor_declarado is not None
        ]
        valores = [d.valor_declarado for d in sorted(entregues, key=lambda d: d.competencia)]
        if len(valores) < 6:
            return Fraction(0)
        ultimas, antes = valores[-3:], valores[:-3][-9:]
        media_antes = Fraction(sum(antes), len(antes))
        return Fraction(0) if media_antes == 0 else 1 - Fraction(sum(ultimas), 3) / media_antes

    def _reincidencia(self, contribuinte: str, tributo: str) -> int:
        episodios = self.episodios(contribuinte, tributo)
        return 1 + sum(e[-1] >= _mes(self.data) - 24 for e in episodios[:-1])


def _corridas(competencias: set[int]) -> list[list[int]]:
    """Maximal runs of consecutive numbers, in order."""
    corridas: list[list[int]] = []
    for c in sorted(competencias):
        if corridas and corridas[-1][-1] == c - 1:
            corridas[-1].append(c)
        else:
            corridas.append([c])
    return corridas
