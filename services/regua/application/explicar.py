"""What the régua thinks of one taxpayer today: the base's own computation, on the records of one person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from kernel.domain.calendario import JanelaDeContato
from regua.application.decidir import decidir_base
from regua.application.executar_ciclo import CAMPANHA_PERMANENTE
from regua.application.ports_ciclo import Campanha, Leitura, PortasDoCiclo
from regua.domain.etapa import proximo_passo
from regua.domain.evidencia import Classificacao, classificar
from regua.domain.fatos import FATOS_DO_CASO, apurar
from regua.domain.politica import Politica


@dataclass(frozen=True, slots=True)
class CasoExplicado:
    """One caso as it stands. `resultado` and `motivo`: what a ciclo would decide now. `proxima_etapa`: the next rung and
    its earliest day; both null while one is under way, and after the last. `fatos`: cents, counts, exact fractions.
    `oferece_cotacao`: the policy offers a quote to this class, however firm it is by now."""

    caso: str
    tributo: str
    classificacao: Classificacao
    fatos: Mapping[str, Any]
    etapa: int
    reincidencia: int
    rigidez: int
    resultado: str
    motivo: str | None
    proxima_etapa: int | None
    proxima_data: date | None
    oferece_cotacao: bool


@dataclass(frozen=True, slots=True)
class ContribuinteExplicado:
    """A taxpayer's casos, the one that would be contacted first at the head; none for who owes nothing or is unknown."""

    contribuinte: str
    data: date
    politica: str
    casos: tuple[CasoExplicado, ...]


async def explicar(portas: PortasDoCiclo, contribuinte: str) -> ContribuinteExplicado:
    """Explains `contribuinte` on the clock's date under the permanent campaign. Raises PoliticaAusente."""
    agora = portas.relogio.agora()
    campanha = await portas.regras.campanha(CAMPANHA_PERMANENTE)
    data = JanelaDeContato(portas.calendario).dia_local(agora)
    politica = await portas.regras.politica_vigente(data)
    leitura = await portas.leitura.ler_pessoa(contribuinte, data=data, politica=politica, campanha=campanha)
    quadro = await asyncio.to_thread(_decidir, portas, leitura, politica, campanha, agora)
    dele = [linha for linha in quadro.to_dicts() if linha["contribuinte"] == contribuinte]
    return ContribuinteExplicado(contribuinte, data, politica.versao, tuple(_caso(linha, politica) for linha in dele))


def _decidir(portas: PortasDoCiclo, leitura: Leitura, politica: Politica, campanha: Campanha, agora: datetime) -> pl.DataFrame:
    janela = politica.janela(portas.calendario)
    decididos = decidir_base(
        apurar(leitura.base, janela.dia_local(agora), politica.definicoes),
        leitura,
        politica=politica,
        campanha=campanha,
        data=janela.dia_local(agora),
        agora=agora,
        janela=janela,
        canais_ativos=portas.canais_ativos,
    )
    # the order by which one of a person's casos is chosen
    return decididos.avaliados.sort("rigidez", "dias_atraso", "tributo", descending=[True, True, False])


def _caso(linha: Mapping[str, Any], politica: Politica) -> CasoExplicado:
    fatos = {fato: linha[fato] for fato in FATOS_DO_CASO}
    passo = proximo_passo(
        politica,
        desde=linha["desde"],
        etapa_consumida=linha["etapa_consumida"],
        etapa_em=linha["etapa_em"],
        em_andamento=linha["andamento"] is not None,
    )
    classificacao = classificar(fatos, politica)
    return CasoExplicado(
        **{n: linha[n] for n in ("caso", "tributo", "etapa", "reincidencia", "rigidez", "resultado", "motivo")},
        classificacao=classificacao,
        fatos=fatos,
        proxima_etapa=passo[0] if passo else None,
        proxima_data=passo[1] if passo else None,
        oferece_cotacao=any(classificacao.hipotese in nivel.oferece_cotacao for nivel in politica.niveis),
    )
