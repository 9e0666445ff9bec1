"""Templates: secrecy, variables, one SMS segment; and those that ship."""

from __future__ import annotations

import itertools
import re

import pytest

from canais.domain.modelo import DO_DEGRAU, Valores, prever, problemas
from canais.domain.texto_sms import medir
from canais.normas.modelos import modelos_pt_br

VALORES = Valores("https://www.sefaz.al.gov.br", "0800 284 1060")
BOM = "SEFAZ-AL: ha uma pendencia sua. Codigo {codigo}, confira em {link}. SAIR p/ parar."


def test_texto_bom_e_aceito() -> None:
    assert problemas("sms", BOM, VALORES) == []
    assert problemas("whatsapp", BOM, VALORES) == []


@pytest.mark.parametrize(
    "trecho",
    [
        "R$ 10", "r$10", "1.234,56", "10.50", "12345", "50%", "IPVA", "icms", "Dívida", "divida ativa", "DÉBITO", "débitos",
        "valor", "valores", "imposto", "tributária", "fiscal", "multa", "juros", "devedor", "devedora", "deve", "devendo",
        "pagar", "pagamento", "parcelas", "parcelamento", "boleto", "pix", "cobrança", "protesto", "Serasa", "execução",
        "inadimplência", "contumaz", "quitar", "placa", "veículo", "CPF", "ｄébito", "dé\u200bbito", "de\u0301bito",
    ],
)  # fmt: skip
def test_sigilo_fiscal_nao_cabe_em_modelo(trecho: str) -> None:
    achados = problemas("whatsapp", f"{BOM} {trecho} ", VALORES)
    assert len(achados) == 1
    assert achados[0].startswith("Sigilo fiscal")


@pytest.mark.parametrize("trecho", ["dar uma olhada", "24 horas", "valorizamos você", "de verdade", "empresa", "confira já"])
def test_palavra_parecida_e_aceita(trecho: str) -> None:
    assert problemas("whatsapp", f"{BOM} {trecho}", VALORES) == []


@pytest.mark.parametrize(
    ("texto", "dito"),
    [
        (BOM.replace("pendencia", "{nome}"), "Só há as variáveis"),
        (BOM.replace("pendencia", "{}"), "Só há as variáveis"),
        (BOM + " {codigo", "não fecha"),
        (BOM.replace("{codigo}", "x"), "Falta {codigo}"),
        (BOM.replace("{link}", "x"), "Falta {link}"),
        (BOM.replace("SEFAZ", "Fazenda"), "SEFAZ"),
        (BOM.replace("SAIR", "sair"), "SAIR"),
        (BOM.replace("pendencia", "pendência"), "GSM-7"),
        (BOM + "a" * 60, "160"),
    ],
)
def test_modelo_de_sms_e_recusado(texto: str, dito: str) -> None:
    achados = problemas("sms", texto, VALORES)
    assert len(achados) == 1
    assert dito in achados[0]


def test_sms_conta_com_o_maior_valor_das_variaveis() -> None:
    fixo = len(BOM.replace("{codigo}", "").replace("{link}", ""))
    cabe = BOM + "a" * (160 - fixo - 8 - 32)
    assert problemas("sms", cabe, VALORES) == []
    assert problemas("sms", cabe + "a", VALORES) != []
    # a link longer than the room kept for it counts in full
    assert problemas("sms", cabe, Valores("https://" + "x" * 40, "0800")) != []


def test_whatsapp_tem_ate_1024_caracteres() -> None:
    assert problemas("whatsapp", BOM + " a" * 600, VALORES)[0].startswith("O texto pode chegar a")


def test_previa_preenche_as_variaveis() -> None:
    previa = prever("sms", BOM, VALORES)
    assert "ABCD2345" in previa.texto
    assert "{" not in previa.texto
    assert previa.medida == medir(previa.texto)
    assert prever("whatsapp", BOM, VALORES).medida is None


def test_ha_um_modelo_para_cada_hipotese_rigidez_e_canal() -> None:
    esperados = itertools.product([f"H{n}" for n in range(1, 9)], range(1, 6), ["sms", "whatsapp"])
    da_escada = [m for m in modelos_pt_br() if "nome" not in m]
    assert sorted((m["hipotese"], m["rigidez"], m["canal"]) for m in da_escada) == sorted(esperados)


def test_ha_um_modelo_para_cada_contato_fora_da_escada() -> None:
    fora = [m for m in modelos_pt_br() if "nome" in m]
    assert sorted((m["nome"], m["canal"]) for m in fora) == [
        ("parcelamento_em_risco", "sms"),
        ("parcelamento_em_risco", "whatsapp"),
    ]
    assert not any("hipotese" in m or DO_DEGRAU.fullmatch(m["nome"]) for m in fora)


def _id(m: dict[str, str]) -> str:
    return f"{m.get('nome') or m['hipotese']}-{m.get('rigidez', '')}-{m['canal']}"


@pytest.mark.parametrize("modelo", modelos_pt_br(), ids=_id)
def test_modelo_que_vem_obedece_as_regras(modelo: dict[str, str]) -> None:
    assert problemas(modelo["canal"], modelo["texto"], VALORES) == []
    assert set(re.findall(r"\{(\w+)\}", modelo["texto"])) >= {"codigo", "link"}


def test_modelos_que_vem_sao_todos_diferentes() -> None:
    assert len({m["texto"] for m in modelos_pt_br()}) == 82
