"""One taxpayer explained, a decision executed again, a policy tried out: the ciclo's own computation, nothing written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from kernel.persistence.banco import Banco
from regua.application.executar_ciclo import executar_ciclo, solicitar_ciclo
from regua.application.explicar import explicar
from regua.application.ports_ciclo import PoliticaAusente
from regua.application.reexecutar import DecisaoGuardada, explicar_decisao, reexecutar_decisao
from regua.application.simular import diferencas, simular
from regua.domain.politica_leitura import ler_politica
from tests.support.regua_banco import SEGUNDA_9H, carregar, portas_do_ciclo, preparar
from tests.support.regua_base import um_debito, um_pagamento, uma_declaracao
from tests.support.regua_politica import trocado
from tests.support.regua_referencia import BaseDeReferencia

HOJE = date(2026, 3, 16)
BASE = BaseDeReferencia(
    pessoas={"C1": "P1", "C2": "P1", "C3": "P3", "C4": "P4", "C5": "P5"},
    debitos=(
        *(um_debito(f"2025-{m}", f"2026-01-{m}", debito=f"D1{m}") for m in (10, 11, 12)),
        um_debito("2026-01", "2026-02-10", debito="D2", contribuinte="C2", tributo="IPVA"),
        um_debito("2026-01", "2026-02-10", debito="D3", contribuinte="C3"),
        um_debito("2026-01", "2026-02-10", debito="D4", contribuinte="C4", situacao="ajuizado"),
    ),
    declaracoes=(uma_declaracao("2026-01", "2026-02-10", contribuinte="C3"),),
    pagamentos=(um_pagamento("D3", "2026-01", "2026-02-11", 30_00, contribuinte="C3"),),
)


@pytest.fixture
async def base(banco: Banco) -> Banco:
    await preparar(banco)
    async with banco.transacao() as con:
        await carregar(con, BASE)
    return banco


async def rodar(banco: Banco, dias: int = 0) -> None:
    portas = portas_do_ciclo(banco, agora=SEGUNDA_9H + timedelta(days=dias))
    pedido = await solicitar_ciclo(portas, data=portas.relogio.agora().date())
    await executar_ciclo(portas, pedido.ciclo)


async def decisoes(banco: Banco) -> list[dict[str, Any]]:
    async with banco.conexao() as con:
        linhas = await con.fetch("select *, encode(resumo, 'hex') as hexa from regua.decisao order by ciclo, caso")
    return [dict(x) for x in linhas]


def guardada(x: dict[str, Any]) -> DecisaoGuardada:
    campos = ("resultado", "motivo", "hipotese", "etapa", "reincidencia", "rigidez", "insumos")
    return DecisaoGuardada(**{c: x[c] for c in campos}, resumo=x["hexa"])


async def test_a_explicacao_e_a_decisao_sao_a_mesma_conta(base: Banco) -> None:
    portas = portas_do_ciclo(base)
    explicados = {c: await explicar(portas, c) for c in BASE.pessoas}
    await rodar(base)
    feitas = await decisoes(base)
    assert len(feitas) == 4
    for feita in feitas:
        [caso] = [c for c in explicados[feita["contribuinte"]].casos if c.tributo == feita["tributo"]]
        assert caso.caso == str(feita["caso"])
        assert (caso.resultado, caso.motivo) == (feita["resultado"], feita["motivo"])
        assert (caso.classificacao.hipotese, caso.etapa, caso.rigidez) == (feita["hipotese"], feita["etapa"], feita["rigidez"])
        assert caso.fatos == {k: v for k, v in orjson.loads(feita["insumos"])["fatos"].items() if k in caso.fatos}
    assert explicados["C5"].casos == ()
    assert (await explicar(portas, "ninguém")).casos == ()


async def test_o_proximo_passo_tem_data(base: Banco) -> None:
    antes = (await explicar(portas_do_ciclo(base), "C3")).casos[0]
    assert (antes.proxima_etapa, antes.proxima_data) == (1, date(2026, 2, 11))
    await rodar(base)
    durante = (await explicar(portas_do_ciclo(base), "C3")).casos[0]
    assert (durante.motivo, durante.proxima_etapa) == ("aguardando_etapa", None)
    async with base.transacao() as con:
        await con.execute("update regua.acionamento set estado = 'entregue', consumido = true")
        await con.execute("update regua.caso set etapa = 1, etapa_em = '2026-03-17'")
    depois = (await explicar(portas_do_ciclo(base), "C3")).casos[0]
    assert (depois.etapa, depois.proxima_etapa, depois.proxima_data) == (1, 2, date(2026, 3, 21))


async def test_a_decisao_guardada_se_reexecuta_anos_depois(base: Banco) -> None:
    await rodar(base)
    await rodar(base, dias=1)
    portas = portas_do_ciclo(base, agora=SEGUNDA_9H + timedelta(days=2000))
    feitas = await decisoes(base)
    assert len(feitas) == 8
    for feita in feitas:
        conferencia = await reexecutar_decisao(portas.regras, guardada(feita))
        assert (conferencia.igual, conferencia.hash) == (True, feita["hexa"])


async def test_decisao_adulterada_nao_confere(base: Banco) -> None:
    await rodar(base)
    feita = next(x for x in await decisoes(base) if x["contribuinte"] == "C1")
    regras = portas_do_ciclo(base).regras
    outra_classe = guardada({**feita, "hipotese": "H1"})
    assert not (await reexecutar_decisao(regras, outra_classe)).igual
    insumos = feita["insumos"].replace('"periodos_consecutivos":3', '"periodos_consecutivos":2')
    assert not (await reexecutar_decisao(regras, guardada({**feita, "insumos": insumos}))).igual


async def test_a_explicacao_de_uma_decisao_guardada(base: Banco) -> None:
    await rodar(base)
    feita = next(x for x in await decisoes(base) if x["contribuinte"] == "C1")
    explicada = await explicar_decisao(portas_do_ciclo(base).regras, feita["insumos"])
    assert explicada.hipotese == "H7"
    assert ("periodos_consecutivos", "3", "3 ou mais") in {(e.fato, e.valor, e.minimo) for e in explicada.evidencias}


async def test_a_simulacao_nao_escreve_e_diz_quem_quanto_e_quando(base: Banco) -> None:
    portas = portas_do_ciclo(base)
    feita = await simular(portas, versao="2026-01", data=date(2026, 3, 23))
    assert (feita.contagens.avaliados, feita.contagens.acionados) == (4, 2)
    assert {(c.contribuinte, c.canal) for c in feita.amostra} == {("C1", "whatsapp"), ("C3", "whatsapp")}
    assert (feita.custo_micros, feita.moeda) == (2 * 6_800, "USD")
    assert (await simular(portas, versao="2026-01", data=date(2026, 3, 22))).contagens.suprimidos["fora_da_janela"] == 2
    async with base.conexao() as con:
        for tabela in ("ciclo", "caso", "decisao", "acionamento", "outbox", "sorteio"):
            assert await con.fetchval(f"select count(*) from regua.{tabela}") == 0


async def test_as_diferencas_entre_duas_politicas(base: Banco) -> None:
    nova = {**trocado("hipoteses.3.criterio", {"fato": "periodos_consecutivos", "minimo": 4}), "versao": "rascunho"}
    lida = ler_politica(nova)
    async with base.transacao() as con:
        await con.execute(
            """insert into regua.politica (versao, documento, resumo, estado, autor, criada_em, valida_de)
            values ('rascunho', $1, $2, 'rascunho', 'a', $3, '2026-01-01')""",
            nova,
            bytes.fromhex(lida.resumo),
            SEGUNDA_9H,
        )
    feitas = await diferencas(portas_do_ciclo(base), a="2026-01", b="rascunho", data=HOJE)
    assert feitas.iguais == 3
    [mudanca] = feitas.mudancas
    assert (mudanca.antes, mudanca.depois, mudanca.casos) == (("H7", 1, 1, "acionado"), ("H1", 1, 1, "acionado"), 1)
    with pytest.raises(PoliticaAusente):
        await simular(portas_do_ciclo(base), versao="nenhuma", data=HOJE)
