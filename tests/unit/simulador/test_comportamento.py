"""Reading `PUT /comportamento`."""

from __future__ import annotations

from typing import Any

import pytest

from simulador.domain.comportamento import CANAIS, Comportamento, descrever_comportamento, ler_comportamento

DO_CONTRATO = {
    "semente": 1,
    "canais": {
        "sms": {
            "taxa_429": 0.05, "taxa_5xx": 0.03, "taxa_502_sem_corpo": 0, "timeout_antes": 0.02, "timeout_depois": 0.02,
            "entregue": 0.95, "lido": 0.6, "atendida": 0.544, "falha": {"30003": 0.02}, "latencia_ms": [50, 500],
            "duplicar": 0.2, "reordenar": 0.2, "descartar": 0.05,
        }
    },
}  # fmt: skip


def test_o_exemplo_do_contrato_e_lido_por_inteiro() -> None:
    lido = ler_comportamento(DO_CONTRATO)
    assert isinstance(lido, Comportamento)
    descrito = descrever_comportamento(lido)["canais"]["sms"]
    assert {nome: descrito[nome] for nome in DO_CONTRATO["canais"]["sms"]} == DO_CONTRATO["canais"]["sms"]  # type: ignore[index]


def test_o_que_fica_de_fora_fica_no_padrao() -> None:
    assert ler_comportamento({}) == Comportamento()
    lido = ler_comportamento({"canais": {"sms": {"taxa_429": 1}}})
    assert isinstance(lido, Comportamento)
    assert lido.canais["whatsapp"] == Comportamento().canais["whatsapp"]
    assert lido.canais["sms"].entregue == 0.95


def test_o_que_se_descreve_se_le_de_volta() -> None:
    lido = ler_comportamento(DO_CONTRATO | {"canais": {"voz": {"falha": {"busy": 0.1}, "teclas": ["1", "*"]}}})
    assert isinstance(lido, Comportamento)
    assert ler_comportamento(descrever_comportamento(lido)) == lido
    assert set(lido.canais) == set(CANAIS)


@pytest.mark.parametrize(
    ("dados", "campos"),
    [
        ([], {""}),
        ({"outro": 1}, {"outro"}),
        ({"semente": 1.5}, {"semente"}),
        ({"semente": True}, {"semente"}),
        ({"canais": []}, {"canais"}),
        ({"canais": {"fax": {}}}, {"canais.fax"}),
        ({"canais": {"sms": 1}}, {"canais.sms"}),
        ({"canais": {"sms": {"taxa": 1}}}, {"canais.sms.taxa"}),
        ({"canais": {"sms": {"entregue": -0.1}}}, {"canais.sms.entregue"}),
        ({"canais": {"sms": {"entregue": "1"}}}, {"canais.sms.entregue"}),
        ({"canais": {"sms": {"entregue": True}}}, {"canais.sms.entregue"}),
        ({"canais": {"sms": {"entregue": float("nan")}}}, {"canais.sms.entregue"}),
        ({"canais": {"sms": {"latencia_ms": [5, 1]}}}, {"canais.sms.latencia_ms"}),
        ({"canais": {"sms": {"latencia_ms": [1]}}}, {"canais.sms.latencia_ms"}),
        ({"canais": {"sms": {"latencia_ms": [0.5, 1]}}}, {"canais.sms.latencia_ms"}),
        ({"canais": {"sms": {"falha": {"busy": 0.1}}}}, {"canais.sms.falha"}),
        ({"canais": {"sms": {"falha": {"a": 0.1}}}}, {"canais.sms.falha"}),
        ({"canais": {"sms": {"falha": {"1": 0.6, "2": 0.6}}}}, {"canais.sms.falha"}),
        ({"canais": {"sms": {"timeout_s": -1}}}, {"canais.sms.timeout_s"}),
        ({"canais": {"voz": {"teclas": ["x"]}}}, {"canais.voz.teclas"}),
        ({"canais": {"whatsapp": {"modelos": [1]}}}, {"canais.whatsapp.modelos"}),
        ({"canais": {"sms": {"taxa_429": 0.6, "timeout_antes": 0.6}}}, {"canais.sms"}),
    ],
)
def test_o_que_nao_serve_e_nomeado(dados: Any, campos: set[str]) -> None:
    erros = ler_comportamento(dados)
    assert isinstance(erros, list)
    assert {erro.campo for erro in erros} == campos
    assert all(erro.motivo for erro in erros)
