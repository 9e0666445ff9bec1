"""The order and thresholds of the hypotheses, and what the taxpayer is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from regua.domain.evidencia import classificar
from regua.domain.fatos import FATOS_DO_CASO
from regua.domain.hipotese import hipotese
from tests.support.regua_casos import casos
from tests.support.regua_politica import politica

POLITICA = politica()
MILHOES = 500_000_00


def queda(num: int, den: int) -> dict[str, Any]:
    return {"queda_receita_num": num, "queda_receita_den": den}


NADA = {"periodos_nao_pagos": 0, "periodos_consecutivos": 0}

TABELA = [
    ("H1", {}),
    ("H8", {"valor_aberto": MILHOES, "periodos_consecutivos": 4}),
    ("H8", {"valor_aberto": MILHOES, "periodos_nao_pagos": 6}),
    ("H7", {"valor_aberto": MILHOES - 1, "periodos_consecutivos": 4}),
    ("H1", {"valor_aberto": MILHOES, "periodos_nao_pagos": 5, "periodos_consecutivos": 1}),
    ("H4", {"omissoes": 3, "omissoes_com_movimento": 3, "divergencias": 3}),
    ("H6", {"omissoes": 3, "omissoes_com_movimento": 2, "divergencias": 3}),
    ("H7", {"divergencias": 2, "periodos_consecutivos": 3}),
    ("H7", {"periodos_nao_pagos": 2, "lembretes_ignorados": 3}),
    ("H1", {"periodos_nao_pagos": 2, "lembretes_ignorados": 2}),
    ("H1", {"periodos_nao_pagos": 1, "lembretes_ignorados": 3}),
    ("H2", {"sem_condicoes": True, "divergencias": 2}),
    ("H2", queda(3, 10)),
    # a float takes this for 0.30
    ("H1", queda(3 * 10**17 - 1, 10**18)),
    ("H2", queda(3 * 10**17, 10**18)),
    ("H1", {**NADA, **queda(9, 10)}),
    ("H5", {"divergencias": 1, "omissoes": 1}),
    ("H3", {"omissoes": 1, "omissoes_com_movimento": 1}),
]


@pytest.mark.parametrize(("esperada", "fatos"), TABELA)
def test_a_primeira_que_couber(esperada: str, fatos: dict[str, Any]) -> None:
    quadro = casos(fatos)
    assert quadro.select(hipotese(POLITICA)).item() == esperada
    assert explicada(fatos).hipotese == esperada


def explicada(fatos: dict[str, Any]) -> Any:
    linha = casos(fatos).row(0, named=True)
    return classificar({f: linha[f] for f in FATOS_DO_CASO}, POLITICA)


def test_a_evidencia_traz_cada_fato_com_valor_e_criterio() -> None:
    e = explicada({"valor_aberto": 612_345_67, "periodos_consecutivos": 4, "periodos_nao_pagos": 4})
    assert [(x.fato, x.valor, x.minimo, x.atingido) for x in e.evidencias] == [
        ("valor_aberto", "R$ 612.345,67", "R$ 500.000,00 ou mais", True),
        ("periodos_consecutivos", "4", "4 ou mais", True),
        ("periodos_nao_pagos", "4", "6 ou mais", False),
    ]


def test_a_proxima_diz_o_que_faltou() -> None:
    e = explicada({"periodos_consecutivos": 3, "periodos_nao_pagos": 3, **queda(299_999, 10**6)})
    assert e.hipotese == "H7"
    assert e.proxima.hipotese == "H2"
    assert [x.fato for x in e.proxima.presentes] == ["periodos_nao_pagos"]
    assert [(x.fato, x.valor) for x in e.proxima.faltou] == [("sem_condicoes", "não"), ("queda_receita", "29,99%")]
    assert any("porque faltou" in t and "queda da receita declarada" in t for t in e.textos)


def test_a_proxima_que_tambem_vale_nao_carece_de_nada() -> None:
    e = explicada({**NADA, "divergencias": 3})
    assert (e.hipotese, e.proxima.hipotese, e.proxima.faltou) == ("H6", "H5", ())


def test_h1_nao_tem_criterio_a_mostrar() -> None:
    e = explicada({})
    assert (e.hipotese, e.evidencias, e.proxima) == ("H1", (), None)
    assert e.textos == ("Situação entendida como esquecimento involuntário.", "Nenhuma das outras situações previstas se aplica.")
