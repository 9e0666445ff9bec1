"""The short way of writing accepted rows changes just what the domain changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from canais.adapters.outbound.postgres_envios import _so_aceita
from canais.application.ports import Mudanca
from canais.domain.envio import Envio, com_desfecho
from canais.domain.estado import Estado
from canais.domain.preco import Tabela
from canais.domain.resposta import Aceito
from canais.normas.precos import PRECOS

_AGORA = datetime(2026, 11, 9, 12, tzinfo=UTC)
# the columns of ACEITAR_MEUS
_ESCRITOS = {"estado", "id_provedor", "requisitado", "trava", "verificar_em", "custo_micros", "moeda"}


def _um_envio(estado: Estado, *, codigo_falha: str | None = None) -> Envio:
    return Envio(
        envio=UUID(int=1),
        acionamento=UUID(int=2),
        contribuinte="AL-0000001",
        canal="sms",
        estado=estado,
        motivo=None,
        modelo_versao=UUID(int=3),
        codigo="ABCDEFGH",
        nao_antes=_AGORA,
        valido_ate=_AGORA + timedelta(hours=24),
        endereco="+5582999990000",
        provedor="twilio-sms",
        id_provedor=None,
        tentativas=1,
        requisitado=False,
        trava=7,
        verificar_em=None,
        verificacoes=0,
        esgotado=False,
        codigo_falha=codigo_falha,
        custo_micros=None,
        moeda=None,
        provedor_em=None,
        traceparent=None,
    )


def test_aceito_so_muda_o_que_o_comando_curto_escreve() -> None:
    antes = _um_envio("enviando")
    depois = com_desfecho(
        antes,
        Aceito("SM1"),
        trava=7,
        tentativa=1,
        agora=_AGORA,
        pausa=timedelta(),
        prazo=timedelta(seconds=15),
        consultavel=True,
        precos=Tabela(PRECOS),
    )
    assert depois.estado == "aceito"
    assert _so_aceita(Mudanca(antes, depois))
    assert {campo for campo in Envio._fields if getattr(antes, campo) != getattr(depois, campo)} <= _ESCRITOS


def test_linha_em_duvida_ou_com_falha_anterior_vai_pelo_caminho_inteiro() -> None:
    depois = _um_envio("aceito")
    assert not _so_aceita(Mudanca(_um_envio("incerto"), depois))
    assert not _so_aceita(Mudanca(_um_envio("enviando", codigo_falha="30001"), depois))
    assert not _so_aceita(Mudanca(_um_envio("enviando"), _um_envio("falhou")))
