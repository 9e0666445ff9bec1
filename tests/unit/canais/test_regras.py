"""Smaller rules: words, prices, texts, pace, timestamps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from canais.adapters.inbound.leitura_meta import ler_instante
from canais.adapters.outbound.transporte import ler_retry_after
from canais.application.ritmo import Balde, Pausa
from canais.domain.palavra import pedido_de
from canais.domain.preco import Tabela, decimal_de_micros
from canais.domain.redacao import ModeloEmUso, preparar
from canais.domain.resposta import Aceito, NaoEntrou
from canais.normas.precos import Preco

AGORA = datetime(2026, 1, 5, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("texto", "pedido"),
    [
        ("SAIR", "sair"),
        ("  Sair!! ", "sair"),
        ("NÃO QUERO", "sair"),
        ("nao   enviar", "sair"),
        ("Stop", "sair"),
        ("voltar", "voltar"),
        ("Quero receber.", "voltar"),
        ("cancelar o parcelamento", None),
        ("parar de pagar", None),
        ("não quero pagar", None),
        ("", None),
        ("sairei", None),
    ],
)
def test_so_a_mensagem_inteira_e_um_pedido(texto: str, pedido: str | None) -> None:
    assert pedido_de(texto) == pedido


def test_preco_vale_desde_o_seu_dia() -> None:
    def preco(desde: date, valor: int) -> Preco:
        return Preco("p", desde, valor, "USD", "entregue", verificado=True, fonte="x")

    tabela = Tabela([preco(date(2026, 1, 1), 10), preco(date(2026, 10, 1), 20)])
    assert tabela.ao_chegar_em("entregue", "p", datetime(2026, 9, 30, tzinfo=UTC)) == (10, "USD")
    assert tabela.ao_chegar_em("lido", "p", datetime(2026, 10, 1, tzinfo=UTC)) == (20, "USD")
    assert tabela.ao_chegar_em("enviado", "p", datetime(2026, 10, 1, tzinfo=UTC)) is None
    assert tabela.ao_chegar_em("entregue", "p", datetime(2025, 12, 31, tzinfo=UTC)) is None
    assert tabela.ao_chegar_em("entregue", "outro", AGORA) is None


@pytest.mark.parametrize(
    ("micros", "texto"), [(0, "0.000000"), (6_800, "0.006800"), (1_000_000, "1.000000"), (12_345_678, "12.345678")]
)
def test_custo_tem_seis_casas(micros: int, texto: str) -> None:
    assert decimal_de_micros(micros) == texto


def test_modelo_se_preenche_e_da_parametros_na_ordem_do_texto() -> None:
    modelo = ModeloEmUso(UUID(int=1), "h1_r1", "sms", "pt-BR", "{codigo}: veja {link}, {telefone_sefaz} {codigo} {outro}", None)
    redacao = preparar(modelo, link="L", telefone_sefaz="T")
    assert redacao.texto("ABC") == "ABC: veja L, T ABC {outro}"
    assert redacao.parametros("ABC") == ["ABC", "L", "T", "ABC"]


def test_balde_nao_deixa_passar_mais_que_a_taxa() -> None:
    balde = Balde(10)
    saidas, agora = 0, 0.0
    for passo in range(1001):
        agora = passo / 100
        n = balde.disponiveis(64, agora)
        balde.gastar(n)
        saidas += n
    assert 100 <= saidas <= 111
    assert Balde(None).disponiveis(64, 0) == 64


def test_pausa_cresce_enquanto_nada_entra_e_obedece_ao_provedor() -> None:
    pausa = Pausa()
    recusa = NaoEntrou(ritmo=True)
    primeira, segunda = pausa.apurar([recusa], AGORA), pausa.apurar([recusa], AGORA)
    assert timedelta(0) < primeira < segunda
    assert pausa.apurar([NaoEntrou(ritmo=True, retry_after_s=60), Aceito("x")], AGORA) == timedelta(seconds=60)
    assert pausa.ativa(AGORA + timedelta(seconds=59))
    assert not pausa.ativa(AGORA + timedelta(seconds=60))
    assert pausa.apurar([Aceito("x")], AGORA) == timedelta(0)
    assert pausa.apurar([recusa], AGORA) == primeira


@pytest.mark.parametrize(
    ("valor", "segundos"),
    [
        (None, None),
        ("3", 3.0),
        ("-1", 0.0),
        ("x", None),
        ("Mon, 05 Jan 2026 13:00:10 GMT", 10.0),
        ("Mon, 05 Jan 2026 12:00:00 GMT", 0.0),
    ],
)
def test_retry_after_em_segundos_ou_data(valor: str | None, segundos: float | None) -> None:
    assert ler_retry_after(valor, AGORA) == segundos


@pytest.mark.parametrize(
    ("valor", "instante"),
    [("1767618000", AGORA), (1767618000, AGORA), ("1767618000000", AGORA), ("x", None), (None, None), ("9" * 40, None)],
)
def test_instante_da_meta_em_segundos_ou_milissegundos(valor: object, instante: datetime | None) -> None:
    assert ler_instante(valor) == instante
