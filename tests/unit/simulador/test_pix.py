"""The Pix side's rules worked out by hand, and its journal read again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.domain.calendario import Calendario
from simulador.adapters.outbound.diario import PIX, DiarioEmArquivo
from simulador.application.registro_pix import RegistroPix
from simulador.domain.pix import CobrancaPix, PixPago, WebhookPix
from simulador.domain.valor_pix import compor, ultimo_dia

CALENDARIO = Calendario.bancario()
SEXTA, SABADO = date(2026, 3, 13), date(2026, 3, 14)


def perc(modalidade: int, valor: str) -> dict[str, Any]:
    return {"modalidade": modalidade, "valorPerc": valor}


@pytest.mark.parametrize(
    ("encargos", "vencimento", "dia", "final"),
    [
        # nothing is added up to the due date, nor where a weekend moves it
        ({"multa": perc(1, "5.00"), "juros": perc(1, "1.00")}, SEXTA, SEXTA, 10000),
        ({"multa": perc(1, "5.00"), "juros": perc(1, "1.00")}, SABADO, date(2026, 3, 16), 10000),
        # Tuesday after a Friday: 4 calendar days, 2 business days
        ({"multa": perc(1, "5.00")}, SEXTA, date(2026, 3, 17), 10500),
        ({"multa": perc(2, "2.00")}, SEXTA, date(2026, 3, 17), 10200),
        ({"juros": perc(1, "1.00")}, SEXTA, date(2026, 3, 17), 10400),
        ({"juros": perc(2, "0.50")}, SEXTA, date(2026, 3, 17), 10200),
        ({"juros": perc(3, "3.00")}, SEXTA, date(2026, 3, 17), 10040),
        ({"juros": perc(4, "36.50")}, SEXTA, date(2026, 3, 17), 10040),
        ({"juros": perc(5, "1.00")}, SEXTA, date(2026, 3, 17), 10200),
        ({"juros": perc(6, "0.50")}, SEXTA, date(2026, 3, 17), 10100),
        ({"juros": perc(7, "2.10")}, SEXTA, date(2026, 3, 17), 10020),
        ({"juros": perc(8, "25.20")}, SEXTA, date(2026, 3, 17), 10020),
        # fine and interest go on what the abatement leaves
        ({"abatimento": perc(1, "10.00"), "multa": perc(2, "10.00")}, SEXTA, date(2026, 3, 17), 9900),
        ({"abatimento": perc(2, "10.00")}, SEXTA, SEXTA, 9000),
        # half a cent goes up
        ({"juros": perc(2, "0.01")}, SEXTA, date(2026, 3, 16), 10003),
        ({"desconto": perc(3, "1.00")}, SEXTA, date(2026, 3, 10), 9700),
        ({"desconto": perc(4, "1.00")}, date(2026, 3, 16), SEXTA, 9900),
        ({"desconto": perc(5, "1.00")}, SEXTA, date(2026, 3, 10), 9700),
        ({"desconto": perc(6, "1.00")}, date(2026, 3, 16), SEXTA, 9900),
        ({"desconto": perc(5, "1.00")}, SEXTA, date(2026, 3, 17), 10000),
        ({"desconto": perc(5, "99.00")}, SEXTA, date(2026, 3, 1), 1),
    ],
)
def test_quanto_se_paga_no_dia(encargos: dict[str, Any], vencimento: date, dia: date, final: int) -> None:
    assert compor({"original": "100.00", **encargos}, vencimento, dia, CALENDARIO).final == final


@pytest.mark.parametrize(
    ("dia", "final"), [(date(2026, 3, 9), 9000), (date(2026, 3, 10), 9000), (date(2026, 3, 11), 9500), (date(2026, 3, 13), 10000)]
)
def test_desconto_ate_cada_data(dia: date, final: int) -> None:
    datas = [{"data": "2026-03-12", "valorPerc": "5.00"}, {"data": "2026-03-10", "valorPerc": "10.00"}]
    desconto = {"modalidade": 1, "descontoDataFixa": datas}
    assert compor({"original": "100.00", "desconto": desconto}, SEXTA, dia, CALENDARIO).final == final


@pytest.mark.parametrize(
    ("vencimento", "validade", "ultimo"),
    [
        # examples A, F and G of the API's description of validadeAposVencimento
        (date(2020, 10, 20), 4, date(2020, 10, 26)),
        (date(2021, 8, 27), 5, date(2021, 9, 1)),
        (date(2021, 8, 28), 5, date(2021, 9, 6)),
        (SEXTA, 0, SEXTA),
    ],
)
def test_ultimo_dia_em_que_se_paga(vencimento: date, validade: int, ultimo: date) -> None:
    assert ultimo_dia(vencimento, validade, CALENDARIO) == ultimo


@contextlib.contextmanager
def aberto(pasta: Path, compactar_em_bytes: int) -> Iterator[RegistroPix]:
    with contextlib.closing(DiarioEmArquivo(pasta, PIX)) as diario:
        yield RegistroPix(diario, compactar_em_bytes=compactar_em_bytes)


def uma_cobranca(n: int) -> CobrancaPix:
    pedido = {"valor": {"original": "1.00"}, "calendario": {"dataDeVencimento": "2026-03-13"}}
    return CobrancaPix(f"{n:026d}", n + 1, f"a{n}", f"x/a{n}", "2026-03-10T15:00:00.000Z", [pedido])


def um_pix(n: int, txid: str) -> PixPago:
    return PixPago(
        f"E{n:031d}", txid, "chave", "1.00", "2026-03-10T15:00:00.000Z", {}, "x", n % 3, 0, adiado=False, agrupado=True
    )


def retrato(r: RegistroPix) -> object:
    cobrancas = [(c.txid, c.ordem, c.location, c.revisoes, c.status, c.pagos) for c in r.cobrancas.values()]
    pagos = [(p.end_to_end, p.txid, p.a_enviar, p.chegou) for p in r.pagos.values()]
    return (
        cobrancas,
        pagos,
        r.webhooks,
        r.devidos,
        r.proximo_pagamento,
        sorted(r.por_acesso),
        [p.end_to_end for p in r.pendentes()],
    )


def aplicar(r: RegistroPix, acao: str, n: int) -> None:
    cobrancas, pendentes = list(r.cobrancas.values()), r.pendentes()
    match acao:
        case "criar":
            r.guardar(uma_cobranca(len(cobrancas)))
        case "revisar" if cobrancas:
            r.revisar(cobrancas[n % len(cobrancas)], {"valor": {"original": f"{n}.00"}})
        case "remover" if cobrancas:
            r.remover(cobrancas[n % len(cobrancas)])
        case "pagar" if cobrancas:
            r.pagar(um_pix(len(r.pagos), cobrancas[n % len(cobrancas)].txid))
        case "pagar_estatico":
            r.pagar(um_pix(len(r.pagos), "DARE1"))
        case "avisar" if pendentes:
            r.avisado(pendentes[: 1 + n % 3])
        case "cadastrar":
            r.cadastrar("chave", WebhookPix(f"http://x/{n}", "2026") if n % 2 else None)
        case "pedir":
            r.contar_pedido()
        case "recomecar":
            r.recomecar()


ACOES = ["criar", "revisar", "remover", "pagar", "pagar_estatico", "avisar", "cadastrar", "pedir", "recomecar"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACOES), st.integers(0, 1000)), max_size=40), st.booleans())
def test_o_diario_do_pix_relido_da_o_mesmo_estado(
    tmp_path_factory: pytest.TempPathFactory, passos: list[tuple[str, int]], compacta: bool
) -> None:
    pasta = tmp_path_factory.mktemp("diario")
    bytes_ = 1 if compacta else 1 << 30
    with aberto(pasta, bytes_) as registro:
        for acao, n in passos:
            aplicar(registro, acao, n)
        antes, pedidos = retrato(registro), registro.contar_pedido()
    with aberto(pasta, bytes_) as registro:
        assert retrato(registro) == antes
        assert registro.contar_pedido() == pedidos + 1
        assert registro.devidos == sum(p.a_enviar for p in registro.pagos.values())


def test_o_retrato_guarda_onde_os_sorteios_estavam(tmp_path: Path) -> None:
    with aberto(tmp_path, 1 << 30) as registro:
        registro.guardar(uma_cobranca(0))
        for n in range(3):
            registro.pagar(um_pix(n, "DARE1"))
        registro.recomecar()
        registro.pagar(um_pix(3, "DARE1"))
        registro.contar_pedido()
    with aberto(tmp_path, 1) as registro:
        # this one finds the journal too long, and leaves a new one
        registro.contar_pedido()
    with aberto(tmp_path, 1 << 30) as registro:
        assert (registro.proximo_pagamento, registro.contar_pedido(), len(registro.pagos)) == (1, 2, 4)
