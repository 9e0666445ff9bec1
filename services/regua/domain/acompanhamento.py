"""What becomes of a rung as its channels answer: at most one channel under way, never skipped, never repeated.

A pure state machine. Events may come late, out of order and more than once; only those that tell something new count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from regua.domain.canais import Proximo

Estado = Literal["emitido", "entregue", "esgotado", "cancelado", "retido"]

# The states of an envio in the order in which they may only rise (arquitetura, "Receipts").
POSTO: Final[Mapping[str, int]] = {
    estado: posto
    for posto, estado in enumerate(
        ("pendente", "enviando", "incerto", "aceito", "enviado", "expirado", "falhou", "entregue", "lido")
    )
}
RECEBIDO: Final = frozenset({"entregue", "lido"})
# What we cancel for; canais answers with the same word.
CANCELAMENTOS: Final = frozenset(
    {"pago", "parcelado", "suspenso", "optou_sair", "pagamento_parcial", "entregue_em_outro_canal", "operador"}
)
SEM_ENVIO: Final = "sem_envio"
# Another taxpayer's message took this address today (an accountant's phone): the rung is kept, and it is nobody's failure.
ENDERECO_OCUPADO: Final = "endereco_ja_contatado"
# Tries at one rung of which no request ever left, before a human takes the caso.
TENTATIVAS_SEM_ENVIO: Final = 3


@dataclass(frozen=True, slots=True)
class Emissao:
    """One channel of an acionamento: what its envio told so far."""

    canal: str
    ordem: int
    estado: str = "pendente"
    esgotado: bool = False
    requisitado: bool = False
    cancelada: bool = False
    motivo: str | None = None
    custo_micros: int | None = None
    moeda: str | None = None


@dataclass(frozen=True, slots=True)
class Acionamento:
    """One rung of one caso over its channels. `ordem`: the place in `canais` (from 1) of the channel under way.

    `consumido`: a request left. `motivo`: why it was cancelled; on an `emitido` one, that a cancel was asked for and is not
    answered yet. `tentativas_sem_envio`: earlier tries at this rung of which nothing left.
    """

    acionamento: UUID
    canais: tuple[str, ...]
    emissoes: Mapping[str, Emissao] = field(default_factory=dict)
    estado: Estado = "emitido"
    ordem: int = 1
    consumido: bool = False
    entregue_em: datetime | None = None
    encerrado_em: datetime | None = None
    motivo: str | None = None
    tentativas_sem_envio: int = 0

    @property
    def em_curso(self) -> Emissao | None:
        """The channel under way."""
        if self.estado != "emitido":
            return None
        return next((e for e in self.emissoes.values() if e.ordem == self.ordem), None)


@dataclass(frozen=True, slots=True)
class Entrega:
    """What an `entrega.atualizada` says; `em` is the domain's instant, never the provider's."""

    canal: str
    estado: str
    esgotado: bool
    requisitado: bool
    em: datetime
    motivo: str | None = None
    custo_micros: int | None = None
    moeda: str | None = None


@dataclass(frozen=True, slots=True)
class Datar:
    """The rung is consumed, and its days count from this instant."""

    em: datetime


@dataclass(frozen=True, slots=True)
class Emitir:
    """The next channel has its turn."""

    proximo: Proximo


@dataclass(frozen=True, slots=True)
class Cancelar:
    """What may still wait on this channel is not wanted any more."""

    canal: str
    motivo: str


@dataclass(frozen=True, slots=True)
class ChamarPessoa:
    """All channels are over: a human takes it."""

    em: datetime


Efeito = Datar | Emitir | Cancelar | ChamarPessoa
Resultado = tuple[Acionamento, tuple[Efeito, ...]]
# The turn of the first channel after a place (from 1) that reaches the taxpayer now; None when there is none.
ProximoCanal = Callable[[int], Proximo | None]


def acompanhar(a: Acionamento, e: Entrega, proximo: ProximoCanal) -> Resultado:
    """The acionamento after one event, and what has to be done. Stale, repeated and foreign events change nothing."""
    antes = a.emissoes.get(e.canal)
    if antes is None:
        return a, ()
    depois = _juntar(antes, e)
    if depois == antes:
        return a, ()
    novo = replace(a, emissoes={**a.emissoes, e.canal: depois}, consumido=a.consumido or depois.requisitado)
    if depois.estado in RECEBIDO:
        return (novo, ()) if a.entregue_em is not None else _entregue(novo, e)
    if novo.em_curso is depois and depois.esgotado and not antes.esgotado:
        return _canal_esgotado(novo, e, proximo)
    return novo, ()


def cancelar(a: Acionamento, motivo: str) -> Resultado:
    """Asks the channel under way to stop. The acionamento stays `emitido` until that channel answers: a request may have
    left meanwhile, and then the rung counts."""
    em_curso = a.em_curso
    if em_curso is None or a.motivo is not None:
        return a, ()
    return replace(a, motivo=motivo), (Cancelar(em_curso.canal, motivo),)


def _juntar(antes: Emissao, e: Entrega) -> Emissao:
    """The maximum of what is known and what is told. `suprimido` follows `pendente` alone, and nothing follows it."""
    if antes.estado == "suprimido" or (e.estado == "suprimido" and antes.estado != "pendente"):
        return antes
    sobe = e.estado == "suprimido" or POSTO[e.estado] > POSTO[antes.estado]
    estado = e.estado if sobe else antes.estado
    return replace(
        antes,
        estado=estado,
        # a channel that delivered is not over, whatever was told before
        esgotado=antes.esgotado or e.esgotado,
        requisitado=antes.requisitado or e.requisitado,
        cancelada=antes.cancelada or (estado == "suprimido" and e.motivo in CANCELAMENTOS),
        motivo=e.motivo if sobe else antes.motivo,
        custo_micros=antes.custo_micros if e.custo_micros is None else max(antes.custo_micros or 0, e.custo_micros),
        moeda=antes.moeda or e.moeda,
    )


def _entregue(a: Acionamento, e: Entrega) -> Resultado:
    em_curso = a.em_curso
    fim = replace(a, estado="entregue", entregue_em=e.em, encerrado_em=e.em, consumido=True, motivo=None)
    outro = em_curso is not None and em_curso.canal != e.canal and not em_curso.requisitado and a.motivo is None
    if em_curso is None or not outro:
        return fim, (Datar(e.em),)
    return fim, (Datar(e.em), Cancelar(em_curso.canal, "entregue_em_outro_canal"))


def _canal_esgotado(a: Acionamento, e: Entrega, proximo: ProximoCanal) -> Resultado:
    if a.motivo is not None:
        fim = replace(a, estado="cancelado", encerrado_em=e.em)
        return fim, (Datar(e.em),) if a.consumido else ()
    vez = proximo(a.ordem)
    if vez is None:
        return _canais_esgotados(a, e)
    emissoes = {**a.emissoes, vez.canal: Emissao(vez.canal, vez.ordem)}
    return replace(a, emissoes=emissoes, ordem=vez.ordem), (Emitir(vez),)


def _canais_esgotados(a: Acionamento, e: Entrega) -> Resultado:
    if a.consumido:
        return replace(a, estado="esgotado", encerrado_em=e.em), (Datar(e.em), ChamarPessoa(e.em))
    ocupado = e.motivo == ENDERECO_OCUPADO
    if ocupado or a.tentativas_sem_envio + 1 < TENTATIVAS_SEM_ENVIO:
        motivo = ENDERECO_OCUPADO if ocupado else SEM_ENVIO
        return replace(a, estado="cancelado", encerrado_em=e.em, motivo=motivo), ()
    # not consumed, and not tried again until something about the person's contacts changes
    return replace(a, estado="esgotado", encerrado_em=e.em, motivo=SEM_ENVIO), (ChamarPessoa(e.em),)
