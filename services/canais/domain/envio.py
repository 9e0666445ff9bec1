"""An envio and what happens to it: each function takes one as it is and gives it as it becomes; nothing is written here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from canais.domain.estado import POSTO, RELATAVEIS, Estado, esgota, juntar
from canais.domain.preco import Tabela
from canais.domain.resposta import Aceito, Desfecho, Incerto, NaoEntrou, Recusado

ESPERA_DA_CONSULTA: Final = timedelta(seconds=30)
"""How long after a request's deadline its provider can be asked whether it was accepted, and between two such questions."""

CONSULTAS: Final = 2
_RECUO_MAXIMO_S: Final = 600


class Envio(NamedTuple):
    """A row of `canais.envio` as far as its life needs it. A tuple: thousands are made a second."""

    envio: UUID
    acionamento: UUID
    contribuinte: str
    canal: str
    estado: Estado
    motivo: str | None
    modelo_versao: UUID | None
    codigo: str
    nao_antes: datetime
    valido_ate: datetime
    endereco: str | None
    provedor: str | None
    id_provedor: str | None
    tentativas: int
    requisitado: bool
    trava: int | None
    verificar_em: datetime | None
    verificacoes: int
    esgotado: bool
    codigo_falha: str | None
    custo_micros: int | None
    moeda: str | None
    provedor_em: datetime | None
    traceparent: str | None


class Recibo(NamedTuple):
    """What a provider says of a message. Without `envio` it is known by `id_provedor` alone."""

    provedor: str
    estado: Estado
    envio: UUID | None
    id_provedor: str | None
    codigo: str | None
    provedor_em: datetime | None
    recebido_em: datetime


def mudou(antes: Envio, depois: Envio) -> bool:
    """Whether other rooms are told: another state that says something, or a channel that is over now."""
    if depois.estado not in RELATAVEIS:
        return False
    return antes.estado != depois.estado or (depois.esgotado and not antes.esgotado)


def fica_na_historia(antes: Envio, depois: Envio) -> bool:
    """Whether the history gets a line: a new state that says something, or a refusal that will be tried again."""
    if depois.estado in RELATAVEIS:
        return antes.estado != depois.estado
    return depois.codigo_falha is not None and antes.estado != depois.estado


def com_desfecho(
    e: Envio,
    desfecho: Desfecho,
    *,
    trava: int,
    tentativa: int,
    agora: datetime,
    pausa: timedelta,
    prazo: timedelta,
    consultavel: bool,
    precos: Tabela,
) -> Envio:
    """After the answer to request number `tentativa`, made under `trava`.

    A row that went on meanwhile (its receipt was faster, or another worker has it) only learns the provider's id. `pausa`:
    until when what was not looked at waits; `prazo`: the request's deadline; `consultavel`: its provider can be asked.
    """
    meu = e.estado in ("enviando", "incerto") and e.trava == trava and e.tentativas == tentativa
    if not meu:
        return e._replace(id_provedor=e.id_provedor or desfecho.id_provedor) if isinstance(desfecho, Aceito) else e
    match desfecho:
        case Aceito(id_provedor):
            return _aceito(e, id_provedor, agora, precos)
        case NaoEntrou():
            return e._replace(
                estado="pendente", trava=None, tentativas=e.tentativas - 1, nao_antes=agora + pausa, verificar_em=None
            )
        case Recusado(falha):
            if falha.natureza.retryable:
                recuo = timedelta(seconds=min(_RECUO_MAXIMO_S, 5 * 2 ** min(e.tentativas - 1, 10)))
                return e._replace(
                    estado="pendente",
                    trava=None,
                    requisitado=True,
                    codigo_falha=falha.codigo,
                    nao_antes=agora + recuo,
                    verificar_em=None,
                )
            return e._replace(
                estado="falhou",
                trava=None,
                requisitado=True,
                codigo_falha=falha.codigo,
                motivo="recusado_pelo_provedor",
                esgotado=True,
                verificar_em=None,
            )
        case Incerto():
            return incerto(e._replace(trava=None), agora=agora, prazo=prazo, consultavel=consultavel)


def _aceito(e: Envio, id_provedor: str, agora: datetime, precos: Tabela) -> Envio:
    custo, moeda = precos.ao_chegar_em("aceito", e.provedor, agora) or (e.custo_micros, e.moeda)
    return e._replace(
        estado="aceito",
        trava=None,
        requisitado=True,
        id_provedor=id_provedor,
        codigo_falha=None,
        custo_micros=custo,
        moeda=moeda,
        verificar_em=None,
    )


def incerto(e: Envio, *, agora: datetime, prazo: timedelta, consultavel: bool) -> Envio:
    """A request may have left and nobody knows what became of it. Its worker's lock stays, for the answer that may yet come."""
    return e._replace(
        estado="incerto",
        requisitado=True,
        verificar_em=agora + prazo + ESPERA_DA_CONSULTA if consultavel else None,
        verificacoes=0,
    )


def com_recibo(e: Envio, r: Recibo, *, agora: datetime, precos: Tabela) -> Envio:
    """After a receipt: the state rises or stays. The provider has the message, whatever we believed."""
    if e.estado == "suprimido":
        return e
    novo = juntar(e.estado, r.estado)
    custo, moeda = e.custo_micros, e.moeda
    if custo is None:
        custo, moeda = precos.ao_chegar_em(novo, r.provedor, agora) or (None, None)
    subiu = novo != e.estado
    return e._replace(
        estado=novo,
        requisitado=True,
        tentativas=max(e.tentativas, 1),
        provedor=e.provedor or r.provedor,
        id_provedor=e.id_provedor or r.id_provedor,
        codigo_falha=r.codigo if subiu else e.codigo_falha,
        motivo="falha_na_entrega" if subiu and novo == "falhou" else None if subiu else e.motivo,
        esgotado=esgota(novo, prazo_vencido=agora >= e.valido_ate),
        custo_micros=custo,
        moeda=moeda,
        provedor_em=r.provedor_em if subiu else e.provedor_em,
        verificar_em=e.verificar_em if novo == "incerto" else None,
    )


def nao_encontrado(e: Envio, *, agora: datetime) -> Envio:
    """The provider was asked and does not have it. The second time it is known not to have been accepted: it may go again."""
    if e.verificacoes + 1 < CONSULTAS:
        return e._replace(verificacoes=e.verificacoes + 1, verificar_em=agora + ESPERA_DA_CONSULTA)
    return e._replace(
        estado="pendente", trava=None, verificacoes=0, verificar_em=None, nao_antes=agora, esgotado=False, codigo_falha=None
    )


def adiar_consulta(e: Envio, *, agora: datetime) -> Envio:
    """The provider could not be asked now."""
    return e._replace(verificar_em=agora + ESPERA_DA_CONSULTA)


def vencido(e: Envio) -> Envio:
    """After `valido_ate`: what was not delivered is over; `incerto` rests as it is, and its channel is over."""
    if e.estado == "incerto":
        return e._replace(esgotado=True)
    if POSTO[e.estado] < POSTO["expirado"] and e.estado != "enviando":
        return e._replace(estado="expirado", esgotado=True, motivo="prazo_vencido")
    return e


def cancelado(e: Envio, motivo: str) -> Envio:
    """After a cancel: what has not left is suppressed; what has, stays."""
    return suprimido(e, motivo) if e.estado == "pendente" else e


def suprimido(e: Envio, motivo: str) -> Envio:
    """Not to be sent, for a reason."""
    return e._replace(estado="suprimido", motivo=motivo, esgotado=True, trava=None)


def devolvido(e: Envio) -> Envio:
    """Claimed, and never requested: back in the queue as if it had not been."""
    return e._replace(estado="pendente", trava=None, tentativas=e.tentativas - 1, verificar_em=None)
