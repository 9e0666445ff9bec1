"""A charge at the simulated payment provider, the Pix that paid it, and what the API Pix says of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

# the payment system's own day, whatever the platform's city
FUSO: Final = ZoneInfo("America/Sao_Paulo")
ATIVA: Final = "ATIVA"
CONCLUIDA: Final = "CONCLUIDA"
REMOVIDA: Final = "REMOVIDA_PELO_USUARIO_RECEBEDOR"
VALIDADE_PADRAO_DIAS: Final = 30
RECEBEDOR: Final = {
    "cnpj": "12200192000169",
    "nome": "Secretaria da Fazenda (simulada)",
    "logradouro": "Rua General Hermes, 80",
    "cidade": "Maceió",
    "uf": "AL",
    "cep": "57020904",
}


@dataclass(slots=True, eq=False)
class CobrancaPix:
    """A charge with a due date. revisoes: what was asked for, oldest first. acesso: its part of the location's address."""

    txid: str
    ordem: int
    acesso: str
    location: str
    criacao: str
    revisoes: list[dict[str, Any]]
    status: str = ATIVA
    pagos: list[str] = field(default_factory=list)

    @property
    def pedido(self) -> dict[str, Any]:
        """The latest revision."""
        return self.revisoes[-1]

    @property
    def vencimento(self) -> date:
        return date.fromisoformat(self.pedido["calendario"]["dataDeVencimento"])

    @property
    def validade_dias(self) -> int:
        return int(self.pedido["calendario"].get("validadeAposVencimento", VALIDADE_PADRAO_DIAS))


@dataclass(slots=True, eq=False)
class PixPago:
    """A settled Pix. a_enviar: notices still owed. adiado, agrupado: after, with the next notice of the same key."""

    end_to_end: str
    txid: str
    chave: str
    valor: str
    horario: str
    componentes: dict[str, Any]
    info: str
    a_enviar: int
    atraso_ms: int
    adiado: bool
    agrupado: bool
    chegou: bool = False


@dataclass(frozen=True, slots=True)
class WebhookPix:
    """Where notices of a key's Pix go."""

    url: str
    criacao: str


def descrever_cobranca(c: CobrancaPix, revisao: int | None = None) -> dict[str, Any]:
    """Schema CobVGerada, of a revision (the latest by default)."""
    indice = len(c.revisoes) - 1 if revisao is None else revisao
    pedido = c.revisoes[indice]
    calendario = {"validadeAposVencimento": VALIDADE_PADRAO_DIAS, **pedido["calendario"], "criacao": c.criacao}
    loc = {"id": c.ordem, "location": c.location, "tipoCob": "cobv", "criacao": c.criacao, "txid": c.txid}
    return {
        **pedido,
        "calendario": calendario,
        "txid": c.txid,
        "revisao": indice,
        "loc": loc,
        "location": c.location,
        "status": c.status,
        "recebedor": RECEBEDOR,
    }


def descrever_pix(pix: PixPago) -> dict[str, Any]:
    """Schema Pix, as notices and queries give it."""
    return {
        "endToEndId": pix.end_to_end,
        "txid": pix.txid,
        "valor": pix.valor,
        "componentesValor": pix.componentes,
        "chave": pix.chave,
        "horario": pix.horario,
        "infoPagador": pix.info,
    }
