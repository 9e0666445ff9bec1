"""The régua's loads on PostgreSQL: what goes in, what stays out and why, what is told, who falls silent."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from kernel.clock import RelogioFixo
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from regua.adapters.outbound.cargas import destinos_da_regua
from regua.application.carregar import id_do_pagamento
from schemas.pagamento import PagamentoConfirmado
from tests.support.cargas import TRACO, Mesa, Silencios, mesa

RAIZ = Path(__file__).parents[3]
AGORA = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTRIBUINTES = (
    "contribuinte;documento;nome;natureza;regime;municipio;cnae;inscricao_estadual;receita_bruta;beneficios\n"
    "C1;52998224725;João da Silva;PF;nenhum;Maceió;;;;\n"
    "C2;12.ABC.345/01DE-35;Padaria Três Irmãos;PJ;simples;Arapiraca;4711302;240000048;1234,56;A1|B2\n"
)
DEBITOS = (
    "debito;contribuinte;tributo;conta;origem;competencia;fato_gerador;vencimento;principal;multa;juros;situacao;"
    "ciencia_em;inscrito_em;agencia\n"
    "D1;C1;IPVA;3;lancamento;2026-01;2026-01;10/02/2026;842,17;0,00;0.50;aberto;;;0102\n"
    "D2;C2;ICMS;1;declaracao;2026-03;2026-03;2026-04-20;1000.00;10,00;5,00;aberto;;;0301\n"
)
CABECALHO_DE_PAGAMENTOS = "pagamento;debito;contribuinte;tributo;codigo_receita;competencia;pago_em;valor\n"


@pytest.fixture
def silencios() -> Silencios:
    return Silencios()


@pytest.fixture
async def regua(banco: Banco, url_banco: str, tmp_path: Path, silencios: Silencios) -> Mesa:
    await migrar(url_banco, sala="regua", pasta=RAIZ / "services/regua/migrations")
    return mesa(banco, "regua", destinos_da_regua(silencios), tmp_path, RelogioFixo(AGORA))


@pytest.fixture
async def com_base(regua: Mesa, silencios: Silencios) -> Mesa:
    for tipo, texto in (("contribuintes", CONTRIBUINTES), ("debitos", DEBITOS)):
        carga = await regua.carregar(tipo, texto)
        assert (carga.estado, carga.aceitos, carga.rejeitados) == ("concluida", 2, 0)
    silencios.contribuintes.clear()
    return regua


async def test_linhas_viram_registros_em_centavos_e_indices_de_mes(com_base: Mesa) -> None:
    assert await com_base.linhas("select documento, pessoa, receita_bruta, beneficios from regua.contribuinte order by 1") == [
        ("12ABC34501DE35", "12ABC345", 123456, ["A1", "B2"]),
        ("52998224725", "52998224725", None, []),
    ]
    assert await com_base.linhas(
        "select debito, competencia, fato_gerador, vencimento, principal, multa, juros, natureza from regua.debito order by 1"
    ) == [
        ("D1", 2026 * 12, 2026 * 12, date(2026, 2, 10), 84217, 0, 50, None),
        ("D2", 2026 * 12 + 2, 2026 * 12 + 2, date(2026, 4, 20), 100000, 1000, 500, None),
    ]


@pytest.mark.parametrize(
    ("tipo", "linha", "campo"),
    [
        ("contribuintes", "529.982.247-25;52998224725;N;PF;nenhum;M;;;;", "contribuinte"),
        ("contribuintes", "C 9;52998224725;N;PF;nenhum;M;;;;", "contribuinte"),
        ("contribuintes", "C9;52998224724;N;PF;nenhum;M;;;;", "documento"),
        ("contribuintes", "C9;11111111111;N;PF;nenhum;M;;;;", "documento"),
        ("contribuintes", "C9;52998224725;N;XX;nenhum;M;;;;", "natureza"),
        ("contribuintes", "C9;52998224725;N;PF;nenhum;M;;;1.234;", "receita_bruta"),
        ("contribuintes", "C9;52998224725;;PF;nenhum;M;;;;", "nome"),
        ("contribuintes", "C9;52998224725;N;PF;nenhum;M;;;", "linha"),
        ("debitos", "D9;C9;ICMS;1;x;2026-03;;2026-04-20;1;0;0;aberto;;;1", "contribuinte"),
        ("debitos", "D9;C1;IPTU;1;x;2026-03;;2026-04-20;1;0;0;aberto;;;1", "tributo"),
        ("debitos", "D9;C1;ICMS;1;x;2026-13;;2026-04-20;1;0;0;aberto;;;1", "competencia"),
        ("debitos", "D9;C1;ICMS;1;x;2026-03;;31/02/2026;1;0;0;aberto;;;1", "vencimento"),
        ("debitos", "D9;C1;ICMS;1;x;2026-03;;2026-04-20;1.234;0;0;aberto;;;1", "principal"),
        ("debitos", "D9;C1;ICMS;1;x;2026-03;;2026-04-20;-1;0;0;aberto;;;1", "principal"),
        ("debitos", "D9;C1;ICMS;1;x;2026-03;;2026-04-20;1;0;0;quitado;;;1", "situacao"),
        ("pagamentos", "P9;D2;C1;ICMS;1;2026-03;2026-04-20;1,00", "debito"),
        ("pagamentos", "P9;;C9;ICMS;1;2026-03;2026-04-20;1,00", "contribuinte"),
        ("pagamentos", "P9;;C1;ICMS;1;2026-03;2026-04-20;", "valor"),
        ("declaracoes", "C1;ICMS;2026-03;;;;", "prazo"),
        ("declaracoes", "C1;ICMS;2026-03;2026-04-20;;;-1", "notas_emitidas"),
        ("veiculos", "639884962;ABC12345;C1;Gol;2010", "placa"),
        ("veiculos", "00000000000;ABC1234;C1;Gol;2010", "renavam"),
    ],
)
async def test_linha_ruim_fica_de_fora_sozinha(com_base: Mesa, tipo: str, linha: str, campo: str) -> None:
    boa = {
        "contribuintes": "C3;11144477735;Boa;PF;nenhum;Maceió;;;;",
        "debitos": "D3;C1;ICMS;1;x;2026-03;;2026-04-20;1;0;0;aberto;;;1",
        "pagamentos": "P1;D1;C1;IPVA;1;2026-01;2026-02-10;1,00",
        "declaracoes": "C1;ICMS;2026-03;2026-04-20;;;",
        "veiculos": "639884962;ABC1234;C1;Gol;2010",
    }[tipo]
    cabecalho = {
        "contribuintes": CONTRIBUINTES.partition("\n")[0],
        "debitos": DEBITOS.partition("\n")[0],
        "pagamentos": CABECALHO_DE_PAGAMENTOS.strip(),
        "declaracoes": "contribuinte;tributo;competencia;prazo;entregue_em;valor_declarado;notas_emitidas",
        "veiculos": "renavam;placa;contribuinte;modelo;ano",
    }[tipo]
    carga = await com_base.carregar(tipo, f"{cabecalho}\n{linha}\n{boa}\n")
    assert (carga.estado, carga.aceitos, carga.rejeitados) == ("concluida", 1, 1)
    (rejeitada,) = await com_base.rejeitadas(carga)
    assert (rejeitada.linha, rejeitada.campo, rejeitada.conteudo) == (2, campo, linha)
    assert rejeitada.motivo.endswith(".")


async def test_renavam_com_digito_errado_entra_marcado(com_base: Mesa) -> None:
    linhas = "abc-1234;0115862860;C1;Gol;2010\nABC1D23;639884962;C1;Uno;2010\n"
    carga = await com_base.carregar("veiculos", f"placa;renavam;contribuinte;modelo;ano\n{linhas}")
    assert carga.aceitos == 2
    assert await com_base.linhas("select renavam, placa, dv_correto from regua.veiculo order by 1") == [
        ("00115862860", "ABC1234", False),
        ("00639884962", "ABC1D23", True),
    ]


async def test_id_repetido_no_arquivo_vale_a_ultima_linha(com_base: Mesa) -> None:
    primeira, ultima = (
        "D1;C1;IPVA;3;x;2026-01;;2026-02-10;1;0;0;aberto;;;1",
        "D1;C1;IPVA;3;x;2026-01;;2026-02-10;7;0;0;aberto;;;1",
    )
    carga = await com_base.carregar("debitos", f"{DEBITOS.partition(chr(10))[0]}\n{primeira}\n{ultima}\n")
    assert (carga.total, carga.aceitos) == (2, 2)
    assert await com_base.valor("select principal from regua.debito where debito = 'D1'") == 700


async def test_pagamento_novo_e_contado_a_todos_e_silencia(com_base: Mesa, silencios: Silencios) -> None:
    texto = CABECALHO_DE_PAGAMENTOS + "P1;D1;C1;IPVA;1520;;05/03/2026;842,17\nP2;;C2;ICMS;1;2026-03;2026-04-20;0,05\n"
    await com_base.carregar("pagamentos", texto + "P3;NAO-EXISTE;C1;IPVA;1;;2026-03-05;1,00\n")
    eventos = await com_base.eventos()
    assert {e["subject"]: e["data"].get("debito") for e in eventos[1:]} == {"C1": "NAO-EXISTE", "C2": None}
    assert eventos[0]["data"] == {
        "contribuinte": "C1",
        "pagamento": str(id_do_pagamento("P1")),
        "fonte": "carga",
        "tributo": "IPVA",
        "debito": "D1",
        "pago_em": "2026-03-05",
        "valor": "842.17",
    }
    assert [e["traceparent"] for e in eventos] == [TRACO] * 3
    for evento in eventos:
        assert PagamentoConfirmado.model_validate(evento["data"]).tipo == evento["type"]
    assert silencios.contribuintes == ["C1", "C2"]
    assert await com_base.valor("select competencia from regua.pagamento where pagamento = 'P1'") == 2026 * 12 + 2


async def test_pagamento_que_veio_por_evento_e_o_mesmo(com_base: Mesa, silencios: Silencios) -> None:
    evento = uuid4()
    async with com_base.banco.transacao() as con:
        await con.execute(
            """insert into regua.pagamento (pagamento, debito, contribuinte, tributo, codigo_receita, competencia, pago_em,
                   valor, evento) values ($1, 'D1', 'C1', 'IPVA', '', 24312, '2026-03-05', 84217, $2)""",
            *(str(evento), evento),
        )
    texto = CABECALHO_DE_PAGAMENTOS + "P1;D1;C1;IPVA;1520;2026-01;05/03/2026;842,17\n"
    await com_base.carregar("pagamentos", texto)
    assert await com_base.linhas("select pagamento, evento from regua.pagamento") == [("P1", evento)]
    assert await com_base.eventos() == []
    # a second one of the same day and value is another payment
    await com_base.carregar("pagamentos", texto + "P2;D1;C1;IPVA;1520;2026-01;05/03/2026;842,17\n")
    assert await com_base.linhas("select pagamento, evento from regua.pagamento order by 1") == [("P1", evento), ("P2", None)]
    assert [e["data"]["pagamento"] for e in await com_base.eventos()] == [str(id_do_pagamento("P2"))]


async def test_debito_que_deixou_de_ser_devido_silencia(com_base: Mesa, silencios: Silencios) -> None:
    await com_base.carregar("debitos", DEBITOS.replace("5,00;aberto", "5,00;parcelado"))
    assert silencios.contribuintes == ["C2"]


async def test_declaracao_entregue_depois_silencia(com_base: Mesa, silencios: Silencios) -> None:
    cabecalho = "contribuinte;tributo;competencia;prazo;entregue_em;valor_declarado;notas_emitidas\n"
    await com_base.carregar("declaracoes", f"{cabecalho}C1;ICMS;2026-01;2026-02-20;;;0\nC2;ICMS;2026-01;2026-02-20;;;0\n")
    antes = list(silencios.contribuintes)
    # C1 delivers, C2 only changes its notes, and a new one that came in delivered was nobody's omission
    linhas = "C1;ICMS;2026-01;2026-02-20;2026-03-15;10,00;0\nC2;ICMS;2026-01;2026-02-20;;;3\n"
    await com_base.carregar("declaracoes", f"{cabecalho}{linhas}C2;ICMS;2026-02;2026-03-20;2026-03-15;10,00;0\n")
    assert (antes, silencios.contribuintes) == ([], ["C1"])


def _gerar(pasta: Path) -> None:
    comando = ["-m", "simulador", "gerar", "--contribuintes", "60", "--semente", "1", "--data", "2026-11-20", "--saida"]
    subprocess.run([sys.executable, *comando, str(pasta)], check=True, cwd=RAIZ, capture_output=True)  # noqa: S603


async def test_base_carregada_duas_vezes_nada_muda(regua: Mesa, tmp_path: Path, silencios: Silencios) -> None:
    pasta = tmp_path / "base"
    await asyncio.to_thread(_gerar, pasta)
    tabelas = {"contribuintes": "contribuinte", "declaracoes": "declaracao", "debitos": "debito", "pagamentos": "pagamento"}
    tabelas["veiculos"] = "veiculo"

    async def carregar(mudar: Callable[[bytes], bytes]) -> None:
        for tipo in tabelas:
            bruto = mudar((pasta / f"{tipo}.csv").read_bytes())
            carga = await regua.carregar(tipo, bruto)
            assert (carga.estado, carga.rejeitados, carga.total) == ("concluida", 0, bruto.count(b"\n") - 1)

    await carregar(lambda bruto: bruto)
    foto = await regua.fotografia(*tabelas.values())
    assert all(foto.values())
    pagamentos = len(foto["pagamento"])
    assert len(await regua.eventos()) == pagamentos
    silencios.contribuintes.clear()
    await carregar(lambda bruto: bruto)  # the same files
    await carregar(lambda bruto: bruto.replace(b"\n", b"\r\n", 1))  # other bytes, the same lines
    assert await regua.fotografia(*tabelas.values()) == foto
    assert await regua.eventos() == []
    assert silencios.contribuintes == []
