"""The consumer's promises on a real Postgres: once each, in order, bounded retries, dead letters that keep order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest

from kernel.clock import RelogioFixo
from kernel.messaging import mortas
from kernel.messaging.consumer import ConsumidorDeEventos
from kernel.messaging.envelope import Evento, codificar
from kernel.messaging.log import Log, Registro
from kernel.messaging.tabelas import ddl_mensageria
from kernel.persistence.banco import Banco, Conexao

_AGORA = datetime(2026, 1, 5, 12, tzinfo=UTC)


@dataclass
class _Unidade:
    con: Conexao


@dataclass
class _Sala:
    """A room whose only use case writes what it got, and fails on what it is told to."""

    banco: Banco
    estragados: set[str] = field(default_factory=set)

    async def anotar(self, unidade: _Unidade, eventos: Sequence[Evento]) -> None:
        for evento in eventos:
            if evento.dados["texto"] in self.estragados:
                raise ValueError("dados sem sentido")
            await unidade.con.execute("insert into sala.nota (chave, texto) values ($1, $2)", evento.chave, evento.dados["texto"])

    def consumidor(self) -> ConsumidorDeEventos[_Unidade]:
        return ConsumidorDeEventos(
            banco=self.banco,
            log=_sem_log(),
            relogio=RelogioFixo(_AGORA),
            sala="sala",
            grupo="grupo",
            membro="m1",
            topicos=["t"],
            handlers={"anotar": self.anotar},
            unidade=lambda con, _agora: _Unidade(con),
        )

    async def notas(self) -> list[tuple[str, str]]:
        async with self.banco.conexao() as con:
            return [(linha["chave"], linha["texto"]) for linha in await con.fetch("select * from sala.nota order by id")]


def _sem_log() -> Log:
    """`processar` does not touch the log; the log has its own suite."""
    return None  # type: ignore[return-value]


@pytest.fixture
async def sala(banco: Banco) -> _Sala:
    async with banco.conexao() as con:
        await con.execute("create schema sala")
        await con.execute(ddl_mensageria("sala"))
        await con.execute("create table sala.nota (id bigint generated always as identity, chave text, texto text)")
    return _Sala(banco)


def _registro(n: int, chave: str, texto: str, tipo: str = "anotar") -> Registro:
    evento = Evento(id=UUID(int=n), tipo=tipo, origem="/t", chave=chave, instante=_AGORA, dados={"texto": texto})
    return Registro("t", 0, n, chave, codificar(evento))


async def test_o_mesmo_evento_tem_efeito_uma_vez(sala: _Sala) -> None:
    consumidor = sala.consumidor()
    lote = [_registro(1, "x", "a"), _registro(1, "x", "a"), _registro(2, "x", "b")]
    await consumidor.processar(lote)
    await consumidor.processar(lote)
    assert await sala.notas() == [("x", "a"), ("x", "b")]


async def test_tipo_sem_handler_e_ignorado(sala: _Sala) -> None:
    await sala.consumidor().processar([_registro(1, "x", "a", tipo="outro"), _registro(2, "x", "b")])
    assert await sala.notas() == [("x", "b")]


async def test_evento_estragado_vai_para_as_mortas_e_os_outros_seguem(sala: _Sala) -> None:
    sala.estragados = {"ruim"}
    lote = [_registro(1, "x", "a"), _registro(2, "y", "ruim"), _registro(3, "y", "depois"), _registro(4, "x", "b")]
    await sala.consumidor().processar(lote)
    assert await sala.notas() == [("x", "a"), ("x", "b")]
    async with sala.banco.conexao() as con:
        letras = await mortas.listar(con, "sala")
        avisadas = await con.fetchval("select count(*) from sala.outbox where topico = 't-dlq'")
    assert [(m.chave, m.motivo) for m in letras] == [
        ("y", "ValueError: dados sem sentido"),
        ("y", "espera atrás de outra do mesmo contribuinte"),
    ]
    assert avisadas == 2


async def test_repeticao_devolve_a_ordem_da_chave(sala: _Sala) -> None:
    sala.estragados = {"ruim"}
    consumidor = sala.consumidor()
    await consumidor.processar([_registro(1, "y", "ruim"), _registro(2, "y", "depois")])
    sala.estragados = set()
    await consumidor.processar([_registro(3, "y", "por fim")])
    async with sala.banco.conexao() as con:
        primeira = (await mortas.listar(con, "sala"))[0]
        assert await mortas.pedir_repeticao(con, "sala", primeira.id, _AGORA)
    assert await consumidor.repetir_mortas() == 3
    await consumidor.processar([_registro(4, "y", "livre")])
    assert [texto for _, texto in await sala.notas()] == ["ruim", "depois", "por fim", "livre"]


async def test_repeticao_que_falha_outra_vez_fica_com_o_motivo_novo(sala: _Sala) -> None:
    sala.estragados = {"ruim"}
    consumidor = sala.consumidor()
    await consumidor.processar([_registro(1, "y", "ruim"), _registro(2, "y", "depois")])
    async with sala.banco.conexao() as con:
        await mortas.pedir_repeticao(con, "sala", (await mortas.listar(con, "sala"))[0].id, _AGORA)
    assert await consumidor.repetir_mortas() == 0
    async with sala.banco.conexao() as con:
        letras = await mortas.listar(con, "sala")
    assert [(m.tentativas, m.repetir_em) for m in letras] == [(4, None), (1, None)]


async def test_bytes_ilegiveis_sao_enterrados_sem_parar_a_particao(sala: _Sala) -> None:
    ilegivel = Registro("t", 0, 1, "x", b"\xff nada")
    await sala.consumidor().processar([ilegivel, _registro(2, "y", "b")])
    assert await sala.notas() == [("y", "b")]
    async with sala.banco.conexao() as con:
        assert [m.tipo for m in await mortas.listar(con, "sala")] == ["ilegivel"]


async def test_banco_fora_nao_e_culpa_do_evento(sala: _Sala) -> None:
    quedas = 2
    original: Callable[[_Unidade, Sequence[Evento]], Awaitable[None]] = sala.anotar

    async def cai(unidade: _Unidade, eventos: Sequence[Evento]) -> None:
        nonlocal quedas
        if quedas:
            quedas -= 1
            await unidade.con.execute("select pg_terminate_backend(pg_backend_pid())")
        await original(unidade, eventos)

    sala.anotar = cai  # type: ignore[method-assign]
    consumidor = sala.consumidor()
    async for tentativa in consumidor._insistir():
        with tentativa:
            await consumidor.processar([_registro(1, "x", "a")])
    assert await sala.notas() == [("x", "a")]
    async with sala.banco.conexao() as con:
        assert await mortas.listar(con, "sala") == []
