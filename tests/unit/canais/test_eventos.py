"""Events built fast are those that their classes in `schemas` would give."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid5

import orjson
import pytest

from canais.application.eventos import contato_alterado, entrega_atualizada
from canais.application.ports import ContatoMudado
from canais.domain.envio import Envio
from canais.domain.estado import ESTADOS
from kernel.messaging.envelope import decodificar
from schemas.contato import ContatoAlterado
from schemas.entrega import EntregaAtualizada
from schemas.evento import Custo, para_saida
from tests.unit.canais.test_estado import AGORA, ESPACO, um_envio

TRACO = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _custo(micros: int, moeda: str | None) -> Custo:
    return Custo(valor=f"{Decimal(micros) / 1_000_000:.6f}", moeda=str(moeda))


@pytest.mark.parametrize(
    "envio",
    [
        um_envio("aceito"),
        um_envio("suprimido", motivo="pago", provedor=None, tentativas=0, esgotado=True),
        um_envio(
            "falhou",
            codigo_falha="30003",
            custo_micros=6_800,
            moeda="USD",
            provedor_em=AGORA - timedelta(microseconds=1500),
            traceparent=TRACO,
            requisitado=True,
        ),
        *(um_envio(estado, custo_micros=12_345_678, moeda="BRL") for estado in ESTADOS),
    ],
)
def test_entrega_e_igual_a_da_classe(envio: Envio) -> None:
    agora = AGORA.replace(microsecond=123456)
    rapida = entrega_atualizada(envio, agora)
    classe = EntregaAtualizada(
        contribuinte=envio.contribuinte,
        envio=envio.envio,
        acionamento=envio.acionamento,
        canal="sms",
        estado=envio.estado,
        esgotado=envio.esgotado,
        requisitado=envio.requisitado,
        motivo=envio.motivo,
        provedor=envio.provedor,
        tentativas=envio.tentativas,
        custo=None if envio.custo_micros is None else _custo(envio.custo_micros, envio.moeda),
        atualizado_em=agora,
        provedor_em=envio.provedor_em,
        codigo=envio.codigo_falha,
    )
    id_ = decodificar(rapida.valor).id
    devida = para_saida(classe, id_=id_, origem="canais", instante=agora, traceparent=envio.traceparent)
    assert (rapida.topico, rapida.chave) == (devida.topico, devida.chave)
    assert orjson.loads(rapida.valor) == orjson.loads(devida.valor)


def test_mesma_mudanca_tem_o_mesmo_id_e_resposta_tem_o_seu() -> None:
    e = um_envio("aceito")
    ids = {
        decodificar(s.valor).id
        for s in (
            entrega_atualizada(e, AGORA),
            entrega_atualizada(e, AGORA + timedelta(seconds=1)),
            entrega_atualizada(e._replace(estado="enviado"), AGORA),
            entrega_atualizada(e, AGORA, em_resposta_a=uuid5(ESPACO, "cancelamento")),
        )
    }
    assert len(ids) == 3


def test_contato_e_igual_ao_da_classe() -> None:
    id_ = uuid5(ESPACO, "contato")
    rapido = contato_alterado(ContatoMudado("c1", "sms", "invalido", verificado=True, idioma="pt-BR"), AGORA, id_=id_)
    classe = ContatoAlterado(
        contribuinte="c1", canal="sms", situacao="invalido", verificado=True, idioma="pt-BR", alterado_em=AGORA
    )
    assert orjson.loads(rapido.valor) == orjson.loads(para_saida(classe, id_=id_, origem="canais", instante=AGORA).valor)
