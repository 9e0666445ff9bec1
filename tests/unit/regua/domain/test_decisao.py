"""Why a contact does not go out, in which order the reasons come, and that a decision can be executed again."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.domain.canonico import canonico
from regua.domain import insumos
from regua.domain.decisao import Contexto, avaliar, decidir, reexecutar
from regua.domain.limites import MOTIVOS
from tests.support.regua_casos import casos
from tests.support.regua_politica import politica

POLITICA = politica()
HOJE = date(2026, 3, 16)
CONTEXTO = Contexto(data=HOJE, campanha="permanente", janela_aberta=True)


def decididos(*diferencas: dict[str, Any], controle: bool = False, **contexto: Any) -> list[dict[str, Any]]:
    campos = {"data": HOJE, "campanha": "permanente", "janela_aberta": True, **contexto}
    avaliados = avaliar(casos(*diferencas), POLITICA, HOJE)
    return decidir(avaliados, POLITICA, Contexto(**campos), lambda p: [controle] * len(p)).to_dicts()


def motivo(**diferenca: Any) -> str | None:
    resultado: str | None = decididos(diferenca)[0]["motivo"]
    return resultado


def sem_canais(**outros: bool) -> dict[str, Any]:
    return {"alcance_whatsapp": False, "alcance_sms": False, **outros}


# each makes one reason true, and stronger ones false
RAZOES: dict[str, dict[str, Any]] = {
    "prescrito": {"debitos_em_aberto": 0, "debitos_prescritos": 2, "valor_aberto": 0},
    "ajuizado": {"debitos_em_aberto": 0, "debitos_ajuizados": 1},
    "suspenso": {"suspenso": True},
    "parcelado": {"debitos_em_aberto": 0, "debitos_parcelados": 1},
    "promessa": {"promessa": True},
    "abaixo_do_minimo": {"valor_aberto": 49_99},
    "aguardando_etapa": {"dias_atraso": 0},
    "optou_sair": sem_canais(optou_sms=True),
    "sem_contato": sem_canais(),
    "aguardando_aprovacao": {"etapa_consumida": 4, "etapa_em": date(2026, 1, 1), "dias_atraso": 90},
    "teto_de_contatos": {"contatos_hoje": 1, "contatos_na_janela": 1},
}


@pytest.mark.parametrize("razao", RAZOES)
def test_cada_motivo(razao: str) -> None:
    assert motivo(**RAZOES[razao]) == razao


def test_sem_motivo_o_contato_sai() -> None:
    linha = decididos({})[0]
    assert (linha["resultado"], linha["motivo"], linha["canais"]) == ("acionado", None, ["whatsapp", "sms"])


@pytest.mark.parametrize(
    ("diferenca", "esperado"),
    [
        ({"debitos_em_aberto": 1, "debitos_ajuizados": 1}, None),
        ({"debitos_em_aberto": 0, "debitos_parcelados": 1, "omissoes": 1}, None),
        ({"debitos_em_aberto": 0, "debitos_parcelados": 1, "divergencias": 1}, None),
        ({"debitos_em_aberto": 0, "debitos_parcelados": 1, "debitos_suspensos": 1, "debitos_ajuizados": 1}, "ajuizado"),
        ({"debitos_em_aberto": 0, "debitos_parcelados": 1, "debitos_suspensos": 1}, "suspenso"),
        ({"debitos_em_aberto": 0, "debitos_prescritos": 1, "debitos_parcelados": 1}, "parcelado"),
        ({"debitos_em_aberto": 0, "debitos_prescritos": 1, "omissoes": 1, "valor_aberto": 0}, None),
        ({"valor_aberto": 50_00}, None),
        ({"valor_aberto": 0, "omissoes": 1}, None),
        ({"valor_aberto": 1, "divergencias": 1}, None),
        ({"contatos_na_janela": 3}, "teto_de_contatos"),
        ({"contatos_na_janela": 2}, None),
        ({"etapa_consumida": 5, "etapa_em": date(2025, 1, 1), "dias_atraso": 999}, "aguardando_etapa"),
        ({"andamento": 1}, "aguardando_etapa"),
        ({"etapa_consumida": 1, "etapa_em": None, "dias_atraso": 99}, "aguardando_etapa"),
        ({**RAZOES["aguardando_aprovacao"], "aprovacao": "aprovada"}, None),
        ({**RAZOES["aguardando_aprovacao"], "aprovacao": "recusada", "teto_rigidez": 4}, None),
        ({**RAZOES["aguardando_aprovacao"], "aprovacao": "pendente"}, "aguardando_aprovacao"),
        (sem_canais(optou_voz=True), "sem_contato"),
        (sem_canais(optou_voz=True, alcance_sms=True), None),
    ],
)
def test_as_bordas(diferenca: dict[str, Any], esperado: str | None) -> None:
    assert motivo(**diferenca) == esperado


# those whose conditions can hold at once, both as they stand
PARES = [(a, b) for i, a in enumerate(RAZOES) for b in list(RAZOES)[i + 1 :] if not set(RAZOES[a]) & set(RAZOES[b])]


@pytest.mark.parametrize(("antes", "depois"), PARES)
def test_a_precedencia(antes: str, depois: str) -> None:
    assert motivo(**RAZOES[depois], **RAZOES[antes]) == antes
    assert MOTIVOS.index(antes) < MOTIVOS.index(depois)


def test_fora_da_janela_vem_depois_do_teto() -> None:
    assert decididos({}, janela_aberta=False)[0]["motivo"] == "fora_da_janela"
    assert decididos({"contatos_hoje": 1}, janela_aberta=False)[0]["motivo"] == "teto_de_contatos"


def test_um_contato_por_pessoa_maior_rigidez_depois_atraso_depois_tributo() -> None:
    def quem_sai(*diferencas: dict[str, Any]) -> list[str]:
        feitos = decididos(*({"pessoa": "P", **d} for d in diferencas))
        assert {f["motivo"] for f in feitos} <= {None, "teto_de_contatos"}
        return [f["caso"] for f in feitos if f["resultado"] == "acionado"]

    assert quem_sai({"dias_atraso": 90}, {"reincidencia": 2}) == ["caso-1"]
    assert quem_sai({"dias_atraso": 3}, {"dias_atraso": 4}) == ["caso-1"]
    assert quem_sai({"tributo": "IPVA"}, {"tributo": "ICMS"}) == ["caso-1"]
    assert quem_sai({"contribuinte": "C9"}, {"contribuinte": "C1"}) == ["caso-1"]
    # a caso that cannot go out does not take the place of one that can
    assert quem_sai({"reincidencia": 3, "alcance_sms": True}, {"dias_atraso": 90}) == ["caso-0"]


def test_o_caso_impedido_nao_ocupa_o_lugar_da_pessoa() -> None:
    feitos = decididos({"pessoa": "P", "reincidencia": 4, "suspenso": True}, {"pessoa": "P"})
    assert [f["motivo"] for f in feitos] == ["suspenso", None]


def test_o_grupo_de_controle_e_retido_so_quando_sairia() -> None:
    feitos = decididos({}, {"suspenso": True}, {"controle": True}, {"controle": False}, controle=True)
    assert [(f["resultado"], f["sorteada"]) for f in feitos] == [
        ("retido", True),
        ("suprimido", False),
        ("retido", False),
        ("acionado", False),
    ]
    # where the draw decides nothing it is no input
    assert not decididos({"controle": True, "suspenso": True})[0]["controle"]


def test_o_orcamento_vai_por_rigidez_depois_valor_depois_caso() -> None:
    um = POLITICA.custos.de("whatsapp")
    quatro: tuple[dict[str, Any], ...] = ({}, {"reincidencia": 2}, {"valor_aberto": 200_00}, {"valor_aberto": 200_00})
    for cabem, ordem in enumerate([set(), {1}, {1, 2}, {1, 2, 3}, {0, 1, 2, 3}]):
        feitos = decididos(*quatro, restante_micros=um * cabem)
        assert {i for i, f in enumerate(feitos) if f["resultado"] == "acionado"} == ordem
        assert {f["motivo"] for f in feitos} <= {None, "orcamento"}


def test_o_retido_nao_gasta_orcamento() -> None:
    feitos = decididos({"controle": True, "reincidencia": 2}, {}, restante_micros=POLITICA.custos.de("whatsapp"))
    assert [f["resultado"] for f in feitos] == ["retido", "acionado"]


mudancas = st.fixed_dictionaries(
    {
        "pessoa": st.sampled_from(["P1", "P2", "P3"]),
        "tributo": st.sampled_from(["ICMS", "IPVA"]),
        "dias_atraso": st.integers(0, 60),
        "reincidencia": st.integers(1, 6),
        "valor_aberto": st.sampled_from([0, 49_99, 50_00, 10**8]),
        "debitos_em_aberto": st.integers(0, 1),
        "debitos_parcelados": st.integers(0, 1),
        "omissoes": st.integers(0, 3),
        "divergencias": st.integers(0, 3),
        "etapa_consumida": st.integers(0, 5),
        "etapa_em": st.none() | st.dates(date(2026, 2, 1), date(2026, 3, 16)),
        "aprovacao": st.sampled_from([None, "pendente", "aprovada"]),
        "contatos_na_janela": st.integers(0, 3),
        "suspenso": st.booleans(),
        "promessa": st.booleans(),
        "optou_sms": st.booleans(),
        "alcance_whatsapp": st.booleans(),
        "controle": st.sampled_from([None, True, False]),
        "queda_receita_num": st.integers(-(10**15), 10**15),
        "queda_receita_den": st.integers(1, 10**15),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(mudancas, min_size=1, max_size=8), st.integers(0, 30_000), st.booleans())
def test_toda_decisao_se_reexecuta_ate_o_byte(diferencas: list[dict[str, Any]], restante: int, janela: bool) -> None:
    feitos = decididos(*diferencas, restante_micros=restante, janela_aberta=janela, controle=True)
    assert len([f for f in feitos if f["resultado"] in ("acionado", "retido")]) <= len({f["pessoa"] for f in feitos})
    for feito in feitos:
        assert (feito["motivo"] is None) == (feito["resultado"] in ("acionado", "retido"))
        de_novo = reexecutar(feito["insumos"], POLITICA)
        for campo in ("resultado", "motivo", "hipotese", "etapa", "reincidencia", "rigidez", "insumos", "resumo"):
            assert getattr(de_novo, campo) == feito[campo], campo


def test_os_insumos_sao_json_canonico_e_nao_trazem_documento() -> None:
    texto = decididos({"etapa_consumida": 1, "etapa_em": date(2026, 3, 1)})[0]["insumos"].encode()
    lido = orjson.loads(texto)
    assert canonico(lido) == texto
    assert lido["estado"]["etapa_em"] == "2026-03-01"
    assert b"pessoa" not in texto


def test_insumos_de_outra_politica_nao_se_reexecutam() -> None:
    feito = decididos({})[0]
    with pytest.raises(ValueError, match="another policy"):
        reexecutar(feito["insumos"], politica(versao="outra"))


def test_insumos_trocados_dao_outro_resumo() -> None:
    texto = decididos({})[0]["insumos"]
    trocado = texto.replace('"valor_aberto":10000', '"valor_aberto":10001')
    assert insumos.resumir(pl.Series([texto])) != insumos.resumir(pl.Series([trocado]))
    with pytest.raises(ValueError, match="not the inputs"):
        reexecutar("{}", POLITICA)
