"""A payment provider in memory, and what tests of Pix start from. It passes the same suite as the API's adapter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from kernel.domain.documento import Documento
from parcelamento.application.ports_pix import CobrancaPix, CobrancaRegistrada, DevedorPix, EncargoPix, FalhaPix
from parcelamento.domain.pix import TXID_DE_COBRANCA, PixRecebido

AGORA = datetime(2026, 3, 10, 15, tzinfo=UTC)
DOCUMENTO = UUID("9d36b84f-c70b-478f-b95c-12729b90ca25")


def uma_cobranca(documento: UUID = DOCUMENTO, **campos: object) -> CobrancaPix:
    inteira = CobrancaPix(
        documento=documento,
        vencimento=date(2026, 3, 30),
        valor=12345,
        devedor=DevedorPix(Documento("12345678909"), "Fulano de Tal"),
        multa=EncargoPix(2, 200),
        juros=EncargoPix(3, 100),
    )
    return replace(inteira, **campos)  # type: ignore[arg-type]


@dataclass
class PixEmMemoria:
    """The port `PixPort`. `falhar`: what the next calls answer instead, in order. `webhook`: the address registered last."""

    agora: Callable[[], datetime] = lambda: AGORA
    cobrancas: dict[str, CobrancaRegistrada] = field(default_factory=dict)
    pedidos: dict[str, CobrancaPix] = field(default_factory=dict)
    falhar: list[FalhaPix] = field(default_factory=list)
    webhook: str | None = None

    async def criar(self, cobranca: CobrancaPix) -> CobrancaRegistrada | FalhaPix:
        if cobranca.valor < 1:
            raise ValueError("a charge is of one cent at least")
        if self.falhar:
            return self.falhar.pop(0)
        atual, txid = self.cobrancas.get(cobranca.txid), cobranca.txid
        if atual is not None and self.pedidos[txid] == cobranca:
            return atual
        if atual is not None and atual.situacao != "ATIVA":
            return FalhaPix("nao_ativa", repetivel=False, alertar=False, status=400, detalhe=atual.situacao)
        if cobranca.vencimento < self.agora().date():
            recusa = ("cobv.calendario.dataDeVencimento", "é anterior à data de criação da cobrança")
            return FalhaPix("pedido_recusado", repetivel=False, alertar=True, status=400, violacoes=(recusa,))
        self.pedidos[txid] = cobranca
        self.cobrancas[txid] = CobrancaRegistrada(
            txid=txid,
            situacao="ATIVA",
            location=f"pix.exemplo/qr/v2/cobv/{txid}",
            vencimento=cobranca.vencimento,
            valor=cobranca.valor,
            revisao=atual.revisao + 1 if atual else 0,
        )
        return self.cobrancas[txid]

    async def consultar(self, txid: str) -> CobrancaRegistrada | FalhaPix:
        if not TXID_DE_COBRANCA.fullmatch(txid):
            raise ValueError("a charge's txid has 26 to 35 letters and digits")
        if self.falhar:
            return self.falhar.pop(0)
        return self.cobrancas.get(txid) or FalhaPix("nao_encontrada", repetivel=False, alertar=False, status=404)

    async def cancelar(self, txid: str) -> CobrancaRegistrada | FalhaPix:
        atual = await self.consultar(txid)
        if isinstance(atual, FalhaPix):
            return atual
        if atual.situacao == "CONCLUIDA":
            return FalhaPix("nao_ativa", repetivel=False, alertar=False, status=400, detalhe=atual.situacao)
        self.cobrancas[txid] = replace(atual, situacao="REMOVIDA_PELO_USUARIO_RECEBEDOR")
        return self.cobrancas[txid]

    async def registrar_webhook(self, url: str) -> FalhaPix | None:
        if self.falhar:
            return self.falhar.pop(0)
        self.webhook = url
        return None

    def pagar(self, txid: str, valor: int | None = None) -> PixRecebido:
        """Somebody pays the charge: what the webhook would tell."""
        atual = self.cobrancas[txid]
        n = sum(len(c.recebidos) for c in self.cobrancas.values())
        horario = self.agora() + timedelta(seconds=n)
        pix = PixRecebido(f"E{n:031d}", txid, atual.valor if valor is None else valor, horario)
        self.cobrancas[txid] = replace(atual, situacao="CONCLUIDA", recebidos=(*atual.recebidos, pix))
        return pix
