"""Tokens in PostgreSQL: stored only as digests, revocable, remembered for a while in bounded memory."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kernel.http.auth import (
    DDL_TOKENS,
    NomeDeTokenEmUso,
    Papel,
    VerificadorPostgres,
    criar_token,
    garantir_token,
    resumir,
    revogar_token,
)
from kernel.persistence.banco import Banco

AGORA = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Cronometro:
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        self.segundos = 1000.0

    def __call__(self) -> float:
        return self.segundos


@pytest.fixture
async def com_tokens(banco: Banco) -> Banco:
    async with banco.transacao() as con:
        await con.execute("create schema plataforma")
        await con.execute(DDL_TOKENS)
    return banco


async def _criar(banco: Banco, nome: str, papel: Papel = Papel.OPERADOR, segredo: str | None = None) -> str:
    async with banco.transacao() as con:
        return await criar_token(con, nome, papel, AGORA, segredo)


async def test_token_criado_identifica_e_o_banco_nao_o_guarda(com_tokens: Banco) -> None:
    token = await _criar(com_tokens, "ana", Papel.SUPERVISOR)
    assert len(token) >= 43
    quem = await VerificadorPostgres(com_tokens).verificar(token)
    assert quem is not None
    assert (quem.nome, quem.papel) == ("ana", Papel.SUPERVISOR)
    async with com_tokens.conexao() as con:
        linha = await con.fetchrow("select *, token::text as tudo from plataforma.token")
    assert linha is not None
    assert linha["resumo"] == resumir(token)
    assert token not in linha["tudo"]
    assert linha["criado_em"] == AGORA


@pytest.mark.parametrize("token", ["", "inventado", "a\x00b", "é", "\ud800", "x" * 100_000])
async def test_token_desconhecido_nao_identifica(com_tokens: Banco, token: str) -> None:
    await _criar(com_tokens, "ana")
    assert await VerificadorPostgres(com_tokens).verificar(token) is None


async def test_cada_token_e_outro(com_tokens: Banco) -> None:
    assert await _criar(com_tokens, "a") != await _criar(com_tokens, "b")


async def test_nome_repetido_e_recusado_sem_perder_a_transacao(com_tokens: Banco) -> None:
    await _criar(com_tokens, "ana")
    async with com_tokens.transacao() as con:
        with pytest.raises(NomeDeTokenEmUso):
            await criar_token(con, "ana", Papel.ADMIN, AGORA)
        await criar_token(con, "bia", Papel.ADMIN, AGORA)
        assert await con.fetchval("select count(*) from plataforma.token") == 2


async def test_revogado_vale_no_maximo_pelo_tempo_da_lembranca(com_tokens: Banco) -> None:
    relogio = Cronometro()
    verificador = VerificadorPostgres(com_tokens, validade_s=60, relogio_s=relogio)
    token = await _criar(com_tokens, "ana")
    assert await verificador.verificar(token) is not None
    async with com_tokens.transacao() as con:
        assert await revogar_token(con, "ana", AGORA)
        assert not await revogar_token(con, "ana", AGORA)
    relogio.segundos += 59.9
    assert await verificador.verificar(token) is not None
    relogio.segundos += 0.1
    assert await verificador.verificar(token) is None
    assert await VerificadorPostgres(com_tokens).verificar(token) is None


async def test_token_novo_vale_logo_depois_de_ter_sido_recusado(com_tokens: Banco) -> None:
    verificador = VerificadorPostgres(com_tokens)
    assert await verificador.verificar("segredo combinado") is None
    await _criar(com_tokens, "ana", segredo="segredo combinado")
    assert await verificador.verificar("segredo combinado") is not None


async def test_lembranca_limitada_continua_certa(com_tokens: Banco) -> None:
    verificador = VerificadorPostgres(com_tokens, maximo=2)
    tokens = {nome: await _criar(com_tokens, nome) for nome in ("a", "b", "c")}
    for _ in range(2):
        for nome, token in tokens.items():
            quem = await verificador.verificar(token)
            assert quem is not None
            assert quem.nome == nome
    assert len(verificador._lembrados) == 2


async def test_token_dos_ajustes_substitui_o_anterior(com_tokens: Banco) -> None:
    for segredo in ("um", "um", "outro"):
        async with com_tokens.transacao() as con:
            await garantir_token(con, "operador inicial", Papel.ADMIN, AGORA, segredo)
    verificador = VerificadorPostgres(com_tokens)
    assert await verificador.verificar("um") is None
    quem = await verificador.verificar("outro")
    assert quem is not None
    assert quem.papel is Papel.ADMIN
