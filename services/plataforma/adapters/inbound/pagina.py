"""The first page: what runs here, and where to look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from plataforma.domain.painel import (
    Retrato,
    em_moeda,
    estados_presentes,
    nome_da_fonte,
    nome_da_hipotese,
    nome_da_situacao,
    situacoes_presentes,
)

_ESTILO = """
:root{color-scheme:light dark;font-family:system-ui,sans-serif;line-height:1.5}
body{max-width:62rem;margin:2rem auto;padding:0 1rem}
.quadros{display:flex;flex-wrap:wrap;gap:0 3rem;align-items:flex-start}
.rolagem{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;margin:.5rem 0 1.5rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.25rem 0;white-space:nowrap}
th,td{border:1px solid #8888;padding:.25rem .75rem;text-align:right}
th:first-child,td:first-child{text-align:left}
code{background:#8882;padding:.1rem .3rem;border-radius:.2rem;overflow-wrap:anywhere}
a{overflow-wrap:anywhere}
"""
_LUGARES = (
    ("/docs", "a documentação da API, para experimentar cada chamada"),
    (
        "/docs#/parcelamento",
        "nela, cotações e parcelamentos; em “documentos”, “normas”, “encargos” e “retornos do banco”, o resto da sala",
    ),
    ("/openapi.json", "a mesma descrição, para programas"),
    ("/saude/pronto", "se cada parte está pronta"),
    ("/metrics", "as medidas, no formato do Prometheus"),
)


def pagina_inicial(retratar: Callable[[], Awaitable[Retrato]], *, salas: tuple[str, ...], simulador: str | None) -> APIRouter:
    """A router with `GET /`; no figure on it tells of a person."""
    rotas = APIRouter(tags=["plataforma"])

    @rotas.get("/", response_class=HTMLResponse, summary="O que está em execução e onde olhar", include_in_schema=False)
    async def inicio() -> HTMLResponse:
        return HTMLResponse(
            _pagina(await retratar(), salas, simulador),
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"},
        )

    return rotas


def _pagina(retrato: Retrato, salas: tuple[str, ...], simulador: str | None) -> str:
    lugares = "".join(f'<li><a href="{caminho}">{caminho}</a>: {escape(texto)}</li>' for caminho, texto in _LUGARES)
    if simulador is not None:
        lugares += f'<li><a href="{escape(simulador)}/contagem">{escape(simulador)}</a>: o simulador dos provedores e do Pix</li>'
    return f"""<!doctype html><html lang="pt-BR"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5"><title>Régua Multicanal</title><style>{_ESTILO}</style></head><body>
<h1>Régua Multicanal</h1><p>Em execução: {", ".join(salas)}. Relógio da plataforma: {retrato.agora:%d/%m/%Y %H:%M}
(hora de Maceió). Eventos por ler: {retrato.atraso}.</p><main>{_tabelas(retrato)}<h2>Onde olhar</h2><ul>{lugares}</ul>
<p>Esperam uma pessoa: aprovações em <code>GET /v1/aprovacoes</code>, tarefas em <code>GET /v1/tarefas</code>, pagamentos sem
destino certo em <code>GET /v1/retornos/pendentes</code>.</p>
<p>As chamadas pedem <code>Authorization: Bearer</code> com o token que o terminal mostrou.</p></main></body></html>"""


def _tabelas(retrato: Retrato) -> str:
    nenhum = "" if retrato.acionamentos else "<p>Nenhum acionamento ainda.</p>"
    quadros = (*(_da_cobranca(retrato) if retrato.acionamentos else ()), *_do_parcelamento(retrato))
    return f'{nenhum}<div class="quadros">{"".join(quadros)}</div>'


def _do_parcelamento(retrato: Retrato) -> Iterator[str]:
    if retrato.parcelamentos:
        planos = [(nome_da_situacao(s), retrato.parcelamentos[s]) for s in situacoes_presentes(retrato)]
        yield _tabela("Parcelamentos", ("situação", "quantos"), planos)
    if retrato.recolhidos:
        pagos = [(nome_da_fonte(f), r.quantos, f"R$ {em_moeda(r.valor)}") for f, r in sorted(retrato.recolhidos.items())]
        yield _tabela("Pagamentos confirmados", ("por", "quantos", "valor"), pagos)


def _da_cobranca(retrato: Retrato) -> tuple[str, ...]:
    presentes = estados_presentes(retrato)
    hipoteses = [(nome_da_hipotese(h), n) for h, n in sorted(retrato.por_hipotese.items())]
    custos = [(moeda, em_moeda(valor)) for moeda, valor in sorted(retrato.custos.items())]
    return (
        _tabela("Acionamentos por hipótese", ("hipótese", "quantos"), hipoteses),
        _tabela("Acionamentos por rigidez", ("rigidez", "quantos"), sorted(retrato.por_rigidez.items())),
        _tabela(
            "Mensagens por canal e estado",
            ("canal", *presentes),
            [(canal, *(estados.get(e, 0) for e in presentes)) for canal, estados in sorted(retrato.por_canal.items())],
        ),
        _tabela("Custo das mensagens", ("moeda", "valor"), custos),
        _tabela(
            "Resultado",
            ("o quê", "quantos"),
            [("dívidas regularizadas", retrato.regularizadas), ("grupo de controle", retrato.retidos)],
        ),
    )


def _tabela(titulo: str, colunas: tuple[str, ...], linhas: Sequence[tuple[object, ...]]) -> str:
    topo = "".join(f'<th scope="col">{escape(coluna)}</th>' for coluna in colunas)
    corpo = "".join("<tr>" + "".join(f"<td>{escape(str(celula))}</td>" for celula in linha) + "</tr>" for linha in linhas)
    tabela = f"<table><caption>{escape(titulo)}</caption><thead><tr>{topo}</tr></thead><tbody>{corpo}</tbody></table>"
    return f'<div class="rolagem">{tabela}</div>'
