"""An approved message of rigidity 5 leaves the same day, outside the day's ciclo; what may not go out waits for the next."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.domain.calendario import Calendario
from regua.application.liberar_aprovado import liberar_aprovado
from regua.application.ports_ciclo import Campanha, Leitura, LeituraDoCiclo, PortasDoCiclo
from regua.domain.politica import Politica
from regua.inject import montar_portas
from schemas.parcelamento import ParcelamentoEmRisco
from tests.support.regua_base import um_debito
from tests.support.regua_referencia import BaseDeReferencia
from tests.support.regua_sala import Sala

HOJE = date(2026, 3, 23)
BASE = BaseDeReferencia(
    pessoas={"C1": "P1", "C2": "P2"},
    debitos=(
        um_debito("2025-12", "2026-01-10", debito="D1"),
        um_debito("2025-12", "2026-01-10", debito="D2", contribuinte="C2"),
    ),
)


def portas(sala: Sala) -> PortasDoCiclo:
    return montar_portas(sala.config, sala.banco, sala.ambiente, Calendario.contato())


async def liberar(sala: Sala) -> list[bool]:
    p = portas(sala)
    return [await liberar_aprovado(p, a) for a in await p.escrita.aprovadas()]


@pytest.fixture
async def esperando(sala: Sala) -> Sala:
    """C1's last rung waits for a supervisor since this morning's ciclo; C2 climbs as usual."""
    await sala.carregar(BASE)
    await sala.ciclo()
    async with sala.banco.transacao() as con:
        await con.execute("update regua.acionamento set estado = 'entregue', consumido = true")
        await con.execute("update regua.caso set etapa = 4, etapa_em = '2026-03-01' where contribuinte = 'C1'")
    sala.ir_para(HOJE)
    assert (await sala.ciclo()).contagens["suprimidos"]["aguardando_aprovacao"] == 1
    await sala.esvaziar()
    return sala


async def aprovar(sala: Sala) -> None:
    (item,) = (await sala.pedir("GET", "/v1/aprovacoes")).json()["itens"]
    resposta = await sala.pedir("POST", f"/v1/aprovacoes/{item['id']}/aprovar", token="supervisor.ana")
    assert resposta.status_code == 200


async def ultimos(sala: Sala) -> list[tuple[Any, ...]]:
    return await sala.linhas("select etapa, rigidez, estado from regua.acionamento where contribuinte = 'C1' and etapa = 5")


async def test_aprovada_sai_no_mesmo_dia(esperando: Sala) -> None:
    await aprovar(esperando)
    assert await liberar(esperando) == [True]
    assert await ultimos(esperando) == [(5, 5, "emitido")]
    (emitido,) = await esperando.eventos("acionamento.emitido")
    assert (emitido.dados["contribuinte"], emitido.dados["rigidez"]) == ("C1", 5)
    assert [e.dados["motivo"] for e in await esperando.eventos("tarefa.solicitada")] == ["ultimo_aviso"]
    # once, and the day's ciclo stands as it was
    assert await liberar(esperando) == []
    esperando.ir_para(HOJE + timedelta(days=1))
    assert (await esperando.ciclo()).contagens["suprimidos"].get("aguardando_etapa", 0) >= 1
    assert await ultimos(esperando) == [(5, 5, "emitido")]


async def test_a_decisao_avulsa_se_explica_e_se_repete(esperando: Sala) -> None:
    await aprovar(esperando)
    await liberar(esperando)
    id_ = (await esperando.linha("select acionamento from regua.acionamento where etapa = 5"))[0]
    explicacao = (await esperando.pedir("GET", f"/v1/acionamentos/{id_}/explicacao")).json()
    assert (explicacao["resultado"], explicacao["rigidez"], explicacao["data"]) == ("acionado", 5, "2026-03-23")
    repetida = (await esperando.pedir("POST", f"/v1/acionamentos/{id_}/reexecutar")).json()
    assert repetida == {"igual": True, "hash": explicacao["decisao"]}
    # paid afterwards, it is taken back as any other
    resposta = await esperando.pedir("POST", "/v1/contribuintes/C1/suspensoes", json={"motivo": "contesta"})
    assert resposta.status_code == 201
    assert [e.dados["motivo"] for e in await esperando.eventos("acionamento.cancelado")] == ["suspenso"]


async def test_sem_horario_fica_para_o_ciclo_seguinte(esperando: Sala) -> None:
    esperando.ir_para(HOJE, 20)
    await aprovar(esperando)
    assert await liberar(esperando) == [False]
    assert await ultimos(esperando) == []
    assert await liberar(esperando) == []
    esperando.ir_para(HOJE + timedelta(days=1))
    await esperando.ciclo()
    assert await ultimos(esperando) == [(5, 5, "emitido")]


async def test_quem_ja_foi_contatado_hoje_espera(esperando: Sala) -> None:
    campos = {"contribuinte": "C1", "parcelamento": uuid4(), "debitos": (), "data": HOJE, "perda_em": date(2026, 4, 30)}
    await esperando.receber(ParcelamentoEmRisco.model_validate(campos))
    await aprovar(esperando)
    assert await liberar(esperando) == [False]
    assert await ultimos(esperando) == []


async def test_campanha_com_orcamento_espera_o_ciclo(esperando: Sala) -> None:
    async with esperando.banco.transacao() as con:
        await con.execute("update regua.campanha set orcamento_micros = 1000000000, moeda = 'USD'")
    await aprovar(esperando)
    assert await liberar(esperando) == [False]


async def test_campanha_pausada_nada_manda(esperando: Sala) -> None:
    async with esperando.banco.transacao() as con:
        await con.execute("update regua.campanha set estado = 'pausada'")
    await aprovar(esperando)
    assert await liberar(esperando) == [False]
    assert await ultimos(esperando) == []


@dataclass(slots=True)
class LeituraSeguidaDe:
    """The real reading, and then, the first time, something that happens before anything is written."""

    leitura: LeituraDoCiclo
    acontece: Callable[[], Awaitable[None]]
    lidas: int = 0

    async def ler(self, *, data: date, politica: Politica, campanha: Campanha) -> Leitura:
        return await self.leitura.ler(data=data, politica=politica, campanha=campanha)

    async def ler_pessoa(self, contribuinte: str, *, data: date, politica: Politica, campanha: Campanha) -> Leitura:
        lida = await self.leitura.ler_pessoa(contribuinte, data=data, politica=politica, campanha=campanha)
        self.lidas += 1
        if self.lidas == 1:
            await self.acontece()
        return lida


async def test_pagamento_que_entra_no_meio_faz_decidir_de_novo(esperando: Sala) -> None:
    async def pagar() -> None:
        async with esperando.banco.transacao() as con:
            await con.execute("update regua.debito set situacao = 'pago' where debito = 'D1'")

    await aprovar(esperando)
    leitura = LeituraSeguidaDe(portas(esperando).leitura, pagar)
    p = replace(portas(esperando), leitura=leitura)
    (aprovada,) = await p.escrita.aprovadas()
    assert await liberar_aprovado(p, aprovada) is False
    assert leitura.lidas == 2
    assert await ultimos(esperando) == []


@asynccontextmanager
async def rodando(sala: Sala) -> AsyncIterator[None]:
    tarefa = asyncio.create_task(sala.regua.executar_worker())
    try:
        yield
    finally:
        tarefa.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tarefa


async def ate(condicao: Callable[[], Awaitable[object]], limite_s: float = 60) -> None:
    async with asyncio.timeout(limite_s):
        while not await condicao():  # noqa: ASYNC110 - the condition is in the database
            await asyncio.sleep(0.05)


async def test_o_worker_libera_sozinho_e_ate_la_ha_trabalho(esperando: Sala) -> None:
    await aprovar(esperando)
    pendencias = await esperando.regua.parte.pendencias(esperando.relogio.agora())
    assert (pendencias.ociosa, pendencias.motivo) == (False, "aprovação a levar adiante")
    async with rodando(esperando):
        await ate(lambda: ultimos(esperando))


async def test_o_worker_reavalia_de_manha_o_aviso_que_nao_saiu(sala: Sala) -> None:
    await sala.carregar(BASE)
    sala.relogio.ir_para(datetime(2026, 3, 16, 23, 30, tzinfo=UTC))
    campos = {"contribuinte": "C1", "parcelamento": UUID(int=7), "debitos": ("D1",), "data": date(2026, 3, 16)}
    sala.relogio.ir_para(datetime(2026, 3, 17, 0, 30, tzinfo=UTC))
    await sala.receber(ParcelamentoEmRisco.model_validate({**campos, "perda_em": date(2026, 4, 1)}))
    assert await sala.eventos("acionamento.emitido") == []

    async def olhou() -> bool:
        return await sala.linhas("select vista_ate from regua.agenda") == [(sala.relogio.agora(),)]

    async def rodou() -> bool:
        return await sala.linhas("select estado from regua.ciclo") == [("concluido",)]

    async with rodando(sala):
        await ate(olhou)
        sala.relogio.ir_para(datetime(2026, 3, 17, 11, 31, tzinfo=UTC))
        await ate(rodou)
    # the warning came before the ladder: C1 has one contact, and it is not a rung
    linhas = await sala.linhas("select contribuinte, modelo from regua.acionamento order by 1")
    assert linhas == [("C1", "parcelamento_em_risco"), ("C2", None)]
