"""The documents of rules: those that ship are readable, and each thing that would charge wrongly is refused where it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from parcelamento.domain.encargos_leitura import EncargosInvalidos, ler_encargos
from parcelamento.normas.encargos import REGRAS, documentos_de_encargos
from tests.unit.parcelamento.apoio_encargos import NORMAS, documento

MULTA = "versoes[0].multa"


@pytest.mark.parametrize("nome", REGRAS)
def test_regra_de_fabrica_e_aceita_e_tem_fundamento(nome: str) -> None:
    regra = ler_encargos(documentos_de_encargos()[nome])
    assert regra.regra == nome
    assert all(v.multa.fundamento and v.juros.fundamento for v in regra.versoes)


def test_todo_documento_da_pasta_e_de_fabrica() -> None:
    assert {f.stem.removeprefix("encargos_") for f in NORMAS.glob("encargos_*.json")} == set(REGRAS)


def test_o_que_nao_se_verificou_e_marcado() -> None:
    assert "versoes[0].juros" in ler_encargos(documento("al")).nao_verificados


def _trocar(*caminho: str | int, valor: Any) -> Callable[[dict[str, Any]], None]:
    def mudar(d: dict[str, Any]) -> None:
        alvo: Any = d
        for passo in caminho[:-1]:
            alvo = alvo[passo]
        alvo[caminho[-1]] = valor

    return mudar


def _tirar(*caminho: str | int) -> Callable[[dict[str, Any]], None]:
    def mudar(d: dict[str, Any]) -> None:
        alvo: Any = d
        for passo in caminho[:-1]:
            alvo = alvo[passo]
        del alvo[caminho[-1]]

    return mudar


def _repetir_versao(d: dict[str, Any]) -> None:
    d["versoes"].append({**d["versoes"][0], "vigente_de": "2026-01-01"})
    d["versoes"][0]["vigente_ate"] = "2025-12-30"


V0 = ("versoes", 0)
FAIXA1 = (*V0, "multa", "faixas", 1)
DEFEITOS: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_tirar("regra"), "regra"),
    (_trocar("regra", valor="Alagoas!"), "regra"),
    (_trocar("nome", valor=" "), "nome"),
    (_trocar("uf", valor="SP"), "uf"),
    (_trocar("versao_por", valor="emissao"), "versao_por"),
    (_trocar("taxa", valor="0.1"), "taxa"),
    (_trocar("observacao", valor=1), "observacao"),
    (_trocar("versoes", valor=[]), "versoes"),
    (_trocar("versoes", valor={}), "versoes"),
    (_trocar(*V0, valor="x"), "versoes[0]"),
    (_trocar(*V0, "vigente_de", valor="15/04/1998"), "versoes[0].vigente_de"),
    (_trocar(*V0, "vigente_de", valor="1998-02-30"), "versoes[0].vigente_de"),
    (_trocar(*V0, "vigente_ate", valor="1998-04-14"), "versoes[0].vigente_ate"),
    (_repetir_versao, "versoes[0].vigente_ate"),
    (_trocar(*V0, "multa", valor=None), MULTA),
    (_tirar(*V0, "multa", "fundamento"), f"{MULTA}.fundamento"),
    (_trocar(*V0, "multa", "teto", valor="1.5"), f"{MULTA}.teto"),
    (_trocar(*FAIXA1, "taxa", valor="9"), f"{MULTA}.faixas[1].taxa"),
    (_trocar(*FAIXA1, "taxa", valor=0.09), f"{MULTA}.faixas[1].taxa"),
    (_trocar(*FAIXA1, "taxa", valor="-0.09"), f"{MULTA}.faixas[1].taxa"),
    (_trocar(*FAIXA1, "taxa", valor="NaN"), f"{MULTA}.faixas[1].taxa"),
    (_trocar(*FAIXA1, "por_dia", valor="0.01"), f"{MULTA}.faixas[1]"),
    (_tirar(*FAIXA1, "taxa"), f"{MULTA}.faixas[1]"),
    (_trocar(*FAIXA1, "ate_dias", valor=0), f"{MULTA}.faixas[1].ate_dias"),
    (_trocar(*FAIXA1, "ate_dias", valor=True), f"{MULTA}.faixas[1].ate_dias"),
    (_trocar(*FAIXA1, "ate_dias", valor=30), f"{MULTA}.faixas[0].ate_dias"),
    (_trocar(*FAIXA1, "ate_dias", valor=None), f"{MULTA}.faixas[1].ate_dias"),
    (_trocar(*FAIXA1, "taxa", valor="0.05"), f"{MULTA}.faixas[1]"),
    (_trocar(*V0, "multa", "faixas", 2, "ate_dias", valor=90), f"{MULTA}.faixas[2].ate_dias"),
    (_trocar(*V0, "juros", "tipo", valor="composto"), "versoes[0].juros.tipo"),
    (_trocar(*V0, "juros", "ao_mes", valor="0.01"), "versoes[0].juros.ao_mes"),
    (_tirar(*V0, "juros", "no_mes_do_pagamento"), "versoes[0].juros.no_mes_do_pagamento"),
    (_tirar(*V0, "juros", "fundamento"), "versoes[0].juros.fundamento"),
    (_trocar("nao_verificados", valor=["versoes[1].juros"]), "nao_verificados[0]"),
    (_trocar("nao_verificados", valor=[3]), "nao_verificados[0]"),
]


@pytest.mark.parametrize(("mudar", "campo"), DEFEITOS, ids=[f"{i}-{campo}" for i, (_, campo) in enumerate(DEFEITOS)])
def test_defeito_e_recusado_no_seu_campo(mudar: Callable[[dict[str, Any]], None], campo: str) -> None:
    d = documento("al")
    mudar(d)
    with pytest.raises(EncargosInvalidos) as erro:
        ler_encargos(d)
    assert campo in [c["campo"] for c in erro.value.campos]


def test_todos_os_defeitos_sao_ditos_de_uma_vez() -> None:
    d = documento("al")
    _trocar("uf", valor="SP")(d)
    _trocar(*FAIXA1, "taxa", valor="9")(d)
    with pytest.raises(EncargosInvalidos) as erro:
        ler_encargos(d)
    assert [c["campo"] for c in erro.value.campos] == ["uf", f"{MULTA}.faixas[1].taxa"]


def test_documento_que_nao_e_objeto_e_recusado() -> None:
    with pytest.raises(EncargosInvalidos):
        ler_encargos([])  # type: ignore[arg-type]


def test_versoes_que_se_seguem_sao_aceitas() -> None:
    d = documento("al")
    _repetir_versao(d)
    d["versoes"][0]["vigente_ate"] = "2025-12-31"
    regra = ler_encargos(d)
    assert regra.versao_em(date(2025, 12, 31)) is regra.versoes[0]
    assert regra.versao_em(date(2026, 1, 1)) is regra.versoes[1]
