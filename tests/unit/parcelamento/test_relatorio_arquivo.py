"""The audit report's three forms: the same rows and sums in each, whatever people wrote, and sheets that never overflow."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import openpyxl
import orjson
import pytest

from parcelamento.adapters.outbound.relatorio_arquivo import ESCRITORES, EscritorXlsx, Formato
from parcelamento.application.relatorio_de_auditoria import COLUNAS, SOMADAS, Totais


def uma_linha(n: int = 1, **campos: Any) -> dict[str, Any]:
    linha = {
        "plano": UUID(int=n),
        "contribuinte": f"MA-{n}",
        "unidade": "SÃO LUÍS",
        "tributo": "ICMS",
        "situacao": "ativo",
        "motivo": None,
        "norma": "ma-mp-189-2015",
        "versao": 1,
        "regime": "I",
        "reparcelamento": False,
        "data": date(2015, 3, 10),
        "ativado_em": date(2015, 3, 10),
        "encerrado_em": None,
        "primeiro_vencimento": date(2015, 3, 15),
        "ultimo_vencimento": date(2015, 5, 15),
    }
    return linha | {c.nome: 100_01 if c.tipo == "dinheiro" else 1 for c in SOMADAS} | campos


def escrever(formato: Formato, *linhas: dict[str, Any]) -> bytes:
    arquivo, totais = io.BytesIO(), Totais()
    escritor = ESCRITORES[formato](arquivo, {"gerado_em": datetime(2015, 3, 10, 12, tzinfo=UTC)})
    for linha in linhas:
        totais.somar([linha])
        escritor.escrever([linha])
    escritor.terminar(totais)
    return arquivo.getvalue()


def test_as_colunas_sao_as_da_linha() -> None:
    assert set(uma_linha()) == {c.nome for c in COLUNAS}


# a plan whose monthly interest is more than its reductions has a negative discount
@pytest.mark.parametrize(
    ("centavos", "csv_", "json_"), [(-5, "-0,05", "-0.05"), (-123456, "-1234,56", "-1234.56"), (0, "0,00", "0.00")]
)
def test_dinheiro_ao_centavo(centavos: int, csv_: str, json_: str) -> None:
    linha = uma_linha(desconto=centavos)
    (lida,) = csv.DictReader(io.StringIO(escrever("csv", linha).decode("utf-8-sig")), delimiter=";")
    assert lida["desconto"] == csv_
    dado = orjson.loads(escrever("json", linha))
    assert dado["itens"][0]["desconto"] == dado["totais"]["desconto"] == json_
    pasta = openpyxl.load_workbook(io.BytesIO(escrever("xlsx", linha)))
    coluna = [c.nome for c in COLUNAS].index("desconto") + 1
    assert pasta["Parcelamentos"].cell(2, coluna).value == pytest.approx(centavos / 100)


@pytest.mark.parametrize("texto", ["=1+1", "+5", "-5", "@SUM(A1)", "\t=1", "  =1", '=HYPERLINK("http://x")'])
def test_texto_que_uma_planilha_executaria_e_so_texto(texto: str) -> None:
    linha = uma_linha(motivo=texto, unidade=texto)
    (lida,) = csv.DictReader(io.StringIO(escrever("csv", linha).decode("utf-8-sig")), delimiter=";")
    assert lida["motivo"] == lida["unidade"] == f"'{texto}"
    pasta = openpyxl.load_workbook(io.BytesIO(escrever("xlsx", linha)))
    tipos = {c.data_type for folha in pasta for fila in folha.iter_rows() for c in fila}
    assert "f" not in tipos
    # data stays as it is
    assert orjson.loads(escrever("json", linha))["itens"][0]["motivo"] == texto


def test_texto_com_separador_quebra_e_controle() -> None:
    linha = uma_linha(motivo='a;b "c"\nd\x01')
    (lida,) = csv.DictReader(io.StringIO(escrever("csv", linha).decode("utf-8-sig"), newline=""), delimiter=";")
    assert lida["motivo"] == 'a;b "c"\nd\x01'
    pasta = openpyxl.load_workbook(io.BytesIO(escrever("xlsx", linha)))
    assert pasta["Parcelamentos"].cell(2, 6).value == 'a;b "c"\nd'


def test_cheia_uma_folha_vem_outra() -> None:
    arquivo = io.BytesIO()
    escritor = EscritorXlsx(arquivo, {}, linhas_por_planilha=2)
    escritor.escrever([uma_linha(n) for n in range(1, 6)])
    escritor.terminar(Totais())
    pasta = openpyxl.load_workbook(arquivo)
    assert {folha.title: folha.max_row for folha in pasta} == {
        "Parcelamentos": 3,
        "Parcelamentos 2": 3,
        "Parcelamentos 3": 2,
        "Totais": 2,
    }


@pytest.mark.parametrize("formato", ["json", "csv", "xlsx"])
def test_a_memoria_nao_cresce_com_as_linhas(formato: Formato, tmp_path: Any) -> None:
    def pico(quantas: int) -> int:
        with (tmp_path / f"{quantas}").open("wb+") as arquivo:
            tracemalloc.start()
            totais, escritor = Totais(), ESCRITORES[formato](arquivo, {})
            lote = [uma_linha()] * 100
            for _ in range(quantas // 100):
                totais.somar(lote)
                escritor.escrever(lote)
            escritor.terminar(totais)
            maximo = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return maximo

    pico(100)
    assert pico(700) < pico(200) + 300_000
