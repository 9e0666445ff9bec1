"""Reads a norm of installments from its document, and refuses one that contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, cast, get_args

from parcelamento.domain.debito import CONTAS, NATUREZAS, RegimeDoOptante
from parcelamento.domain.leitura import NormaInvalida, Objeto
from parcelamento.domain.norma import (
    IMPUTAVEIS,
    Entrada,
    Faixa,
    Lancamento,
    Minimo,
    MultaReduzida,
    NaoVerificado,
    Norma,
    Recusa,
    Regime,
    RegraDeCancelamento,
    Reparcelamento,
    Uf,
)
from parcelamento.domain.norma_coerencia import incoerencias
from parcelamento.errors import CampoRecusado

__all__ = ("NormaInvalida", "ler_norma")

FUNDAMENTOS: Final = ("tributo_fora_da_norma", "fato_gerador_futuro", "fora_da_norma", "fora_da_vigencia")
"""Refusals that every norm must ground; the others bring theirs."""

LONGO_MAXIMO: Final = 180
"""The longest plan that a norm may grant, in installments (AL, Decreto 52.668/2017)."""

_REGIMES_DO_OPTANTE: Final = get_args(RegimeDoOptante)


def ler_norma(documento: Mapping[str, Any]) -> Norma:
    """The norm that `documento` states: fractions and money as texts, dates `aaaa-mm-dd`, competências `aaaa-mm`.

    `cota_unica` stands for a band of one installment in the regimes it names, and of one without reduction in the others.
    Raises NormaInvalida with every error found: first those of form and, where there are none, contradictions.
    """
    erros: list[CampoRecusado] = []
    corpo = Objeto(documento, "", erros)
    norma = _norma(corpo)
    corpo.encerrar()
    if not erros:
        erros.extend(incoerencias(norma, documento))
    if erros:
        raise NormaInvalida(sorted(erros, key=lambda c: (c["campo"], c["motivo"])))
    return norma


def _norma(corpo: Objeto) -> Norma:
    vigencia = corpo.objeto("vigencia")
    norma = Norma(
        norma=corpo.identificador("norma", r"[a-z0-9][a-z0-9-]{0,59}", "até 60 letras minúsculas, algarismos e hifens"),
        nome=corpo.texto("nome"),
        uf=cast("Uf", corpo.escolha("uf", get_args(Uf))),
        vigencia_de=vigencia.data("de"),
        vigencia_ate=vigencia.opcional(vigencia.data, "ate"),
        tributos=frozenset(corpo.escolhas("tributos")),
        naturezas=frozenset(corpo.escolhas("naturezas", NATUREZAS)),
        regimes=_regimes(corpo),
        recusas=tuple(_recusa(item) for item in corpo.objetos("recusas")),
        entradas=tuple(_entrada(item) for item in corpo.objetos("entradas")),
        minimos=tuple(_minimo(item) for item in corpo.objetos("minimos", minimo=1)),
        lancamento=_lancamento(corpo.opcional(corpo.objeto, "lancamento")),
        multa_reduzida=_multa_reduzida(corpo),
        honorarios_pge=corpo.fracao("honorarios_pge"),
        primeiro_vencimento_dias=corpo.inteiro("primeiro_vencimento_dias", maximo=366),
        juros_mensal=corpo.fracao("juros_mensal"),
        encargos=corpo.identificador("encargos", r"[a-z0-9_]{1,40}", "o nome de uma regra de encargos"),
        imputacao=corpo.escolhas("imputacao", IMPUTAVEIS, minimo=3),
        cancelamento=_cancelamento(corpo.objeto("cancelamento")),
        reparcelamento=_reparcelamento(corpo.objeto("reparcelamento")),
        fundamentos=MappingProxyType(corpo.textos("fundamentos")),
        nao_verificados=tuple(_nao_verificado(item) for item in corpo.objetos("nao_verificados")),
    )
    vigencia.encerrar()
    for nome in FUNDAMENTOS:
        if nome not in norma.fundamentos:
            corpo.recusar(f"fundamentos.{nome}", "falta.")
    return norma


def _regimes(corpo: Objeto) -> tuple[Regime, ...]:
    regimes = tuple(_regime(item) for item in corpo.objetos("regimes", minimo=1))
    unica = corpo.opcional(corpo.objeto, "cota_unica")
    if unica is None:
        return regimes
    faixa = Faixa(1, 1, unica.fracao("reducao_multa"), unica.fracao("reducao_juros"), unica.texto("fundamento"))
    nomes = unica.escolhas("regimes", [r.nome for r in regimes])
    unica.encerrar()
    if any(r.faixas and r.faixas[0].de == 1 for r in regimes):
        corpo.recusar("cota_unica", "já há uma faixa de uma parcela em um dos regimes.")
    sem_reducao = replace(faixa, reducao_multa=Decimal(0), reducao_juros=Decimal(0))
    return tuple(replace(r, faixas=(faixa if r.nome in nomes else sem_reducao, *r.faixas)) for r in regimes)


def _regime(item: Objeto) -> Regime:
    fato, concessao = item.objeto("fato_gerador"), item.objeto("concessao")
    regime = Regime(
        nome=item.identificador("nome", r"[A-Za-z0-9_-]{1,20}", "até 20 letras e algarismos"),
        fato_gerador_de=fato.opcional(fato.competencia, "de"),
        fato_gerador_ate=fato.opcional(fato.competencia, "ate"),
        concessao_de=concessao.opcional(concessao.data, "de"),
        concessao_ate=concessao.opcional(concessao.data, "ate"),
        faixas=tuple(_faixa(faixa) for faixa in item.objetos("faixas", minimo=1)),
        fundamento=item.texto("fundamento"),
    )
    for objeto in (fato, concessao, item):
        objeto.encerrar()
    return regime


def _faixa(item: Objeto) -> Faixa:
    faixa = Faixa(
        de=item.inteiro("de", minimo=1, maximo=LONGO_MAXIMO),
        ate=item.inteiro("ate", minimo=1, maximo=LONGO_MAXIMO),
        reducao_multa=item.fracao("reducao_multa"),
        reducao_juros=item.fracao("reducao_juros"),
        fundamento=item.texto("fundamento"),
    )
    item.encerrar()
    return faixa


def _entrada(item: Objeto) -> Entrada:
    entrada = Entrada(
        de=item.inteiro("de", minimo=1, maximo=LONGO_MAXIMO),
        ate=item.inteiro("ate", minimo=1, maximo=LONGO_MAXIMO),
        fracao=item.fracao("fracao"),
        fundamento=item.texto("fundamento"),
    )
    item.encerrar()
    return entrada


def _recusa(item: Objeto) -> Recusa:
    recusa = Recusa(
        motivo=item.identificador("motivo", r"[a-z][a-z0-9_]{0,39}", "até 40 letras minúsculas, algarismos e sublinhados"),
        naturezas=_conjunto(item, "naturezas"),
        exceto_naturezas=_conjunto(item, "exceto_naturezas") or frozenset(),
        regimes=_conjunto(item, "regimes", _REGIMES_DO_OPTANTE),
        em_parcelamento=item.opcional(item.logico, "em_parcelamento"),
        fundamento=item.texto("fundamento"),
    )
    item.encerrar()
    return recusa


def _conjunto(item: Objeto, campo: str, entre: tuple[str, ...] = NATUREZAS) -> frozenset[str] | None:
    valores = item.opcional(lambda nome: item.escolhas(nome, entre), campo)
    return None if valores is None else frozenset(valores)


def _minimo(item: Objeto) -> Minimo:
    minimo = Minimo(
        valor=item.centavos("valor"),
        regime=item.opcional(lambda campo: item.escolha(campo, _REGIMES_DO_OPTANTE), "regime"),
        receita_ate=item.opcional(item.centavos, "receita_ate"),
        naturezas=_conjunto(item, "naturezas"),
        fundamento=item.texto("fundamento"),
    )
    item.encerrar()
    return minimo


def _lancamento(item: Objeto | None) -> Lancamento | None:
    if item is None:
        return None
    lancamento = Lancamento(
        contas=frozenset(item.escolhas("contas", CONTAS)),
        multa=item.fracao("multa"),
        contas_com_ciencia=frozenset(item.escolhas("contas_com_ciencia", CONTAS)),
        fundamento=item.texto("fundamento"),
    )
    item.encerrar()
    return lancamento


def _multa_reduzida(corpo: Objeto) -> MultaReduzida | None:
    reducao = corpo.fracao("reducao_multa_30_dias")
    item = corpo.opcional(corpo.objeto, "multa_reduzida_20")
    if item is None:
        return None
    regra = MultaReduzida(
        regimes=frozenset(item.escolhas("regimes")),
        contas=frozenset(item.escolhas("contas", CONTAS)),
        dias=item.inteiro("dias", minimo=1, maximo=366),
        entrada=item.fracao("entrada"),
        reducao_multa=reducao,
        fundamento=item.texto("fundamento"),
    )
    item.encerrar()
    return regra


def _cancelamento(item: Objeto) -> RegraDeCancelamento:
    regra = RegraDeCancelamento(
        parcelas_em_atraso=item.opcional(lambda campo: item.inteiro(campo, minimo=1, maximo=LONGO_MAXIMO), "parcelas_em_atraso"),
        consecutivas=item.logico("consecutivas"),
        dias_de_atraso=item.opcional(lambda campo: item.inteiro(campo, minimo=1), "dias_de_atraso"),
        aviso_dias=item.inteiro("aviso_dias", maximo=366),
        tolerancia_entrada_dias=item.inteiro("tolerancia_entrada_dias", maximo=366),
        perde_reducao=item.logico("perde_reducao"),
    )
    item.encerrar()
    return regra


def _reparcelamento(item: Objeto) -> Reparcelamento:
    regra = Reparcelamento(item.logico("permitido"), item.fracao("entrada_minima"), item.texto("fundamento"))
    item.encerrar()
    return regra


def _nao_verificado(item: Objeto) -> NaoVerificado:
    lido = NaoVerificado(item.texto("campo"), item.texto("nota"))
    item.encerrar()
    return lido
