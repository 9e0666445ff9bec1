"""The queue of approvals: a second person decides, never the author."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from regua.application.ports_api import Aprovacao, Escritorio
from regua.domain.politica import NIVEIS
from regua.domain.politica_leitura import ler_politica
from regua.errors import AutorNaoAprova, ErroDaRegua, EstadoNaoPermite, NaoExiste

RIGIDEZ: Final = f"rigidez_{NIVEIS}"


@dataclass(frozen=True, slots=True)
class Decidida:
    """What became of one item. `recusa` None: decided."""

    aprovacao: UUID
    estado: str | None
    recusa: ErroDaRegua | None = None


async def decidir_muitas(
    e: Escritorio, aprovacoes: Sequence[UUID], *, aprovada: bool, quem: str, motivo: str | None
) -> list[Decidida]:
    """Decides each that may be; the others come back with the reason."""
    achadas = {a.aprovacao: a for a in await e.aprovacoes.travar(set(aprovacoes))}
    return [
        await _tentar(e, id_, achadas.get(id_), aprovada=aprovada, quem=quem, motivo=motivo) for id_ in dict.fromkeys(aprovacoes)
    ]


async def decidir(e: Escritorio, aprovacao: UUID, *, aprovada: bool, quem: str, motivo: str | None) -> Aprovacao:
    """Decides one. Raises NaoExiste, EstadoNaoPermite, AutorNaoAprova."""
    achadas = await e.aprovacoes.travar({aprovacao})
    if not achadas:
        raise NaoExiste("Não há aprovação com este identificador.")
    return await decidir_uma(e, achadas[0], aprovada=aprovada, quem=quem, motivo=motivo)


async def decidir_uma(e: Escritorio, a: Aprovacao, *, aprovada: bool, quem: str, motivo: str | None) -> Aprovacao:
    """Decides one that is locked. Approved, a message of rigidity 5 goes out the same day if it may (`liberar_aprovado`);
    refused, its caso stays below. Raises EstadoNaoPermite, AutorNaoAprova."""
    if a.estado != "pendente":
        raise EstadoNaoPermite(f"Já foi {a.estado} por {a.decidida_por}.", codigo="ja_decidida")
    if a.autor == quem:
        raise AutorNaoAprova("Quem propõe não aprova: peça a outra pessoa.")
    feita = replace(a, estado="aprovada" if aprovada else "recusada", decidida_por=quem, motivo=motivo, decidida_em=e.agora)
    await e.aprovacoes.gravar(feita)
    if a.tipo == RIGIDEZ and not aprovada:
        caso = UUID(a.objeto.partition(":")[0])
        await e.aprovacoes.limitar_rigidez(
            caso, _se_recusada(await e.aprovacoes.politica_que_decidiu(a.contribuinte or "", caso))
        )
    elif a.tipo == "politica":
        await e.politicas.decidir(a.objeto, feita.estado, quem, e.agora)
    return feita


def _se_recusada(documento: Mapping[str, Any] | None) -> int:
    """How firm a caso may still be after a refusal, as the policy that proposed it says."""
    dito = None if documento is None else ler_politica(documento).nivel(NIVEIS).rigidez_se_recusada
    return NIVEIS - 1 if dito is None else dito


async def _tentar(e: Escritorio, id_: UUID, a: Aprovacao | None, *, aprovada: bool, quem: str, motivo: str | None) -> Decidida:
    if a is None:
        return Decidida(id_, None, NaoExiste("Não há aprovação com este identificador."))
    try:
        feita = await decidir_uma(e, a, aprovada=aprovada, quem=quem, motivo=motivo)
    except (EstadoNaoPermite, AutorNaoAprova) as recusa:
        return Decidida(id_, a.estado, recusa)
    return Decidida(id_, feita.estado)
