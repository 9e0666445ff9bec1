"""What holds for every quote, whatever the debts, the day and the norm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.domain.datas import Competencia, mes_de
from parcelamento.domain.cotacao import Cotacao, PedidoRecusado, consolidar, cotar
from parcelamento.domain.debito import CONTAS, Debito, Optante, Pedido
from parcelamento.domain.norma import Entrada, Faixa, Norma, Regime
from tests.unit.parcelamento.apoio_cotacao import MP_189, NORMAS
from tests.unit.parcelamento.calculo_independente import calcular, recusas

dinheiro = st.one_of(st.integers(0, 50_000_00), st.integers(0, 10**11))
fracoes = st.sampled_from(["0.00", "0.05", "0.10", "0.155", "0.20", "1"]).map(Decimal)
# how long an example takes says nothing on a busy machine
sem_prazo = settings(deadline=None)

datas = st.dates(date(2015, 1, 25), date(2015, 6, 10))
receitas = st.none() | st.integers(119_999_00, 120_001_00)


@st.composite
def _debitos(draw: st.DrawFn) -> Debito:
    lancado = draw(st.none() | datas)
    return Debito(
        debito="",
        tributo="ICMS",
        agencia=None,
        conta=draw(st.sampled_from([*CONTAS, None])),
        natureza=draw(st.sampled_from(["diferenca_aliquota"] * 6 + ["icms"] * 3 + ["simples", "icms_st_retido"])),
        fato_gerador=Competencia(draw(st.integers(mes_de(date(2014, 3, 1)).indice, mes_de(date(2015, 1, 1)).indice))),
        lancado_em=lancado,
        # a notice does not come before the assessment
        ciencia_em=draw(st.none() | st.dates(lancado or date(2015, 1, 5), date(2015, 7, 10))),
        divida_ativa=draw(st.booleans()),
        principal=draw(dinheiro),
        multa=draw(dinheiro),
        juros=draw(dinheiro),
        em_parcelamento=draw(st.sampled_from([False] * 9 + [True])),
    )


@st.composite
def pedidos(draw: st.DrawFn) -> Pedido:
    """Requests of MP 189/2015's days: most are within its windows, with debts on both sides of each limit."""
    debitos = draw(st.lists(_debitos(), min_size=1, max_size=6))
    return Pedido(
        optante=Optante(None, draw(st.sampled_from(["normal", "normal", "simples"])), draw(receitas)),
        data=draw(st.one_of(datas, *[st.dates(date(2015, 2, 3), date(2015, 5, 29))] * 5)),
        reparcelamento=draw(st.booleans()),
        multa_reduzida_20=draw(st.sampled_from([False, False, True])),
        honorarios_pge=draw(st.none() | fracoes),
        debitos=tuple(replace(debito, debito=f"D{i}") for i, debito in enumerate(debitos)),
    )


@st.composite
def normas(draw: st.DrawFn) -> Norma:
    """MP 189/2015 with other bands, entries and interest."""
    cortes = sorted(draw(st.sets(st.integers(2, 59), max_size=4)))
    inicios, fins = [draw(st.sampled_from([1, 2])), *(c + 1 for c in cortes)], [*cortes, 60]

    def regime(base: Regime) -> Regime:
        return replace(
            base, faixas=tuple(Faixa(de, ate, draw(fracoes), draw(fracoes), "x") for de, ate in zip(inicios, fins, strict=True))
        )

    return replace(
        MP_189,
        regimes=tuple(regime(r) for r in MP_189.regimes),
        entradas=tuple(Entrada(de, ate, draw(fracoes), "x") for de, ate in zip(inicios, fins, strict=True)),
        juros_mensal=draw(st.sampled_from(["0", "0.01", "0.005"]).map(Decimal)),
    )


def _cotar(pedido: Pedido, norma: Norma) -> Cotacao | None:
    try:
        return cotar(pedido, norma)
    except PedidoRecusado as recusa:
        if recusa.codigo != "multa_reduzida_sem_debito":
            raise
        return None


@sem_prazo
@given(pedidos())
def test_a_cotacao_da_mp_189_e_igual_a_segunda_conta(pedido: Pedido) -> None:
    cotacao = _cotar(pedido, MP_189)
    if cotacao is None:
        return
    assert {r.debito: r.motivo for r in cotacao.recusados} == {nome: motivo for nome, (motivo, _) in recusas(pedido).items()}
    por_numero = {p.parcelas: p for p in cotacao.planos}
    for n in range(1, 61):
        esperado = calcular(pedido, n)
        if isinstance(esperado, str):
            assert n not in por_numero
            continue
        dito = por_numero[n]
        assert (dito.regime, dito.total_sem_reducao, dito.total) == (esperado.regime, esperado.total_sem_reducao, esperado.total)
        assert (dito.entrada, list(dito.valores)) == (esperado.entrada, esperado.valores)
        assert list(dito.vencimentos) == esperado.vencimentos


@sem_prazo
@given(pedidos(), normas())
def test_valores_somam_o_total_e_cada_numero_tem_uma_resposta(pedido: Pedido, norma: Norma) -> None:
    cotacao = _cotar(pedido, norma)
    if cotacao is None:
        return
    respostas = [*(p.parcelas for p in cotacao.planos), *(i.parcelas for i in cotacao.indisponiveis)]
    assert sorted(respostas) == list(range(1, 61))
    for plano in cotacao.planos:
        assert len(plano.valores) == len(plano.vencimentos) == plano.parcelas
        assert sum(plano.valores) == plano.total
        assert plano.desconto == plano.total_sem_reducao - plano.total
        assert plano.entrada in (0, plano.valores[0])
        assert min(plano.valores) >= 0


@sem_prazo
@given(pedidos(), normas())
def test_a_parcela_minima_e_respeitada(pedido: Pedido, norma: Norma) -> None:
    cotacao = _cotar(pedido, norma)
    if cotacao is None:
        return
    receita = pedido.optante.receita_bruta_ano_anterior
    minimo = 100_00 if pedido.optante.regime == "simples" and receita is not None and receita <= 120_000_00 else 500_00
    assert all(min(plano.valores) >= minimo for plano in cotacao.planos if plano.parcelas > 1)


@sem_prazo
@given(pedidos(), normas())
def test_os_vencimentos_crescem_mes_a_mes(pedido: Pedido, norma: Norma) -> None:
    cotacao = _cotar(pedido, norma)
    for plano in cotacao.planos if cotacao else ():
        meses = [mes_de(dia).indice for dia in plano.vencimentos]
        assert meses == list(range(meses[0], meses[0] + plano.parcelas))
        assert all(a < b for a, b in pairwise(plano.vencimentos))
        assert pedido.data <= plano.vencimentos[0]


@sem_prazo
@given(pedidos(), normas())
def test_a_cotacao_e_sempre_a_mesma(pedido: Pedido, norma: Norma) -> None:
    assert _cotar(pedido, norma) == _cotar(replace(pedido), replace(norma))


@sem_prazo
@given(pedidos(), normas(), st.data())
def test_os_debitos_consolidados_somam_o_total_do_plano(pedido: Pedido, norma: Norma, data: st.DataObject) -> None:
    cotacao = _cotar(pedido, norma)
    if cotacao is None or not cotacao.planos:
        return
    plano = data.draw(st.sampled_from(cotacao.planos))
    consolidados = consolidar(pedido, norma, plano.parcelas)
    assert sum(c.principal + c.multa_reduzida + c.juros_reduzidos + c.honorarios for c in consolidados) == plano.total
    aceitos = [d.debito for d in pedido.debitos if d.debito not in {r.debito for r in cotacao.recusados}]
    assert [c.debito for c in consolidados] == aceitos
    assert all(0 <= c.multa_reduzida <= c.multa and 0 <= c.juros_reduzidos <= c.juros for c in consolidados)
    if not norma.juros_mensal and not norma.honorarios_pge and not pedido.honorarios_pge:
        assert sum(c.principal + c.multa + c.juros for c in consolidados) == plano.total_sem_reducao


@sem_prazo
@given(pedidos(), normas(), fracoes, st.integers(0, 1), st.booleans())
def test_o_total_nunca_cresce_com_a_reducao(pedido: Pedido, norma: Norma, maior: Decimal, qual: int, multa: bool) -> None:
    regime = norma.regimes[qual]
    campo = "reducao_multa" if multa else "reducao_juros"
    faixas = tuple(replace(f, **{campo: max(getattr(f, campo), maior)}) for f in regime.faixas)
    melhor = replace(norma, regimes=tuple(replace(r, faixas=faixas) if r is regime else r for r in norma.regimes))
    antes, depois = _cotar(pedido, norma), _cotar(pedido, melhor)
    if antes is None or depois is None:
        assert antes is depois
        return
    totais = {p.parcelas: p.total for p in antes.planos}
    assert {p.parcelas for p in depois.planos} <= set(totais)
    if not norma.juros_mensal:
        assert all(p.total <= totais[p.parcelas] for p in depois.planos)
        assert all(p.desconto >= 0 for p in depois.planos)


@sem_prazo
@given(pedidos())
def test_plano_mais_longo_nunca_custa_menos_onde_a_reducao_nao_cresce(pedido: Pedido) -> None:
    for norma, dia in ((MP_189, pedido.data), (NORMAS["ma-mp-245-2017"], date(2017, 8, 1))):
        cotacao = _cotar(replace(pedido, multa_reduzida_20=False, data=dia), norma)
        assert cotacao is not None
        assert all(curto.total <= longo.total for curto, longo in pairwise(cotacao.planos))
        assert all(curto.desconto >= longo.desconto for curto, longo in pairwise(cotacao.planos))


@sem_prazo
@given(pedidos(), st.permutations(range(6)))
def test_a_ordem_dos_debitos_nao_muda_os_planos(pedido: Pedido, ordem: list[int]) -> None:
    trocados = tuple(pedido.debitos[i] for i in ordem if i < len(pedido.debitos))
    um, outro = _cotar(pedido, MP_189), _cotar(replace(pedido, debitos=trocados), MP_189)
    assert (um and um.planos) == (outro and outro.planos)
