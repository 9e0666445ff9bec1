"""Policies in the making: drafted by one person, approved by another, then never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import uuid5

from regua.application.aprovacoes import decidir_uma
from regua.application.ports_api import Aprovacao, Escritorio, PoliticaGuardada
from regua.domain.identidade import PROJETO
from regua.domain.politica_leitura import PoliticaInvalida, ler_politica
from regua.errors import EstadoNaoPermite, NaoExiste, recusar

TIPO: Final = "politica"


async def propor_politica(
    e: Escritorio, documento: Mapping[str, Any], *, autor: str, valida_de: date, valida_ate: date | None
) -> PoliticaGuardada:
    """Keeps a draft and asks for its approval. Raises DadosRecusados, EstadoNaoPermite (the version is taken)."""
    try:
        politica = ler_politica(documento)
    except PoliticaInvalida as erro:
        raise recusar(f"documento.{erro.campo}", erro.motivo, codigo=erro.codigo) from erro
    if valida_ate is not None and valida_ate < valida_de:
        raise recusar("valida_ate", "não pode ser anterior a valida_de.")
    guardada = PoliticaGuardada(
        versao=politica.versao,
        documento=documento,
        resumo=bytes.fromhex(politica.resumo),
        estado="rascunho",
        autor=autor,
        aprovador=None,
        criada_em=e.agora,
        aprovada_em=None,
        valida_de=valida_de,
        valida_ate=valida_ate,
    )
    if not await e.politicas.criar(guardada):
        raise EstadoNaoPermite(f"Já existe a política {politica.versao}: use outra versão.", codigo="versao_em_uso")
    await e.aprovacoes.pedir(
        Aprovacao(
            aprovacao=uuid5(PROJETO, f"aprovacao|{TIPO}|{politica.versao}"),
            tipo=TIPO,
            objeto=politica.versao,
            contribuinte=None,
            autor=autor,
            estado="pendente",
            decidida_por=None,
            motivo=None,
            criada_em=e.agora,
            decidida_em=None,
        )
    )
    return guardada


async def aprovar_politica(e: Escritorio, versao: str, *, quem: str) -> PoliticaGuardada:
    """Approves a draft by its version. Raises NaoExiste, EstadoNaoPermite, AutorNaoAprova."""
    pedido = await e.aprovacoes.travar_por_objeto(TIPO, versao)
    if pedido is None:
        if await e.politicas.travar(versao) is None:
            raise NaoExiste(f"Não há política {versao}.")
        raise EstadoNaoPermite(f"A política {versao} não espera aprovação.")
    await decidir_uma(e, pedido, aprovada=True, quem=quem, motivo=None)
    guardada = await e.politicas.travar(versao)
    if guardada is None:
        raise NaoExiste(f"Não há política {versao}.")
    return guardada
