"""What comes in while a ciclo runs, and what is left when it is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kernel.domain.calendario import Calendario
from kernel.persistence.banco import Banco
from regua.adapters.outbound.unidade_postgres import Unidades
from regua.application.avisar_risco import AvisarRiscos
from regua.application.executar_ciclo import executar_ciclo, retomar_ciclos, solicitar_ciclo
from regua.application.ports_ciclo import Campanha, CicloGuardado, Leitura, LeituraDoCiclo, PortasDoCiclo
from regua.domain.politica import Politica
from schemas.evento import envelopar
from schemas.parcelamento import ParcelamentoEmRisco
from tests.support.regua_banco import SEGUNDA_9H, carregar, inserir_pagamento, portas_do_ciclo, preparar
from tests.support.regua_base import mes, um_debito, um_pagamento
from tests.support.regua_referencia import BaseDeReferencia

HOJE = date(2026, 3, 16)
BASE = BaseDeReferencia(
    pessoas={"C1": "P1", "C2": "P1", "C3": "P3"},
    debitos=tuple(um_debito("2025-12", "2026-01-10", debito=f"D{i}", contribuinte=f"C{i}") for i in (1, 2, 3)),
)


@dataclass(frozen=True, slots=True)
class LeituraSeguidaDe:
    """The real reading, and then something that happens before anything is written."""

    leitura: LeituraDoCiclo
    acontece: Callable[[], Awaitable[None]]

    async def ler(self, *, data: date, politica: Politica, campanha: Campanha) -> Leitura:
        lida = await self.leitura.ler(data=data, politica=politica, campanha=campanha)
        await self.acontece()
        return lida

    async def ler_pessoa(self, contribuinte: str, *, data: date, politica: Politica, campanha: Campanha) -> Leitura:
        return await self.leitura.ler_pessoa(contribuinte, data=data, politica=politica, campanha=campanha)


@pytest.fixture
async def base(banco: Banco) -> Banco:
    await preparar(banco)
    async with banco.transacao() as con:
        await carregar(con, BASE)
    return banco


async def rodar(portas: PortasDoCiclo) -> CicloGuardado:
    pedido = await solicitar_ciclo(portas, data=HOJE)
    return await executar_ciclo(portas, pedido.ciclo)


def seguida_de(banco: Banco, acontece: Callable[[], Awaitable[None]]) -> PortasDoCiclo:
    portas = portas_do_ciclo(banco)
    return replace(portas, leitura=LeituraSeguidaDe(portas.leitura, acontece))


async def pagar(con: Any, n: int) -> None:
    await inserir_pagamento(con, f"PG{n}", um_pagamento(f"D{n}", "2025-12", "2026-03-16", contribuinte=f"C{n}"))


async def suspender(con: Any, n: int) -> None:
    await con.execute(
        """insert into regua.suspensao (suspensao, contribuinte, motivo, desde, origem, criada_em)
        values (gen_random_uuid(), $1, 'judicial', '2026-03-16', 'api', $2)""",
        f"C{n}",
        SEGUNDA_9H,
    )


async def parcelar(con: Any, n: int) -> None:
    await con.execute("update regua.debito set situacao = 'parcelado' where debito = $1", f"D{n}")


async def declarar(con: Any, n: int) -> None:
    await con.execute(
        """insert into regua.declaracao (contribuinte, tributo, competencia, prazo, entregue_em)
        values ($1, 'ICMS', $2, '2026-01-20', '2026-03-16')""",
        *(f"C{n}", mes("2025-12")),
    )


async def arriscar(con: Any, n: int) -> None:
    campos = {"contribuinte": f"C{n}", "parcelamento": UUID(int=n), "debitos": (), "data": HOJE, "perda_em": date(2026, 4, 30)}
    dados = ParcelamentoEmRisco.model_validate(campos)
    evento = envelopar(dados, id_=UUID(int=n), origem="teste", instante=SEGUNDA_9H)
    avisos = AvisarRiscos(Calendario.contato(), ("whatsapp", "sms"))
    await avisos.em_risco(Unidades()(con, SEGUNDA_9H), [evento])


@pytest.mark.parametrize("novidade", [pagar, suspender, parcelar, declarar])
async def test_de_quem_mudou_depois_da_foto_nada_se_escreve(base: Banco, novidade: Callable[[Any, int], Awaitable[None]]) -> None:
    async def acontece() -> None:
        async with base.transacao() as con:
            await novidade(con, 1)

    ciclo = await rodar(seguida_de(base, acontece))
    # C1 and C2 are one person: what was chosen for one was chosen against the other
    assert (ciclo.estado, ciclo.avaliados, ciclo.acionados) == ("concluido", 1, 1)
    async with base.conexao() as con:
        for tabela in ("decisao", "caso", "acionamento"):
            assert [x["contribuinte"] for x in await con.fetch(f"select contribuinte from regua.{tabela}")] == ["C3"]
        assert {x["chave"] for x in await con.fetch("select chave from regua.outbox")} == {"C3"}


async def test_quem_foi_avisado_depois_da_foto_nao_recebe_outra_mensagem_no_dia(base: Banco) -> None:
    async def acontece() -> None:
        async with base.transacao() as con:
            await arriscar(con, 1)

    ciclo = await rodar(seguida_de(base, acontece))
    assert (ciclo.estado, ciclo.avaliados, ciclo.acionados) == ("concluido", 1, 1)
    async with base.conexao() as con:
        assert [x["contribuinte"] for x in await con.fetch("select contribuinte from regua.decisao")] == ["C3"]
        feitos = await con.fetch("select contribuinte, modelo from regua.acionamento order by contribuinte")
    assert [tuple(f) for f in feitos] == [("C1", "parcelamento_em_risco"), ("C3", None)]


async def test_o_que_ja_estava_na_foto_nao_e_novidade(base: Banco) -> None:
    async with base.transacao() as con:
        await pagar(con, 3)
        await suspender(con, 1)
    ciclo = await rodar(portas_do_ciclo(base))
    assert (ciclo.avaliados, ciclo.contagens["suprimidos"]) == (2, {"suspenso": 1})


async def test_pagamento_que_ainda_nao_confirmou_e_esperado(base: Banco) -> None:
    """A payment being written when the ciclo wants to write: the ciclo waits for it, and then sees it."""
    con = await asyncpg.connect(base.url)
    transacao = con.transaction()

    async def acontece() -> None:
        await transacao.start()
        await pagar(con, 3)

    tarefa = asyncio.create_task(rodar(seguida_de(base, acontece)))
    try:
        await _ate(base, "select exists (select from pg_locks where not granted and mode = 'ShareLock')")
        assert not tarefa.done()
        await transacao.commit()
        ciclo = await tarefa
    finally:
        await con.close()
    async with base.conexao() as outra:
        assert await outra.fetchval("select count(*) from regua.acionamento where contribuinte = 'C3'") == 0
    assert ciclo.avaliados == 2


async def _ate(banco: Banco, sql: str) -> None:
    async with asyncio.timeout(60):
        while True:
            async with banco.conexao() as con:
                if await con.fetchval(sql):
                    return
            await asyncio.sleep(0.02)


async def test_morto_antes_de_escrever_retoma_e_escreve_uma_vez(base: Banco) -> None:
    async def cai() -> None:
        raise ConnectionResetError("the worker died")

    with pytest.raises(ConnectionResetError):
        await rodar(seguida_de(base, cai))
    async with base.conexao() as con:
        assert await con.fetchval("select estado from regua.ciclo") == "processando"
        assert await con.fetchval("select count(*) from regua.decisao") == 0
    [ciclo] = await retomar_ciclos(portas_do_ciclo(base))
    assert (ciclo.estado, ciclo.acionados) == ("concluido", 2)
    assert await retomar_ciclos(portas_do_ciclo(base)) == []


async def test_no_dia_seguinte_o_que_ficou_por_rodar_falha_com_o_porque(base: Banco) -> None:
    pedido = await solicitar_ciclo(portas_do_ciclo(base), data=HOJE)
    [ciclo] = await retomar_ciclos(portas_do_ciclo(base, agora=SEGUNDA_9H + timedelta(days=1)))
    assert (ciclo.ciclo, ciclo.estado) == (pedido.ciclo, "falhou")
    assert ciclo.motivo is not None
    assert "17/03/2026" in ciclo.motivo


async def test_dois_ao_mesmo_tempo_escrevem_uma_vez(base: Banco) -> None:
    portas = portas_do_ciclo(base)
    pedidos = await asyncio.gather(*(solicitar_ciclo(portas, data=HOJE) for _ in range(4)))
    assert len({p.ciclo for p in pedidos}) == 1
    feitos = await asyncio.gather(*(executar_ciclo(portas, p.ciclo) for p in pedidos))
    assert len(set(map(str, feitos))) == 1
    async with base.conexao() as con:
        assert await con.fetchval("select count(*) from regua.acionamento") == 2
        assert await con.fetchval("select count(*) from regua.outbox where topico like '%acionamento%'") == 2


async def test_enquanto_outro_trabalha_ninguem_retoma(base: Banco) -> None:
    portas = portas_do_ciclo(base)
    await solicitar_ciclo(portas, data=HOJE)
    async with portas.escrita.vez():
        assert await retomar_ciclos(portas) == []
    assert len(await retomar_ciclos(portas)) == 1


async def test_o_mesmo_degrau_escrito_por_outro_e_decidido_de_novo(base: Banco) -> None:
    """The partial unique index is the last guard: another writer's rung makes the ciclo read again, and yield to it."""
    vezes = 0

    async def outro_escreve() -> None:
        nonlocal vezes
        vezes += 1
        if vezes > 1:
            return
        caso = UUID("6f0f0c55-7e1d-5d0e-9d3b-0c6a1f4f7a22")
        async with base.transacao() as con:
            await con.execute(
                """insert into regua.caso (caso, contribuinte, pessoa, tributo, n, aberto_em)
                values ($1, 'C3', 'P3', 'ICMS', 1, '2026-03-16')""",
                caso,
            )

    ciclo = await rodar(seguida_de(base, outro_escreve))
    assert (vezes, ciclo.estado, ciclo.acionados) == (2, "concluido", 2)
    async with base.conexao() as con:
        assert await con.fetchval("select count(*) from regua.caso where contribuinte = 'C3'") == 1


async def test_quem_perdeu_a_vez_nao_escreve(base: Banco) -> None:
    """A worker whose session (and turn) was lost, while another ended the ciclo."""
    escrita = portas_do_ciclo(base).escrita

    async def outro_termina() -> None:
        [ciclo] = await escrita.pendentes()
        await escrita.falhar(ciclo, "outro terminou", SEGUNDA_9H)

    ciclo = await rodar(seguida_de(base, outro_termina))
    assert (ciclo.estado, ciclo.motivo) == ("falhou", "outro terminou")
    async with base.conexao() as con:
        assert await con.fetchval("select count(*) from regua.decisao") == 0
        assert await con.fetchval("select count(*) from regua.outbox") == 0


async def test_base_que_mudou_muito_e_lida_de_novo(base: Banco) -> None:
    """A load merged while the ciclo runs: leaving its persons out would leave nobody."""
    vezes = 0

    async def carga_termina() -> None:
        nonlocal vezes
        vezes += 1
        if vezes == 1:
            async with base.transacao() as con:
                await con.execute(
                    """insert into regua.pagamento (pagamento, contribuinte, tributo, codigo_receita, competencia, pago_em, valor)
                    select 'L' || n, 'C' || n, 'ICMS', '1', 24000, '2020-01-01', 1 from generate_series(1, 1001) n"""
                )

    ciclo = await rodar(seguida_de(base, carga_termina))
    assert (vezes, ciclo.avaliados) == (2, 3)
