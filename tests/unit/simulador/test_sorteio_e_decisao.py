"""Draws, fates and the order of receipts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulador.domain.comportamento import ComportamentoCanal
from simulador.domain.decisao import Decisao, Passo, acoes_de, decidir, planejar, sortear_falha
from simulador.domain.sorteio import Sorteio

N = 4000


def test_o_mesmo_sorteio_da_os_mesmos_numeros_e_outro_da_outros() -> None:
    def tirar(*chave: object) -> list[float]:
        sorteio = Sorteio(*chave)  # type: ignore[arg-type]
        return [sorteio.proximo() for _ in range(40)]

    assert tirar(1, "sms", 0) == tirar(1, "sms", 0)
    outros = [tirar(2, "sms", 0), tirar(1, "whatsapp", 0), tirar(1, "sms", 1)]
    assert tirar(1, "sms", 0) not in outros
    assert len(set(tirar(1, "sms", 0))) == 40


@given(st.integers(), st.integers(0, 50), st.integers(0, 50))
def test_entre_inclui_os_extremos_e_nunca_sai_deles(semente: int, minimo: int, largura: int) -> None:
    assert minimo <= Sorteio(semente, "sms", 0).entre(minimo, minimo + largura) <= minimo + largura


def test_as_taxas_de_resposta_saem_na_proporcao() -> None:
    c = ComportamentoCanal(taxa_429=0.05, taxa_5xx=0.03, taxa_502_sem_corpo=0.04, timeout_antes=0.02, timeout_depois=0.06)
    contados = Counter(decidir(c, Sorteio(1, "sms", n)) for n in range(N))
    esperado = {
        Decisao.RECUSA_429: 0.05,
        Decisao.RECUSA_5XX: 0.03,
        Decisao.SEM_CORPO_ACEITA: 0.02,
        Decisao.SEM_CORPO_RECUSA: 0.02,
        Decisao.TIMEOUT_ANTES: 0.02,
        Decisao.TIMEOUT_DEPOIS: 0.06,
        Decisao.ACEITA: 0.80,
    }
    for decisao, taxa in esperado.items():
        assert contados[decisao] / N == pytest.approx(taxa, abs=0.012), decisao


def planos(c: ComportamentoCanal, formato: str) -> list[tuple[Passo, ...]]:
    feitos = []
    for n in range(N):
        sorteio = Sorteio(1, "x", n)
        feitos.append(planejar(c, sorteio, formato=formato, falha=sortear_falha(c, sorteio)))
    return feitos


def parte(feitos: list[tuple[Passo, ...]], *estados: str) -> float:
    return sum(tuple(p.estado for p in passos) == estados for passos in feitos) / N


def test_entregue_lido_e_falha_na_proporcao() -> None:
    c = ComportamentoCanal(entregue=0.9, lido=0.5, falha={"131049": 0.1, "131026": 0.05})
    feitos = planos(c, "whatsapp")
    assert parte(feitos, "sent", "failed") == pytest.approx(0.1, abs=0.02)
    assert parte(feitos, "failed") == pytest.approx(0.05, abs=0.02)
    assert parte(feitos, "sent") == pytest.approx(0.85 * 0.1, abs=0.02)
    assert parte(feitos, "sent", "delivered") == pytest.approx(0.85 * 0.9 * 0.5, abs=0.02)
    assert parte(feitos, "sent", "delivered", "read") == pytest.approx(0.85 * 0.9 * 0.5, abs=0.02)


def test_sms_nunca_e_lido_e_messenger_nao_tem_enviado() -> None:
    c = ComportamentoCanal(entregue=1.0, lido=1.0)
    assert parte(planos(c, "twilio_sms"), "sent", "delivered") == 1.0
    assert parte(planos(c, "messenger"), "delivered", "read") == 1.0


def test_ligacoes_atendidas_na_proporcao() -> None:
    feitos = planos(ComportamentoCanal(atendida=0.544, falha={"busy": 0.1, "13224": 0.1}), "voz")
    assert parte(feitos, "initiated", "ringing", "busy") == pytest.approx(0.1, abs=0.02)
    assert parte(feitos, "initiated", "failed") == pytest.approx(0.1, abs=0.02)
    assert parte(feitos, "initiated", "ringing", "in-progress", "completed") == pytest.approx(0.8 * 0.544, abs=0.03)


def test_recibos_duplicados_descartados_e_adiados_na_proporcao() -> None:
    feitos = planos(ComportamentoCanal(entregue=1.0, duplicar=0.2, descartar=0.1, reordenar=0.3), "twilio_sms")
    primeiros = [passos[0] for passos in feitos]
    assert sum(p.vezes == 0 for p in primeiros) / N == pytest.approx(0.1, abs=0.02)
    assert sum(p.vezes == 2 for p in primeiros) / N == pytest.approx(0.9 * 0.2, abs=0.02)
    assert sum(p.adiado for p in primeiros) / N == pytest.approx(0.3, abs=0.025)
    assert not any(passos[-1].adiado for passos in feitos)
    assert {p.atraso_ms for p in primeiros} <= set(range(50, 501))


PASSOS = st.lists(
    st.tuples(st.sampled_from(["sent", "delivered", "read"]), st.none(), st.integers(0, 9), st.integers(0, 2), st.booleans()),
    max_size=4,
).map(lambda linhas: tuple(Passo(*linha) for linha in linhas))


@given(PASSOS)
def test_cada_recibo_sai_tantas_vezes_quantas_deve_e_so_depois_do_estado(passos: tuple[Passo, ...]) -> None:
    acoes = acoes_de(passos, avisa=True)
    ocorridos: list[int] = []
    for acao in acoes:
        if acao.tipo == "ocorre":
            ocorridos.append(acao.passo)
        else:
            assert acao.passo in ocorridos
    assert ocorridos == list(range(len(passos)))
    enviados = Counter(a.passo for a in acoes if a.tipo == "envia")
    assert enviados == Counter({i: p.vezes for i, p in enumerate(passos) if p.vezes})


@given(PASSOS)
def test_sem_endereco_de_retorno_nada_e_devido(passos: tuple[Passo, ...]) -> None:
    assert {a.tipo for a in acoes_de(passos, avisa=False)} <= {"ocorre"}
