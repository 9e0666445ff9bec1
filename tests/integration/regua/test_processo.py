"""`python -m regua` as processes of its own: migrate, then an API that answers and stops clean."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kernel.persistence.banco import abrir_banco
from kernel.persistence.migracoes import migrar
from tests.support.regua_sala import PLATAFORMA


def _ambiente(url: str, dados: Path, **outros: str) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "BANCO_URL": url,
        "DADOS": str(dados),
        "PORTA": "8000",
        "NIVEL_DE_LOG": "WARNING",
        **outros,
    }


@asynccontextmanager
async def _processo(papel: str, ambiente: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    processo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "regua", papel),
        env=dict(ambiente),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield processo
    finally:
        if processo.returncode is None:
            processo.kill()
            await processo.wait()


async def _fim(papel: str, ambiente: Mapping[str, str]) -> tuple[int, str, str]:
    async with _processo(papel, ambiente) as processo:
        saida, erro = await asyncio.wait_for(processo.communicate(), 90)
        return processo.returncode or 0, saida.decode(), erro.decode()


@pytest.fixture
async def migrado(url_banco: str, tmp_path: Path) -> str:
    await migrar(url_banco, sala="plataforma", pasta=PLATAFORMA)
    codigo, _, erro = await _fim("migrate", _ambiente(url_banco, tmp_path))
    assert codigo == 0, erro
    return url_banco


async def test_migrate_faz_esquema_e_topicos_e_repete_sem_efeito(migrado: str, tmp_path: Path) -> None:
    codigo, saida, _ = await _fim("migrate", _ambiente(migrado, tmp_path))
    assert (codigo, saida) == (0, "regua: esquema e tópicos em dia\n")
    async with abrir_banco(migrado, aplicacao="testes", maximo=1) as banco, banco.conexao() as con:
        topicos = {linha[0] for linha in await con.fetch("select topico from plataforma.log_topico")}
    assert {"cobranca-entrega", "cobranca-entrega-dlq", "cobranca-acionamento-whatsapp"} <= topicos


@pytest.mark.parametrize("papel", ["api", "worker", "relay"])
async def test_processo_diz_pronto_e_para_limpo(migrado: str, tmp_path: Path, papel: str, unused_tcp_port: int) -> None:
    async with _processo(papel, _ambiente(migrado, tmp_path, PORTA=str(unused_tcp_port))) as processo:
        assert processo.stdout is not None
        linha = (await asyncio.wait_for(processo.stdout.readline(), 90)).decode()
        assert linha.startswith("pronto")
        processo.send_signal(signal.SIGTERM)
        _, erro = await asyncio.wait_for(processo.communicate(), 60)
        assert (processo.returncode, erro.decode()) == (0, "")


@pytest.mark.parametrize(
    ("campos", "nome"),
    [
        ({"CANAIS_ATIVOS": "fax"}, "CANAIS_ATIVOS"),
        ({"PORTA": "x"}, "PORTA"),
        ({"LOTE_DE_EVENTOS": "0"}, "LOTE_DE_EVENTOS"),
        ({"BANCO_URL": ""}, "BANCO_URL"),
        ({"BANCO_URL": "postgresql://ninguem@127.0.0.1:1/nada"}, "BANCO_URL"),
    ],
)
async def test_configuracao_errada_para_o_inicio_com_uma_frase(tmp_path: Path, campos: dict[str, str], nome: str) -> None:
    ambiente = {**_ambiente("postgresql://x@127.0.0.1:1/x", tmp_path), **campos}
    codigo, _, erro = await _fim("api", ambiente)
    assert codigo == 2
    assert nome in erro
    assert len(erro.strip().splitlines()) == 1
