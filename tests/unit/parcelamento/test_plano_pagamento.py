"""Each kind of payment has one defined result, and no cent of any is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelamento.domain.pagamento import Aplicacao, Mora, Recebimento, quitacao_em, receber, valor_em
from parcelamento.domain.plano import Ativado, Plano, Quitado, formalizar, saldo
from parcelamento.errors import NaoExiste
from tests.support.parcelamento_planos import (
    CALENDARIO,
    DIAS,
    MORAS,
    dois_por_mil_ao_dia,
    pagamentos,
    pagar,
    planos,
    sem_mora,
    um_plano,
    um_recebido,
)


def _dia(mes: int, dia: int) -> date:
    return date(2015, mes, dia)


Pagamento = tuple[int | None, date, int]
_P1: Final[Pagamento] = (1, _dia(3, 16), 10000)
_P2: Final[Pagamento] = (2, _dia(4, 15), 10000)
_P3: Final[Pagamento] = (3, _dia(5, 15), 10000)

# Installments of 100.00 due on 2015-03-15 (a Sunday), 04-15 and 05-15; 0.2% a day late, worked out by hand.
# Earlier payments; the payment; its resultado; installment:value+charges, each; left over; situation after; events of that day.
CASOS: Final = [
    ("on its day", (), (1, _dia(3, 15), 10000), "exato", "1:10000", 0, "ativo", "Ativado"),
    ("Sunday's on Monday", (), _P1, "exato", "1:10000", 0, "ativo", "Ativado"),
    ("before its day", (), (1, _dia(3, 12), 10000), "antecipado", "1:10000", 0, "ativo", "Ativado"),
    # on Tuesday two days are counted, from the Sunday as stated: 100.00 · 0.4%
    ("late", (), (1, _dia(3, 17), 10040), "em_atraso", "1:10000+40", 0, "ativo", "Ativado"),
    # 100.00 · 100.00 ÷ 100.40 = 99.601… to the value
    ("late without the charges", (), (1, _dia(3, 17), 10000), "parcial", "1:9960+40", 0, "aguardando_entrada", ""),
    ("late, a cent short", (), (1, _dia(3, 17), 10039), "parcial", "1:9999+40", 0, "aguardando_entrada", ""),
    ("late, a single cent", (), (1, _dia(3, 17), 1), "parcial", "1:1", 0, "aguardando_entrada", ""),
    # of 60.65 to the value 60.65 · 100.00 ÷ 100.40 = 60.408…; on the 18th the 39.59 left cost 0.6% = 0.2375…
    ("late, the rest", ((1, _dia(3, 17), 6065),), (1, _dia(3, 18), 3983), "em_atraso", "1:3959+24", 0, "ativo", "Ativado"),
    ("a part", (), (1, _dia(3, 12), 4000), "parcial", "1:4000", 0, "aguardando_entrada", ""),
    ("parts add up", ((1, _dia(3, 12), 4000),), (1, _dia(3, 15), 6000), "exato", "1:6000", 0, "ativo", "Ativado"),
    (
        "a part, then more",
        ((1, _dia(3, 12), 4000),),
        (1, _dia(3, 15), 7000),
        "antecipado",
        "1:6000 2:1000",
        0,
        "ativo",
        "Ativado",
    ),
    ("too much", (), (1, _dia(3, 15), 15000), "antecipado", "1:10000 2:5000", 0, "ativo", "Ativado"),
    ("too much of the last", (_P1,), (3, _dia(4, 15), 12000), "antecipado", "3:10000 2:2000", 0, "ativo", ""),
    # the first costs 32 days, 6.40; of the 3.60 left the second, a day late, gets 3.60 · 100 ÷ 100.20 = 3.59…
    ("late and too much", (), (1, _dia(4, 16), 11000), "em_atraso", "1:10000+640 2:359+1", 0, "ativo", "Ativado"),
    ("on time, the rest to a late one", (_P1,), (3, _dia(4, 16), 10100), "em_atraso", "3:10000 2:100", 0, "ativo", ""),
    ("twice", (_P1,), _P1, "em_duplicidade", "2:10000", 0, "ativo", ""),
    ("three times", (_P1, _P1), _P1, "em_duplicidade", "3:10000", 0, "quitado", "Quitado"),
    ("twice, and beyond the plan", (_P1, _P2), (1, _dia(4, 15), 10001), "em_duplicidade", "3:10000", 1, "quitado", "Quitado"),
    ("a later one first", (), (3, _dia(3, 12), 10000), "antecipado", "3:10000", 0, "aguardando_entrada", ""),
    ("the last one", (_P1, _P2), _P3, "exato", "3:10000", 0, "quitado", "Quitado"),
    ("beyond the plan", (_P1, _P2), (3, _dia(5, 15), 10001), "excedente", "3:10000", 1, "quitado", "Quitado"),
    (
        "beyond the plan at once",
        (),
        (1, _dia(3, 15), 30500),
        "excedente",
        "1:10000 2:10000 3:10000",
        500,
        "quitado",
        "Ativado Quitado",
    ),
    ("the balance", (_P1,), (None, _dia(4, 10), 20000), "antecipado", "2:10000 3:10000", 0, "quitado", "Quitado"),
    (
        "the balance, entry and all",
        (),
        (None, _dia(3, 12), 30000),
        "antecipado",
        "1:10000 2:10000 3:10000",
        0,
        "quitado",
        "Ativado Quitado",
    ),
    ("the balance on the last day", (_P1, _P2), (None, _dia(5, 15), 10000), "exato", "3:10000", 0, "quitado", "Quitado"),
    # 32 days of the first, one of the second
    (
        "the balance, late",
        (),
        (None, _dia(4, 16), 30660),
        "em_atraso",
        "1:10000+640 2:10000+20 3:10000",
        0,
        "quitado",
        "Ativado Quitado",
    ),
    ("the balance, a cent short", (_P1,), (None, _dia(4, 10), 19999), "parcial", "2:10000 3:9999", 0, "ativo", ""),
    ("the balance and a cent", (_P1,), (None, _dia(4, 10), 20001), "excedente", "2:10000 3:10000", 1, "quitado", "Quitado"),
    ("after all is paid", (_P1, _P2, _P3), (3, _dia(5, 18), 10000), "em_duplicidade", "", 10000, "quitado", ""),
    ("a balance after all is paid", (_P1, _P2, _P3), (None, _dia(5, 18), 777), "excedente", "", 777, "quitado", ""),
]


@pytest.mark.parametrize(
    ("antes", "pagamento", "resultado", "aplicacoes", "excedente", "situacao", "eventos"),
    [caso[1:] for caso in CASOS],
    ids=[caso[0] for caso in CASOS],
)
def test_cada_pagamento_tem_o_seu_resultado(
    *,
    antes: tuple[Pagamento, ...],
    pagamento: Pagamento,
    resultado: str,
    aplicacoes: str,
    excedente: int,
    situacao: str,
    eventos: str,
) -> None:
    achado = _receber(pagar(um_plano(), *antes), pagamento)
    assert (achado.resultado, achado.excedente, achado.plano.situacao) == (resultado, excedente, situacao)
    assert " ".join(_em_texto(a) for a in achado.aplicacoes) == aplicacoes
    tipos = {"Ativado": Ativado, "Quitado": Quitado}
    assert achado.eventos == tuple(tipos[nome](pagamento[1]) for nome in eventos.split())


@pytest.mark.parametrize("parcela", [1, 2, None])
def test_o_que_vem_para_um_plano_cancelado_sobra_inteiro(parcela: int | None) -> None:
    plano = replace(pagar(um_plano(), _P1), situacao="cancelado")
    achado = _receber(plano, (parcela, _dia(6, 1), 10000))
    assert achado == Recebimento(plano, (), 10000, "plano_cancelado", ())


def test_a_parcela_guarda_o_dia_do_pagamento_que_a_completou() -> None:
    plano = pagar(um_plano(), (1, _dia(3, 12), 4000), (1, _dia(3, 13), 6000), (1, _dia(3, 20), 500))
    assert [p.quitada_em for p in plano.parcelas] == [_dia(3, 13), None, None]
    assert [p.pago for p in plano.parcelas] == [10000, 500, 0]


@pytest.mark.parametrize("valor", [0, -1])
def test_um_pagamento_tem_valor(valor: int) -> None:
    with pytest.raises(ValueError, match="value"):
        _receber(um_plano(), (1, _dia(3, 15), valor))


@pytest.mark.parametrize("parcela", [0, 4, -1])
def test_a_parcela_nomeada_existe(parcela: int) -> None:
    with pytest.raises(NaoExiste, match=f"parcela {parcela}"):
        _receber(um_plano(), (parcela, _dia(3, 15), 1))


@pytest.mark.parametrize(
    ("pago", "dia", "esperado"),
    [
        (0, _dia(3, 10), (10000, 0)),
        (0, _dia(3, 16), (10000, 0)),
        (0, _dia(3, 17), (10000, 40)),
        # charges on what is unpaid: 40.00 · 0.4% = 0.16
        (6000, _dia(3, 17), (4000, 16)),
        # half up: 62.50 · 0.4% = 0.25; 1.25 · 0.4% = 0.005
        (9875, _dia(3, 17), (125, 1)),
        (9876, _dia(3, 17), (124, 0)),
        (10000, _dia(3, 17), (0, 0)),
    ],
)
def test_o_que_paga_uma_parcela_no_dia(pago: int, dia: date, esperado: tuple[int, int]) -> None:
    parcela = replace(um_plano().parcelas[0], pago=pago)
    assert valor_em(parcela, dia, dois_por_mil_ao_dia, CALENDARIO) == esperado


def test_a_quitacao_lista_o_que_resta_com_os_encargos_do_dia() -> None:
    plano = pagar(um_plano(), (1, _dia(3, 12), 4000))
    # 60.00 · 6.4% = 3.84; 100.00 · 0.2%
    esperado = (Aplicacao(1, 6000, 384), Aplicacao(2, 10000, 20), Aplicacao(3, 10000, 0))
    assert quitacao_em(plano, _dia(4, 16), dois_por_mil_ao_dia, CALENDARIO) == esperado
    assert quitacao_em(replace(plano, situacao="cancelado"), _dia(4, 16), dois_por_mil_ao_dia, CALENDARIO) == ()
    assert quitacao_em(pagar(um_plano(), _P1, _P2, _P3), _dia(4, 16), dois_por_mil_ao_dia, CALENDARIO) == ()


def test_o_mesmo_pagamento_de_tres_parcelas_em_qualquer_ordem() -> None:
    finais = {pagar(um_plano(), *ordem).parcelas for ordem in permutations((_P1, _P2, _P3))}
    assert len(finais) == 1


@pytest.mark.parametrize(
    "diferencas",
    [{"valores": ()}, {"valores": (1, 2)}, {"valores": (1, 0, 1)}, {"vencimentos": (_dia(4, 1), _dia(3, 1), _dia(5, 1))}],
)
def test_um_plano_nasce_coerente(diferencas: dict[str, Any]) -> None:
    molde = um_plano()
    campos = {
        "plano": molde.plano,
        "contribuinte": molde.contribuinte,
        "data": molde.data,
        "valores": (1, 1, 1),
        "vencimentos": tuple(p.vencimento for p in molde.parcelas),
        "itens": molde.itens,
        "cancelamento": molde.cancelamento,
        "imputacao": molde.imputacao,
    }
    with pytest.raises(ValueError, match="value"):
        formalizar(**{**campos, **diferencas})


@settings(deadline=None)
@given(st.data(), planos(), MORAS)
def test_nenhum_centavo_se_perde(dados: st.DataObject, plano: Plano, mora: Mora) -> None:
    total = saldo(plano)
    nominal = encargos = excedente = 0
    lista = dados.draw(pagamentos(plano))
    for pagamento in lista:
        antes = plano
        achado = receber(plano, um_recebido(*pagamento), mora, CALENDARIO)
        plano = achado.plano
        nominal += sum(a.valor for a in achado.aplicacoes)
        encargos += sum(a.encargos for a in achado.aplicacoes)
        excedente += achado.excedente
        assert all(0 <= p.pago <= p.valor and (p.quitada_em is not None) == (p.pago == p.valor) for p in plano.parcelas)
        assert len({a.parcela for a in achado.aplicacoes}) == len(achado.aplicacoes)
        assert all(a.valor >= 0 and a.encargos >= 0 and a.valor + a.encargos > 0 for a in achado.aplicacoes)
        assert (plano.situacao == "quitado") == (not saldo(plano))
        assert (plano.situacao == "aguardando_entrada") == bool(plano.parcelas[0].aberto)
        assert sum(isinstance(e, Quitado) for e in achado.eventos) == (plano.situacao == "quitado" != antes.situacao)
    assert nominal + encargos + excedente == sum(valor for _, _, valor in lista)
    assert nominal + saldo(plano) == total


@settings(deadline=None)
@given(st.data(), planos(), MORAS)
def test_pagar_tudo_em_qualquer_ordem_e_tamanho_termina_em_zero(dados: st.DataObject, plano: Plano, mora: Mora) -> None:
    plano = pagar(plano, *dados.draw(pagamentos(plano)), mora=mora)
    dia = dados.draw(DIAS)
    for numero in dados.draw(st.permutations([p.numero for p in plano.abertas])):
        if plano.parcela(numero).aberto:
            custo = sum(valor_em(plano.parcela(numero), dia, mora, CALENDARIO))
            achado = receber(plano, um_recebido(numero, dia, custo), mora, CALENDARIO)
            assert [a.parcela for a in achado.aplicacoes] == [numero]
            plano = achado.plano
    assert (plano.situacao, saldo(plano)) == ("quitado", 0)
    assert all(p.pago == p.valor for p in plano.parcelas)


@settings(deadline=None)
@given(st.data(), planos(), MORAS)
def test_a_quitacao_do_dia_quita_nem_um_centavo_a_mais_nem_a_menos(dados: st.DataObject, plano: Plano, mora: Mora) -> None:
    plano = pagar(plano, *dados.draw(pagamentos(plano)), mora=mora)
    dia = dados.draw(DIAS)
    partes = quitacao_em(plano, dia, mora, CALENDARIO)
    custo = sum(a.valor + a.encargos for a in partes)
    if plano.situacao == "quitado":
        assert custo == 0
        return
    achado = receber(plano, um_recebido(None, dia, custo), mora, CALENDARIO)
    assert (achado.plano.situacao, achado.excedente, achado.aplicacoes) == ("quitado", 0, partes)
    if custo > 1:
        assert receber(plano, um_recebido(None, dia, custo - 1), mora, CALENDARIO).resultado == "parcial"
    a_mais = receber(plano, um_recebido(None, dia, custo + 1), mora, CALENDARIO)
    assert (a_mais.resultado, a_mais.excedente) == ("excedente", 1)


@settings(deadline=None)
@given(st.data(), planos())
def test_sem_encargos_a_ordem_nao_muda_o_que_fica_pago(dados: st.DataObject, plano: Plano) -> None:
    total = saldo(plano)
    lista = dados.draw(pagamentos(plano))
    outra = dados.draw(st.permutations(lista))
    um, outro = pagar(plano, *lista, mora=sem_mora), pagar(plano, *outra, mora=sem_mora)
    assert [p.pago for p in um.parcelas] == [p.pago for p in outro.parcelas]
    assert um.situacao == outro.situacao
    assert um.pago == min(total, sum(valor for _, _, valor in lista))


@settings(deadline=None)
@given(st.data(), planos())
def test_sem_encargos_sobra_o_que_se_pagou_menos_o_que_se_devia(dados: st.DataObject, plano: Plano) -> None:
    total = saldo(plano)
    lista = dados.draw(pagamentos(plano))
    excedente = 0
    for pagamento in lista:
        achado = receber(plano, um_recebido(*pagamento), sem_mora, CALENDARIO)
        plano, excedente = achado.plano, excedente + achado.excedente
    assert excedente == max(0, sum(valor for _, _, valor in lista) - total)


@settings(deadline=None)
@given(st.integers(1, 10**7), st.decimals("0", "3", places=5), st.data())
def test_um_pagamento_curto_divide_se_na_proporcao(valor: int, taxa: Decimal, dados: st.DataObject) -> None:
    def mora(vencimento: date, pago_em: date) -> Decimal:
        return taxa

    plano = um_plano((valor,))
    dia = _dia(3, 17)
    custo = sum(valor_em(plano.parcelas[0], dia, mora, CALENDARIO))
    pago = dados.draw(st.integers(1, max(1, custo - 1)))
    if pago >= custo:
        return
    (parte,) = receber(plano, um_recebido(1, dia, pago), mora, CALENDARIO).aplicacoes
    assert parte.valor + parte.encargos == pago
    assert parte.valor < valor
    assert abs(Fraction(pago * valor, custo) - parte.valor) <= 1
    assert parte.encargos <= custo - valor


def _em_texto(a: Aplicacao) -> str:
    return f"{a.parcela}:{a.valor}" + (f"+{a.encargos}" if a.encargos else "")


def _receber(plano: Plano, pagamento: Pagamento) -> Recebimento:
    return receber(plano, um_recebido(*pagamento), dois_por_mil_ao_dia, CALENDARIO)
