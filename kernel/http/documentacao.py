"""The page at `/docs`: Swagger UI served by this process alone, in Portuguese, under a policy that allows no other host."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from swagger_ui_bundle import swagger_ui_path

from kernel.http.openapi import em_versao_30
from kernel.http.problema import NaoEncontrado

CSP_DA_PAGINA = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PACOTE = Path(str(swagger_ui_path))
_NOSSOS = Path(__file__).parent / "estatico"
# The only files that the page may ask for.
_ARQUIVOS: Mapping[str, tuple[Path, str]] = {
    "swagger-ui.css": (_PACOTE / "swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": (_PACOTE / "swagger-ui-bundle.js", "text/javascript"),
    "favicon.png": (_PACOTE / "favicon-32x32.png", "image/png"),
    "documentacao.js": (_NOSSOS / "documentacao.js", "text/javascript"),
    "documentacao.css": (_NOSSOS / "documentacao.css", "text/css"),
}

_PAGINA = """<!doctype html>
<html lang="pt-BR">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{titulo}: documentação da API</title>
<link rel="icon" type="image/png" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/documentacao.css">
</head>
<body>
<noscript>Esta página precisa de JavaScript. A descrição da API também está em <a href="openapi.json">openapi.json</a>.</noscript>
<main id="documentacao"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/documentacao.js"></script>
</body>
</html>
"""


def rotas_da_documentacao() -> APIRouter:
    """`/docs` and its files; addresses are relative, so a proxy may serve them under any prefix."""
    rotas = APIRouter(include_in_schema=False)

    @rotas.get("/docs")
    async def pagina(request: Request) -> Response:
        return HTMLResponse(
            _PAGINA.format(titulo=html.escape(request.app.title)),
            headers={"Content-Security-Policy": CSP_DA_PAGINA, "Content-Language": "pt-BR"},
        )

    @rotas.get("/docs/openapi.json")
    async def descricao(request: Request) -> Response:
        esquema: dict[str, Any] = request.app.openapi()
        return JSONResponse(em_versao_30(esquema))

    @rotas.get("/docs/{arquivo}")
    async def arquivo(arquivo: str) -> Response:
        if arquivo not in _ARQUIVOS:
            raise NaoEncontrado("Não há nada neste endereço.")
        caminho, tipo = _ARQUIVOS[arquivo]
        return FileResponse(caminho, media_type=tipo, headers={"Cache-Control": "public, max-age=3600"})

    return rotas
