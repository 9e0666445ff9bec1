"""The virtual clock where rooms run apart: it waits for every room that has an address, parcelamento included."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI, Request

from kernel.ambiente import Ambiente
from kernel.clock import Ancora, RelogioVirtual
from kernel.config import ConfigInvalida
from kernel.persistence.banco import Banco
from kernel.persistence.relogio import DDL_RELOGIO, comecar_virtual
from kernel.processo import servir
from regua.adapters.outbound.avanco import abrir_avancador
from tests.support.instalacao import porta_livre

_INICIO = datetime(2015, 3, 10, 12, 0, tzinfo=UTC)
_TOKEN = "interno"
_OCUPADA = 5


@dataclass
class _Mundo:
    """What a simulator that owes nothing and two rooms were asked; parcelamento is at work for a while, then due at `devida`."""

    relogio: RelogioVirtual
    devida: datetime
    tokens: set[str | None] = field(default_factory=set)
    vistas: list[datetime] = field(default_factory=list)

    def canais(self, request: Request) -> dict[str, Any]:
        self.tokens.add(request.headers.get("authorization"))
        return {"sala": "canais", "ociosa": True, "proximo": None, "motivo": ""}

    def parcelamento(self, request: Request) -> dict[str, Any]:
        self.tokens.add(request.headers.get("authorization"))
        self.vistas.append(agora := self.relogio.agora())
        ociosa = len(self.vistas) > _OCUPADA
        proximo = self.devida.isoformat() if agora < self.devida else None
        return {"sala": "parcelamento", "ociosa": ociosa, "proximo": proximo, "motivo": "pagamentos a tratar"}

    def contagem(self) -> dict[str, int]:
        return {"recibos_devidos": 0}

    def acertar(self) -> dict[str, str]:
        return {}


def _app(*rotas: tuple[str, str, Any]) -> FastAPI:
    app = FastAPI()
    for metodo, caminho, funcao in rotas:
        app.add_api_route(caminho, funcao, methods=[metodo])
    return app


@asynccontextmanager
async def _no_ar(apps: Sequence[FastAPI]) -> AsyncIterator[list[str]]:
    async with AsyncExitStack() as pilha:
        portas = [porta_livre() for _ in apps]
        for app, porta in zip(apps, portas, strict=True):
            await pilha.enter_async_context(servir(app, endereco="127.0.0.1", porta=porta))
        yield [f"http://127.0.0.1:{porta}" for porta in portas]


async def _avancar(banco: Banco, *, dias: int, com_parcelamento: bool) -> tuple[_Mundo, int]:
    """The clock taken `dias` days on; what the rooms were asked, and the steps it took."""
    async with banco.transacao() as con:
        await con.execute("create schema plataforma")
        await con.execute(DDL_RELOGIO)
        await comecar_virtual(con, _INICIO)
    relogio = RelogioVirtual(Ancora(real=datetime.now(UTC), virtual=_INICIO))
    mundo = _Mundo(relogio, _INICIO + timedelta(days=2))
    ambiente = cast("Ambiente", SimpleNamespace(banco=banco, relogio=relogio))
    simulador = _app(("GET", "/contagem", mundo.contagem), ("PUT", "/relogio", mundo.acertar))
    salas = [_app(("GET", "/v1/pendencias", mundo.canais)), _app(("GET", "/v1/pendencias", mundo.parcelamento))]
    async with _no_ar([simulador, *salas]) as (url_simulador, url_canais, url_parcelamento):
        aberto = abrir_avancador(
            ambiente,
            url_canais=url_canais,
            url_parcelamento=url_parcelamento if com_parcelamento else None,
            url_simulador=url_simulador,
            token=_TOKEN,
        )
        async with aberto as avancador:
            assert avancador is not None
            passos = await avancador.avancar(_INICIO + timedelta(days=dias))
    assert relogio.agora() >= _INICIO + timedelta(days=dias)
    return mundo, passos


async def test_relogio_espera_parcelamento_e_para_no_instante_dele(banco: Banco) -> None:
    mundo, passos = await _avancar(banco, dias=5, com_parcelamento=True)
    # busy at the start: the clock stood
    assert max(mundo.vistas[: _OCUPADA + 3]) < _INICIO + timedelta(days=1)
    # due on the second day: a step of its own
    assert passos == 2
    assert any(mundo.devida <= vista < mundo.devida + timedelta(days=1) for vista in mundo.vistas)


async def test_salas_sao_perguntadas_com_o_token_interno(banco: Banco) -> None:
    mundo, _ = await _avancar(banco, dias=1, com_parcelamento=True)
    assert mundo.tokens == {f"Bearer {_TOKEN}"}


async def test_instalacao_sem_parcelamento_nao_o_espera(banco: Banco) -> None:
    mundo, passos = await _avancar(banco, dias=5, com_parcelamento=False)
    assert (mundo.vistas, passos) == ([], 1)


async def test_sem_token_diz_o_que_falta(banco: Banco) -> None:
    relogio = RelogioVirtual(Ancora(real=_INICIO, virtual=_INICIO))
    ambiente = cast("Ambiente", SimpleNamespace(banco=banco, relogio=relogio))
    aberto = abrir_avancador(ambiente, url_canais="http://c", url_parcelamento=None, url_simulador="http://s", token=None)
    with pytest.raises(ConfigInvalida, match="TOKEN_INTERNO"):
        async with aberto:
            pass
