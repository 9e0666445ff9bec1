"""Topics are pages anybody can read, and what `migrate` makes is what the pages say."""

from __future__ import annotations

import pytest

from kernel.messaging.log import Topico
from schemas.gerar import paginas_escritas
from schemas.registro import EVENTOS
from schemas.topicos import (
    PASTA,
    SALAS,
    Pagina,
    SalaDesconhecida,
    carregar_paginas,
    carregar_topicos,
    pagina_de,
    topicos_de,
    uso_de,
)

PAGINAS = paginas_escritas()
CADA_PAGINA = pytest.mark.parametrize("pagina", PAGINAS, ids=lambda pagina: pagina.topico)
POR_UM_DIA = {"cobranca-mensagem", "cobranca-resposta"}

# the Events table of the outer interface: topic → from, to
TABELA = {
    "cobranca-divida": ("regua chatbot ura", "todas"),
    "cobranca-acionamento-whatsapp": ("regua", "canais relatorios"),
    "cobranca-acionamento-sms": ("regua", "canais relatorios"),
    "cobranca-acionamento-messenger": ("regua", "canais relatorios"),
    "cobranca-acionamento-voz": ("regua", "ura relatorios"),
    "cobranca-acionamento-retido": ("regua", "relatorios"),
    "cobranca-entrega": ("canais ura", "regua relatorios"),
    "cobranca-tarefa": ("regua chatbot", "central"),
    "cobranca-mensagem": ("canais", "chatbot"),
    "cobranca-resposta": ("chatbot", "canais"),
    "cobranca-conversa": ("chatbot", "central"),
    "cobranca-contato": ("canais chatbot", "todas"),
    "cobranca-pagamento": ("parcelamento regua", "todas"),
    "cobranca-parcelamento": ("parcelamento", "todas"),
}


def test_ha_uma_pagina_para_cada_topico_e_so_para_eles() -> None:
    dos_eventos = {topico for evento in EVENTOS for topico in evento.topicos}
    assert {pagina.topico for pagina in PAGINAS} == dos_eventos == set(TABELA)


def test_arquivo_tem_o_nome_do_topico() -> None:
    assert [arquivo.stem for arquivo in sorted((PASTA / "topics").iterdir())] == [pagina.topico for pagina in PAGINAS]


@CADA_PAGINA
def test_pagina_diz_quem_escreve_e_quem_le(pagina: Pagina) -> None:
    de, para = TABELA[pagina.topico]
    assert set(pagina.escritores) == set(de.split())
    assert set(pagina.leitores) == (set(SALAS) if para == "todas" else set(para.split()))
    assert all(evento.escritores and set(evento.escritores) <= set(SALAS) for evento in pagina.eventos)


@CADA_PAGINA
def test_pagina_tem_particoes_retencao_e_compatibilidade(pagina: Pagina) -> None:
    assert pagina.particoes == 12
    assert pagina.retencao_dias == (1 if pagina.topico in POR_UM_DIA else 30)
    assert pagina.compatibilidade == "aditiva"


@CADA_PAGINA
def test_pagina_se_le_em_portugues(pagina: Pagina) -> None:
    assert pagina.titulo
    assert pagina.descricao.endswith(".")
    assert len(pagina.descricao) > 40


@CADA_PAGINA
def test_chave_da_pagina_e_a_da_classe(pagina: Pagina) -> None:
    tipos = {evento.tipo for evento in pagina.eventos}
    campos = {
        "conversa" if not evento.model_fields["contribuinte"].is_required() else "contribuinte"
        for evento in EVENTOS
        if evento.tipo in tipos
    }
    assert campos == {"conversa" if pagina.chave == "contribuinte_ou_conversa" else "contribuinte"}


def test_cada_topico_tem_seu_gemeo_de_mensagens_mortas() -> None:
    topicos = carregar_topicos()
    nomes = [topico.nome for topico in topicos]
    assert len(nomes) == len(set(nomes)) == 2 * len(PAGINAS)
    for pagina in PAGINAS:
        assert Topico(pagina.topico, particoes=12, retencao_dias=pagina.retencao_dias) in topicos
        # people's words are kept 24 hours on their twin too
        retencao = 1 if pagina.retencao_dias == 1 else 90
        assert Topico(f"{pagina.topico}-dlq", particoes=12, retencao_dias=retencao) in topicos


def test_em_execucao_se_leem_as_mesmas_paginas() -> None:
    assert carregar_paginas() == PAGINAS


def test_uso_da_regua() -> None:
    uso = uso_de("regua")
    assert "cobranca-acionamento-whatsapp" in uso.escreve
    assert "cobranca-entrega" in uso.le
    assert "cobranca-mensagem" not in {*uso.escreve, *uso.le}


@pytest.mark.parametrize("sala", SALAS)
def test_sala_cria_o_que_escreve_e_o_que_le(sala: str) -> None:
    uso = uso_de(sala)
    usados = {*uso.escreve, *uso.le}
    assert {topico.nome for topico in topicos_de(sala)} == usados | {f"{nome}-dlq" for nome in usados}


def test_sala_desconhecida_e_recusada() -> None:
    with pytest.raises(SalaDesconhecida):
        uso_de("reguá")


def test_pagina_com_campo_a_mais_ou_a_menos_e_recusada() -> None:
    with pytest.raises(TypeError):
        pagina_de({"topico": "cobranca-x"})
    with pytest.raises(TypeError):
        pagina_de(dict.fromkeys(Pagina.__dataclass_fields__, "") | {"dono": "regua"})
