"""A dry run: what a policy would do on a date, to whom, at what cost; and how two policies differ. Nothing is written."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from kernel.domain.calendario import JanelaDeContato
from regua.application.decidir import decidir_base
from regua.application.executar_ciclo import CAMPANHA_PERMANENTE
from regua.application.executar_ciclo_contagens import Contagens, contar
from regua.application.ports_ciclo import Campanha, Leitura, PortasDoCiclo
from regua.domain.fatos import apurar
from regua.domain.politica import Politica

_AMOSTRA: Final = 50
_CHAVES: Final = ["contribuinte", "tributo"]


@dataclass(frozen=True, slots=True)
class ContatoSimulado:
    """One contact that would go out."""

    contribuinte: str
    tributo: str
    hipotese: str
    etapa: int
    rigidez: int
    canal: str


@dataclass(frozen=True, slots=True)
class Simulacao:
    """What would happen: how much, a first page of whom, and the expected cost of the first channel, in millionths."""

    politica: str
    data: date
    contagens: Contagens
    amostra: tuple[ContatoSimulado, ...]
    custo_micros: int
    moeda: str


@dataclass(frozen=True, slots=True)
class Mudanca:
    """How many casos go from one (hipotese, etapa, rigidez, resultado) to another; null where not evaluated."""

    antes: tuple[str, int, int, str] | None
    depois: tuple[str, int, int, str] | None
    casos: int


@dataclass(frozen=True, slots=True)
class Diferencas:
    """Two policies on the same base and date."""

    a: Simulacao
    b: Simulacao
    iguais: int
    mudancas: tuple[Mudanca, ...]


async def simular(portas: PortasDoCiclo, *, versao: str, data: date, campanha: str = CAMPANHA_PERMANENTE) -> Simulacao:
    """Runs policy `versao` (a draft too) over the base as it is known now, as if it were `data`.

    Raises PoliticaAusente, CampanhaDesconhecida.
    """
    politica, guardada = await portas.regras.politica(versao, aprovada=False), await portas.regras.campanha(campanha)
    leitura = await portas.leitura.ler(data=data, politica=politica, campanha=guardada)
    quadro = await asyncio.to_thread(_decidir, portas, leitura, politica, guardada, data)
    return _resumir(quadro, politica, data)


async def diferencas(portas: PortasDoCiclo, *, a: str, b: str, data: date, campanha: str = CAMPANHA_PERMANENTE) -> Diferencas:
    """What changes from policy `a` to `b` on one snapshot. Raises as `simular`."""
    politicas = [await portas.regras.politica(versao, aprovada=False) for versao in (a, b)]
    guardada = await portas.regras.campanha(campanha)
    # one snapshot for both: reaches as far back as the one that looks further
    fundo = max(politicas, key=lambda p: (p.definicoes.lembrete_meses, p.limites.janela_dias))
    leitura = await portas.leitura.ler(data=data, politica=fundo, campanha=guardada)
    quadros = [await asyncio.to_thread(_decidir, portas, leitura, p, guardada, data) for p in politicas]
    mudancas = _comparar(quadros[0], quadros[1])
    iguais = sum(m.casos for m in mudancas if m.antes == m.depois)
    de_a, de_b = (_resumir(q, p, data) for q, p in zip(quadros, politicas, strict=True))
    return Diferencas(de_a, de_b, iguais, tuple(m for m in mudancas if m.antes != m.depois))


def _decidir(portas: PortasDoCiclo, leitura: Leitura, politica: Politica, campanha: Campanha, data: date) -> pl.DataFrame:
    janela = politica.janela(portas.calendario)
    agora = portas.relogio.agora()
    decididos = decidir_base(
        apurar(leitura.base, data, politica.definicoes),
        leitura,
        politica=politica,
        # a dry run of a campaign says what it would do while it is not yet running
        campanha=replace(campanha, politica=politica.versao),
        data=data,
        agora=agora if janela.dia_local(agora) == data else _manha(janela, data),
        janela=janela,
        canais_ativos=portas.canais_ativos,
    )
    return decididos.avaliados


def _manha(janela: JanelaDeContato, data: date) -> datetime:
    """When a ciclo of another day would run: at its first allowed instant (midnight where there is none)."""
    faixa = janela.faixa_do_dia(data)
    return faixa[0] if faixa else datetime.combine(data, time(), ZoneInfo(janela.horario.fuso))


def _resumir(quadro: pl.DataFrame, politica: Politica, data: date) -> Simulacao:
    acionados = quadro.filter(pl.col("resultado") == "acionado")
    colunas = ("contribuinte", "tributo", "hipotese", "etapa", "rigidez", "canal")
    primeiros = acionados.sort("rigidez", "valor_aberto", "caso", descending=[True, True, False]).head(_AMOSTRA)
    return Simulacao(
        politica=politica.versao,
        data=data,
        contagens=contar(quadro, acionados["canal"]),
        amostra=tuple(ContatoSimulado(*linha) for linha in primeiros.select(colunas).iter_rows()),
        custo_micros=int(acionados["custo_micros"].sum()),
        moeda=politica.custos.moeda,
    )


def _comparar(a: pl.DataFrame, b: pl.DataFrame) -> list[Mudanca]:
    campos = ("hipotese", "etapa", "rigidez", "resultado")
    antes = a.select(*_CHAVES, *(pl.col(c).alias(f"{c}_a") for c in campos))
    depois = b.select(*_CHAVES, *(pl.col(c).alias(f"{c}_b") for c in campos))
    pares = antes.join(depois, on=_CHAVES, how="full", coalesce=True)
    colunas = [f"{c}_{lado}" for lado in "ab" for c in campos]
    contados = pares.group_by(colunas).len().sort(["len", *colunas], descending=[True] + [False] * len(colunas))
    return [Mudanca(_um(linha[:4]), _um(linha[4:8]), linha[8]) for linha in contados.iter_rows()]


def _um(valores: tuple[str | None, int | None, int | None, str | None]) -> tuple[str, int, int, str] | None:
    hipotese, etapa, rigidez, resultado = valores
    if hipotese is None or etapa is None or rigidez is None or resultado is None:
        return None
    return hipotese, etapa, rigidez, resultado
