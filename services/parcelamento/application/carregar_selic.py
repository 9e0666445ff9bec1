"""Loads the SELIC table: a person's file whole or not at all, and the months that ship with the room where none is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kernel.domain.datas import Competencia, mes_de
from parcelamento.application.ports_encargos import GuardaDaSelic
from parcelamento.domain.selic import TaxaMensal
from parcelamento.domain.selic_leitura import ler_selic

_MESES_DA_DEMONSTRACAO: Final = 120


@dataclass(frozen=True, slots=True)
class CargaDaSelic:
    """What a file changed, in order of time. `alterados`: months that had another rate; what was worked out with it stays."""

    novos: tuple[Competencia, ...]
    alterados: tuple[Competencia, ...]
    iguais: int


async def carregar_selic(guarda: GuardaDaSelic, conteudo: bytes, *, fonte: str, hoje: date, agora: datetime) -> CargaDaSelic:
    """Keeps every month of the file, which `ler_selic` reads. `hoje`: a month that is not over has no rate.

    Raises `SelicRecusada`, with nothing kept.
    """
    lidas = ler_selic(conteudo, fonte=fonte, ate=mes_de(hoje).anterior())
    guardadas = await guarda.travar()
    mudam = [t for t in lidas if guardadas.get(t.competencia) != t.taxa]
    await guarda.gravar(mudam, carregada_em=agora)
    return CargaDaSelic(
        novos=tuple(t.competencia for t in mudam if t.competencia not in guardadas),
        alterados=tuple(t.competencia for t in mudam if t.competencia in guardadas),
        iguais=len(lidas) - len(mudam),
    )


async def semear_selic(guarda: GuardaDaSelic, conteudo: bytes, *, agora: datetime) -> int:
    """Keeps the months of `conteudo` that are not kept yet, and tells how many: a rate that a person loaded stays."""
    guardadas = await guarda.travar()
    faltam = [t for t in ler_selic(conteudo, fonte="tabela de fábrica") if t.competencia not in guardadas]
    await guarda.gravar(faltam, carregada_em=agora)
    return len(faltam)


async def semear_demonstracao(guarda: GuardaDaSelic, *, agora: datetime) -> int:
    """Repeats the last known rate for ten years from today, and tells how many months are new: for a virtual clock alone.

    No law has these figures, and their source says so: without them a demonstration of today would stop at the first late
    payment. A file loaded for a month takes their place.
    """
    guardadas = await guarda.travar()
    ultima = max(guardadas, default=None)
    if ultima is None:
        return 0
    fim = mes_de(agora.date()).seguinte(_MESES_DA_DEMONSTRACAO)
    fonte = f"demonstração: repete a taxa de {ultima}"
    novas = [TaxaMensal(ultima.seguinte(n), guardadas[ultima], fonte) for n in range(1, fim.indice - ultima.indice + 1)]
    await guarda.gravar(novas, carregada_em=agora)
    return len(novas)
