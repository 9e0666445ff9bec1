"""When a plan lost for want of payment comes back: each waiting payment on its own day, against the plan's own rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelamento.domain.acompanhamento import acompanhar
from parcelamento.domain.pagamento import Recebido
from parcelamento.domain.plano import Cancelado, Plano
from parcelamento.domain.restabelecimento import restabelecer
from parcelamento.errors import EstadoNaoPermite
from tests.support.parcelamento_planos import CALENDARIO, pagamentos, pagar, planos, sem_mora, um_plano

# entry on March 16 (the 15th is a Sunday), then April 15, May 15, June 15: with three of them overdue, lost on June 16
PERDA = date(2015, 6, 16)
ATE = date(2015, 6, 20)


def _perdido() -> Plano:
    plano = pagar(um_plano((10000,) * 6), (1, date(2015, 3, 12), 10000))
    depois, eventos = acompanhar(plano, ATE, CALENDARIO)
    assert eventos[-1] == Cancelado("parcelas_em_atraso", PERDA)
    return depois


def _voltar(plano: Plano, *pagos: tuple[int | None, date, int], perdido_em: date = PERDA, ate: date = ATE) -> Plano:
    recebidos = [Recebido(UUID(int=n), *pago) for n, pago in enumerate(pagos)]
    return restabelecer(plano, perdido_em, recebidos, ate=ate, mora=sem_mora, calendario=CALENDARIO)


def test_volta_como_era_antes_da_perda_e_sem_os_pagamentos() -> None:
    perdido = _perdido()
    assert _voltar(perdido, (2, date(2015, 6, 15), 10000)) == replace(perdido, situacao="ativo")


def test_entrada_paga_em_dia_volta_a_esperar_por_ela() -> None:
    perdido, _ = acompanhar(um_plano(), date(2015, 3, 20), CALENDARIO)
    volta = _voltar(perdido, (1, date(2015, 3, 16), 10000), perdido_em=date(2015, 3, 17), ate=date(2015, 3, 20))
    assert volta == replace(perdido, situacao="aguardando_entrada")


@pytest.mark.parametrize(
    ("pagos", "codigo"),
    [
        ([], "nao_restabelecivel"),
        ([(2, PERDA, 10000)], "pago_depois_da_perda"),
        ([(2, PERDA + timedelta(days=9), 10000)], "pago_depois_da_perda"),
        ([(2, date(2015, 6, 15), 9999)], "perdido_mesmo_assim"),
        # the second one found the plan lost: the first was not enough
        ([(2, date(2015, 6, 15), 5000), (2, PERDA, 5000)], "pago_depois_da_perda"),
    ],
)
def test_nao_volta(pagos: list[tuple[int, date, int]], codigo: str) -> None:
    with pytest.raises(EstadoNaoPermite) as recusa:
        _voltar(_perdido(), *pagos)
    assert recusa.value.codigo == codigo


def test_o_primeiro_em_dia_abre_caminho_ao_segundo() -> None:
    assert _voltar(_perdido(), (3, PERDA + timedelta(days=2), 10000), (2, date(2015, 6, 15), 10000)).situacao == "ativo"


def test_perda_seguinte_ja_passada_nao_deixa_voltar() -> None:
    with pytest.raises(EstadoNaoPermite, match="16/07/2015"):
        _voltar(_perdido(), (2, date(2015, 6, 15), 10000), ate=date(2015, 7, 16))


def test_cancelado_por_uma_pessoa_noutro_dia_nao_volta() -> None:
    with pytest.raises(EstadoNaoPermite) as recusa:
        _voltar(_perdido(), (2, date(2015, 6, 10), 10000), perdido_em=date(2015, 6, 12))
    assert recusa.value.codigo == "nao_restabelecivel"


@given(st.data())
def test_o_que_volta_nunca_teria_sido_perdido_se_o_banco_fosse_pontual(dados: st.DataObject) -> None:
    """Against a second telling: the plan lived day by day with each payment known on its day."""
    inicio = dados.draw(planos())
    pagos = sorted(dados.draw(pagamentos(inicio, minimo=1)), key=lambda p: p[1])
    ate = inicio.data + timedelta(days=1000)
    perdido, eventos = acompanhar(inicio, ate, CALENDARIO)
    perda = next((e.data for e in eventos if isinstance(e, Cancelado)), None)
    if perda is None:
        return
    try:
        _voltar(perdido, *pagos, perdido_em=perda, ate=ate)
        volta = True
    except EstadoNaoPermite:
        volta = False
    pontual = inicio
    for pago in pagos:
        # lost on the day itself comes before a payment of that day
        pontual, _ = acompanhar(pontual, pago[1], CALENDARIO)
        pontual = pagar(pontual, pago, mora=sem_mora)
    pontual, _ = acompanhar(pontual, ate, CALENDARIO)
    assert volta == (pontual.situacao != "cancelado")
