"""What is understood: measured on phrases never seen, held on those that must never be missed, hostile input included."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.domain.compreensao import Compreensor
from chatbot.domain.intencao import INTENCOES
from tests.unit.chatbot.frases import IDIOMAS, acerto, acima, linhas, resultados, rotuladas

CADA_IDIOMA = pytest.mark.parametrize("idioma", IDIOMAS)
NUNCA_PERDIDAS = ("sair", "atendente")
# es and en are below what is wanted (0.90): docs/compreensao.md says by how much
ACERTO_MINIMO = {"pt-BR": 0.90, "es": 0.82, "en": 0.83}


@CADA_IDIOMA
def test_acerto_nas_frases_ineditas(compreensor: Compreensor, idioma: str) -> None:
    assert acerto(resultados(compreensor, f"ineditas.{idioma}.txt", idioma)) >= ACERTO_MINIMO[idioma]


@CADA_IDIOMA
def test_acima_do_limiar_quase_sempre_certo(compreensor: Compreensor, idioma: str) -> None:
    lista = resultados(compreensor, f"ineditas.{idioma}.txt", idioma)
    assert acerto(acima(lista, compreensor.limiares.menu)) >= 0.97


@pytest.mark.parametrize("arquivo", ["ineditas", "ajuste"])
@CADA_IDIOMA
def test_sair_e_atendente_nunca_se_perdem(compreensor: Compreensor, idioma: str, arquivo: str) -> None:
    lista = [r for r in resultados(compreensor, f"{arquivo}.{idioma}.txt", idioma) if r.esperada in NUNCA_PERDIDAS]
    assert [(r.texto, r.visto) for r in lista if not r.certo or r.visto.conduta != "seguir"] == []


@pytest.mark.parametrize("atual", IDIOMAS)
@pytest.mark.parametrize("idioma", IDIOMAS)
def test_pedido_em_outro_idioma_tambem_nao_se_perde(compreensor: Compreensor, idioma: str, atual: str) -> None:
    pedidos = [(i, t) for i, t in rotuladas(f"ineditas.{idioma}.txt") if i in NUNCA_PERDIDAS]
    perdidos = [(t, atual) for i, t in pedidos if compreensor.compreender(t, atual).intencao not in NUNCA_PERDIDAS]
    assert len(perdidos) <= 1, perdidos


@pytest.mark.parametrize("texto", linhas("nem_sair_nem_atendente.pt-BR.txt"))
def test_negado_ou_so_mencionado_nao_e_pedido(compreensor: Compreensor, texto: str) -> None:
    assert compreensor.compreender(texto).decidida not in NUNCA_PERDIDAS


@pytest.mark.parametrize(
    ("texto", "intencao"),
    [
        ("não, quero falar com um atendente", "atendente"),
        ("nao quero falar com atendente", None),
        ("não quero robô, quero atendente", "atendente"),
        ("não aguento mais, parem com isso", "sair"),
        ("SAIR", "sair"),
        ("por favor, SAIR. Obrigado!", "sair"),
        ("pare de mandar mensagem e me passa um atendente", "sair"),
        ("já paguei isso e mesmo assim continua chegando, então por favor parem de me mandar mensagem", "sair"),
        ("bom dia, tudo bem? olha eu tenho uma loja e não entendi nada, dá pra eu falar com alguém?", "atendente"),
        ("STOP", "sair"),
        ("unsubscribe", "sair"),
        ("atendemte", "atendente"),
        ("quero fala com atendete", "atendente"),
        ("quero sair da dívida ativa", None),
        ("cancelar inscrição estadual", None),
    ],
)
def test_regras_de_sair_e_de_pessoa(compreensor: Compreensor, texto: str, intencao: str | None) -> None:
    visto = compreensor.compreender(texto)
    if intencao is None:
        assert visto.decidida not in NUNCA_PERDIDAS
    else:
        assert (visto.intencao, visto.por, visto.confianca) == (intencao, "regra", 1.0)


@pytest.mark.parametrize(
    ("texto", "intencao"),
    [
        ("oi", "saudacao"),
        ("ipva", "consultar_ipva"),
        ("boleto", "pagar"),
        ("parcelar", "parcelar"),
        ("já paguei", "ja_pagou"),
        ("número errado", "nao_reconhece"),
        ("cobrança indevida", "contesta"),
        ("tô liso", "sem_condicoes"),
        ("pago amanhã", "promete"),
        ("isso é golpe?", "verificar_mensagem"),
        ("dac", "ajuda_dac"),
        ("quanto eu devo", "consultar"),
        ("que horas são", "outro"),
    ],
)
def test_frase_conhecida_e_reconhecida_como_frase(compreensor: Compreensor, texto: str, intencao: str) -> None:
    visto = compreensor.compreender(texto)
    assert (visto.intencao, visto.por) == (intencao, "frase")


def test_negacao_a_mais_nao_e_a_mesma_frase(compreensor: Compreensor) -> None:
    assert compreensor.compreender("quero pagar essa dívida").intencao == "pagar"
    assert compreensor.compreender("não tenho como pagar essa dívida").intencao == "sem_condicoes"


@pytest.mark.parametrize("texto", ["", " ", "😂😂😂", "?!", "\x00\x07", "\u202e\u200f\u200b", "٠", "\ud800"])
def test_nada_legivel_e_outro_com_menu(compreensor: Compreensor, texto: str) -> None:
    visto = compreensor.compreender(texto)
    assert visto.decidida == "outro"
    assert visto.conduta in {"menu", "pessoa"}


@pytest.mark.parametrize(
    ("texto", "intencao"),
    [("blá " * 2450 + "quero falar com um atendente", "atendente"), ("blá blá " * 1200 + "parem de mandar mensagem", "sair")],
)
def test_o_pedido_no_fim_de_dez_mil_letras_e_visto(compreensor: Compreensor, texto: str, intencao: str) -> None:
    assert compreensor.compreender(texto).intencao == intencao


def test_o_que_passa_de_dez_mil_letras_nao_e_lido(compreensor: Compreensor) -> None:
    assert compreensor.compreender("x" * 10_000 + " sair").intencao != "sair"


@settings(max_examples=300, deadline=None)
@given(texto=st.text(max_size=200), idioma=st.none() | st.sampled_from([*IDIOMAS, "xx", "es-AR", ""]))
def test_nunca_levanta_e_a_confianca_e_de_zero_a_um(compreensor: Compreensor, texto: str, idioma: str | None) -> None:
    visto = compreensor.compreender(texto, idioma)
    assert visto.intencao in INTENCOES
    assert 0.0 <= visto.confianca <= 1.0
    assert visto.idioma in IDIOMAS
    assert compreensor.compreender(texto, idioma) == visto


def test_limiares_dizem_a_conduta(compreensor: Compreensor) -> None:
    limiares = compreensor.limiares
    proprios = {"outro", *limiares.menu_de}
    todos = [r.visto for r in resultados(compreensor, "ajuste.pt-BR.txt", "pt-BR")]
    vistos = [v for v in todos if v.intencao not in proprios]
    assert {v.conduta for v in vistos if v.confianca >= limiares.menu} == {"seguir"}
    assert {v.conduta for v in vistos if limiares.pessoa <= v.confianca < limiares.menu} == {"menu"}
    assert {v.conduta for v in todos if v.confianca < limiares.pessoa} <= {"pessoa"}
    assert all(v.decidida == "outro" for v in vistos if v.confianca < limiares.menu)
    assert compreensor.compreender("xyzw qwfp zxcv bnmk").conduta != "seguir"
