"""The counter: a provider's client asks for a message or a call; it is accepted, refused, or left without an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulador.application.registro import Registro
from simulador.domain.comportamento import ComportamentoCanal
from simulador.domain.decisao import NAO_ACEITAM, Decisao, Passo, decidir, planejar, sortear_falha
from simulador.domain.mensagem import Mensagem
from simulador.domain.sorteio import Sorteio


@dataclass(frozen=True, slots=True)
class Pedido:
    """What the client wants, translated by the edge.

    formato: twilio_sms, twilio_whatsapp, whatsapp, messenger or voz. prefixo: how the provider's id begins.
    recusa: the code by which the provider's own rules refuse it. na_hora: codes of `falha` that are given as the answer
    (None: all).
    codigo_de_saida: the code for a person who opted out (None: this provider does not look). eventos: the steps whose receipts
    were asked for (None: all).
    """

    canal: str
    provedor: str
    formato: str
    prefixo: str
    de: str
    para: str
    texto: str
    envio: str | None
    retorno: str | None
    inicial: str
    na_hora: frozenset[str] | None
    recusa: str | None = None
    codigo_de_saida: str | None = None
    eventos: frozenset[str] | None = None
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resultado:
    """mensagem: the accepted one, whatever its answer. codigo: of the refusal, where decisao is RECUSA_CODIGO."""

    decisao: Decisao
    mensagem: Mensagem | None = None
    codigo: str | None = None
    timeout_s: float = 0.0


def _so_eventos(passos: tuple[Passo, ...], eventos: frozenset[str] | None) -> tuple[Passo, ...]:
    if eventos is None:
        return passos
    return tuple(p if p.estado in eventos else p._replace(vezes=0) for p in passos)


class ReceberPedido:
    """Decides by the behaviour in force; what it accepts is in the journal before it returns, and on its way."""

    def __init__(
        self,
        registro: Registro,
        *,
        agora: Callable[[], datetime],
        novo_id: Callable[[str], str],
        agendar: Callable[[Mensagem], None],
    ) -> None:
        self._registro = registro
        self._agora = agora
        self._novo_id = novo_id
        self._agendar = agendar

    def __call__(self, pedido: Pedido) -> Resultado:
        """The order: overload and faults first, then the provider's rules, then `falha`."""
        registro, canal = self._registro, pedido.canal
        comportamento = registro.comportamento.canais[canal]
        sorteio = Sorteio(registro.comportamento.semente, canal, registro.proximo_n(canal))
        decisao = decidir(comportamento, sorteio)
        falha = sortear_falha(comportamento, sorteio)
        codigo = None if decisao in NAO_ACEITAM else self._recusa(pedido, falha)
        if codigo is not None:
            decisao = Decisao.RECUSA_CODIGO
        if decisao in NAO_ACEITAM:
            registro.recusar(canal)
            return Resultado(decisao, codigo=codigo, timeout_s=comportamento.timeout_s)
        m = self._mensagem(pedido, comportamento, sorteio, falha)
        registro.aceitar(m)
        self._agendar(m)
        return Resultado(decisao, mensagem=m, timeout_s=comportamento.timeout_s)

    def recusar_sem_olhar(self, canal: str) -> None:
        """Counts a request turned away before it was read (wrong token, unknown account)."""
        self._registro.recusar(canal)

    def _recusa(self, pedido: Pedido, falha: str | None) -> str | None:
        if pedido.recusa is not None:
            return pedido.recusa
        if pedido.codigo_de_saida is not None and self._registro.saiu(pedido.canal, pedido.para):
            return pedido.codigo_de_saida
        return falha if pedido.na_hora is None or falha in pedido.na_hora else None

    def _mensagem(self, pedido: Pedido, comportamento: ComportamentoCanal, sorteio: Sorteio, falha: str | None) -> Mensagem:
        passos = planejar(comportamento, sorteio, formato=pedido.formato, falha=falha)
        return Mensagem(
            id=self._novo_id(pedido.prefixo),
            canal=pedido.canal,
            provedor=pedido.provedor,
            sentido="saida",
            de=pedido.de,
            para=pedido.para,
            texto=pedido.texto,
            envio=pedido.envio,
            em=self._agora().timestamp(),
            retorno=pedido.retorno,
            passos=_so_eventos(passos, pedido.eventos),
            estado=pedido.inicial,
            extras=pedido.extras,
        ).preparar()
