"""A reader of the synthetic base that computes regua.md's facts the plain way, apart from the generator and the régua."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import mean

from simulador.application.gerar import gerar_base
from simulador.domain.base_bloco import CABECALHOS, Parametros

Linha = Mapping[str, str]
Caso = tuple[str, str]


def indice(competencia: str) -> int:
    """Months since year 0."""
    return int(competencia[:4]) * 12 + int(competencia[5:]) - 1


def dinheiro(texto: str) -> Decimal:
    assert texto.count(",") == 1
    assert "." not in texto
    return Decimal(texto.replace(",", "."))


@dataclass(frozen=True)
class Base:
    """The six files, and the facts of regua.md over them."""

    hoje: date
    linhas: Mapping[str, Sequence[Linha]]

    @classmethod
    def gerada(cls, pasta: Path, parametros: Parametros) -> Base:
        gerar_base(parametros, pasta, lambda _feitos, _total: None)
        lidas = {}
        for nome in CABECALHOS:
            with (pasta / f"{nome}.csv").open(encoding="utf-8", newline="") as arquivo:
                lidas[nome] = list(csv.DictReader(arquivo, delimiter=";", quoting=csv.QUOTE_NONE, strict=True))
        return cls(parametros.hoje, lidas)

    @property
    def mes(self) -> int:
        return self.hoje.year * 12 + self.hoje.month - 1

    def na_janela(self, competencia: int) -> bool:
        return self.mes - 12 <= competencia < self.mes

    def saldo(self) -> dict[str, Decimal]:
        saldos = {d["debito"]: total(d) for d in self.linhas["debitos"]}
        for pagamento in self.linhas["pagamentos"]:
            if pagamento["debito"] in saldos:
                saldos[pagamento["debito"]] -= dinheiro(pagamento["valor"])
        return saldos

    def em_aberto(self) -> dict[Caso, list[tuple[int, Decimal]]]:
        """Of each caso the (competência, saldo) of its debts em aberto."""
        saldos = self.saldo()
        abertos: dict[Caso, list[tuple[int, Decimal]]] = defaultdict(list)
        for debito in self.linhas["debitos"]:
            vencimento = date.fromisoformat(debito["vencimento"])
            prescrito = vencimento.replace(year=vencimento.year + 5, day=min(vencimento.day, 28)) < self.hoje
            saldo = saldos[debito["debito"]]
            if debito["situacao"] == "aberto" and saldo > 0 and vencimento < self.hoje and not prescrito:
                abertos[debito["contribuinte"], debito["tributo"]].append((indice(debito["competencia"]), saldo))
        return abertos

    def omissoes(self) -> dict[Caso, list[int]]:
        """Of each caso the `notas_emitidas` of its omissions in the janela."""
        omissoes: dict[Caso, list[int]] = defaultdict(list)
        for linha in self.linhas["declaracoes"]:
            atrasada = date.fromisoformat(linha["prazo"]) < self.hoje
            if atrasada and not linha["entregue_em"] and self.na_janela(indice(linha["competencia"])):
                omissoes[linha["contribuinte"], linha["tributo"]].append(int(linha["notas_emitidas"]))
        return omissoes

    def divergencias(self) -> dict[Caso, set[int]]:
        """Of each caso its competências with a divergência, wherever they fall."""
        chaves: dict[tuple[str, str, int], Decimal] = {}
        for linha in self.linhas["declaracoes"]:
            if linha["entregue_em"]:
                chaves[chave(linha)] = dinheiro(linha["valor_declarado"])
        com_debito: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
        parceladas, conhecidos = set(), set()
        for linha in self.linhas["debitos"]:
            com_debito[chave(linha)] += total(linha)
            conhecidos.add(linha["debito"])
            if linha["situacao"] == "parcelado":
                parceladas.add(chave(linha))
        referencia = chaves | com_debito
        pago: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
        achadas = set()
        for linha in self.linhas["pagamentos"]:
            pago[chave(linha)] += dinheiro(linha["valor"])
            desconhecido = bool(linha["debito"]) and linha["debito"] not in conhecidos
            if desconhecido or (not linha["debito"] and chave(linha) not in referencia):
                achadas.add(chave(linha))
        for qual, valor in pago.items():
            if qual in referencia and abs(valor - referencia[qual]) > Decimal("0.01"):
                achadas.add(qual)
        por_caso: dict[Caso, set[int]] = defaultdict(set)
        for contribuinte, tributo, competencia in achadas - parceladas:
            por_caso[contribuinte, tributo].add(competencia)
        return por_caso

    @property
    def declaracoes_de(self) -> Mapping[Caso, Sequence[Linha]]:
        por_caso: dict[Caso, list[Linha]] = defaultdict(list)
        for linha in self.linhas["declaracoes"]:
            por_caso[linha["contribuinte"], linha["tributo"]].append(linha)
        return por_caso

    def taxas_icms(self) -> list[Decimal]:
        """Of each competência, oldest first, the unpaid percentage of the declared value."""
        declarado: dict[str, Decimal] = defaultdict(Decimal)
        aberto: dict[str, Decimal] = defaultdict(Decimal)
        for linha in self.linhas["declaracoes"]:
            if linha["entregue_em"]:
                declarado[linha["competencia"]] += dinheiro(linha["valor_declarado"])
        saldos = self.saldo()
        for linha in self.linhas["debitos"]:
            if linha["tributo"] == "ICMS" and linha["situacao"] == "aberto":
                aberto[linha["competencia"]] += min(dinheiro(linha["principal"]), saldos[linha["debito"]])
        return [100 * aberto[competencia] / declarado[competencia] for competencia in sorted(declarado)]

    def taxa_ipva(self) -> Decimal:
        """The unpaid percentage of this year's IPVA."""
        saldos = self.saldo()
        do_ano = [
            d for d in self.linhas["debitos"] if d["debito"].startswith("IPVA") and d["debito"].endswith(str(self.hoje.year))
        ]
        abertos = [d for d in do_ano if d["situacao"] == "aberto"]
        devido = sum((dinheiro(d["principal"]) for d in do_ano), Decimal(0))
        nao_pago = sum((min(dinheiro(d["principal"]), saldos[d["debito"]]) for d in abertos), Decimal(0))
        return 100 * nao_pago / devido

    def hipoteses(self) -> dict[Caso, str]:
        """The hypothesis of each caso on the first cycle: no reminders yet, nobody has said anything."""
        abertos, omissoes, divergencias = self.em_aberto(), self.omissoes(), self.divergencias()
        saldos, casos = self.saldo(), set(abertos) | set(omissoes)
        for debito in self.linhas["debitos"]:
            vencido = date.fromisoformat(debito["vencimento"]) < self.hoje
            if vencido and debito["situacao"] != "pago" and saldos[debito["debito"]] > 0:
                casos.add((debito["contribuinte"], debito["tributo"]))
        na_janela = {caso: sum(map(self.na_janela, quais)) for caso, quais in divergencias.items()}
        casos |= {caso for caso, quantas in na_janela.items() if quantas}
        devido: dict[str, Decimal] = defaultdict(Decimal)
        pessoas = {c["contribuinte"]: pessoa(c["documento"]) for c in self.linhas["contribuintes"]}
        for (contribuinte, _), quais in abertos.items():
            devido[pessoas[contribuinte]] += sum(saldo for _, saldo in quais)
        declaracoes_de = self.declaracoes_de
        return {
            caso: self._hipotese(
                valor_aberto=devido[pessoas[caso[0]]],
                abertas={competencia for competencia, _ in abertos.get(caso, ())},
                notas=omissoes.get(caso, []),
                divergencias=na_janela.get(caso, 0),
                queda=queda_receita(declaracoes_de.get(caso, ())),
            )
            for caso in casos
        }

    def _hipotese(self, *, valor_aberto: Decimal, abertas: set[int], notas: list[int], divergencias: int, queda: Fraction) -> str:
        nao_pagos = sum(map(self.na_janela, abertas))
        consecutivos = sequencia_final(abertas)
        criterios = {
            "H8": valor_aberto >= 500_000 and (consecutivos >= 4 or nao_pagos >= 6),
            "H4": sum(1 for n in notas if n > 0) >= 3,
            "H6": divergencias >= 3,
            "H7": consecutivos >= 3,
            "H2": queda >= Fraction(3, 10) and nao_pagos >= 1,
            "H5": divergencias >= 1,
            "H3": len(notas) >= 1,
            "H1": True,
        }
        return next(nome for nome, vale in criterios.items() if vale)


def chave(linha: Linha) -> tuple[str, str, int]:
    return linha["contribuinte"], linha["tributo"], indice(linha["competencia"])


def total(debito: Linha) -> Decimal:
    return dinheiro(debito["principal"]) + dinheiro(debito["multa"]) + dinheiro(debito["juros"])


def pessoa(documento: str) -> str:
    return documento if len(documento) == 11 else documento[:8]


def sequencia_final(competencias: set[int]) -> int:
    fim = max(competencias, default=0)
    return next(n for n in range(len(competencias) + 1) if fim - n not in competencias)


def queda_receita(declaracoes: Sequence[Linha]) -> Fraction:
    entregues = sorted((linha for linha in declaracoes if linha["entregue_em"]), key=lambda d: d["competencia"])
    if len(entregues) < 6:
        return Fraction(0)
    valores = [Fraction(dinheiro(linha["valor_declarado"])) for linha in entregues]
    antes = mean(valores[-12:-3])
    return 1 - mean(valores[-3:]) / antes if antes else Fraction(0)
