"""Running loads on PostgreSQL: all or nothing, in order, one at a time, again after a kill, in bounded memory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
import pytest

from kernel.cargas.analise import Coluna, TipoDeCarga
from kernel.cargas.celulas import dinheiro, identificador, texto
from kernel.cargas.execucao import ENTRADA, RECUSADA, Contexto
from kernel.cargas.registro import DDL_ORDEM
from kernel.clock import RelogioFixo
from kernel.persistence.banco import Banco, Conexao
from tests.support.cargas import Mesa, mesa

AGORA = datetime(2026, 11, 23, 12, tzinfo=UTC)
CABECALHO = "id;valor;nome\n"
DDL = f"""
create schema sala;
create table sala.carga (
    carga uuid primary key, tipo text not null, arquivo text not null, resumo bytea, estado text not null,
    total bigint not null default 0, aceitos bigint not null default 0, rejeitados bigint not null default 0,
    progresso double precision not null default 0, motivo text, recebida_em timestamptz not null, concluida_em timestamptz,
    traceparent text);
create table sala.carga_rejeitado (
    carga uuid not null references sala.carga on delete cascade, linha bigint not null, campo text not null,
    motivo text not null, conteudo text not null, primary key (carga, linha));
{DDL_ORDEM.format(sala="sala")};
create table sala.coisa (id text primary key, valor bigint not null, nome text not null);
create table sala.proibida (id text primary key);
"""


class Coisas:
    """A destination whose merge can be held, or broken, from outside."""

    tipos_sql: Mapping[str, str] = {"id": "text", "valor": "bigint", "nome": "text"}
    recusas: Sequence[str] = (
        f"""insert into {RECUSADA} select linha, 'id', 'Não pode.' from {ENTRADA} where id in (select id from sala.proibida)
            on conflict do nothing""",
    )

    def __init__(self, nome: str) -> None:
        self.tipo = TipoDeCarga(
            nome, (Coluna("id", identificador, repete=False), Coluna("valor", dinheiro), Coluna("nome", texto(80)))
        )
        self.portao = asyncio.Event()
        self.portao.set()
        self.entrou = asyncio.Event()
        self.falhas: list[Exception] = []
        self.ordem: list[str] = []

    async def mesclar(self, con: Conexao, contexto: Contexto) -> None:
        assert contexto.agora == AGORA
        await con.execute(
            f"""insert into sala.coisa select distinct on (id) id, valor, nome from {ENTRADA} order by id, linha desc
                on conflict (id) do update set valor = excluded.valor, nome = excluded.nome"""
        )
        self.entrou.set()
        await self.portao.wait()
        if self.falhas:
            raise self.falhas.pop()


@pytest.fixture
def coisas() -> Coisas:
    return Coisas("coisas")


@pytest.fixture
async def sala(banco: Banco, tmp_path: Path, coisas: Coisas) -> Mesa:
    async with banco.conexao() as con:
        await con.execute(DDL)
    return mesa(banco, "sala", [coisas], tmp_path, RelogioFixo(AGORA))


def _linhas(ids: Sequence[int]) -> str:
    return CABECALHO + "".join(f"i{n};{n},00;Nome {n}\n" for n in ids)


async def test_arquivo_e_apagado_e_ninguem_mais_o_le(sala: Mesa) -> None:
    carga = await sala.enviar("coisas", _linhas([1]))
    caminho = sala.armazem.caminho(carga)
    assert caminho.stat().st_mode & 0o777 == 0o600
    assert caminho.parent.stat().st_mode & 0o777 == 0o700
    await sala.trabalhador.executar_pendentes()
    lida = await sala.ler(carga)
    assert (lida.estado, lida.total, lida.progresso, lida.concluida_em) == ("concluida", 1, 1, AGORA)
    assert not caminho.exists()


@pytest.mark.parametrize(
    ("arquivo", "motivo"),
    [(b"", "O arquivo está vazio."), (b"id;valor\ni1;1\n", "faltam as colunas nome"), (b"\x00\x01", "não é um texto CSV")],
)
async def test_arquivo_que_nao_serve_falha_inteiro(sala: Mesa, arquivo: bytes, motivo: str) -> None:
    carga = await sala.carregar("coisas", arquivo)
    assert (carga.estado, carga.total) == ("falhou", 0)
    assert motivo in (carga.motivo or "")
    assert not sala.armazem.caminho(carga.carga).exists()


async def test_so_cabecalho_conclui_sem_nada(sala: Mesa) -> None:
    carga = await sala.carregar("coisas", CABECALHO)
    assert (carga.estado, carga.total, carga.progresso) == ("concluida", 0, 1)


async def test_linha_recusada_pelo_banco_guarda_seu_conteudo(sala: Mesa) -> None:
    async with sala.banco.conexao() as con:
        await con.execute("insert into sala.proibida values ('i2'), ('i70000')")
    texto_do_arquivo = _linhas(range(1, 80_001)).replace("i5;5,00", "i 5;5,00").replace("Nome 7\n", "João\n")
    carga = await sala.carregar("coisas", texto_do_arquivo.encode("latin-1"))
    assert (carga.estado, carga.aceitos, carga.rejeitados) == ("concluida", 79_997, 3)
    assert [(r.linha, r.campo, r.conteudo) for r in await sala.rejeitadas(carga)] == [
        (3, "id", "i2;2,00;Nome 2"),
        (6, "id", "i 5;5,00;Nome 5"),
        (70_001, "id", "i70000;70000,00;Nome 70000"),
    ]
    assert await sala.valor("select nome from sala.coisa where id = 'i7'") == "João"


async def test_erro_na_mescla_nada_grava_e_a_fila_anda(sala: Mesa, coisas: Coisas) -> None:
    coisas.falhas.append(RuntimeError("segredo"))
    quebrada, boa = await sala.enviar("coisas", _linhas([1])), await sala.enviar("coisas", _linhas([2]))
    assert await sala.trabalhador.executar_pendentes() == 2
    falha = await sala.ler(quebrada)
    assert (falha.estado, falha.total) == ("falhou", 0)
    assert "segredo" not in (falha.motivo or "")
    assert (await sala.ler(boa)).estado == "concluida"
    assert await sala.linhas("select id from sala.coisa") == [("i2",)]


async def test_banco_que_cai_na_mescla_faz_a_carga_recomecar(sala: Mesa, coisas: Coisas) -> None:
    coisas.falhas.append(asyncpg.DeadlockDetectedError("deadlock"))
    carga = await sala.enviar("coisas", _linhas([1, 2]) + "x\n")
    with pytest.raises(asyncpg.DeadlockDetectedError):
        await sala.trabalhador.executar_pendentes()
    assert (await sala.ler(carga)).estado == "processando"
    assert await sala.linhas("select id from sala.coisa") == []
    await sala.trabalhador.executar_pendentes()
    lida = await sala.ler(carga)
    assert (lida.estado, lida.total, lida.aceitos) == ("concluida", 3, 2)
    assert len(await sala.rejeitadas(lida)) == 1


async def test_trabalhador_morto_no_meio_deixa_tudo_por_fazer(sala: Mesa, coisas: Coisas) -> None:
    coisas.portao.clear()
    carga = await sala.enviar("coisas", _linhas(range(1000)) + "x\n")
    tarefa = asyncio.create_task(sala.trabalhador.executar())
    await coisas.entrou.wait()
    tarefa.cancel()
    await asyncio.gather(tarefa, return_exceptions=True)
    assert (await sala.ler(carga)).estado == "processando"
    assert await sala.linhas("select id from sala.coisa") == []
    assert sala.armazem.caminho(carga).exists()
    coisas.portao.set()
    # the lock of the dead connection goes with it
    async with asyncio.timeout(60):
        while not await sala.trabalhador.executar_pendentes():  # noqa: ASYNC110 - PostgreSQL tells nobody of it
            await asyncio.sleep(0.02)
    lida = await sala.ler(carga)
    assert (lida.estado, lida.aceitos, lida.rejeitados) == ("concluida", 1000, 1)


async def test_uma_carga_por_vez_na_ordem_de_chegada(banco: Banco, tmp_path: Path, sala: Mesa, coisas: Coisas) -> None:
    outro = mesa(banco, "sala", [coisas], tmp_path, sala.relogio)
    coisas.portao.clear()
    cargas = [await sala.enviar("coisas", _linhas([n])) for n in range(3)]
    primeiro = asyncio.create_task(sala.trabalhador.executar_pendentes())
    await coisas.entrou.wait()
    assert await outro.trabalhador.executar_pendentes() == 0
    assert [(await sala.ler(c)).estado for c in cargas] == ["processando", "recebida", "recebida"]
    coisas.portao.set()
    assert await primeiro == 3
    assert await sala.linhas("select carga from sala.carga order by ordem") == [(c,) for c in cargas]


async def test_quem_le_ve_tudo_ou_nada(sala: Mesa, coisas: Coisas) -> None:
    coisas.portao.clear()
    await sala.enviar("coisas", _linhas(range(500)))
    tarefa = asyncio.create_task(sala.trabalhador.executar_pendentes())
    await coisas.entrou.wait()
    assert await sala.valor("select count(*) from sala.coisa") == 0
    coisas.portao.set()
    await tarefa
    assert await sala.valor("select count(*) from sala.coisa") == 500


async def test_mesmo_arquivo_de_novo_nem_e_lido(sala: Mesa, coisas: Coisas) -> None:
    await sala.carregar("coisas", _linhas([1, 2]))
    coisas.entrou.clear()
    carga = await sala.carregar("coisas", _linhas([1, 2]))
    assert (carga.estado, carga.aceitos, carga.progresso) == ("concluida", 2, 1)
    assert not coisas.entrou.is_set()
    # another one came in between: it counts again
    await sala.carregar("coisas", _linhas([1]))
    coisas.entrou.clear()
    await sala.carregar("coisas", _linhas([1, 2]))
    assert coisas.entrou.is_set()


async def test_depois_de_rejeicoes_o_mesmo_arquivo_e_lido_de_novo(sala: Mesa) -> None:
    async with sala.banco.conexao() as con:
        await con.execute("insert into sala.proibida values ('i2')")
    assert (await sala.carregar("coisas", _linhas([1, 2]))).rejeitados == 1
    async with sala.banco.conexao() as con:
        await con.execute("delete from sala.proibida")
    assert (await sala.carregar("coisas", _linhas([1, 2]))).rejeitados == 0
    assert await sala.valor("select count(*) from sala.coisa") == 2


async def test_arquivo_que_sumiu_falha_com_motivo(sala: Mesa) -> None:
    carga = await sala.enviar("coisas", _linhas([1]))
    sala.armazem.caminho(carga).unlink()
    await sala.trabalhador.executar_pendentes()
    lida = await sala.ler(carga)
    assert lida.estado == "falhou"
    assert "envie-o de novo" in (lida.motivo or "")


async def test_duzentas_mil_linhas_sem_crescer(sala: Mesa) -> None:
    """Some 18 MB of file; what grows is bounded by blocks and memories of cells, not by lines."""
    sorteio = random.Random(7)
    carga = uuid4()
    resumo, ruins = sha256(), 0
    with sala.armazem.criar(carga) as arquivo:
        arquivo.write(CABECALHO.encode())
        for n in range(200_000):
            ruim = n % 1000 == 999
            ruins += ruim
            linha = f"i{n};{'1.234' if ruim else f'{n},{n % 100:02d}'};Nome {sorteio.getrandbits(240):x}\n".encode()
            arquivo.write(linha)
            resumo.update(linha)
    await sala.carregar("coisas", _linhas(range(5000)))  # what is allocated once
    await sala.registrar(carga, "coisas", resumo.digest())
    processo = psutil.Process()
    antes = processo.memory_info().rss
    tarefa = asyncio.create_task(sala.trabalhador.executar_pendentes())
    maior = antes
    while not tarefa.done():
        maior = max(maior, processo.memory_info().rss)
        await asyncio.wait([tarefa], timeout=0.02)
    await tarefa
    lida = await sala.ler(carga)
    assert (lida.estado, lida.total, lida.rejeitados) == ("concluida", 200_000, ruins)
    assert await sala.valor("select count(*) from sala.coisa") == 200_000 - ruins + 5
    assert maior - antes < 24 << 20
