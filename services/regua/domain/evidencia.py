"""What led to a hypothesis, in numbers for the auditor and in plain Portuguese for the taxpayer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from kernel.domain.dinheiro import de_centavos, formatar_brl
from regua.domain.hipotese import condicoes, expressao, hipotese
from regua.domain.politica import FATOS, Condicao, Politica, Regra


@dataclass(frozen=True, slots=True)
class Evidencia:
    """One fact beside its threshold. Values as people read them: `3`, `R$ 1.234,56`, `35,20%`, `sim`."""

    fato: str
    descricao: str
    valor: str
    minimo: str
    atingido: bool

    def texto(self) -> str:
        return f"{self.descricao}: {self.valor} (o critério é {self.minimo})"


@dataclass(frozen=True, slots=True)
class Quase:
    """The next class in order with at least one of its conditions met, and what it lacked.

    Nothing lacked: it holds too, and the taken one comes first.
    """

    hipotese: str
    nome: str
    presentes: tuple[Evidencia, ...]
    faltou: tuple[Evidencia, ...]


@dataclass(frozen=True, slots=True)
class Classificacao:
    """The class taken with its evidence, the next one, and the same in sentences."""

    hipotese: str
    nome: str
    evidencias: tuple[Evidencia, ...]
    proxima: Quase | None
    textos: tuple[str, ...]


def classificar(fatos: Mapping[str, Any], politica: Politica) -> Classificacao:
    """Explains one caso from its facts (the columns FATOS_DO_CASO): the base's own expressions on a frame of one row."""
    quadro = pl.DataFrame({nome: [valor] for nome, valor in fatos.items()})
    tomada = quadro.select(hipotese(politica)).item()
    posicao = next(i for i, regra in enumerate(politica.regras) if regra.hipotese == tomada)
    regra = politica.regras[posicao]
    evidencias = _evidencias(regra, quadro)
    proxima = _proxima(politica.regras[posicao + 1 :], quadro)
    return Classificacao(regra.hipotese, regra.nome, evidencias, proxima, _textos(regra, evidencias, proxima))


def _evidencias(regra: Regra, quadro: pl.DataFrame) -> tuple[Evidencia, ...]:
    return tuple(_evidencia(c, quadro) for c in condicoes(regra.criterio))


def _evidencia(c: Condicao, quadro: pl.DataFrame) -> Evidencia:
    atingido = quadro.select(expressao(c)).item()
    return Evidencia(c.fato, FATOS[c.fato][1], _valor(c.fato, quadro), _minimo(c), atingido)


def _proxima(regras: tuple[Regra, ...], quadro: pl.DataFrame) -> Quase | None:
    for regra in regras:
        evidencias = _evidencias(regra, quadro)
        presentes = tuple(e for e in evidencias if e.atingido)
        if presentes:
            vale = quadro.select(expressao(regra.criterio)).item()
            faltou = () if vale else tuple(e for e in evidencias if not e.atingido)
            return Quase(regra.hipotese, regra.nome, presentes, faltou)
    return None


def _textos(regra: Regra, evidencias: tuple[Evidencia, ...], proxima: Quase | None) -> tuple[str, ...]:
    textos = [f"Situação entendida como {regra.nome}."]
    textos += [f"Contou para isso: {e.texto()}." for e in evidencias if e.atingido]
    if not evidencias:
        textos.append("Nenhuma das outras situações previstas se aplica.")
    if proxima is not None:
        textos.append(_texto_da_proxima(regra, proxima))
    return tuple(textos)


def _texto_da_proxima(regra: Regra, proxima: Quase) -> str:
    if not proxima.faltou:
        return f"Também se aplicaria {proxima.nome}, mas {regra.nome} vem antes."
    faltou = "; ".join(e.texto() for e in proxima.faltou)
    return f"Não foi entendida como {proxima.nome} porque faltou: {faltou}."


def _valor(fato: str, quadro: pl.DataFrame) -> str:
    tipo = FATOS[fato][0]
    if tipo == "razao":
        return _percentual(Fraction(quadro.item(0, f"{fato}_num"), quadro.item(0, f"{fato}_den")))
    return _formatado(tipo, Fraction(int(quadro.item(0, fato))))


def _minimo(c: Condicao) -> str:
    tipo = FATOS[c.fato][0]
    return "sim" if tipo == "sim_nao" else f"{_formatado(tipo, c.minimo)} ou mais"


def _formatado(tipo: str, valor: Fraction) -> str:
    match tipo:
        case "dinheiro":
            return formatar_brl(de_centavos(int(valor)))
        case "razao":
            return _percentual(valor)
        case "sim_nao":
            return "sim" if valor else "não"
    return str(int(valor))


def _percentual(razao: Fraction) -> str:
    # cut, not rounded: 29,999% must not read as the 30% that it did not reach
    centesimos = razao * 10_000
    inteiro = centesimos.numerator // centesimos.denominator
    return f"{'-' if inteiro < 0 else ''}{abs(inteiro) // 100},{abs(inteiro) % 100:02d}%"
