"""The morning's ciclo, what waits to run, and whether the room rests: what moving the clock relies on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4, uuid5

import pytest

from kernel.domain.calendario import Calendario, JanelaDeContato
from regua.application.agendar import devido, proximo_horario
from schemas.entrega import EntregaAtualizada
from schemas.evento import para_saida
from tests.support.regua_base import um_debito
from tests.support.regua_referencia import BaseDeReferencia
from tests.support.regua_sala import Sala

JANELA = JanelaDeContato(Calendario.contato())
BASE = BaseDeReferencia(pessoas={"C1": "P1"}, debitos=(um_debito("2026-02", "2026-03-10"),))


def local(texto: str) -> datetime:
    return datetime.fromisoformat(f"{texto}-03:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("depois_de", "proximo"),
    [
        ("2026-03-16T08:00", "2026-03-16T08:30"),
        ("2026-03-16T08:30", "2026-03-17T08:30"),  # strictly after
        ("2026-03-13T12:00", "2026-03-14T08:30"),  # Saturday has hours
        ("2026-03-14T12:00", "2026-03-16T08:30"),  # Sunday has none
        ("2026-04-02T12:00", "2026-04-04T08:30"),  # Good Friday has none
        ("2026-12-24T23:00", "2026-12-26T08:30"),
    ],
)
def test_proximo_horario(depois_de: str, proximo: str) -> None:
    assert proximo_horario(JANELA, local(depois_de)) == local(proximo)


@pytest.mark.parametrize(
    ("vista", "agora", "esperado"),
    [
        ("2026-03-16T09:00", "2026-03-16T20:00", None),
        ("2026-03-16T09:00", "2026-03-17T08:29", None),
        ("2026-03-16T09:00", "2026-03-17T08:30", "2026-03-17T08:30"),
        ("2026-03-16T09:00", "2026-03-19T10:00", "2026-03-19T08:30"),
    ],
)
def test_devido_e_o_ultimo_que_venceu(vista: str, agora: str, esperado: str | None) -> None:
    assert devido(JANELA, local(vista), local(agora)) == (local(esperado) if esperado else None)


@asynccontextmanager
async def rodando(sala: Sala) -> AsyncIterator[None]:
    """The room's worker and relay, as in a process."""
    tarefa = asyncio.create_task(sala.regua.executar())
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


async def olhou(sala: Sala) -> bool:
    """Whether the worker has seen the clock where it is."""
    return await sala.linhas("select vista_ate from regua.agenda") == [(sala.relogio.agora(),)]


async def ociosa(sala: Sala) -> bool:
    return (await sala.regua.parte.pendencias(sala.relogio.agora())).ociosa


async def ciclos(sala: Sala) -> list[tuple[object, ...]]:
    return await sala.linhas("select data, estado from regua.ciclo order by data")


async def test_ciclo_da_manha_comeca_sozinho_e_o_perdido_nao_e_recuperado(sala: Sala) -> None:
    await sala.carregar(BASE)
    sala.relogio.ir_para(local("2026-03-16T09:00"))
    async with rodando(sala):
        await ate(lambda: olhou(sala))
        parada = await sala.regua.parte.pendencias(sala.relogio.agora())
        # this morning's moment went by while nothing ran
        assert parada.proximo == local("2026-03-17T08:30")
        sala.relogio.ir_para(local("2026-03-17T08:30") + timedelta(milliseconds=1))
        assert not await ociosa(sala)
        await ate(lambda: ociosa(sala))
        assert await ciclos(sala) == [(date(2026, 3, 17), "concluido")]
        # two mornings at once: only the one of the day itself
        sala.relogio.ir_para(local("2026-03-19T10:00"))
        assert not await ociosa(sala)
        await ate(lambda: ociosa(sala))
        assert await ciclos(sala) == [(date(2026, 3, 17), "concluido"), (date(2026, 3, 19), "concluido")]
    # what it emitted went to the log
    assert await sala.linhas("select topico from plataforma.log_registro where topico like '%whatsapp'") == [
        ("cobranca-acionamento-whatsapp",)
    ]


async def test_campanha_pausada_deixa_passar_a_manha(sala: Sala) -> None:
    sala.relogio.ir_para(local("2026-03-16T09:00"))
    async with rodando(sala):
        await ate(lambda: olhou(sala))
        assert (await sala.pedir("POST", "/v1/campanhas/permanente/pausar")).status_code == 200
        sala.relogio.ir_para(local("2026-03-17T08:31"))
        await ate(lambda: ociosa(sala))
    assert await ciclos(sala) == []


async def test_evento_por_tratar_ou_por_publicar_e_trabalho(sala: Sala) -> None:
    await sala.carregar(BASE)
    await sala.ciclo()
    agora = sala.relogio.agora()
    assert (await sala.regua.parte.pendencias(agora)).motivo == "eventos a publicar"
    id_ = (await sala.linha("select acionamento from regua.acionamento"))[0]
    entregue = EntregaAtualizada(
        contribuinte="C1",
        envio=uuid5(id_, "whatsapp"),
        acionamento=id_,
        canal="whatsapp",
        estado="entregue",
        esgotado=False,
        requisitado=True,
        tentativas=1,
        atualizado_em=agora,
    )
    await sala.esvaziar()
    produtor = await sala.ambiente.log.producer()
    await produtor.publish([para_saida(entregue, id_=uuid4(), origem="canais", instante=agora)])
    assert (await sala.regua.parte.pendencias(agora)).motivo == "eventos a tratar"
    async with rodando(sala):
        await ate(lambda: ociosa(sala))
    assert await sala.linhas("select etapa from regua.caso") == [(1,)]


async def test_ciclo_pedido_e_retomado_por_quem_vier(sala: Sala) -> None:
    await sala.carregar(BASE)
    resposta = await sala.pedir("POST", "/v1/ciclos", json={"data": "2026-03-16"})
    assert resposta.status_code == 202
    id_ = resposta.json()["id"]
    assert (await sala.pedir("GET", f"/v1/ciclos/{id_}")).json()["estado"] == "processando"
    async with rodando(sala):
        await ate(lambda: ociosa(sala))
    feito = (await sala.pedir("GET", f"/v1/ciclos/{id_}")).json()
    assert (feito["estado"], feito["avaliados"], feito["acionados"]) == ("concluido", 1, 1)
    assert feito["por_canal"] == {"whatsapp": 1}
    assert feito["suprimidos"] == {}
    repetido = await sala.pedir("POST", "/v1/ciclos", json={"data": "2026-03-16"})
    assert repetido.json() == {"id": id_, "estado": "concluido"}
