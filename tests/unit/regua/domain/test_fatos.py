"""Each definition of the facts, by hand: one row, one rule. Both computations are asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from regua.domain.fatos import apurar
from regua.domain.registros import limite_de_prescricao, mais_anos
from tests.support.regua_base import em_colunas, um_debito, um_pagamento, uma_declaracao
from tests.support.regua_politica import politica
from tests.support.regua_referencia import BaseDeReferencia, Lembrete, Referencia, Suspensao

HOJE = date(2026, 3, 16)
D = politica().definicoes


@dataclass(frozen=True, slots=True)
class Linha:
    regra: str
    base: BaseDeReferencia
    fatos: dict[str, Any] | None
    """Of C1's ICMS; None: there is no caso."""


def base(*registros: Any, **outros: Any) -> BaseDeReferencia:
    tipos = {"Debito": "debitos", "Declaracao": "declaracoes", "Pagamento": "pagamentos", "Lembrete": "lembretes"}
    campos: dict[str, list[Any]] = {}
    for r in registros:
        campos.setdefault(tipos.get(type(r).__name__, "suspensoes"), []).append(r)
    return BaseDeReferencia(pessoas=outros.get("pessoas", {"C1": "P1"}), **{nome: tuple(itens) for nome, itens in campos.items()})


def lembrete(emitido: str, entregue: str | None) -> Lembrete:
    return Lembrete("P1", date.fromisoformat(emitido), date.fromisoformat(entregue) if entregue else None)


def dito(motivo: str, desde: str, contribuinte: str = "C1") -> Suspensao:
    return Suspensao(contribuinte, motivo, date.fromisoformat(desde), None, True)


def entregas(*valores: int) -> list[Any]:
    """Delivered declarations of consecutive months from 2024-06 on."""
    meses = [f"{2024 + (5 + i) // 12}-{(5 + i) % 12 + 1:02d}" for i in range(len(valores))]
    return [uma_declaracao(m, f"{m}-10", f"{m}-09", valor_declarado=v) for m, v in zip(meses, valores, strict=True)]


ABERTO = um_debito("2026-01", "2026-02-10")

LINHAS = [
    Linha("debito que vence hoje ainda não está vencido", base(um_debito("2026-02", "2026-03-16")), None),
    Linha("vencido ontem", base(um_debito("2026-02", "2026-03-15")), {"dias_atraso": 1, "valor_aberto": 100_00}),
    Linha("pago no mesmo dia da data", base(ABERTO, um_pagamento("D-2026-01", "2026-01", "2026-03-16")), None),
    Linha(
        "pagamento posterior à data não conta",
        base(ABERTO, um_pagamento("D-2026-01", "2026-01", "2026-03-17")),
        {"valor_aberto": 100_00, "divergencias": 0},
    ),
    Linha(
        "pagamento parcial abate e diverge",
        base(ABERTO, um_pagamento("D-2026-01", "2026-01", "2026-03-01", 40_00)),
        {"valor_aberto": 60_00, "divergencias": 1},
    ),
    Linha(
        "um centavo de diferença não diverge",
        base(um_debito("2026-01", "2026-02-10", situacao="pago"), um_pagamento("D-2026-01", "2026-01", "2026-02-01", 100_01)),
        None,
    ),
    Linha(
        "dois centavos divergem",
        base(um_debito("2026-01", "2026-02-10", situacao="pago"), um_pagamento("D-2026-01", "2026-01", "2026-02-01", 100_02)),
        {"divergencias": 1, "dias_atraso": 34, "periodos_nao_pagos": 0},
    ),
    Linha(
        "divergência conta desde o prazo da declaração",
        base(
            um_debito("2026-01", "2026-02-10", situacao="pago"),
            uma_declaracao("2026-01", "2026-02-05", "2026-02-01", valor_declarado=100_00),
            um_pagamento("D-2026-01", "2026-01", "2026-02-01", 90_00),
        ),
        {"divergencias": 1, "dias_atraso": 39},
    ),
    Linha(
        "sem débito, a referência é o declarado",
        base(
            uma_declaracao("2026-01", "2026-02-05", "2026-02-01", valor_declarado=100_00),
            um_pagamento(None, "2026-01", "2026-02-01", 90_00),
        ),
        {"divergencias": 1, "valor_aberto": 0},
    ),
    Linha(
        "débito que o pagamento nomeia e ninguém conhece",
        base(um_pagamento("D-nenhum", "2026-01", "2026-02-01")),
        {"divergencias": 1, "dias_atraso": 43},
    ),
    Linha(
        "pagamento sem débito nem declaração entregue",
        base(
            uma_declaracao("2026-01", "2026-02-05", None),
            um_pagamento(None, "2026-01", "2026-02-01"),
        ),
        {"divergencias": 1, "omissoes": 1, "dias_atraso": 43},
    ),
    Linha("fora da janela a divergência não abre caso", base(um_pagamento(None, "2025-02", "2025-02-01")), None),
    Linha("o mês da data está fora da janela", base(um_pagamento(None, "2026-03", "2026-03-01")), None),
    Linha("doze meses antes está dentro", base(um_pagamento(None, "2025-03", "2025-03-01")), {"divergencias": 1}),
    Linha(
        "competência com parcelado não diverge",
        base(
            um_debito("2026-01", "2026-02-10", situacao="parcelado"),
            um_pagamento("D-nenhum", "2026-01", "2026-02-01", 90_00),
        ),
        {"divergencias": 0, "periodos_nao_pagos": 0, "dias_atraso": 34},
    ),
    Linha("suspenso não está em aberto", base(um_debito("2026-01", "2026-02-10", situacao="suspenso")), {"valor_aberto": 0}),
    Linha(
        "prescrito há um dia",
        base(um_debito("2021-02", "2021-03-15")),
        {"valor_aberto": 0, "periodos_consecutivos": 0, "reincidencia": 1},
    ),
    Linha("prescreve hoje: ainda está em aberto", base(um_debito("2021-02", "2021-03-16")), {"valor_aberto": 100_00}),
    Linha(
        "sequência não é cortada pela janela, o número de períodos é",
        base(*(um_debito(f"2025-{m:02d}", f"2025-{m + 1:02d}-10") for m in range(1, 6))),
        {"periodos_consecutivos": 5, "periodos_nao_pagos": 3},
    ),
    Linha(
        "a sequência é a que termina na última competência",
        base(um_debito("2025-06", "2025-07-10"), um_debito("2025-07", "2025-08-10"), um_debito("2025-12", "2026-01-10")),
        {"periodos_consecutivos": 1, "periodos_nao_pagos": 3, "reincidencia": 2},
    ),
    Linha(
        "dois débitos na mesma competência são um período",
        base(ABERTO, um_debito("2026-01", "2026-02-11", debito="outro")),
        {"periodos_nao_pagos": 1, "valor_aberto": 200_00},
    ),
    Linha(
        "virada de ano é consecutiva",
        base(um_debito("2025-12", "2026-01-10"), ABERTO),
        {"periodos_consecutivos": 2},
    ),
    Linha("prazo que vence hoje não é omissão", base(uma_declaracao("2026-02", "2026-03-16")), None),
    Linha(
        "omissão com e sem movimento",
        base(uma_declaracao("2026-01", "2026-02-10", notas_emitidas=3), uma_declaracao("2025-12", "2026-01-10")),
        {"omissoes": 2, "omissoes_com_movimento": 1, "dias_atraso": 65},
    ),
    Linha(
        "entregue depois da data ainda é omissão",
        base(uma_declaracao("2026-01", "2026-02-10", "2026-03-17")),
        {"omissoes": 1},
    ),
    Linha(
        "omissão fora da janela não abre caso, mas faz episódio",
        base(ABERTO, uma_declaracao("2025-01", "2025-02-10")),
        {"omissoes": 0, "reincidencia": 2, "dias_atraso": 34},
    ),
    Linha(
        "quitado com 30 dias não faz episódio",
        base(ABERTO, um_debito("2025-06", "2025-07-10"), um_pagamento("D-2025-06", "2025-06", "2025-08-09")),
        {"reincidencia": 1},
    ),
    Linha(
        "quitado com 31 dias faz",
        base(ABERTO, um_debito("2025-06", "2025-07-10"), um_pagamento("D-2025-06", "2025-06", "2025-08-10")),
        {"reincidencia": 2},
    ),
    Linha(
        "quitado em duas vezes: vale o dia em que o saldo chegou a zero",
        base(
            ABERTO,
            um_debito("2025-06", "2025-07-10"),
            um_pagamento("D-2025-06", "2025-06", "2025-07-10", 50_00),
            um_pagamento("D-2025-06", "2025-06", "2025-08-10", 50_00),
        ),
        {"reincidencia": 2},
    ),
    Linha(
        "situação pago sem pagamentos é em dia",
        base(ABERTO, um_debito("2025-06", "2025-07-10", situacao="pago")),
        {"reincidencia": 1},
    ),
    Linha(
        "episódio que acabou 24 meses antes do mês da data conta",
        base(ABERTO, um_debito("2024-03", "2024-04-10", debito="velho")),
        {"reincidencia": 2},
    ),
    Linha(
        "com 25 meses não conta",
        base(ABERTO, um_debito("2024-02", "2024-03-10", debito="velho")),
        {"reincidencia": 1},
    ),
    Linha("lembrete com menos de dez dias", base(ABERTO, lembrete("2026-03-05", "2026-03-07")), {"lembretes_ignorados": 0}),
    Linha("lembrete com dez dias", base(ABERTO, lembrete("2026-03-05", "2026-03-06")), {"lembretes_ignorados": 1}),
    Linha("lembrete nunca entregue", base(ABERTO, lembrete("2026-01-05", None)), {"lembretes_ignorados": 0}),
    Linha("lembrete de mais de doze meses", base(ABERTO, lembrete("2025-03-15", "2025-03-15")), {"lembretes_ignorados": 0}),
    Linha(
        "lembrete respondido no décimo dia",
        base(ABERTO, lembrete("2026-02-01", "2026-02-01"), dito("promessa", "2026-02-11")),
        {"lembretes_ignorados": 0},
    ),
    Linha(
        "resposta no décimo primeiro dia",
        base(ABERTO, lembrete("2026-02-01", "2026-02-01"), dito("promessa", "2026-02-12")),
        {"lembretes_ignorados": 1},
    ),
    Linha(
        "pagamento de outra inscrição da mesma pessoa responde",
        base(
            ABERTO,
            lembrete("2026-02-01", "2026-02-01"),
            um_pagamento("D2", "2026-01", "2026-02-05", contribuinte="C2"),
            um_debito("2026-01", "2026-02-10", debito="D2", contribuinte="C2"),
            pessoas={"C1": "P1", "C2": "P1"},
        ),
        {"lembretes_ignorados": 0},
    ),
    Linha(
        "dizer que já pagou não é resposta",
        base(ABERTO, lembrete("2026-02-01", "2026-02-01"), dito("ja_pagou", "2026-02-05")),
        {"lembretes_ignorados": 1},
    ),
    Linha("sem condições há 90 dias", base(ABERTO, dito("sem_condicoes", "2025-12-16")), {"sem_condicoes": True}),
    Linha("sem condições há 91 dias", base(ABERTO, dito("sem_condicoes", "2025-12-15")), {"sem_condicoes": False}),
    Linha(
        "valor em aberto é da inscrição, de todos os tributos",
        base(
            ABERTO,
            um_debito("2026-01", "2026-02-10", debito="D2", tributo="IPVA"),
            um_debito("2026-01", "2026-02-10", debito="D3", contribuinte="C2"),
            pessoas={"C1": "P1", "C2": "P1"},
        ),
        {"valor_aberto": 200_00},
    ),
    Linha("cinco declarações não dizem queda", base(ABERTO, *entregas(9, 9, 1, 1, 1)), {"queda": Fraction(0)}),
    Linha("queda exata de 30%", base(ABERTO, *entregas(10, 10, 10, 7, 7, 7)), {"queda": Fraction(3, 10)}),
    Linha("médias, não somas", base(ABERTO, *entregas(10, 10, 10, 10, 7, 7, 7)), {"queda": Fraction(3, 10)}),
    Linha(
        "só as nove anteriores às três últimas",
        base(ABERTO, *entregas(10**9, 10**9, *[10] * 9, 7, 7, 7)),
        {"queda": Fraction(3, 10)},
    ),
    Linha("média anterior zero", base(ABERTO, *entregas(0, 0, 0, 7, 7, 7)), {"queda": Fraction(0)}),
    Linha("receita que sobe é queda negativa", base(ABERTO, *entregas(10, 10, 10, 20, 20, 20)), {"queda": Fraction(-1)}),
]


@pytest.mark.parametrize("linha", LINHAS, ids=lambda linha: linha.regra)
def test_definicao(linha: Linha) -> None:
    casos = {(c["contribuinte"], c["tributo"]): c for c in apurar(em_colunas(linha.base), HOJE, D).to_dicts()}
    referencia = Referencia(linha.base, HOJE)
    assert sorted(casos) == referencia.casos()
    if linha.fatos is None:
        assert ("C1", "ICMS") not in casos
        return
    achado = casos["C1", "ICMS"]
    achado["queda"] = Fraction(achado["queda_receita_num"], achado["queda_receita_den"])
    lento = referencia.fatos("C1", "ICMS")
    lento["queda"] = lento["queda_receita"]
    for fato, valor in linha.fatos.items():
        assert (achado[fato], lento[fato]) == (valor, valor), fato


@pytest.mark.parametrize(
    ("vencimento", "mais_cinco"),
    [(date(2020, 2, 29), date(2025, 3, 1)), (date(2020, 2, 28), date(2025, 2, 28)), (date(2019, 3, 1), date(2024, 3, 1))],
)
def test_cinco_anos_como_o_codigo_civil_os_conta(vencimento: date, mais_cinco: date) -> None:
    assert mais_anos(vencimento, 5) == mais_cinco


@pytest.mark.parametrize("data", [date(2024, 2, 29), date(2025, 3, 1), date(2025, 2, 28), date(2024, 3, 1), date(2026, 7, 31)])
def test_o_limite_separa_prescrito_de_nao_prescrito(data: date) -> None:
    limite = limite_de_prescricao(data, 5)
    assert mais_anos(limite, 5) >= data
    assert mais_anos(date.fromordinal(limite.toordinal() - 1), 5) < data
