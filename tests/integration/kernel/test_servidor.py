"""The embedded server: starts as any user, survives a killed owner, refuses a second owner."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import asyncpg
import pytest

from kernel.persistence import servidor
from kernel.persistence.banco import Banco
from kernel.persistence.servidor import JaEmUso, servidor_embutido, trava


async def test_pasta_fechada_a_outros_usuarios_ainda_serve(tmp_path: Path) -> None:
    fechada = tmp_path / "fechada"
    fechada.mkdir(mode=0o700)
    with servidor_embutido(fechada) as no_ar:
        con = await asyncpg.connect(no_ar.url)
        assert await con.fetchval("select 1 + 1") == 2
        await con.close()


def test_copia_dos_binarios_funciona_longe_de_onde_foram_instalados(tmp_path: Path) -> None:
    origem = servidor._instalacao()
    servidor._copiar(origem, tmp_path / "copia")
    initdb = tmp_path / "copia" / origem.parent.name / origem.name / "bin/initdb"
    dito = subprocess.run(  # noqa: S603 - our own copy
        [str(initdb), "--version"], capture_output=True, text=True, check=True
    )
    assert "PostgreSQL" in dito.stdout


async def test_dados_sobrevivem_a_parada_e_a_kill(tmp_path: Path) -> None:
    with servidor_embutido(tmp_path) as no_ar:
        con = await asyncpg.connect(no_ar.url)
        await con.execute("create table t as select 7 as n")
        await con.close()
        os.kill(no_ar.pid, signal.SIGQUIT)
    with servidor_embutido(tmp_path) as no_ar:
        con = await asyncpg.connect(no_ar.url)
        assert await con.fetchval("select n from t") == 7
        await con.close()


def test_segunda_plataforma_na_mesma_pasta_e_recusada(tmp_path: Path) -> None:
    with trava(tmp_path), pytest.raises(JaEmUso, match="Já há uma plataforma em execução"), trava(tmp_path):
        pass


async def test_transacao_desfeita_nao_deixa_nada(banco: Banco) -> None:
    async with banco.conexao() as con:
        await con.execute("create table t (n int)")
    with pytest.raises(RuntimeError, match="desfaz"):
        async with banco.transacao() as con:
            await con.execute("insert into t values (1)")
            await con.copy_records_to_table("t", records=[(2,)], columns=["n"])
            raise RuntimeError("desfaz")
    async with banco.conexao() as con:
        assert await con.fetchval("select count(*) from t") == 0
