"""What holds contacts back across ciclos, persons, campaigns and approvals, on a real database."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from kernel.messaging.envelope import decodificar
from kernel.persistence.banco import Banco
from regua.application.executar_ciclo import executar_ciclo, solicitar_ciclo
from regua.application.ports_ciclo import CampanhaInativa, CicloGuardado
from regua.domain.sorteio import em_controle
from tests.support.regua_banco import SEGUNDA_9H, carregar, inserir_pagamento, portas_do_ciclo, preparar
from tests.support.regua_base import um_debito, um_pagamento, uma_declaracao
from tests.support.regua_referencia import BaseDeReferencia

UM = BaseDeReferencia(pessoas={"C1": "P1"}, debitos=(um_debito("2025-12", "2026-01-10"),))


async def rodar(banco: Banco, dias: int = 0, campanha: str = "permanente", **opcoes: Any) -> CicloGuardado:
    portas = portas_do_ciclo(banco, agora=SEGUNDA_9H + timedelta(days=dias), **opcoes)
    pedido = await solicitar_ciclo(portas, data=portas.relogio.agora().date(), campanha=campanha)
    return await executar_ciclo(portas, pedido.ciclo)


async def com(banco: Banco, base: BaseDeReferencia, **opcoes: Any) -> Banco:
    await preparar(banco)
    async with banco.transacao() as con:
        await carregar(con, base, **opcoes)
    return banco


async def entregar(banco: Banco, em: date) -> None:
    """What a delivery outcome leaves: the rung consumed and dated."""
    async with banco.transacao() as con:
        await con.execute(
            """update regua.caso c set etapa = a.etapa, etapa_em = $1 from regua.acionamento a
            where a.caso = c.caso and a.estado = 'emitido'""",
            em,
        )
        await con.execute("update regua.acionamento set estado = 'entregue', consumido = true where estado = 'emitido'")


async def tipos(banco: Banco) -> list[str]:
    async with banco.conexao() as con:
        linhas = await con.fetch("select valor from regua.outbox order by id")
    return [decodificar(bytes(x["valor"])).tipo.split(".", 1)[1] for x in linhas]


async def um_valor(banco: Banco, sql: str, *valores: object) -> Any:
    async with banco.conexao() as con:
        return await con.fetchval(sql, *valores)


async def test_a_regua_sobe_e_silencia_quem_pagou(banco: Banco) -> None:
    await com(banco, UM)
    assert (await rodar(banco)).acionados == 1
    await entregar(banco, date(2026, 3, 16))
    assert (await rodar(banco, dias=3)).contagens["suprimidos"] == {"aguardando_etapa": 1}
    assert (await rodar(banco, dias=4)).acionados == 1
    await entregar(banco, date(2026, 3, 20))
    async with banco.transacao() as con:
        await inserir_pagamento(con, "PG", um_pagamento("D-2025-12", "2025-12", "2026-03-21"))
    ciclo = await rodar(banco, dias=14)
    assert ciclo.avaliados == 0
    assert await um_valor(banco, "select fechado_em from regua.caso") == date(2026, 3, 30)
    assert await tipos(banco) == [
        "divida.classificada.v1",
        "acionamento.emitido.v1",
        "divida.classificada.v1",
        "acionamento.emitido.v1",
        "divida.regularizada.v1",
    ]


async def test_caso_que_volta_e_outro_caso(banco: Banco) -> None:
    await com(banco, UM)
    await rodar(banco)
    async with banco.transacao() as con:
        await con.execute("update regua.debito set situacao = 'pago'")
    await rodar(banco, dias=1)
    async with banco.transacao() as con:
        await con.execute("update regua.debito set situacao = 'aberto'")
    await rodar(banco, dias=2)
    assert await um_valor(banco, "select array_agg(n order by n) from regua.caso") == [1, 2]
    assert await um_valor(banco, "select count(distinct caso) from regua.caso") == 2


async def test_classificada_so_quando_muda(banco: Banco) -> None:
    await com(banco, UM)
    await rodar(banco)
    await rodar(banco, dias=1)
    assert (await tipos(banco)).count("divida.classificada.v1") == 1
    async with banco.transacao() as con:
        await con.execute(
            """insert into regua.suspensao (suspensao, contribuinte, motivo, desde, ate, origem, criada_em)
            values (gen_random_uuid(), 'C1', 'sem_condicoes', '2026-03-17', '2026-03-22', 'chatbot', $1)""",
            SEGUNDA_9H,
        )
    ciclo = await rodar(banco, dias=2)
    assert ciclo.contagens["por_hipotese"] == {"H2": 1}
    assert ciclo.contagens["suprimidos"] == {"suspenso": 1}
    assert (await tipos(banco)).count("divida.classificada.v1") == 2


async def test_optou_sair_vale_para_todas_as_inscricoes_da_pessoa(banco: Banco) -> None:
    base = BaseDeReferencia(pessoas={"C1": "P1", "C2": "P1"}, debitos=UM.debitos)
    await com(banco, base)
    async with banco.transacao() as con:
        await con.execute("update regua.contato_canal set situacao = 'optou_sair' where contribuinte = 'C2'")
    assert (await rodar(banco)).contagens["suprimidos"] == {"optou_sair": 1}
    async with banco.transacao() as con:
        await con.execute("update regua.contato_canal set situacao = 'valido' where contribuinte = 'C2' and canal = 'sms'")
    assert (await rodar(banco, dias=1)).contagens["por_canal"] == {"sms": 1}
    assert await um_valor(banco, "select canais from regua.acionamento") == ["sms"]


async def test_canal_sem_contato_valido_e_pulado(banco: Banco) -> None:
    await com(banco, UM, contatos={"C1": ("sms", "voz")})
    assert (await rodar(banco)).contagens["por_canal"] == {"sms": 1}
    assert await um_valor(banco, "select canais from regua.acionamento") == ["sms"]


async def test_canal_que_ninguem_serve_e_pulado(banco: Banco) -> None:
    await com(banco, UM, contatos={"C1": ("voz",)})
    assert (await rodar(banco)).contagens["suprimidos"] == {"sem_contato": 1}


async def test_o_segundo_tributo_sai_no_dia_seguinte_e_o_teto_da_semana_segura(banco: Banco) -> None:
    tributos = ("ICMS", "IPVA", "ITCD")
    debitos = tuple(um_debito("2025-12", "2026-01-10", debito=t, tributo=t) for t in tributos)
    quarto = um_debito("2025-12", "2026-01-10", debito="D4", contribuinte="C2")
    await com(banco, BaseDeReferencia(pessoas={"C1": "P1", "C2": "P1"}, debitos=(*debitos, quarto)))
    assert [(await rodar(banco, dias=d)).acionados for d in range(4)] == [1, 1, 1, 0]
    ultimo = await rodar(banco, dias=4)
    assert ultimo.contagens["suprimidos"]["teto_de_contatos"] == 1
    # seven days after the first
    assert (await rodar(banco, dias=7)).acionados == 1
    assert await um_valor(banco, "select max(n) from (select count(*) n from regua.emissao group by pessoa, data) x") == 1


async def test_emissao_cancelada_nao_conta_e_o_degrau_se_tenta_de_novo(banco: Banco) -> None:
    await com(banco, UM)
    await rodar(banco)
    async with banco.transacao() as con:
        await con.execute("update regua.acionamento set estado = 'cancelado'")
        await con.execute("update regua.emissao set cancelada = true")
    assert (await rodar(banco, dias=1)).acionados == 1
    assert await um_valor(
        banco, "select array_agg(etapa::int || '/' || tentativa order by tentativa) from regua.acionamento"
    ) == [
        "1/1",
        "1/2",
    ]


async def test_rigidez_5_espera_a_aprovacao_e_recusada_fica_na_4(banco: Banco) -> None:
    historico = tuple(um_debito(f"202{a}-{m:02d}", f"202{a}-{m:02d}-28", debito=f"D{a}{m}") for a in (4, 5) for m in (6, 9, 12))
    await com(banco, BaseDeReferencia(pessoas={"C1": "P1"}, debitos=historico))
    assert (await rodar(banco)).contagens["por_rigidez"] == {"4": 1}
    await entregar(banco, date(2026, 3, 16))
    ciclo = await rodar(banco, dias=4)
    assert (ciclo.contagens["por_rigidez"], ciclo.contagens["suprimidos"]) == ({"5": 1}, {"aguardando_aprovacao": 1})
    await rodar(banco, dias=5)
    async with banco.transacao() as con:
        pedidas = await con.fetch("select * from regua.aprovacao")
        assert [(p["tipo"], p["estado"], p["contribuinte"]) for p in pedidas] == [("rigidez_5", "pendente", "C1")]
        await con.execute("update regua.aprovacao set estado = 'recusada'")
        await con.execute("update regua.caso set teto_rigidez = 4")
    ciclo = await rodar(banco, dias=8)
    assert (ciclo.acionados, ciclo.contagens["por_rigidez"]) == (1, {"4": 1})
    assert (await tipos(banco)).count("tarefa.solicitada.v1") == 2


async def test_rigidez_5_aprovada_sai(banco: Banco) -> None:
    await com(banco, UM)
    await rodar(banco)
    async with banco.transacao() as con:
        await con.execute("update regua.acionamento set estado = 'entregue', consumido = true")
        await con.execute("update regua.caso set etapa = 4, etapa_em = '2026-02-01'")
    assert (await rodar(banco, dias=1)).contagens["suprimidos"] == {"aguardando_aprovacao": 1}
    async with banco.transacao() as con:
        await con.execute("update regua.aprovacao set estado = 'aprovada'")
    assert (await rodar(banco, dias=2)).acionados == 1
    assert await um_valor(banco, "select motivo from regua.tarefa order by solicitada_em desc limit 1") == "ultimo_aviso"


async def test_fora_da_janela_no_domingo_e_depois_do_fim(banco: Banco) -> None:
    await com(banco, UM)
    assert (await rodar(banco, dias=6)).contagens["suprimidos"] == {"fora_da_janela": 1}
    portas = portas_do_ciclo(banco, agora=SEGUNDA_9H + timedelta(hours=11))
    pedido = await solicitar_ciclo(portas, data=date(2026, 3, 16))
    assert (await executar_ciclo(portas, pedido.ciclo)).contagens["suprimidos"] == {"fora_da_janela": 1}


async def campanha(banco: Banco, **campos: Any) -> None:
    valores = {"estado": "ativa", "grupo_controle": Decimal(0), "segmento": {}, "orcamento_micros": None, **campos}
    async with banco.transacao() as con:
        await con.execute(
            """insert into regua.campanha
                (campanha, nome, estado, grupo_controle, segmento, orcamento_micros, segredo, autor, criada_em, atualizada_em)
            values ('teste', 'Teste', $1, $2, $3, $4, 'chave', 'a', $5, $5)""",
            *(valores[c] for c in ("estado", "grupo_controle", "segmento", "orcamento_micros")),
            SEGUNDA_9H,
        )


MUITOS = BaseDeReferencia(
    pessoas={f"C{i}": f"P{i}" for i in range(40)},
    debitos=tuple(um_debito("2025-12", "2026-01-10", debito=f"D{i}", contribuinte=f"C{i}") for i in range(40)),
)


async def test_o_retido_consome_o_degrau_como_entregue_no_dia(banco: Banco) -> None:
    await com(banco, MUITOS)
    await campanha(banco, grupo_controle=Decimal("0.5"))
    ciclo = await rodar(banco, campanha="teste")
    esperados = {p for p in MUITOS.pessoas.values() if em_controle(b"chave", "teste", p, Fraction(1, 2))}
    assert (ciclo.retidos, ciclo.acionados) == (len(esperados), 40 - len(esperados))
    assert 0 < ciclo.retidos < 40
    async with banco.conexao() as con:
        retidos = await con.fetch("select pessoa, estado, consumido from regua.acionamento where estado = 'retido'")
        assert {r["pessoa"] for r in retidos} == esperados
        assert await con.fetchval("select count(*) from regua.sorteio") == 40
        assert await con.fetchval("select count(*) from regua.emissao") == ciclo.acionados
        casos = await con.fetch(
            """select c.etapa, c.etapa_em from regua.caso c join regua.acionamento a using (caso)
            where a.estado = 'retido'"""
        )
        assert {tuple(c) for c in casos} == {(1, date(2026, 3, 16))}
        # the draw is kept, whatever the share becomes
        await con.execute("update regua.campanha set grupo_controle = 0 where campanha = 'teste'")
    segundo = await rodar(banco, dias=4, campanha="teste")
    assert segundo.retidos == ciclo.retidos
    assert (await tipos(banco)).count("acionamento.retido.v1") == 2 * ciclo.retidos
    sql = "select distinct c.etapa, c.etapa_em from regua.caso c join regua.acionamento a using (caso) where a.estado = 'retido'"
    async with banco.conexao() as con:
        assert [tuple(x) for x in await con.fetch(sql)] == [(2, date(2026, 3, 20))]


async def test_o_orcamento_para_no_que_foi_comprometido(banco: Banco) -> None:
    await com(banco, MUITOS)
    await campanha(banco, orcamento_micros=6_800 * 10 + 1)
    ciclo = await rodar(banco, campanha="teste")
    assert (ciclo.acionados, ciclo.contagens["suprimidos"]) == (10, {"orcamento": 30})
    segundo = await rodar(banco, dias=1, campanha="teste")
    assert segundo.contagens["suprimidos"] == {"orcamento": 30, "aguardando_etapa": 10}


async def test_o_segmento_limita_quem_e_avaliado_e_nao_quem_tem_caso(banco: Banco) -> None:
    outro = um_debito("2025-12", "2026-01-10", debito="I1", tributo="IPVA")
    await com(banco, BaseDeReferencia(pessoas={"C1": "P1"}, debitos=(*UM.debitos, outro)))
    await campanha(banco, segmento={"tributos": ["IPVA"]})
    ciclo = await rodar(banco, campanha="teste")
    assert (ciclo.avaliados, ciclo.acionados) == (1, 1)
    assert await um_valor(banco, "select array_agg(tributo order by tributo) from regua.caso") == ["ICMS", "IPVA"]
    # another campaign, the same day, the same person
    assert (await rodar(banco)).contagens["suprimidos"] == {"aguardando_etapa": 1, "teto_de_contatos": 1}


async def test_campanha_pausada_nao_roda(banco: Banco) -> None:
    await com(banco, UM)
    await campanha(banco, estado="pausada")
    with pytest.raises(CampanhaInativa):
        await rodar(banco, campanha="teste")


async def test_abaixo_do_minimo_com_omissao_sai(banco: Banco) -> None:
    pouco = um_debito("2025-12", "2026-01-10", total=49_99)
    await com(banco, BaseDeReferencia(pessoas={"C1": "P1"}, debitos=(pouco,)))
    assert (await rodar(banco)).contagens["suprimidos"] == {"abaixo_do_minimo": 1}
    async with banco.transacao() as con:
        d = uma_declaracao("2026-01", "2026-02-10")
        await con.execute(
            """insert into regua.declaracao (contribuinte, tributo, competencia, prazo, notas_emitidas)
            values ('C1', 'ICMS', $1, $2, 0)""",
            d.competencia,
            d.prazo,
        )
    assert (await rodar(banco, dias=1)).acionados == 1
