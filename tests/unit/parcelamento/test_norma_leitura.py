"""A norm is refused with every error it has, each by the path of its field."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from parcelamento.domain.norma_leitura import NormaInvalida, ler_norma
from parcelamento.normas import normas_de_fabrica

FAIXA = {"de": 2, "ate": 60, "reducao_multa": "0.10", "reducao_juros": "0.10", "fundamento": "x"}
ESTRANHOS: list[Any] = [None, 1, 1.5, -1, True, "", "x", "2015-13-01", [], {}, [None], {"x": 1}, [[]], "0.1.2", "9" * 400]


def _documento() -> dict[str, Any]:
    return normas_de_fabrica()["ma-mp-189-2015"]


def _por(caminho: str, valor: Any) -> Callable[[dict[str, Any]], None]:
    """A change: `valor` at the path."""

    def mudar(documento: dict[str, Any]) -> None:
        *pais, ultimo = _partes(caminho)
        atual: Any = documento
        for parte in pais:
            atual = atual[parte]
        atual[ultimo] = valor

    return mudar


def _tirar(caminho: str) -> Callable[[dict[str, Any]], None]:
    def mudar(documento: dict[str, Any]) -> None:
        *pais, ultimo = _partes(caminho)
        atual: Any = documento
        for parte in pais:
            atual = atual[parte]
        del atual[ultimo]

    return mudar


def _partes(caminho: str) -> list[str | int]:
    return [int(p) if p.isdigit() else p for p in re.split(r"[.\[\]]+", caminho) if p]


RECUSADOS: list[tuple[str, Callable[[dict[str, Any]], None], str, str]] = [
    ("sem nome", _tirar("nome"), "nome", "falta"),
    ("id com espaço", _por("norma", "MP 189"), "norma", "minúsculas"),
    ("campo a mais", _por("cotas", 1), "cotas", "desconhecido"),
    ("campo a mais dentro", _por("regimes[0].faixas[0].reducao", "0.9"), "regimes[0].faixas[0].reducao", "desconhecido"),
    ("estado", _por("uf", "SP"), "uf", "AL, MA"),
    ("vigência sem início", _por("vigencia.de", None), "vigencia.de", "aaaa-mm-dd"),
    ("data que não há", _por("vigencia.de", "2015-02-30"), "vigencia.de", "não existe"),
    ("vigência às avessas", _por("vigencia.ate", "2015-02-02"), "vigencia.ate", "antes do início"),
    ("sem tributos", _por("tributos", []), "tributos", "lista"),
    ("natureza desconhecida", _por("naturezas[0]", "iss"), "naturezas[0]", "deve ser um de"),
    ("natureza repetida", _por("naturezas", ["icms", "icms"]), "naturezas", "repetidos"),
    ("sem regimes", _por("regimes", []), "regimes", "lista"),
    ("regime sem faixas", _por("regimes[0].faixas", []), "regimes[0].faixas", "lista"),
    ("regimes com o mesmo nome", _por("regimes[1].nome", "I"), "regimes", "nome só seu"),
    ("regime chamado misto", _por("regimes[0].nome", "misto"), "regimes", "misto"),
    ("redução acima de 1", _por("regimes[0].faixas[0].reducao_multa", "1.01"), "regimes[0].faixas[0].reducao_multa", "fração"),
    ("redução negativa", _por("regimes[0].faixas[0].reducao_juros", "-0.1"), "regimes[0].faixas[0].reducao_juros", "fração"),
    (
        "redução em ponto flutuante",
        _por("regimes[0].faixas[0].reducao_multa", 0.9),
        "regimes[0].faixas[0].reducao_multa",
        "fração",
    ),
    ("redução em porcento", _por("regimes[0].faixas[0].reducao_multa", "90"), "regimes[0].faixas[0].reducao_multa", "fração"),
    ("faixas que se cruzam", _por("regimes[0].faixas[4].de", 12), "regimes[0].faixas[4].de", "antes do fim da anterior"),
    ("vazio entre faixas", _por("regimes[0].faixas[4].de", 15), "regimes[0].faixas[4].de", "falta a faixa de 13 a 14"),
    ("faixa às avessas", _por("regimes[0].faixas[3].ate", 4), "regimes[0].faixas[3].ate", "menor que o começo"),
    ("faixas a partir de três", _por("regimes[0].faixas[0].de", 3), "regimes[0].faixas[0].de", "começa em 2"),
    ("faixa acima do maior número", _por("regimes[0].faixas[4].ate", 181), "regimes[0].faixas[4].ate", "1 a 180"),
    ("faixa sem fundamento", _tirar("regimes[0].faixas[0].fundamento"), "regimes[0].faixas[0].fundamento", "falta"),
    ("competência errada", _por("regimes[1].fato_gerador.de", "2014-13"), "regimes[1].fato_gerador.de", "01 a 12"),
    ("regimes que se cruzam", _por("regimes[1].fato_gerador.de", "2014-07"), "regimes[1].fato_gerador", "regimes[0]"),
    ("fatos às avessas", _por("regimes[1].fato_gerador.ate", "2014-07"), "regimes[1].fato_gerador.ate", "antes do início"),
    (
        "concessão antes da vigência",
        _por("regimes[0].concessao.ate", "2015-02-02"),
        "regimes[0].concessao.ate",
        "antes do início",
    ),
    ("entradas com vazio", _por("entradas[1].de", 38), "entradas[1].de", "vazio"),
    ("entradas que não chegam ao fim", _por("entradas[2].ate", 59), "entradas[2].ate", "60"),
    ("entrada acima de 1", _por("entradas[2].fracao", "1.5"), "entradas[2].fracao", "fração"),
    ("sem mínimo", _por("minimos", []), "minimos", "lista"),
    ("mínimo em número", _por("minimos[0].valor", 100), "minimos[0].valor", "entre aspas"),
    ("mínimo ambíguo", _por("minimos[0].valor", "100.001"), "minimos[0].valor", "ambíguo"),
    ("mínimo negativo", _por("minimos[0].valor", "-1.00"), "minimos[0].valor", "negativo"),
    ("sem mínimo geral", _por("minimos[1].regime", "normal"), "minimos[1]", "sem condições"),
    ("recusa sem condição", _tirar("recusas[0].naturezas"), "recusas[0]", "recusaria todos"),
    ("conta desconhecida", _por("lancamento.contas", [4]), "lancamento.contas[0]", "1, 2, 3, 12"),
    ("conta verdadeira", _por("lancamento.contas", [True]), "lancamento.contas[0]", "1, 2, 3, 12"),
    ("NL sem regra de ciência", _por("lancamento.contas_com_ciencia", [1, 3]), "lancamento.contas_com_ciencia", "incluir"),
    ("multa reduzida de regime que não há", _por("multa_reduzida_20.regimes", ["III"]), "multa_reduzida_20.regimes", "não tem"),
    ("prazo de zero dias", _por("multa_reduzida_20.dias", 0), "multa_reduzida_20.dias", "1 a 366"),
    ("imputação sem principal", _por("imputacao", ["multa", "juros", "honorarios"]), "imputacao", "principal"),
    ("imputação repetida", _por("imputacao", ["multa", "multa", "juros", "principal"]), "imputacao", "repetidos"),
    ("parcelas em texto", _por("cancelamento.parcelas_em_atraso", "3"), "cancelamento.parcelas_em_atraso", "inteiro"),
    ("sem tolerância", _tirar("cancelamento.tolerancia_entrada_dias"), "cancelamento.tolerancia_entrada_dias", "inteiro"),
    ("sim em texto", _por("cancelamento.perde_reducao", "sim"), "cancelamento.perde_reducao", "verdadeiro ou falso"),
    ("fundamento que falta", _tirar("fundamentos.fora_da_norma"), "fundamentos.fora_da_norma", "falta"),
    ("não verificado que não há", _por("nao_verificados[0].campo", "regimes[7].nome"), "nao_verificados[0].campo", "não tem"),
    (
        "cota única de regime que não há",
        _por("cota_unica", {"reducao_multa": "1", "reducao_juros": "1", "regimes": ["X"], "fundamento": "x"}),
        "cota_unica.regimes[0]",
        "I, II",
    ),
]


@pytest.mark.parametrize(("mudanca", "campo", "parte"), [linha[1:] for linha in RECUSADOS], ids=[linha[0] for linha in RECUSADOS])
def test_norma_recusada_pelo_caminho_do_campo(mudanca: Callable[[dict[str, Any]], None], campo: str, parte: str) -> None:
    documento = _documento()
    mudanca(documento)
    with pytest.raises(NormaInvalida) as erro:
        ler_norma(documento)
    achados = {c["campo"]: c["motivo"] for c in erro.value.campos}
    assert campo in achados
    assert parte in achados[campo]
    assert erro.value.codigo == "norma_invalida"


def test_cancelamento_precisa_de_ao_menos_uma_condicao() -> None:
    documento = _documento()
    documento["cancelamento"] |= {"parcelas_em_atraso": None, "dias_de_atraso": None, "consecutivas": True}
    with pytest.raises(NormaInvalida) as erro:
        ler_norma(documento)
    assert [c["campo"] for c in erro.value.campos] == ["cancelamento", "cancelamento.consecutivas"]


def test_cota_unica_em_dois_lugares() -> None:
    documento = normas_de_fabrica()["al-icms-ordinario"]
    documento["cota_unica"] = {"reducao_multa": "1", "reducao_juros": "1", "regimes": ["unico"], "fundamento": "x"}
    with pytest.raises(NormaInvalida) as erro:
        ler_norma(documento)
    assert [c["campo"] for c in erro.value.campos] == ["cota_unica"]


def test_minimo_geral_antes_dos_outros() -> None:
    documento = _documento()
    documento["minimos"].reverse()
    with pytest.raises(NormaInvalida) as erro:
        ler_norma(documento)
    assert [c["campo"] for c in erro.value.campos] == ["minimos[0]", "minimos[1]"]


def test_todos_os_erros_de_uma_vez() -> None:
    documento = _documento()
    documento["nome"] = ""
    documento["regimes"][0]["faixas"][0]["reducao_multa"] = "2"
    documento["cancelamento"]["aviso_dias"] = -1
    with pytest.raises(NormaInvalida) as erro:
        ler_norma(documento)
    assert [c["campo"] for c in erro.value.campos] == ["cancelamento.aviso_dias", "nome", "regimes[0].faixas[0].reducao_multa"]


def test_objeto_que_falta_e_um_erro_so() -> None:
    documento = _documento()
    del documento["cancelamento"]
    with pytest.raises(NormaInvalida) as erro:
        ler_norma(documento)
    assert [c["campo"] for c in erro.value.campos] == ["cancelamento"]


def test_documento_vazio_nomeia_cada_campo() -> None:
    with pytest.raises(NormaInvalida) as erro:
        ler_norma({})
    assert {"norma", "uf", "regimes", "minimos", "cancelamento"} <= {c["campo"] for c in erro.value.campos}


@pytest.mark.parametrize("estranho", ESTRANHOS, ids=lambda valor: str(valor)[:10])
def test_valor_estranho_em_qualquer_campo_e_lido_ou_recusado(estranho: Any) -> None:
    """Nothing but NormaInvalida may come out of a document, whatever stands wherever."""
    for caminho in _caminhos(_documento()):
        documento = copy.deepcopy(_documento())
        _por(caminho, estranho)(documento)
        with suppress(NormaInvalida):
            ler_norma(documento)


def _caminhos(valor: Any, prefixo: str = "") -> list[str]:
    if isinstance(valor, dict):
        filhos = [(f"{prefixo}.{nome}" if prefixo else nome, item) for nome, item in valor.items()]
    elif isinstance(valor, list):
        filhos = [(f"{prefixo}[{i}]", item) for i, item in enumerate(valor)]
    else:
        return []
    return [caminho for nome, item in filhos for caminho in (nome, *_caminhos(item, nome))]
