"""The ciclo on a real database: what it writes, once, and what it leaves alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from kernel.messaging.envelope import decodificar
from kernel.persistence.banco import Banco
from regua.application.executar_ciclo import executar_ciclo, solicitar_ciclo
from regua.application.ports_ciclo import CicloGuardado, DataRecusada
from schemas.registro import POR_TIPO
from tests.support.regua_banco import SEGUNDA_9H, carregar, portas_do_ciclo, preparar
from tests.support.regua_base import um_debito
from tests.support.regua_referencia import BaseDeReferencia

HOJE = date(2026, 3, 16)

BASE = BaseDeReferencia(
    pessoas={"C1": "P1", "C2": "P2", "C3": "P1"},
    debitos=(
        um_debito("2026-02", "2026-03-10"),
        um_debito("2026-01", "2026-02-10", debito="D2", contribuinte="C2"),
        um_debito("2025-12", "2026-01-10", debito="D3", contribuinte="C2"),
        um_debito("2025-11", "2025-12-10", debito="D4", contribuinte="C2"),
        um_debito("2026-01", "2026-02-20", debito="D5", contribuinte="C3", tributo="IPVA"),
        um_debito("2026-01", "2026-04-20", debito="D6", contribuinte="C3", tributo="ICMS"),
    ),
)


async def rodar(banco: Banco, **opcoes: Any) -> CicloGuardado:
    portas = portas_do_ciclo(banco, **opcoes)
    pedido = await solicitar_ciclo(portas, data=portas.relogio.agora().date())
    return await executar_ciclo(portas, pedido.ciclo)


async def eventos(banco: Banco) -> list[Any]:
    async with banco.conexao() as con:
        linhas = await con.fetch("select topico, chave, valor from regua.outbox order by id")
    return [(linha["topico"], linha["chave"], decodificar(bytes(linha["valor"]))) for linha in linhas]


@pytest.fixture
async def base(banco: Banco) -> Banco:
    await preparar(banco)
    async with banco.transacao() as con:
        await carregar(con, BASE)
    return banco


async def test_ciclo_decide_emite_e_conta(base: Banco) -> None:
    ciclo = await rodar(base)
    assert ciclo.estado == "concluido"
    assert (ciclo.avaliados, ciclo.acionados, ciclo.retidos) == (3, 2, 0)
    assert ciclo.contagens["suprimidos"] == {"teto_de_contatos": 1}
    assert ciclo.contagens["por_hipotese"] == {"H1": 2, "H7": 1}
    assert ciclo.contagens["por_canal"] == {"whatsapp": 2}
    async with base.conexao() as con:
        emissoes = await con.fetch("select * from regua.emissao")
        assert {(e["canal"], e["ordem"], e["data"]) for e in emissoes} == {("whatsapp", 1, HOJE)}
        assert {e["valido_ate"] - e["emitido_em"] for e in emissoes} == {timedelta(hours=24)}
        # C1 and C3 are one person: the older debt goes first
        chamados = await con.fetch("select contribuinte, etapa, canais from regua.acionamento order by 1")
        assert [tuple(c) for c in chamados] == [("C2", 1, ["whatsapp", "sms"]), ("C3", 1, ["whatsapp", "sms"])]


async def test_eventos_sao_os_do_contrato_e_guardam_a_ordem(base: Banco) -> None:
    await rodar(base)
    achados = await eventos(base)
    for topico, chave, evento in achados:
        dados = POR_TIPO[evento.tipo].model_validate(evento.dados)
        assert (dados.topico(), dados.chave(), evento.chave) == (topico, chave, chave)
        assert evento.instante == SEGUNDA_9H
    de_c2 = [evento.tipo for _, chave, evento in achados if chave == "C2"]
    assert de_c2 == ["cobranca.divida.classificada.v1", "cobranca.acionamento.emitido.v1"]
    assert len({evento.id for _, _, evento in achados}) == len(achados)


async def test_pedido_outra_vez_responde_o_primeiro(base: Banco) -> None:
    primeiro = await rodar(base)
    antes = await eventos(base)
    assert await rodar(base) == primeiro
    assert await eventos(base) == antes


async def test_outra_data_que_a_do_relogio_e_recusada(base: Banco) -> None:
    with pytest.raises(DataRecusada, match="16/03/2026"):
        await solicitar_ciclo(portas_do_ciclo(base), data=date(2026, 3, 17))


async def test_degrau_em_andamento_nao_se_repete_no_dia_seguinte(base: Banco) -> None:
    await rodar(base)
    ciclo = await rodar(base, agora=SEGUNDA_9H + timedelta(days=1))
    async with base.conexao() as con:
        repetidos = await con.fetchval(
            "select count(*) from (select 1 from regua.acionamento group by caso, etapa having count(*) > 1) r"
        )
    assert repetidos == 0
    # only the caso that the cap held back yesterday goes out
    assert (ciclo.acionados, ciclo.contagens["suprimidos"]) == (1, {"aguardando_etapa": 2})


async def test_insumos_sao_json_canonico(base: Banco) -> None:
    await rodar(base)
    async with base.conexao() as con:
        for linha in await con.fetch("select insumos, encode(resumo, 'hex') as resumo from regua.decisao"):
            texto = linha["insumos"].encode()
            assert orjson.dumps(orjson.loads(texto), option=orjson.OPT_SORT_KEYS) == texto
