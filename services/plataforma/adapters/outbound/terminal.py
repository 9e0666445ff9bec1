"""The live summary: a table that renews itself on a terminal, plain lines where there is none."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from plataforma.domain.painel import (
    FINAIS_RUINS,
    Retrato,
    em_moeda,
    em_texto,
    estados_presentes,
    nome_da_fonte,
    nome_da_hipotese,
    nome_da_situacao,
    situacoes_presentes,
)

_QUADRO_S = 1.0
_LINHA_S = 5.0


async def mostrar(retratar: Callable[[], Awaitable[Retrato]], *, cabecalho: str) -> None:
    """Shows what `retratar` answers, until cancelled."""
    if sys.stdout.isatty():
        await _quadro(retratar, cabecalho)
    else:
        await _linhas(retratar)


async def _linhas(retratar: Callable[[], Awaitable[Retrato]]) -> None:
    anterior = ""
    while True:
        retrato = await retratar()
        linha = em_texto(retrato)
        # what changed, not the time that went by
        if (novo := linha.split(" | ", 1)[1]) != anterior:
            sys.stdout.write(f"{linha}\n")
            sys.stdout.flush()
            anterior = novo
        await asyncio.sleep(_LINHA_S)


async def _quadro(retratar: Callable[[], Awaitable[Retrato]], cabecalho: str) -> None:
    with Live(console=Console(), refresh_per_second=2, transient=False) as tela:
        while True:
            tela.update(desenhar(await retratar(), cabecalho))
            await asyncio.sleep(_QUADRO_S)


def desenhar(retrato: Retrato, cabecalho: str) -> Group:
    """The picture as tables: why and how firm on the left, channels and states below."""
    motivos = Table(title="Acionamentos", title_justify="left", expand=False)
    for nome in ("hipótese", "quantos", "", "rigidez", "quantos"):
        motivos.add_column(nome, justify="right" if nome == "quantos" else "left")
    hipoteses = sorted(retrato.por_hipotese.items())
    graus = sorted(retrato.por_rigidez.items())
    for n in range(max(len(hipoteses), len(graus))):
        esquerda = (nome_da_hipotese(hipoteses[n][0]), str(hipoteses[n][1])) if n < len(hipoteses) else ("", "")
        direita = (str(graus[n][0]), str(graus[n][1])) if n < len(graus) else ("", "")
        motivos.add_row(*esquerda, "", *direita)
    envios = Table(title="Mensagens", title_justify="left")
    envios.add_column("canal")
    presentes = estados_presentes(retrato)
    for estado in presentes:
        envios.add_column(estado, justify="right", style="red" if estado in FINAIS_RUINS else None)
    for canal, estados in sorted(retrato.por_canal.items()):
        envios.add_row(canal, *(str(estados.get(estado, 0)) for estado in presentes))
    custo = ", ".join(f"{moeda} {em_moeda(valor)}" for moeda, valor in sorted(retrato.custos.items())) or "nenhum"
    dinheiro = [
        *(f"{nome_da_situacao(s)} {retrato.parcelamentos[s]}" for s in situacoes_presentes(retrato)),
        *(f"{nome_da_fonte(f)} {r.quantos} (R$ {em_moeda(r.valor)})" for f, r in sorted(retrato.recolhidos.items())),
    ]
    planos = [Text(f"Parcelamentos e pagamentos: {' · '.join(dinheiro)}")] if dinheiro else []
    rodape = Text(
        f"{retrato.agora:%d/%m/%Y %H:%M} · custo {custo} · regularizadas {retrato.regularizadas} · "
        f"controle {retrato.retidos} · eventos por ler {retrato.atraso}"
    )
    return Group(Text(cabecalho, style="bold"), motivos, envios, *planos, rodape)
