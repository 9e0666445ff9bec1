"""The warning of a plan at risk: who gets it, by which channels, and that its inputs decide it again to the byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regua.domain.aviso import MODELO, Aviso, Situacao, caso_do_risco, classificacao, decidir, escrever, ler
from regua.domain.politica_leitura import ler_politica
from regua.normas import documento_da_politica

POLITICA = ler_politica(orjson.loads(documento_da_politica()))
HOJE = date(2026, 3, 16)
PLANO = UUID(int=77)
SITUACAO = Situacao(
    caso=str(caso_do_risco(PLANO, date(2026, 3, 30))),
    contribuinte="C1",
    tributo="ICMS",
    parcelamento=str(PLANO),
    perda_em=date(2026, 3, 30),
    data=HOJE,
    tentativa=1,
    hipotese="H2",
    reincidencia=1,
    alcance=("sms", "whatsapp"),
    optou=(),
    suspenso=False,
    promessa=False,
    contatos_hoje=0,
    contatos_na_janela=0,
    janela_aberta=True,
)
canais = st.sets(st.sampled_from(["messenger", "sms", "voz", "whatsapp"])).map(lambda c: tuple(sorted(c)))
situacoes = st.builds(
    replace,
    st.just(SITUACAO),
    perda_em=st.dates(HOJE - timedelta(days=5), HOJE + timedelta(days=60)),
    alcance=canais,
    optou=canais,
    suspenso=st.booleans(),
    promessa=st.booleans(),
    contatos_hoje=st.integers(0, 2),
    contatos_na_janela=st.integers(0, 7),
    janela_aberta=st.booleans(),
)


def test_vai_por_whatsapp_e_depois_sms() -> None:
    assert decidir(SITUACAO, POLITICA) == Aviso("acionado", None, ("whatsapp", "sms"))


def test_a_voz_vem_primeiro_onde_ha_quem_a_sirva() -> None:
    s = replace(SITUACAO, alcance=("sms", "voz", "whatsapp"))
    assert decidir(s, POLITICA).canais == ("voz", "whatsapp", "sms")


@pytest.mark.parametrize(
    ("campos", "motivo"),
    [
        ({"perda_em": HOJE + timedelta(days=1)}, None),
        ({"perda_em": HOJE}, "perda_passada"),
        ({"suspenso": True}, "suspenso"),
        ({"promessa": True}, "promessa"),
        ({"alcance": ()}, "sem_contato"),
        ({"alcance": (), "optou": ("sms",)}, "optou_sair"),
        ({"alcance": ("sms",), "optou": ("whatsapp",)}, None),
        ({"alcance": ("messenger",)}, "sem_contato"),
        ({"contatos_hoje": 1, "contatos_na_janela": 1}, "teto_de_contatos"),
        ({"contatos_na_janela": 2}, None),
        ({"contatos_na_janela": 3}, "teto_de_contatos"),
        ({"janela_aberta": False}, "fora_da_janela"),
        # in the ladder's order
        ({"suspenso": True, "promessa": True, "alcance": (), "contatos_hoje": 1}, "suspenso"),
        ({"contatos_hoje": 1, "janela_aberta": False}, "teto_de_contatos"),
    ],
)
def test_o_que_segura_o_aviso(campos: dict[str, Any], motivo: str | None) -> None:
    feito = decidir(replace(SITUACAO, **campos), POLITICA)
    assert (feito.resultado, feito.motivo) == ("acionado" if motivo is None else "suprimido", motivo)


@given(situacoes)
def test_os_insumos_bastam_para_decidir_de_novo(s: Situacao) -> None:
    texto, resumo = escrever(s, POLITICA)
    lido = ler(texto)
    assert lido is not None
    assert lido == (s, POLITICA.resumo)
    assert decidir(lido[0], POLITICA) == decidir(s, POLITICA)
    assert escrever(lido[0], POLITICA) == (texto, resumo)


@given(situacoes)
def test_so_sai_para_quem_pode_ser_contatado(s: Situacao) -> None:
    feito = decidir(s, POLITICA)
    if feito.resultado == "acionado":
        assert set(feito.canais) <= set(s.alcance)
        assert feito.canais
        assert s.contatos_hoje == 0
        assert s.contatos_na_janela < 3
        assert s.janela_aberta
        assert not s.suspenso
        assert s.perda_em > s.data
        # of two warnings of one person in one transaction, one goes out
        assert decidir(s.com_contato_hoje(), POLITICA).motivo == "teto_de_contatos"


def test_insumos_da_escada_nao_sao_de_aviso() -> None:
    assert ler('{"campanha":"permanente"}') is None
    with pytest.raises(ValueError, match="unexpected"):
        ler("x")


def test_o_caso_e_do_plano_e_do_dia_da_perda() -> None:
    assert caso_do_risco(PLANO, HOJE) == caso_do_risco(PLANO, HOJE)
    assert caso_do_risco(PLANO, HOJE) != caso_do_risco(PLANO, HOJE + timedelta(days=1))


def test_a_explicacao_diz_ate_quando() -> None:
    explicada = classificacao(SITUACAO, POLITICA)
    assert "30/03/2026" in explicada.textos[0]
    assert (explicada.hipotese, explicada.evidencias[0].valor, MODELO) == ("H2", "14", "parcelamento_em_risco")
