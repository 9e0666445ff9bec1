"""A message or call at the provider: what was asked, what has become of it, and which receipts reached us."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from simulador.domain.decisao import Acao, Passo, acoes_de

_ESTADO_TERMINAL_DE_VOZ = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(slots=True, eq=False)
class Mensagem:
    """Mutable, unlike the other domain objects: hundreds of thousands live at once and each changes a dozen times.

    canal: sms, whatsapp, messenger, voz · provedor: twilio or meta · sentido: saida (to the person) or entrada.
    de, para: as the provider names them (+55…, whatsapp:+55…, PSID). retorno: where receipts go, None: nobody asked.
    em: seconds since the epoch, shown clock. ordem: rank of arrival, over all channels.
    """

    id: str
    canal: str
    provedor: str
    sentido: str
    de: str
    para: str
    texto: str
    envio: str | None
    em: float
    retorno: str | None
    passos: tuple[Passo, ...]
    estado: str
    extras: dict[str, Any] = field(default_factory=dict)
    ordem: int = 0
    acoes: tuple[Acao, ...] = ()
    posicao: int = 0
    instantes: list[float | None] = field(default_factory=list)
    chegou: list[bool] = field(default_factory=list)
    # Meta's receipts that were tried and not answered with 2xx: index of the step, once per send
    a_repetir: list[int] = field(default_factory=list)
    alterada_em: float = 0.0
    removida: bool = False

    def preparar(self) -> Mensagem:
        """Fills what follows from the steps. Returns itself."""
        self.acoes = acoes_de(self.passos, avisa=self.retorno is not None)
        self.instantes = [None] * len(self.passos)
        self.chegou = [False] * len(self.passos)
        self.alterada_em = self.alterada_em or self.em
        return self

    @property
    def devidos(self) -> int:
        """Receipts that are still to be sent, repetitions included."""
        restantes = [acao.tipo for acao in self.acoes[self.posicao :]].count("envia")
        return restantes + len(self.a_repetir)

    @property
    def assentada(self) -> bool:
        """True once nothing more will happen to it."""
        return self.posicao >= len(self.acoes) and not self.a_repetir

    @property
    def enviada_em(self) -> float | None:
        """When the provider handed it over, None until then."""
        # asked on every acceptance, when nothing has happened yet
        if self.posicao == 0 or self.canal == "voz":
            return None
        return next((em for em in self.instantes if em is not None), None)

    @property
    def erro(self) -> str | None:
        """The provider's code, once the failure has happened."""
        if self.posicao == 0:
            return None
        return next((p.codigo for p, em in zip(self.passos, self.instantes, strict=True) if p.codigo and em is not None), None)

    def ocorrer(self, passo: int, em: float) -> None:
        """The step's state is reached. A call that has ended stays ended."""
        self.instantes[passo] = em
        if self.canal == "voz" and self.estado in _ESTADO_TERMINAL_DE_VOZ:
            return
        self.estado = self.passos[passo].estado
        self.alterada_em = em

    def interromper(self, estado: str) -> None:
        """Ends it here: what has not happened never will, nor is it owed. A call's end is told in its due time all the same."""
        # a receipt that is next is already on its way
        em_curso = self.posicao < len(self.acoes) and self.acoes[self.posicao].tipo == "envia"
        self.acoes = self.acoes[: self.posicao + em_curso]
        self.estado = estado
        if self.canal != "voz":
            return
        ultimo = len(self.passos) - 1
        fim = self.passos[ultimo]._replace(estado=estado, codigo=None)
        self.passos = (*self.passos[:ultimo], fim)
        avisos = (Acao("envia", ultimo, 0),) * (fim.vezes if self.retorno is not None else 0)
        self.acoes += (Acao("ocorre", ultimo, 0), *avisos)


def chave_de_endereco(endereco: str) -> str:
    """One key per person or number, however written: whatsapp:+5582…, +5582…, ' 5582…' (an unescaped '+'), 5582…."""
    limpo = endereco.strip()
    for prefixo in ("whatsapp:", "messenger:"):
        limpo = limpo.removeprefix(prefixo)
    return limpo.lstrip(" +")


_E164 = re.compile(r"\+[1-9]\d{7,14}")
_FIXO_BR = re.compile(r"\+55[1-9]\d[2-5]\d{7}")
_MOVEL_BR = re.compile(r"\+55[1-9]\d9\d{8}")


def telefone_valido(numero: str) -> bool:
    """E.164; for Brazil also the length: DDD and eight digits (fixed) or nine that begin with 9 (mobile)."""
    if not _E164.fullmatch(numero):
        return False
    return not numero.startswith("+55") or bool(_FIXO_BR.fullmatch(numero) or _MOVEL_BR.fullmatch(numero))


def telefone_fixo(numero: str) -> bool:
    """A Brazilian landline, which no SMS reaches (Twilio: 21614)."""
    return bool(_FIXO_BR.fullmatch(numero))
