"""The Pix side's truth: charges, payments, webhooks, and which notices are owed. Every change is in its journal first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from simulador.application.ports import Diario
from simulador.domain.pix import CONCLUIDA, REMOVIDA, CobrancaPix, PixPago, WebhookPix


class RegistroPix:
    """Holds the state and writes the journal, apart from the messages': both are read whole at the start.

    Not safe across threads; one per journal. All charges and payments are kept (some 2 kB each). The journal is rewritten
    where it has grown past compactar_em_bytes and past four times what it was after the last time.
    """

    def __init__(self, diario: Diario, *, compactar_em_bytes: int = 256 * 1024 * 1024) -> None:
        self._diario = diario
        self._compactar_em = compactar_em_bytes
        self.cobrancas: dict[str, CobrancaPix] = {}
        self.por_acesso: dict[str, CobrancaPix] = {}
        self.pagos: dict[str, PixPago] = {}
        self.webhooks: dict[str, WebhookPix] = {}
        self.devidos = 0
        self._pedidos = 0
        self._pagamentos = 0
        self._limiar = compactar_em_bytes
        for linha in diario.ler():
            self._aplicar(linha)

    # -- reading -------------------------------------------------------------------------------------------------------

    def pendentes(self) -> list[PixPago]:
        """Payments of which a notice is owed, oldest first."""
        return [pix for pix in self.pagos.values() if pix.a_enviar]

    @property
    def proximo_pagamento(self) -> int:
        """The rank of the next payment since the behaviour was last set: 0, 1, 2…"""
        return self._pagamentos

    # -- writing -------------------------------------------------------------------------------------------------------

    def contar_pedido(self) -> int:
        """The rank of this request since the behaviour was last set: 0, 1, 2…"""
        n = self._pedidos
        self._anexar({"t": "n"})
        return n

    def recomecar(self) -> None:
        """The behaviour changed: the draws begin anew."""
        self._anexar({"t": "z"})

    def guardar(self, cobranca: CobrancaPix) -> None:
        """A new charge."""
        self._anexar({"t": "c", "v": asdict(cobranca)})

    def revisar(self, cobranca: CobrancaPix, pedido: dict[str, Any]) -> None:
        """A charge's next revision."""
        self._anexar({"t": "r", "txid": cobranca.txid, "v": pedido})

    def remover(self, cobranca: CobrancaPix) -> None:
        """The receiver takes a charge back."""
        self._anexar({"t": "d", "txid": cobranca.txid})

    def pagar(self, pix: PixPago) -> None:
        """A payment; its charge, where it has one, is settled with it."""
        self._anexar({"t": "p", "v": asdict(pix)})

    def avisado(self, pagos: list[PixPago]) -> None:
        """A notice of these arrived."""
        self._anexar({"t": "a", "v": [pix.end_to_end for pix in pagos]})

    def cadastrar(self, chave: str, webhook: WebhookPix | None) -> None:
        """Where a key's notices go; None: nowhere any more."""
        self._anexar({"t": "w", "chave": chave, "v": asdict(webhook) if webhook else None})

    # -- inside --------------------------------------------------------------------------------------------------------

    def _anexar(self, linha: dict[str, Any]) -> None:
        if self._diario.tamanho > self._limiar:
            self._diario.trocar(self._retrato())
            self._limiar = max(self._compactar_em, 4 * self._diario.tamanho)
        self._diario.anexar(linha)
        self._aplicar(linha)

    def _aplicar(self, linha: dict[str, Any]) -> None:
        match linha["t"]:
            case "n":
                self._pedidos += linha.get("v", 1)
            case "z":
                self._pedidos = self._pagamentos = 0
            case "c":
                cobranca = CobrancaPix(**linha["v"])
                self.cobrancas[cobranca.txid] = self.por_acesso[cobranca.acesso] = cobranca
            case "r":
                self.cobrancas[linha["txid"]].revisoes.append(linha["v"])
            case "d":
                self.cobrancas[linha["txid"]].status = REMOVIDA
            case "p":
                self._incluir(PixPago(**linha["v"]))
            case "q":
                self._pagamentos = linha["v"]
            case "a":
                self._chegaram(linha["v"])
            case "w":
                self._cadastrar(linha["chave"], linha["v"])

    def _incluir(self, pix: PixPago) -> None:
        self.pagos[pix.end_to_end] = pix
        self.devidos += pix.a_enviar
        self._pagamentos += 1
        cobranca = self.cobrancas.get(pix.txid)
        # a compacted journal has the charge with its payments already
        if cobranca is not None and pix.end_to_end not in cobranca.pagos:
            cobranca.pagos.append(pix.end_to_end)
            cobranca.status = CONCLUIDA

    def _chegaram(self, ids: list[str]) -> None:
        for pix in (self.pagos[id_] for id_ in ids):
            pix.chegou = True
            pix.a_enviar -= 1
            self.devidos -= 1

    def _cadastrar(self, chave: str, webhook: dict[str, str] | None) -> None:
        if webhook is None:
            self.webhooks.pop(chave, None)
        else:
            self.webhooks[chave] = WebhookPix(**webhook)

    def _retrato(self) -> Iterator[dict[str, Any]]:
        """The state as records."""
        for chave, webhook in self.webhooks.items():
            yield {"t": "w", "chave": chave, "v": asdict(webhook)}
        for cobranca in self.cobrancas.values():
            yield {"t": "c", "v": asdict(cobranca)}
        for pix in self.pagos.values():
            yield {"t": "p", "v": asdict(pix)}
        yield {"t": "n", "v": self._pedidos}
        yield {"t": "q", "v": self._pagamentos}
