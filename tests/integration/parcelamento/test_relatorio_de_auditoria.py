"""The audit report over HTTP: what it tells of each plan, its sums, its three forms, and who may ask for it."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from parcelamento.adapters.inbound.api_relatorios import RelatorioDeAuditoria
from tests.support.parcelamento_sala import SalaParcelamento, campos, centavos, um_debito

CAMINHO = "/v1/relatorios/parcelamentos"


async def _pagar(sala: SalaParcelamento, plano: str, parcela: int, *, menos: int = 0) -> None:
    documento = await sala.documento(plano, parcela)
    await sala.retornar((documento["barras"], sala.hoje, centavos(documento["valor"]) - menos))


@pytest.fixture
async def carteira(parcelamento: SalaParcelamento) -> dict[str, str]:
    """One plan lost for want of its entry, one active and overdue, one quit, one cancelled, and one of two days later."""
    sala = parcelamento
    esperando = await sala.formalizar(3, um_debito("E", agencia="IMPERATRIZ"), contribuinte="MA-1")
    ativo = await sala.formalizar(3, um_debito("A", agencia="=SÃO LUÍS"), contribuinte="MA-2")
    quitado = await sala.formalizar(2, um_debito("Q", agencia="IMPERATRIZ"), contribuinte="MA-3")
    cancelado = await sala.formalizar(2, um_debito("C"), contribuinte="MA-4")
    await _pagar(sala, ativo["id"], 1)
    await _pagar(sala, ativo["id"], 2, menos=1_00)
    for parcela in (1, 2):
        await _pagar(sala, quitado["id"], parcela)
    await sala.criar(f"/v1/parcelamentos/{cancelado['id']}/cancelar", {"motivo": "+1 pedido"}, status=200)
    sala.ir_para(date(2015, 3, 12))
    outro = await sala.formalizar(2, um_debito("O", agencia="IMPERATRIZ"), contribuinte="MA-5", data="2015-03-12")
    await _pagar(sala, outro["id"], 1)
    sala.ir_para(date(2015, 5, 20))
    await sala.trabalhar()
    return {n: p["id"] for n, p in locals().items() if n in {"esperando", "ativo", "quitado", "cancelado", "outro"}}


async def _relatorio(sala: SalaParcelamento, **filtro: str) -> dict[str, Any]:
    dado: dict[str, Any] = await sala.obter(CAMINHO, params=filtro)
    RelatorioDeAuditoria.model_validate(dado)
    assert set(dado) == set(RelatorioDeAuditoria.model_fields)
    return dado


async def test_uma_linha_por_plano_com_somas(parcelamento: SalaParcelamento, carteira: dict[str, str]) -> None:
    dado = await _relatorio(parcelamento, de="2015-03-01", ate="2015-03-31")
    linhas = {linha["plano"]: linha for linha in dado["itens"]}
    assert len(dado["itens"]) == len(linhas) == 5
    assert [linha["data"] for linha in dado["itens"]] == ["2015-03-10"] * 4 + ["2015-03-12"]
    # 6000 + 15% of 3000 in three: 2150.00 each
    assert linhas[carteira["ativo"]] == {
        "plano": carteira["ativo"],
        "contribuinte": "MA-2",
        "unidade": "=SÃO LUÍS",
        "tributo": "ICMS",
        "situacao": "ativo",
        "motivo": None,
        "norma": "ma-mp-189-2015",
        "versao": 1,
        "regime": "I",
        "reparcelamento": False,
        "data": "2015-03-10",
        "ativado_em": "2015-03-10",
        "encerrado_em": None,
        "total_sem_reducao": "9000.00",
        "desconto": "2550.00",
        "total": "6450.00",
        "pago": "4299.00",
        "encargos": "0.00",
        "saldo": "2151.00",
        "devolvido": "0.00",
        "parcelas": 3,
        "parcelas_pagas": 1,
        "parcelas_parciais": 1,
        "parcelas_vencidas": 2,
        "valor_vencido": "2151.00",
        "primeiro_vencimento": "2015-03-15",
        "ultimo_vencimento": "2015-05-15",
    }
    # lost for want of its entry: the whole debt is owed again
    perdido = linhas[carteira["esperando"]]
    assert (perdido["situacao"], perdido["motivo"], perdido["saldo"]) == ("cancelado", "entrada_nao_paga", "0.00")
    assert (perdido["devolvido"], perdido["encerrado_em"]) == ("9000.00", "2015-03-17")
    assert linhas[carteira["quitado"]]["saldo"] == "0.00"


async def test_somas_por_situacao_e_por_unidade(parcelamento: SalaParcelamento, carteira: dict[str, str]) -> None:
    dado = await _relatorio(parcelamento)
    assert {s["situacao"]: s["planos"] for s in dado["por_situacao"]} == {"ativo": 2, "cancelado": 2, "quitado": 1}
    assert {u["unidade"]: u["planos"] for u in dado["por_unidade"]} == {"=SÃO LUÍS": 1, "IMPERATRIZ": 3, "não informada": 1}
    for campo in ("total", "pago", "saldo", "desconto", "encargos", "devolvido", "valor_vencido"):
        total = sum(centavos(linha[campo]) for linha in dado["itens"])
        assert centavos(dado["totais"][campo]) == total
        assert sum(centavos(s[campo]) for s in dado["por_situacao"]) == total
        assert sum(centavos(u[campo]) for u in dado["por_unidade"]) == total
    assert dado["totais"]["parcelas"] == sum(linha["parcelas"] for linha in dado["itens"]) == 12


async def test_filtros(parcelamento: SalaParcelamento, carteira: dict[str, str]) -> None:
    casos: list[tuple[dict[str, str], set[str]]] = [
        ({"ate": "2015-03-10"}, {"esperando", "ativo", "quitado", "cancelado"}),
        ({"de": "2015-03-11"}, {"outro"}),
        ({"situacao": "quitado"}, {"quitado"}),
        ({"unidade": "IMPERATRIZ", "situacao": "ativo"}, {"outro"}),
        ({"tributo": "IPVA"}, set()),
        ({"tributo": "ICMS", "unidade": "não informada"}, {"cancelado"}),
    ]
    for filtro, quais in casos:
        dado = await _relatorio(parcelamento, **filtro)
        assert {linha["plano"] for linha in dado["itens"]} == {carteira[nome] for nome in quais}, filtro
        assert dado["totais"]["planos"] == len(quais)


async def test_csv_abre_numa_planilha_sem_que_nada_seja_executado(
    parcelamento: SalaParcelamento, carteira: dict[str, str]
) -> None:
    resposta = await parcelamento.pedir("GET", CAMINHO, params={"formato": "csv", "de": "2015-03-10"})
    assert resposta.headers["content-type"] == "text/csv; charset=utf-8"
    assert resposta.headers["content-disposition"] == 'attachment; filename="parcelamentos-2015-03-10.csv"'
    assert int(resposta.headers["content-length"]) == len(resposta.content)
    assert resposta.content.startswith(b"\xef\xbb\xbfplano;contribuinte;")
    linhas = {x["plano"]: x for x in csv.DictReader(io.StringIO(resposta.content.decode("utf-8-sig")), delimiter=";")}
    assert len(linhas) == 5
    ativo = linhas[carteira["ativo"]]
    assert (ativo["unidade"], ativo["pago"], ativo["data"]) == ("'=SÃO LUÍS", "4299,00", "10/03/2015")
    assert (ativo["encerrado_em"], ativo["reparcelamento"]) == ("", "não")
    assert linhas[carteira["cancelado"]]["motivo"] == "'+1 pedido"


async def test_planilha_tem_numeros_datas_e_somas(parcelamento: SalaParcelamento, carteira: dict[str, str]) -> None:
    resposta = await parcelamento.pedir("GET", CAMINHO, params={"formato": "xlsx"})
    assert resposta.headers["content-disposition"] == 'attachment; filename="parcelamentos.xlsx"'
    pasta = openpyxl.load_workbook(io.BytesIO(resposta.content), read_only=True)
    assert pasta.sheetnames == ["Parcelamentos", "Totais"]
    titulos, *linhas = pasta["Parcelamentos"].iter_rows()
    nomes = [c.value for c in titulos]
    ativo = next(dict(zip(nomes, x, strict=True)) for x in linhas if x[0].value == carteira["ativo"])
    assert ativo["Pago"].value == 4299
    assert ativo["Pago"].number_format == "#,##0.00"
    assert str(ativo["Formalizado em"].value) == "2015-03-10 00:00:00"
    assert (ativo["Unidade"].value, ativo["Unidade"].data_type) == ("'=SÃO LUÍS", "s")
    totais = {x[0]: x[1] for x in pasta["Totais"].iter_rows(min_row=2, values_only=True)}
    assert totais == {
        "Todos": 5,
        "Situação: ativo": 2,
        "Situação: cancelado": 2,
        "Situação: quitado": 1,
        "Unidade: =SÃO LUÍS": 1,
        "Unidade: IMPERATRIZ": 3,
        "Unidade: não informada": 1,
    }


@pytest.mark.parametrize("formato", ["json", "csv", "xlsx"])
async def test_sem_planos_o_relatorio_existe(parcelamento: SalaParcelamento, formato: str) -> None:
    resposta = await parcelamento.pedir("GET", CAMINHO, params={"formato": formato})
    assert resposta.status_code == 200
    assert resposta.content


@pytest.mark.parametrize(("papel", "status"), [("operador", 200), ("supervisor", 200), ("auditor", 200), ("integracao", 403)])
async def test_quem_pode(parcelamento: SalaParcelamento, papel: str, status: int) -> None:
    assert (await parcelamento.pedir("GET", CAMINHO, token=papel)).status_code == status


@pytest.mark.parametrize(
    ("filtro", "campo"),
    [
        ({"de": "2015-03-02", "ate": "2015-03-01"}, "ate"),
        ({"de": "ontem"}, "de"),
        ({"situacao": "vencido"}, "situacao"),
        ({"tributo": "ISS"}, "tributo"),
        ({"formato": "pdf"}, "formato"),
    ],
)
async def test_pedido_ruim_diz_o_campo(parcelamento: SalaParcelamento, filtro: dict[str, str], campo: str) -> None:
    resposta = await parcelamento.pedir("GET", CAMINHO, params=filtro)
    assert resposta.status_code == 422
    assert campo in campos(resposta)
