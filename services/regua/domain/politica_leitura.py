"""Reads a policy's document and refuses, in Portuguese, what would make the régua act wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from kernel.domain.calendario import HorarioDeContato
from kernel.domain.canonico import canonico, resumo
from regua.domain.politica import (
    CANAIS,
    ETAPAS,
    HIPOTESES,
    NIVEIS,
    REINCIDENCIAS,
    CanalDoNivel,
    Custos,
    Definicoes,
    Etapa,
    Limites,
    Nivel,
    Politica,
    Prazos,
    Regra,
    Todos,
    horario,
)
from regua.domain.politica_criterios import PoliticaInvalida, ler_criterio, ler_lista, ler_reais

__all__ = ("PoliticaInvalida", "ler_politica")

_DEFINICOES: Final = (
    "janela_meses",
    "episodio_atraso_dias",
    "prescricao_anos",
    "lembrete_dias",
    "lembrete_meses",
    "sem_condicoes_dias",
    "reincidencia_meses",
)
_PRAZOS: Final = ("ja_pagou_dias", "contesta_dias", "sem_condicoes_dias", "promessa_dias", "parcelamento_dias")
_TAREFAS: Final = ("rigidez_formal", "ultimo_aviso")


def ler_politica(documento: bytes | str | Mapping[str, Any]) -> Politica:
    """The policy in `documento`. Its hash is that of the canonical JSON: white space and key order do not count.

    Raises PoliticaInvalida.
    """
    corpo = _corpo(documento)
    return Politica(
        versao=_texto(corpo, "versao"),
        resumo=resumo(canonico(corpo)),
        definicoes=_definicoes(_objeto(corpo, "definicoes")),
        regras=_regras(corpo),
        etapas=_etapas(corpo),
        mapa=_mapa(corpo),
        niveis=_niveis(corpo),
        canal_de_conversa=_canal(_objeto(corpo, "canal_de_conversa"), "canal_de_conversa"),
        limites=_limites(_objeto(corpo, "limites")),
        horario=_horario(_objeto(corpo, "horario")),
        prazos=Prazos(**_inteiros(_objeto(corpo, "suspensoes"), _PRAZOS, "suspensoes")),
        custos=_custos(_objeto(corpo, "custos")),
    )


def _corpo(documento: bytes | str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(documento, bytes | str):
        try:
            documento = orjson.loads(documento)
        except orjson.JSONDecodeError:
            raise PoliticaInvalida("documento", "não é um JSON válido.") from None
    if not isinstance(documento, Mapping):
        raise PoliticaInvalida("documento", "deve ser um objeto JSON.")
    return documento


def _objeto(corpo: Mapping[str, Any], campo: str) -> Mapping[str, Any]:
    valor = corpo.get(campo)
    if not isinstance(valor, Mapping):
        raise PoliticaInvalida(campo, "falta, ou não é um objeto.")
    return valor


def _texto(corpo: Mapping[str, Any], campo: str, prefixo: str = "") -> str:
    valor = corpo.get(campo)
    if not isinstance(valor, str) or not valor.strip():
        raise PoliticaInvalida(prefixo + campo, "falta, ou não é um texto.")
    return valor


def _inteiro(corpo: Mapping[str, Any], campo: str, prefixo: str, *, minimo: int = 0) -> int:
    valor = corpo.get(campo)
    if not isinstance(valor, int) or isinstance(valor, bool) or not minimo <= valor <= 100_000:
        raise PoliticaInvalida(f"{prefixo}.{campo}", f"deve ser um número inteiro a partir de {minimo}.")
    return valor


def _inteiros(corpo: Mapping[str, Any], campos: tuple[str, ...], prefixo: str) -> dict[str, int]:
    return {campo: _inteiro(corpo, campo, prefixo) for campo in campos}


def _regras(corpo: Mapping[str, Any]) -> tuple[Regra, ...]:
    regras = []
    for i, item in enumerate(ler_lista(corpo, "hipoteses")):
        campo = f"hipoteses[{i}]"
        if not isinstance(item, Mapping):
            raise PoliticaInvalida(campo, "deve ser um objeto.")
        criterio = ler_criterio(item.get("criterio"), f"{campo}.criterio")
        regras.append(Regra(_texto(item, "hipotese", f"{campo}."), _texto(item, "nome", f"{campo}."), criterio))
    if sorted(r.hipotese for r in regras) != sorted(HIPOTESES):
        raise PoliticaInvalida("hipoteses", f"deve ter cada uma de {', '.join(HIPOTESES)} uma vez.")
    if regras[-1].criterio != Todos(()):
        raise PoliticaInvalida("hipoteses", 'a última deve valer sempre: {"todos": []}.')
    if any(r.criterio == Todos(()) for r in regras[:-1]):
        raise PoliticaInvalida("hipoteses", "só a última pode valer sempre: as que vêm depois nunca seriam escolhidas.")
    return tuple(regras)


def _etapas(corpo: Mapping[str, Any]) -> tuple[Etapa, ...]:
    itens = ler_lista(corpo, "etapas")
    if [item.get("etapa") if isinstance(item, Mapping) else None for item in itens] != list(range(1, ETAPAS + 1)):
        raise PoliticaInvalida("etapas", "deve ter as etapas 1 a 5, nesta ordem.")
    etapas = tuple(
        Etapa(
            etapa=item["etapa"],
            nome=_texto(item, "nome", f"etapas[{i}]."),
            dias_de_atraso=_inteiro(item, "dias_de_atraso", f"etapas[{i}]", minimo=1),
            dias_apos_anterior=_inteiro(item, "dias_apos_anterior", f"etapas[{i}]", minimo=min(i, 1)),
        )
        for i, item in enumerate(itens)
    )
    if any(a.dias_de_atraso >= b.dias_de_atraso for a, b in pairwise(etapas)):
        raise PoliticaInvalida("etapas", "os dias de atraso devem crescer de uma etapa para a seguinte.")
    return etapas


def _mapa(corpo: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
    linhas = ler_lista(corpo, "mapa")
    if len(linhas) != ETAPAS or any(not isinstance(x, list) or len(x) != REINCIDENCIAS for x in linhas):
        raise PoliticaInvalida("mapa", "deve ter 5 linhas (etapas) de 4 colunas (reincidência).")
    if any(isinstance(v, bool) or not isinstance(v, int) or not 1 <= v <= NIVEIS for linha in linhas for v in linha):
        raise PoliticaInvalida("mapa", "cada casa deve ser uma rigidez inteira de 1 a 5.")
    _recusar_quedas(linhas)
    return tuple(tuple(linha) for linha in linhas)


def _recusar_quedas(linhas: list[list[int]]) -> None:
    for e, linha in enumerate(linhas, start=1):
        for r in range(1, REINCIDENCIAS):
            if linha[r] < linha[r - 1]:
                raise PoliticaInvalida("mapa", f"a rigidez cai na etapa {e}, da reincidência {r} para a {r + 1}.")
    for e in range(1, ETAPAS):
        for r in range(REINCIDENCIAS):
            if linhas[e][r] < linhas[e - 1][r]:
                raise PoliticaInvalida("mapa", f"a rigidez cai na reincidência {r + 1}, da etapa {e} para a {e + 1}.")


def _canal(item: object, campo: str) -> CanalDoNivel:
    if not isinstance(item, Mapping) or item.get("canal") not in CANAIS:
        raise PoliticaInvalida(f"{campo}.canal", f"deve ser um de {', '.join(CANAIS)}.")
    return CanalDoNivel(
        canal=item["canal"],
        espera_horas=_inteiro(item, "espera_horas", campo, minimo=1),
        tentativas=_inteiro({"tentativas": 1, **item}, "tentativas", campo, minimo=1),
        intervalo_horas=_inteiro({"intervalo_horas": 0, **item}, "intervalo_horas", campo),
    )


def _niveis(corpo: Mapping[str, Any]) -> tuple[Nivel, ...]:
    itens = ler_lista(corpo, "niveis")
    if [item.get("rigidez") if isinstance(item, Mapping) else None for item in itens] != list(range(1, NIVEIS + 1)):
        raise PoliticaInvalida("niveis", "deve ter a rigidez 1 a 5, nesta ordem.")
    return tuple(_nivel(item, f"niveis[{i}]") for i, item in enumerate(itens))


def _nivel(item: Mapping[str, Any], campo: str) -> Nivel:
    canais = tuple(_canal(c, f"{campo}.canais[{i}]") for i, c in enumerate(ler_lista(item, "canais")))
    nomes = [c.canal for c in canais]
    if not nomes or len(set(nomes)) != len(nomes):
        raise PoliticaInvalida(f"{campo}.canais", "precisa de ao menos um canal, cada um uma só vez.")
    tarefa, recusada = item.get("tarefa"), item.get("rigidez_se_recusada")
    if tarefa not in (None, *_TAREFAS):
        raise PoliticaInvalida(f"{campo}.tarefa", f"deve ser um de {', '.join(_TAREFAS)}.")
    aprovacao = _texto(item, "aprovacao", f"{campo}.") if "aprovacao" in item else None
    if item["rigidez"] == NIVEIS and aprovacao is None:
        raise PoliticaInvalida(f"{campo}.aprovacao", "a rigidez 5 depende sempre da aprovação de uma pessoa.")
    if aprovacao is not None and (not isinstance(recusada, int) or not 1 <= recusada < item["rigidez"]):
        raise PoliticaInvalida(f"{campo}.rigidez_se_recusada", "deve ser uma rigidez menor que esta.")
    oferece = item.get("oferece_cotacao", [])
    if not isinstance(oferece, list) or not set(oferece) <= set(HIPOTESES):
        raise PoliticaInvalida(f"{campo}.oferece_cotacao", "deve ser uma lista de hipóteses.")
    tom = _texto(item, "tom", f"{campo}.")
    return Nivel(item["rigidez"], tom, canais, tarefa, aprovacao, recusada if aprovacao else None, frozenset(oferece))


def _definicoes(corpo: Mapping[str, Any]) -> Definicoes:
    tolerancia = ler_reais(corpo.get("tolerancia"), "definicoes.tolerancia")
    return Definicoes(**_inteiros(corpo, _DEFINICOES, "definicoes"), tolerancia_centavos=tolerancia)


def _limites(corpo: Mapping[str, Any]) -> Limites:
    def um(campo: str) -> int:
        return _inteiro(corpo, campo, "limites", minimo=1)

    minimo = ler_reais(corpo.get("minimo"), "limites.minimo")
    # more than one contact a day would need an order among a person's casos within the day
    if um("por_dia") != 1:
        raise PoliticaInvalida("limites.por_dia", "deve ser 1: uma pessoa recebe um contato por dia.")
    return Limites(um("por_dia"), um("por_janela"), um("janela_dias"), minimo)


def _horario(corpo: Mapping[str, Any]) -> HorarioDeContato:
    semana = []
    for i, par in enumerate(ler_lista(corpo, "semana")):
        try:
            semana.append(None if par is None else (time.fromisoformat(par[0]), time.fromisoformat(par[1])))
        except (TypeError, ValueError, IndexError, KeyError):
            raise PoliticaInvalida(f"horario.semana[{i}]", 'deve ser nulo ou um par como ["08:00", "20:00"].') from None
    fuso = _texto(corpo, "fuso", "horario.")
    try:
        ZoneInfo(fuso)
        return horario(fuso, tuple(semana))
    except (ValueError, OSError, KeyError):
        raise PoliticaInvalida("horario", "precisa de sete dias, de algum dia aberto e de um fuso conhecido.") from None


def _custos(corpo: Mapping[str, Any]) -> Custos:
    micros = []
    for canal in CANAIS:
        try:
            valor = Fraction(_texto(corpo, canal, "custos.")) * 1_000_000
        except (ValueError, ZeroDivisionError):
            raise PoliticaInvalida(f"custos.{canal}", 'deve ser um valor entre aspas, como "0.006800".') from None
        if valor < 0 or valor.denominator != 1:
            raise PoliticaInvalida(f"custos.{canal}", "deve ter até seis casas e não ser negativo.")
        micros.append((canal, valor.numerator))
    return Custos(_texto(corpo, "moeda", "custos."), tuple(micros))
