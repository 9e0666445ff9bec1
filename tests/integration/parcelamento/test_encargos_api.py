"""Late charges over HTTP and the SELIC table in Postgres: loads whole or not at all, and what a late payment costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from kernel.clock import RelogioFixo
from kernel.domain.datas import ler_competencia
from kernel.http.app import criar_app
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from parcelamento.adapters.inbound.api_encargos import MesaDeEncargos, rotas_de_encargos
from parcelamento.adapters.outbound.selic_postgres import SelicPostgres
from parcelamento.application.carregar_selic import CargaDaSelic, carregar_selic, semear_demonstracao, semear_selic
from parcelamento.domain.encargos_leitura import ler_encargos
from parcelamento.domain.selic import SelicAusente
from parcelamento.errors import DadosRecusados, EstadoNaoPermite
from parcelamento.normas.encargos import documentos_de_encargos, selic_de_fabrica
from tests.support.regua_sala import TokensDeTeste

AGORA = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOJE = date(2026, 11, 20)
DEPOIS = datetime(2026, 11, 23, 12, tzinfo=UTC)
MIGRACOES = Path(__file__).parents[3] / "services" / "parcelamento" / "migrations"


@pytest.fixture
async def migrado(banco: Banco) -> Banco:
    await migrar(banco.url, sala="parcelamento", pasta=MIGRACOES)
    return banco


async def _carregar(banco: Banco, conteudo: bytes, *, agora: datetime = AGORA, fonte: str = "teste") -> CargaDaSelic:
    async with banco.transacao() as con:
        return await carregar_selic(SelicPostgres(con), conteudo, fonte=fonte, hoje=HOJE, agora=agora)


async def _linhas(banco: Banco) -> dict[int, tuple[Decimal, str, datetime]]:
    async with banco.conexao() as con:
        linhas = await con.fetch("select * from parcelamento.selic order by competencia")
    return {linha["competencia"]: (linha["taxa"], linha["fonte"], linha["carregada_em"]) for linha in linhas}


async def test_carga_conta_novos_alterados_e_iguais(migrado: Banco) -> None:
    jan, fev, mar = (ler_competencia(f"2025-0{m}") for m in (1, 2, 3))
    assert await _carregar(migrado, b"competencia;taxa\n2025-01;1,01\n2025-02;0,99\n") == CargaDaSelic((jan, fev), (), 0)
    carga = await _carregar(migrado, b"competencia;taxa\n2025-01;1.0100\n2025-02;0,98\n2025-03;0,96\n", agora=DEPOIS, fonte="2")
    assert carga == CargaDaSelic((mar,), (fev,), 1)
    assert await _linhas(migrado) == {
        jan.indice: (Decimal("1.01"), "teste", AGORA),
        fev.indice: (Decimal("0.98"), "2", DEPOIS),
        mar.indice: (Decimal("0.96"), "2", DEPOIS),
    }


async def test_arquivo_com_linha_ruim_nao_grava_nada(migrado: Banco) -> None:
    with pytest.raises(DadosRecusados):
        await _carregar(migrado, b"competencia;taxa\n2025-01;1,01\n2025-02;x\n")
    assert await _linhas(migrado) == {}


async def test_semear_nao_toca_no_que_uma_pessoa_carregou(migrado: Banco) -> None:
    await _carregar(migrado, b"competencia;taxa\n2025-01;1,99\n")
    for esperado in (143, 0):
        async with migrado.transacao() as con:
            assert await semear_selic(SelicPostgres(con), selic_de_fabrica(), agora=DEPOIS) == esperado
    async with migrado.conexao() as con:
        tabela = await SelicPostgres(con).tabela()
    assert len(tabela.taxas) == 144
    assert tabela.em(ler_competencia("2025-01")) == Decimal("1.99")
    assert tabela.em(ler_competencia("2024-12")) == Decimal("0.93")
    with pytest.raises(SelicAusente):
        tabela.em(ler_competencia("2026-01"))


async def test_demonstracao_repete_a_ultima_taxa_uma_vez_e_um_arquivo_a_substitui(migrado: Banco) -> None:
    async with migrado.transacao() as con:
        await semear_selic(SelicPostgres(con), selic_de_fabrica(), agora=AGORA)
    meses = (AGORA.year - 2026) * 12 + AGORA.month + 120
    for esperado in (meses, 0):
        async with migrado.transacao() as con:
            assert await semear_demonstracao(SelicPostgres(con), agora=AGORA) == esperado
    await _carregar(migrado, b"competencia;taxa\n2026-01;1,16\n")
    async with migrado.conexao() as con:
        tabela = await SelicPostgres(con).tabela()
        fonte = await con.fetchval("select fonte from parcelamento.selic order by competencia desc limit 1")
    assert tabela.em(ler_competencia("2026-01")) == Decimal("1.16")
    assert tabela.em(ler_competencia("2026-02")) == tabela.em(ler_competencia("2025-12"))
    assert fonte == "demonstração: repete a taxa de 2025-12"


async def test_carga_espera_pela_que_ainda_nao_terminou(migrado: Banco) -> None:
    arquivo = b"competencia;taxa\n2025-01;1,01\n"
    async with migrado.transacao() as con:
        await carregar_selic(SelicPostgres(con), arquivo, fonte="primeira", hoje=HOJE, agora=AGORA)
        segunda = asyncio.create_task(_carregar(migrado, arquivo))
        async with asyncio.timeout(30):
            while not await con.fetchval("select exists (select from pg_locks where not granted)"):  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.01)
    assert await segunda == CargaDaSelic((), (), 1)


@dataclass(slots=True)
class Porta:
    http: httpx.AsyncClient

    async def pedir(self, metodo: str, caminho: str, *, papel: str = "operador", **opcoes: Any) -> httpx.Response:
        return await self.http.request(metodo, caminho, headers={"Authorization": f"Bearer {papel}"}, **opcoes)

    async def carregar(self, conteudo: bytes, *, papel: str = "supervisor", **campos: str) -> httpx.Response:
        return await self.pedir("PUT", "/v1/encargos/selic", papel=papel, files={"arquivo": ("s.csv", conteudo)}, data=campos)

    async def calcular(self, papel: str = "operador", **campos: Any) -> httpx.Response:
        return await self.pedir("POST", "/v1/encargos/calcular", papel=papel, json=campos)


@pytest.fixture
async def porta(migrado: Banco) -> AsyncIterator[Porta]:
    async def pronto() -> Mapping[str, bool]:
        return {"parcelamento": True}

    regras = {nome: ler_encargos(d) for nome, d in documentos_de_encargos().items()}
    app = criar_app(
        titulo="Parcelamento",
        descricao="Teste",
        rotas=[rotas_de_encargos(MesaDeEncargos(migrado, RelogioFixo(AGORA), regras, "al"))],
        prontidao=pronto,
        verificador=TokensDeTeste(),
        erros={DadosRecusados: 422, EstadoNaoPermite: 409},
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://parcelamento.test") as http:
        yield Porta(http)


async def test_regras_em_vigor_dizem_o_fundamento_e_o_que_nao_se_verificou(porta: Porta) -> None:
    itens = {i["regra"]: i for i in (await porta.pedir("GET", "/v1/encargos", papel="auditor")).json()["itens"]}
    assert set(itens) == {"federal", "al", "nenhum"}
    assert itens["al"]["padrao"]
    assert itens["al"]["versao"]["multa"]["faixas"][0] == {"ate_dias": 30, "taxa": "0", "por_dia": "0.002"}
    assert itens["federal"]["versao"]["multa"]["teto"] == "0.2"
    assert "art. 61" in itens["federal"]["versao"]["juros"]["fundamento"]
    assert itens["al"]["nao_verificados"]
    antes = (await porta.pedir("GET", "/v1/encargos?em=1997-06-01")).json()["itens"]
    assert {i["regra"]: i["versao"] is None for i in antes} == {"federal": False, "al": True, "nenhum": False}


async def test_selic_carregada_e_listada_da_ultima_a_primeira(porta: Porta) -> None:
    resposta = await porta.carregar(
        b'[{"data":"01/01/2025","valor":"1.01"},{"data":"01/02/2025","valor":"0.99"}]', fonte="BCB 4390"
    )
    assert (resposta.status_code, resposta.json()) == (200, {"novos": ["2025-01", "2025-02"], "alterados": [], "iguais": 0})
    primeira = (await porta.pedir("GET", "/v1/encargos/selic?limite=1")).json()
    assert [(i["competencia"], i["taxa"], i["fonte"]) for i in primeira["itens"]] == [("2025-02", "0.9900", "BCB 4390")]
    segunda = (await porta.pedir("GET", f"/v1/encargos/selic?limite=1&cursor={primeira['proximo']}")).json()
    assert [i["competencia"] for i in segunda["itens"]] == ["2025-01"]
    assert segunda["proximo"] is None


async def test_linha_ruim_e_dita_pelo_numero_e_nada_fica(porta: Porta, migrado: Banco) -> None:
    resposta = await porta.carregar(b"competencia;taxa\n2025-01;1,01\n2025-02;abc\n2026-11;0,70\n")
    assert resposta.status_code == 422
    assert resposta.json()["codigo"] == "selic_recusada"
    assert [c["campo"] for c in resposta.json()["campos"]] == ["linha 3", "linha 4"]
    assert await _linhas(migrado) == {}


@pytest.mark.parametrize("papel", ["operador", "auditor", "integracao"])
async def test_so_supervisor_carrega(porta: Porta, migrado: Banco, papel: str) -> None:
    assert (await porta.carregar(b"competencia;taxa\n2025-01;1,01\n", papel=papel)).status_code == 403
    assert await _linhas(migrado) == {}


async def test_fonte_sem_nome_e_quem_enviou(porta: Porta, migrado: Banco) -> None:
    await porta.carregar(b"competencia;taxa\n2025-01;1,01\n", papel="supervisor.Ana")
    assert [fonte for _, fonte, _ in (await _linhas(migrado)).values()] == ["arquivo enviado por Ana"]


@pytest.mark.parametrize(("opcoes", "campo"), [({"json": {}}, "corpo"), ({"files": {"outro": b"x"}}, "arquivo")])
async def test_envio_sem_arquivo_e_recusado(porta: Porta, opcoes: dict[str, Any], campo: str) -> None:
    resposta = await porta.pedir("PUT", "/v1/encargos/selic", papel="supervisor", **opcoes)
    assert resposta.status_code == 422
    assert resposta.json()["campos"][0]["campo"] == campo


@pytest.mark.parametrize("papel", ["operador", "integracao", "auditor"])
async def test_calculo_federal_com_selic(porta: Porta, papel: str) -> None:
    await porta.carregar(b"competencia;taxa\n2025-02;0,99\n2025-03;0,96\n2025-04;1,06\n")
    resposta = await porta.calcular(papel, principal="1000.00", vencimento="2025-01-31", pago_em="2025-05-10", regra="federal")
    assert resposta.status_code == 200
    corpo = resposta.json()
    assert "art. 61" in corpo.pop("fundamento")
    assert corpo == {
        "regra": "federal",
        "principal": "1000.00",
        "vencimento": "2025-01-31",
        "fim_do_prazo": "2025-01-31",
        "pago_em": "2025-05-10",
        "dias_de_atraso": 99,
        "multa": "200.00",
        "juros": "40.10",
        "total": "1240.10",
        "taxa_multa": "0.2",
        "taxa_juros": "0.0401",
    }


async def test_calculo_sem_regra_usa_a_padrao_e_o_calendario_do_estado(porta: Porta) -> None:
    dados = {"principal": "1000.00", "vencimento": "2026-09-16"}
    no_prazo = (await porta.calcular(**dados, pago_em="2026-09-17")).json()
    assert (no_prazo["regra"], no_prazo["total"], no_prazo["fim_do_prazo"]) == ("al", "1000.00", "2026-09-17")
    um_dia = (await porta.calcular(**dados, pago_em="2026-09-18")).json()
    assert (um_dia["dias_de_atraso"], um_dia["multa"], um_dia["juros"]) == (1, "2.00", "0.00")


async def test_mes_que_falta_e_um_conflito_que_diz_o_mes(porta: Porta) -> None:
    resposta = await porta.calcular(principal="1000.00", vencimento="2026-01-30", pago_em="2026-05-10")
    assert (resposta.status_code, resposta.json()["codigo"]) == (409, "selic_ausente")
    assert "02/2026" in resposta.json()["detail"]


@pytest.mark.parametrize(
    ("mudanca", "campo"),
    [
        ({"principal": "-1.00"}, "principal"),
        ({"principal": 1000}, "principal"),
        ({"principal": "1000,00"}, "principal"),
        ({"vencimento": "2025-02-30"}, "vencimento"),
        ({"pago_em": "9999-12-31"}, "pago_em"),
        ({"regra": "sp"}, "regra"),
        ({"outro": 1}, "outro"),
        ({"vencimento": "1990-01-02", "pago_em": "1990-02-02"}, "vencimento"),
    ],
)
async def test_pedido_ruim_e_recusado_no_seu_campo(porta: Porta, mudanca: dict[str, Any], campo: str) -> None:
    resposta = await porta.calcular(**{"principal": "1.00", "vencimento": "2025-01-31", "pago_em": "2025-05-10", **mudanca})
    assert resposta.status_code == 422
    assert [c["campo"] for c in resposta.json()["campos"]] == [campo]
