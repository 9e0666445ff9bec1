"""Campaigns: what they may be, and from which state to which they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from regua.application.executar_ciclo import CAMPANHA_PERMANENTE
from regua.application.ports_api import CampanhaGuardada, Escritorio
from regua.domain.politica import CANAIS
from regua.domain.segmento import SegmentoInvalido, ler_segmento
from regua.errors import EstadoNaoPermite, NaoExiste, recusar

# action → (from which states, to which)
ACOES: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "iniciar": (frozenset({"rascunho"}), "ativa"),
    "pausar": (frozenset({"ativa"}), "pausada"),
    "retomar": (frozenset({"pausada"}), "ativa"),
    "encerrar": (frozenset({"rascunho", "ativa", "pausada"}), "encerrada"),
}
# Once it ran, whom it is about and who was drawn must stay comparable.
_DEPOIS_DE_INICIADA: Final = frozenset({"nome", "valida_ate", "orcamento_micros", "moeda"})


async def criar_campanha(e: Escritorio, nova: CampanhaGuardada, segredo: bytes) -> CampanhaGuardada:
    """Keeps a new one as `rascunho`. Raises DadosRecusados."""
    await _conferir(e, nova)
    await e.campanhas.criar(nova, segredo)
    return nova


async def mudar_campanha(e: Escritorio, campanha: str, campos: Mapping[str, Any]) -> CampanhaGuardada:
    """Changes the given fields. Raises NaoExiste, EstadoNaoPermite, DadosRecusados."""
    atual = await _travar(e, campanha)
    if atual.estado == "encerrada":
        raise EstadoNaoPermite("A campanha está encerrada e não muda mais.")
    fixos = sorted(campo for campo in campos if campo not in _DEPOIS_DE_INICIADA)
    if atual.estado != "rascunho" and fixos:
        raise EstadoNaoPermite(f"Depois de iniciada, a campanha não muda em: {', '.join(fixos)}.")
    mudada = replace(atual, **campos, atualizada_em=e.agora)
    await _conferir(e, mudada)
    await e.campanhas.gravar(mudada)
    return mudada


async def conduzir_campanha(e: Escritorio, campanha: str, acao: str) -> CampanhaGuardada:
    """Starts, pauses, resumes or ends it. Raises NaoExiste, EstadoNaoPermite, DadosRecusados."""
    atual = await _travar(e, campanha)
    de, para = ACOES[acao]
    if atual.estado not in de:
        raise EstadoNaoPermite(f"A campanha está {atual.estado}: não se pode {acao}.")
    if campanha == CAMPANHA_PERMANENTE and para == "encerrada":
        raise EstadoNaoPermite("A campanha permanente pode ser pausada, não encerrada.")
    if acao == "iniciar":
        await _conferir(e, atual)
    mudada = replace(atual, estado=para, atualizada_em=e.agora)
    await e.campanhas.gravar(mudada)
    return mudada


async def _travar(e: Escritorio, campanha: str) -> CampanhaGuardada:
    atual = await e.campanhas.travar(campanha)
    if atual is None:
        raise NaoExiste(f"Não há campanha {campanha}.")
    return atual


async def _conferir(e: Escritorio, c: CampanhaGuardada) -> None:
    try:
        ler_segmento(c.segmento)
    except SegmentoInvalido as erro:
        raise recusar(erro.campo, erro.motivo, codigo=erro.codigo) from erro
    if c.canais is not None and (not c.canais or not set(c.canais) <= set(CANAIS)):
        raise recusar("canais", f"aceita um ou mais de: {', '.join(CANAIS)}.")
    if c.valida_de is not None and c.valida_ate is not None and c.valida_ate < c.valida_de:
        raise recusar("valida_ate", "não pode ser anterior a valida_de.")
    if not 0 <= c.grupo_controle < 1 or c.grupo_controle != round(c.grupo_controle, 4):
        raise recusar("grupo_controle", "deve ir de 0 a menos de 1, com até quatro casas.")
    if c.orcamento_micros is not None and c.orcamento_micros < 0:
        raise recusar("orcamento", "não pode ser negativo.")
    if c.politica is not None and not await e.campanhas.politica_aprovada(c.politica):
        raise recusar("politica", "não há política aprovada com esta versão.")
