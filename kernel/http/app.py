"""The HTTP application of a process: one room's routes, or several rooms' routes in one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.types import Lifespan

from kernel.http.auth import VerificadorDeToken
from kernel.http.borda import LimiteDeCorpo, Medicao, Rastreio, UltimaBarreira
from kernel.http.documentacao import rotas_da_documentacao
from kernel.http.openapi import documentar_problemas
from kernel.http.problema import mapear_erros, registrar_tratadores, resposta_de_problema
from kernel.metrics import TIPO_DE_CONTEUDO, Metricas

CORPO_MAXIMO = 1024 * 1024
# A probe that waits longer than the prober does says nothing.
_PRAZO_DA_PRONTIDAO_S = 5

Prontidao = Callable[[], Awaitable[Mapping[str, bool]]]


class _Aplicacao(FastAPI):
    """FastAPI whose description documents problems."""

    def openapi(self) -> dict[str, Any]:
        esquema = super().openapi()
        if "Problema" not in esquema.get("components", {}).get("schemas", {}):
            documentar_problemas(esquema)
        return esquema


def criar_app(
    *,
    titulo: str,
    descricao: str,
    rotas: Sequence[APIRouter],
    prontidao: Prontidao,
    verificador: VerificadorDeToken,
    metricas: Metricas | None = None,
    erros: Mapping[type[Exception], int] | None = None,
    etiquetas: Mapping[str, str] | None = None,
    versao: str = "1",
    corpo_maximo: int = CORPO_MAXIMO,
    corpo_por_caminho: Mapping[str, int | None] | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
) -> FastAPI:
    """An application with `rotas`, `/saude/vivo`, `/saude/pronto`, `/metrics`, `/docs` and `/openapi.json`.

    `prontidao` says of each part whether it accepts work. `erros` maps the rooms' exceptions to statuses (`mapear_erros`).
    `etiquetas` describes the OpenAPI tags. Bodies over `corpo_maximo` bytes get a 413; `corpo_por_caminho` gives an exact
    path another maximum, None meaning any size: for routes that stream files. `metricas` is shared where rooms share a
    process. `app.state` carries `verificador` and `metricas`.
    """
    metricas = metricas or Metricas()
    app = _Aplicacao(
        title=titulo,
        description=descricao,
        version=versao,
        openapi_tags=[{"name": nome, "description": texto} for nome, texto in (etiquetas or {}).items()] or None,
        docs_url=None,
        redoc_url=None,
        # a redirect would be built from the Host header, which the caller writes
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[
            Middleware(Rastreio),
            Middleware(Medicao, metricas=metricas),
            Middleware(UltimaBarreira),
            Middleware(LimiteDeCorpo, maximo=corpo_maximo, por_caminho=corpo_por_caminho or {}),
        ],
    )
    app.state.verificador = verificador
    app.state.metricas = metricas
    registrar_tratadores(app)
    mapear_erros(app, erros or {})
    for conjunto in (*rotas, _rotas_de_saude(prontidao, metricas), rotas_da_documentacao()):
        app.include_router(conjunto)
    return app


def _rotas_de_saude(prontidao: Prontidao, metricas: Metricas) -> APIRouter:
    rotas = APIRouter(tags=["saúde"])

    @rotas.get("/saude/vivo", summary="O processo está vivo")
    async def vivo() -> dict[str, str]:
        return {"estado": "vivo"}

    @rotas.get("/saude/pronto", summary="O processo aceita trabalho", response_model=None)
    async def pronto() -> Response:
        """200 quando todas as partes aceitam trabalho; 503 até lá, com o estado de cada uma em `partes`."""
        try:
            async with asyncio.timeout(_PRAZO_DA_PRONTIDAO_S):
                partes = dict(await prontidao())
        except TimeoutError:
            return _nao_pronto({}, "A verificação demorou demais.")
        faltam = sorted(nome for nome, aceita in partes.items() if not aceita)
        if faltam:
            return _nao_pronto(partes, f"Ainda não aceita trabalho: {', '.join(faltam)}.")
        return JSONResponse({"estado": "pronto", "partes": partes})

    @rotas.get("/metrics", summary="Métricas no formato do Prometheus", response_model=None)
    async def metrics() -> Response:
        return Response(metricas.expor(), media_type=TIPO_DE_CONTEUDO)

    return rotas


def _nao_pronto(partes: Mapping[str, bool], detalhe: str) -> Response:
    return resposta_de_problema(
        503, codigo="nao_pronto", titulo="Ainda não está pronto", detalhe=detalhe, cabecalhos={"Retry-After": "1"}, partes=partes
    )
