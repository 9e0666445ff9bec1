"""The panel's projection of plans and payments, on a real database."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

import pytest

from kernel.messaging.envelope import Evento
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from plataforma.adapters.outbound.painel_postgres import PainelPostgres, retratar
from plataforma.application.handlers import HANDLERS, TOPICOS
from plataforma.domain.painel import Recolhido, Retrato
from plataforma.inject import MIGRACOES, SALA

_AGORA = datetime(2015, 3, 10, 12, 0, tzinfo=UTC)
_NUMEROS = itertools.count(1)
PLANO = UUID(int=7)


def _evento(tipo: str, minuto: int, **dados: str) -> Evento:
    quando = _AGORA + timedelta(minutes=minuto)
    return Evento(uuid5(PLANO, str(next(_NUMEROS))), f"cobranca.{tipo}.v1", "/parcelamento", "C-1", quando, dados)


def _do_plano(nome: str, minuto: int, plano: UUID = PLANO) -> Evento:
    return _evento(f"parcelamento.{nome}", minuto, parcelamento=str(plano))


async def _retrato(banco: Banco, url: str, eventos: Sequence[Evento]) -> Retrato:
    await migrar(url, sala=SALA, pasta=MIGRACOES)
    async with banco.transacao() as con:
        for evento in eventos:
            await HANDLERS[evento.tipo](PainelPostgres(con), [evento])
    return await retratar(banco, _AGORA, 0)


VIDAS = {
    "formalizado": (("formalizado", 0),),
    "ativado": (("formalizado", 0), ("ativado", 5)),
    "pago de uma vez: dois eventos no mesmo instante": (("formalizado", 0), ("ativado", 5), ("quitado", 5)),
    "perdido": (("formalizado", 0), ("ativado", 5), ("cancelado", 9)),
    "perdido e restabelecido": (("formalizado", 0), ("ativado", 5), ("cancelado", 9), ("ativado", 11)),
}
FINAL = dict(zip(VIDAS, ("aguardando_entrada", "ativo", "quitado", "cancelado", "ativo"), strict=True))


@pytest.mark.parametrize("ordem", ["em ordem", "ao contrário"])
@pytest.mark.parametrize("vida", VIDAS)
async def test_vale_o_que_o_plano_disse_por_ultimo(banco: Banco, url_banco: str, vida: str, ordem: str) -> None:
    eventos = [_do_plano(nome, minuto) for nome, minuto in VIDAS[vida]]
    if ordem == "ao contrário":
        eventos.reverse()
    assert (await _retrato(banco, url_banco, eventos)).parcelamentos == {FINAL[vida]: 1}


async def test_cada_plano_conta_uma_vez_e_o_dinheiro_soma_por_fonte(banco: Banco, url_banco: str) -> None:
    eventos = [
        _do_plano("formalizado", 0),
        _do_plano("formalizado", 1, UUID(int=8)),
        _do_plano("formalizado", 2, UUID(int=9)),
        _do_plano("ativado", 3, UUID(int=8)),
        _evento("pagamento.confirmado", 4, fonte="pix", valor="0.29"),
        _evento("pagamento.confirmado", 5, fonte="pix", valor="19.99"),
        _evento("pagamento.confirmado", 6, fonte="retorno", valor="1000.00"),
        # years of payments in a file of the authority's are not news
        _evento("pagamento.confirmado", 7, fonte="carga", valor="5.00"),
    ]
    retrato = await _retrato(banco, url_banco, eventos)
    assert retrato.parcelamentos == {"aguardando_entrada": 2, "ativo": 1}
    assert retrato.recolhidos == {"pix": Recolhido(2, Decimal("20.28")), "retorno": Recolhido(1, Decimal("1000.00"))}


def test_painel_le_os_topicos_de_parcelamento_e_pagamento() -> None:
    assert {"cobranca-parcelamento", "cobranca-pagamento"} <= set(TOPICOS)
