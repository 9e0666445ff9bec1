"""Events out of canais, built without a model per row: a test holds them equal to their classes in `schemas`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from canais.application.ports import ContatoMudado
from canais.domain.envio import Envio
from canais.domain.estado import POSTO
from canais.domain.identidade import uuid5_em_texto
from canais.domain.preco import decimal_de_micros
from kernel.messaging.envelope import Evento, codificar_partes, saida
from kernel.messaging.log import Saida

ESPACO: Final = uuid5(NAMESPACE_URL, "regua-multicanal:canais")
_ORIGEM: Final = "/canais"


def entrega_atualizada(e: Envio, agora: datetime, *, em_resposta_a: UUID | None = None) -> Saida:
    """What became of `e`. One id for one change, so that the same change told twice is one; an answer has its own."""
    dados: dict[str, Any] = {
        "contribuinte": e.contribuinte,
        "envio": str(e.envio),
        "acionamento": str(e.acionamento),
        "canal": e.canal,
        "estado": e.estado,
        "esgotado": e.esgotado,
        "requisitado": e.requisitado,
        "tentativas": e.tentativas,
        "atualizado_em": agora,
    }
    if e.motivo is not None:
        dados["motivo"] = e.motivo
    if e.provedor is not None:
        dados["provedor"] = e.provedor
    if e.custo_micros is not None:
        dados["custo"] = {"valor": decimal_de_micros(e.custo_micros), "moeda": e.moeda}
    if e.provedor_em is not None:
        dados["provedor_em"] = e.provedor_em
    if e.codigo_falha is not None:
        dados["codigo"] = e.codigo_falha
    marca = f"{POSTO[e.estado]}:{e.tentativas}:{e.esgotado}" if em_resposta_a is None else f"resposta:{em_resposta_a}"
    id_ = uuid5_em_texto(e.envio.bytes, marca)
    return Saida(
        "cobranca-entrega",
        e.contribuinte,
        codificar_partes(id_, "cobranca.entrega.atualizada.v1", _ORIGEM, e.contribuinte, agora, dados, e.traceparent),
    )


def contato_alterado(c: ContatoMudado, agora: datetime, *, id_: UUID) -> Saida:
    """What may be done with a contact point from now on."""
    dados: dict[str, Any] = {
        "contribuinte": c.contribuinte,
        "canal": c.canal,
        "situacao": c.situacao,
        "verificado": c.verificado,
        "alterado_em": agora,
    }
    if c.idioma is not None:
        dados["idioma"] = c.idioma
    evento = Evento(
        id=id_, tipo="cobranca.contato.alterado.v1", origem=_ORIGEM, chave=c.contribuinte, instante=agora, dados=dados
    )
    return saida("cobranca-contato", evento)


def contatos_alterados(mudados: list[ContatoMudado], agora: datetime) -> list[Saida]:
    """Those that other rooms know of: postal and e-mail addresses are canais' alone."""
    return [
        contato_alterado(c, agora, id_=uuid5(ESPACO, f"contato:{c.contribuinte}:{c.canal}:{c.situacao}:{agora.isoformat()}"))
        for c in mudados
        if c.canal in {"whatsapp", "sms", "messenger", "voz"}
    ]
