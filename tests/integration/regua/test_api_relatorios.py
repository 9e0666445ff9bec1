"""Reports and the clock: figures worked out by hand on a base small enough for that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kernel.clock import RelogioFixo
from kernel.pendencias import NaoSossega
from kernel.persistence.banco import abrir_banco
from tests.support.regua_banco import inserir_pagamento
from tests.support.regua_base import um_debito, um_pagamento, uma_declaracao
from tests.support.regua_referencia import BaseDeReferencia
from tests.support.regua_sala import Sala, abrir_sala

PERIODO = {"de": "2026-03-01", "ate": "2026-04-30"}
BASE = BaseDeReferencia(
    pessoas={f"C{i}": f"P{i}" for i in range(1, 5)},
    debitos=tuple(um_debito("2026-02", "2026-03-10", debito=f"D{i}", contribuinte=f"C{i}") for i in range(1, 5)),
    declaracoes=(uma_declaracao("2026-03", "2026-04-10", "2026-04-09", valor_declarado=1000_00),),
)


@pytest.fixture
async def cobrada(sala: Sala) -> Sala:
    """Four debtors called; C1 and C2 were reached. C1 paid all after it, C2 before it, C3 unreached, C4 nothing."""
    await sala.carregar(BASE)
    await sala.ciclo()
    async with sala.banco.transacao() as con:
        entregue = datetime(2026, 3, 17, 15, tzinfo=UTC)
        await con.execute(
            """update regua.acionamento set estado = 'entregue', consumido = true, entregue_em = $1
            where contribuinte in ('C1', 'C2')""",
            entregue,
        )
        await con.execute(
            """update regua.emissao e set estado = case when a.estado = 'entregue' then 'lido' else 'falhou' end,
                requisitado = true, custo_micros = 6800, moeda = 'USD'
            from regua.acionamento a where a.acionamento = e.acionamento"""
        )
        for id_, debito, contribuinte, pago_em, valor in (
            ("P1", "D1", "C1", "2026-03-20", 100_00),
            ("P2", "D2", "C2", "2026-03-16", 40_00),
            ("P3", "D3", "C3", "2026-04-02", 60_00),
            ("P0", "D4", "C4", "2026-03-09", 10_00),  # before its vencimento: not recovered
        ):
            await inserir_pagamento(con, id_, um_pagamento(debito, "2026-02", pago_em, valor, contribuinte=contribuinte))
    return sala


async def test_resultado_separa_cobranca_de_espontaneo(cobrada: Sala) -> None:
    r = (await cobrada.pedir("GET", "/v1/relatorios/resultado", params=PERIODO)).json()
    assert (r["recuperado"], r["pela_cobranca"], r["espontaneo"]) == ("200.00", "100.00", "100.00")
    assert r["parte_da_cobranca"] == "0.5000"
    assert [(m["mes"], m["recuperado"], m["pela_cobranca"]) for m in r["meses"]] == [
        ("2026-03", "140.00", "100.00"),
        ("2026-04", "60.00", "0.00"),
    ]
    alcance = r["alcance"]
    assert (alcance["contribuintes"], alcance["contatados"], alcance["parte_contatada"]) == (4, 2, "0.5000")
    assert (alcance["valor"], alcance["valor_contatado"]) == ("400.00", "200.00")
    curto = (await cobrada.pedir("GET", "/v1/relatorios/resultado", params={**PERIODO, "dias": 2})).json()
    assert curto["pela_cobranca"] == "0.00"


async def test_inadimplencia_e_o_declarado_e_nao_pago(cobrada: Sala) -> None:
    async with cobrada.banco.conexao() as con:
        await con.execute(
            """update regua.debito set competencia = 2026 * 12 + 2, vencimento = '2026-04-20', principal = 25000
            where debito = 'D1'"""
        )
        await con.execute("update regua.pagamento set valor = 10000 where debito = 'D1'")
    r = (await cobrada.pedir("GET", "/v1/relatorios/resultado", params=PERIODO)).json()
    assert r["inadimplencia"] == [
        {"tributo": "ICMS", "competencia": "2026-03", "declarado": "1000.00", "nao_pago": "150.00", "taxa": "0.1500"}
    ]


async def test_custo_por_real_recuperado(cobrada: Sala) -> None:
    r = (await cobrada.pedir("GET", "/v1/relatorios/custos", params=PERIODO)).json()
    (item,) = r["itens"]
    assert (item["campanha"], item["canal"], item["moeda"]) == ("permanente", "whatsapp", "USD")
    assert (item["emissoes"], item["requisitadas"], item["entregues"]) == (4, 4, 2)
    assert (item["custo"], item["recuperado"], item["custo_por_real"]) == ("0.027200", "100.00", "0.000272")


async def test_efeito_compara_contatados_e_retidos(cobrada: Sala) -> None:
    async with cobrada.banco.conexao() as con:
        await con.execute("update regua.sorteio set controle = pessoa in ('P3', 'P4')")
        await con.execute("update regua.acionamento set estado = 'retido', consumido = true where contribuinte in ('C3', 'C4')")
    r = (await cobrada.pedir("GET", "/v1/relatorios/efeito")).json()
    assert (r["contatados"]["pessoas"], r["contatados"]["pagaram"], r["contatados"]["valor"]) == (2, 2, "140.00")
    assert (r["retidos"]["pessoas"], r["retidos"]["pagaram"]) == (2, 1)
    assert r["diferenca"] == "0.5000"
    assert float(r["minimo"]) < 0.5 < float(r["maximo"])
    assert [(e["hipotese"], e["contatados"]["pessoas"], e["retidos"]["pessoas"]) for e in r["estratos"]] == [("H1", 2, 2)]


async def test_sem_controle_nao_se_inventa_efeito(cobrada: Sala) -> None:
    r = (await cobrada.pedir("GET", "/v1/relatorios/efeito")).json()
    assert (r["diferenca"], r["minimo"], r["retidos"]["parte"]) == (None, None, None)


@pytest.mark.parametrize("caminho", ["/v1/relatorios/resultado", "/v1/relatorios/custos"])
@pytest.mark.parametrize(
    "parametros", [{"de": "2026-03-01"}, {"de": "2026-03-02", "ate": "2026-03-01"}, {"de": "x", "ate": "2026-03-01"}]
)
async def test_periodo_errado(sala: Sala, caminho: str, parametros: dict[str, str]) -> None:
    assert (await sala.pedir("GET", caminho, params=parametros)).status_code == 422


class Avancador:
    """Moves a clock that stands still, and runs the day's ciclo on the way."""

    def __init__(self) -> None:
        self.sala: Sala | None = None
        self.preso = False

    async def avancar(self, ate: datetime) -> int:
        if self.preso:
            raise NaoSossega("O sistema não terminou o que devia em 300 s (régua: ciclo em andamento).")
        assert self.sala is not None
        relogio: RelogioFixo = self.sala.relogio
        relogio.ir_para(ate)
        await self.sala.ciclo()
        return 1


@pytest.fixture
async def virtual(url_sala: str, tmp_path: Path) -> AsyncIterator[tuple[Sala, Avancador]]:
    avancador = Avancador()
    async with (
        abrir_banco(url_sala, aplicacao="testes", maximo=12) as banco,
        abrir_sala(banco, tmp_path, avancador=avancador) as sala,
    ):
        avancador.sala = sala
        yield sala, avancador


async def test_avancar_responde_a_hora_e_os_ciclos_do_caminho(virtual: tuple[Sala, Avancador]) -> None:
    sala, _ = virtual
    await sala.ciclo()
    assert (await sala.pedir("GET", "/v1/relogio")).json()["virtual"] is True
    resposta = await sala.pedir("POST", "/v1/relogio/avancar", json={"dias": 1})
    (ciclo,) = await sala.linhas("select ciclo from regua.ciclo where data = '2026-03-17'")
    assert resposta.json() == {"agora": "2026-03-17T12:00:00Z", "ciclos": [str(ciclo[0])]}
    resposta = await sala.pedir("POST", "/v1/relogio/avancar", json={"ate": "2026-03-18T09:00:00-03:00"})
    assert resposta.json()["agora"] == "2026-03-18T12:00:00Z"


@pytest.mark.parametrize(
    "corpo",
    [
        {},
        {"dias": 0},
        {"dias": 401},
        {"dias": 1, "ate": "2026-03-18T09:00:00Z"},
        {"ate": "2026-03-18T09:00:00"},
        {"ate": "2026-03-15T09:00:00Z"},
        {"ate": "2036-03-15T09:00:00Z"},
    ],
)
async def test_avanco_errado_nao_move(virtual: tuple[Sala, Avancador], corpo: dict[str, object]) -> None:
    sala, _ = virtual
    antes = sala.relogio.agora()
    assert (await sala.pedir("POST", "/v1/relogio/avancar", json=corpo)).status_code == 422
    assert sala.relogio.agora() == antes


async def test_sistema_que_nao_sossega_e_503(virtual: tuple[Sala, Avancador]) -> None:
    sala, avancador = virtual
    avancador.preso = True
    resposta = await sala.pedir("POST", "/v1/relogio/avancar", json={"dias": 1})
    assert (resposta.status_code, resposta.json()["codigo"]) == (503, "sistema_ocupado")
    assert sala.relogio.agora() + timedelta(0) == datetime(2026, 3, 16, 12, tzinfo=UTC)
