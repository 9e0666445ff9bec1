"""Trace context as W3C writes it, and one metrics registry shared by several rooms."""

from __future__ import annotations

import pytest

from kernel import rastro
from kernel.metrics import MetricaEmConflito, Metricas

TRACO = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        (TRACO, True),
        (TRACO.replace("-01", "-00"), True),
        (None, False),
        ("", False),
        (TRACO.upper(), False),
        (TRACO + "-x", False),
        (TRACO + "\n", False),
        ("ff" + TRACO[2:], False),
        ("00-" + "0" * 32 + "-00f067aa0ba902b7-01", False),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01", False),
    ],
)
def test_o_que_e_um_traceparent(texto: str | None, esperado: bool) -> None:
    assert rastro.valido(texto) is esperado


def test_derivar_mantem_o_traco_e_troca_o_trecho() -> None:
    filho = rastro.derivar(TRACO)
    assert rastro.valido(filho)
    assert (filho[:36], filho[-3:]) == (TRACO[:36], TRACO[-3:])
    assert filho != TRACO
    assert rastro.valido(rastro.derivar("quebrado"))


def test_usar_volta_ao_anterior_mesmo_com_erro() -> None:
    with rastro.usar(TRACO) as fora:
        with pytest.raises(RuntimeError), rastro.usar(None) as dentro:
            assert rastro.atual() == dentro != TRACO
            raise RuntimeError
        assert rastro.atual() == fora == TRACO
    assert rastro.atual() is None


def test_duas_salas_declaram_a_mesma_metrica() -> None:
    metricas = Metricas()
    metricas.contador("eventos", "Eventos.", ("sala",)).labels("regua").inc()
    metricas.contador("eventos", "Eventos.", ("sala",)).labels("canais").inc(2)
    texto = metricas.expor().decode()
    assert 'eventos_total{sala="regua"} 1.0' in texto
    assert 'eventos_total{sala="canais"} 2.0' in texto


def test_declaracoes_diferentes_sao_erro() -> None:
    metricas = Metricas()
    metricas.medidor("fila", "Fila.", ("sala",))
    with pytest.raises(MetricaEmConflito):
        metricas.medidor("fila", "Fila.", ("topico",))
    with pytest.raises(MetricaEmConflito):
        metricas.contador("fila", "Fila.", ("sala",))


def test_registros_de_processos_nao_se_misturam() -> None:
    um, outro = Metricas(), Metricas()
    um.medidor("fila", "Fila.").set(3)
    assert b"fila" not in outro.expor()
    assert b"process_cpu_seconds_total" in outro.expor()
